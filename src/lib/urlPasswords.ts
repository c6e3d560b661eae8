import { MASK } from './namedSecrets';

const COLON = '(?::|%3a)';
const SLASHES = String.raw`(?::|%3a)(?:\\*/|%2f){2}`;
/** `scheme://user:`, also percent-encoded and as JSON writes it: `postgres:\/\/user:`. */
const USER = new RegExp(`${SLASHES}(?:(?!%3a)[^\\s/:@"'<>\\\\[]){0,200}${COLON}`, 'gi');
/** To the next space, to a quote that closes what is around it, or to the next address. */
const REST = new RegExp(String.raw`(?:(?!${SLASHES}|["'\x60](?:[\s,;:)\]}&|]|$))[^\s<>])+`, 'iy');
const PORT = /^\d{1,5}(?:[/…]|$)/;
/** Only of these an address may have a port and, further on, an at-sign: `https://npm:4873/@shop/web`. */
const IS_WEB = /(?:https?|wss?)$/i;
const LONE_USER = /(:\/\/)[^\s/:@"'<>]{16,}@/g;

/**
 * The password in `scheme://user:password@host`, whatever it is made of. Without an at-sign the text may have been cut off in it:
 * then it is one only at the end of the text, and where it is no port. A long user alone is a token.
 */
export function maskUrlPasswords(text: string): string {
  let masked = '';
  let from = 0;
  USER.lastIndex = 0;
  for (let match = USER.exec(text); match; match = USER.exec(text)) {
    const start = USER.lastIndex;
    REST.lastIndex = start;
    const rest = REST.exec(text)?.[0] ?? '';
    const length = passwordLength(rest, {
      isEncoded: /a$/i.test(match[0]),
      isAtEnd: start + rest.length === text.length,
      isWeb: IS_WEB.test(text.slice(Math.max(0, match.index - 5), match.index)),
    });
    if (length > 0) masked += text.slice(from, start) + MASK;
    if (length > 0) from = start + length;
    USER.lastIndex = start + Math.max(length, 0);
  }
  return (masked + text.slice(from)).replace(LONE_USER, `$1${MASK}@`);
}

interface Address {
  /** Percent-encoded as a whole. */
  readonly isEncoded: boolean;
  readonly isAtEnd: boolean;
  readonly isWeb: boolean;
}

function passwordLength(rest: string, { isEncoded, isAtEnd, isWeb }: Address): number {
  const at = Math.max(rest.lastIndexOf('@'), isEncoded ? rest.lastIndexOf('%40') : -1);
  if (PORT.test(rest) && (isWeb || at < 0)) return 0;
  if (at >= 0) return at;
  return isAtEnd ? rest.replace(/…$/, '').length : 0;
}

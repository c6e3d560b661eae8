/** How values, names and characters that a user wrote are put into messages without giving a secret away. */

const MAX_SHOWN = 60;
const MAX_NAME = 40;
// An unbroken run of hex, base64 or base64url of this length may be a token.
const TOKEN_RUN = /[A-Za-z0-9+/_=-]{32,}/;
const CREDENTIALS_IN_URL = /:\/\/[^/\s]*@/;
const MENTIONS_A_TOKEN = /api_?token|bearer\s/i;
// Controls, format characters (zero width, direction marks), line separators, private use, lone surrogates, odd spaces.
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

const CHARACTER_NAMES = new Map<string, string>([
  ['\t', 'tab'],
  ['\n', 'line feed'],
  ['\r', 'carriage return'],
  ['\u00a0', 'no-break space'],
  ['\u00ab', 'left guillemet'],
  ['\u00ad', 'soft hyphen'],
  ['\u00b4', 'acute accent'],
  ['\u00bb', 'right guillemet'],
  ['\u200b', 'zero-width space'],
  ['\u200c', 'zero-width non-joiner'],
  ['\u200d', 'zero-width joiner'],
  ['\u200e', 'left-to-right mark'],
  ['\u200f', 'right-to-left mark'],
  ['\u2018', 'left single quotation mark'],
  ['\u2019', 'right single quotation mark'],
  ['\u201a', 'low single quotation mark'],
  ['\u201b', 'reversed single quotation mark'],
  ['\u201c', 'left double quotation mark'],
  ['\u201d', 'right double quotation mark'],
  ['\u201e', 'low double quotation mark'],
  ['\u201f', 'reversed double quotation mark'],
  ['\u202e', 'right-to-left override'],
  ['\u2032', 'prime'],
  ['\u2033', 'double prime'],
  ['\u2039', 'left single guillemet'],
  ['\u203a', 'right single guillemet'],
  ['\uff02', 'full-width quotation mark'],
  ['\uff07', 'full-width apostrophe'],
  ['\ufeff', 'byte order mark'],
  ['`', 'backtick'],
  ["'", 'single quote'],
]);

/** The kind of a JSON value in plain words, e.g. `a list`. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  return (
    { string: 'text', number: 'a number', boolean: 'a boolean', object: 'an object' }[typeof value as string] ??
    'no JSON'
  );
}

/** One character, named: `“ (U+201C, left double quotation mark)`, `U+200B (zero-width space)`, `}`. */
export function describeCharacter(character: string): string {
  const name = CHARACTER_NAMES.get(character);
  if (name === undefined && /^[\x21-\x7e]$/.test(character)) return character;
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const shown = character.search(UNPRINTABLE) >= 0 ? '' : character;
  const details = [shown === '' ? undefined : code, name].filter((detail) => detail !== undefined).join(', ');
  return details === '' ? code : `${shown === '' ? code : shown} (${details})`;
}

/** Whether a text must not be shown: it contains one of the `secrets`, or may contain a token or a password. */
export function mustHide(text: string, secrets: readonly string[] = []): boolean {
  if (secrets.some((secret) => text.includes(secret))) return true;
  return TOKEN_RUN.test(text) || CREDENTIALS_IN_URL.test(text) || MENTIONS_A_TOKEN.test(text);
}

/** A value in quotation marks, cut to 60 characters and escaped; a length instead when it must not be shown. */
export function quote(text: string, secrets: readonly string[] = []): string {
  const characters = Array.from(text);
  if (mustHide(text, secrets)) return `a value of ${characters.length} characters (not shown, it may be a secret)`;
  const cut = characters.length > MAX_SHOWN ? [...characters.slice(0, MAX_SHOWN), '…'] : characters;
  return `"${escapeUnprintable(cut.join(''))}"`;
}

/** A parameter's name as it is shown; undefined when it is too long or may contain a secret. */
export function showName(name: string, secrets: readonly string[] = []): string | undefined {
  const isSafe =
    name.length <= MAX_NAME &&
    !name.includes('"') &&
    !secrets.some((secret) => name.includes(secret)) &&
    !TOKEN_RUN.test(name);
  if (!isSafe) return undefined;
  return /^\w+$/.test(name) ? name : `"${escapeUnprintable(name)}"`;
}

/** The text with every remaining occurrence of a secret blotted out; secrets under 6 characters are left to `quote`. */
export function blot(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= 6)
    .reduce((blotted, secret) => blotted.replaceAll(secret, '***'), text);
}

function escapeUnprintable(text: string): string {
  return text.replace(/["\\]/g, '\\$&').replace(UNPRINTABLE, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });
}

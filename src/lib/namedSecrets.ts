/** Secrets that are known by the name before them: `DB_PASSWORD=…`, `"secretAccessKey": "…"`, `--token …`, `<SessionToken>…`. */

export const MASK = '***';

/** Names that have a secret after them whenever a value follows at all. */
const SURE_NAMES = [
  'passw(?:or)?d',
  'passwd',
  'pwd',
  'passphrase',
  'secret[_-]?access[_-]?key',
  'secret[_-]?(?:string|binary)',
  'session[_-]?token',
  'access[_-]?key[_-]?id',
  'private[_-]?key',
  'client[_-]?secret',
  'authorization',
].join('|');
/** Names that also stand before a colon in plain sentences, ours included: `API_TOKEN: is empty`. */
const COMMON_NAMES = 'token|secret|api[_-]?key|credentials?|_auth';
/** What such a name ends in where its value is no secret. */
const HARMLESS_END = '[_.-](?:arn|expir\\w*|file|length|name|path|ttl|type|ur[il])(?![A-Za-z0-9])';

/** A name, and what stands between it and its value. */
const NAMED = new RegExp(
  `(?:(${SURE_NAMES})|${COMMON_NAMES})\\d{0,3}` +
    // API_TOKEN_SECRET and SPOT_TOKEN_SECRET name a secret, they do not hold one.
    `(?!(?<=(?:API|SPOT)_TOKEN)_SECRET)(?<!(?:API|SPOT)_TOKEN_SECRET)(?!${HARMLESS_END})` +
    `(?:[_.-][\\w.-]{0,40})?(?![\\w.-])(\\\\*["'])?` +
    `(?:[ \\t]*(=>|:=|=(?!=)|:(?!:|//))([ \\t]*)|(?<=--[\\w-]{1,60})[ \\t]+(?!-)|(?<=<[\\w:-]{1,60})>)`,
  'gi',
);
const QUOTE = /(\\*)(["'])/y;
const SCHEME = /[A-Za-z0-9-]+[ \t]+(?=\S)/y;
/**
 * A value without quotes: to the next space, or to a quote, a bracket or a separator that belongs to what is around it.
 * No alternative can match what another one can, so that nothing is tried twice.
 */
const BARE_VALUE = new RegExp(
  [
    String.raw`[^\s"'\\,;&)\]}<]+`,
    String.raw`[,;&](?![\s"'\\,;&]|$|[\w.-]{1,40}["']?[=:])`,
    String.raw`[)\]}]+(?![\s"'\\,;&)\]}]|\.(?:\s|$)|$)`,
    String.raw`["'](?![\s"'\\,;:&)\]}]|$)`,
    String.raw`\\+(?![\\nrt"']|$)`,
    '<(?!/)',
  ].join('|'),
  'y',
);
/** A word that begins a sentence about a password, and not the beginning of one (`no-way-22`). */
const PROSE =
  /^(?:a|an|and|are|cannot|empty|false|for|has|have|incorrect|invalid|is|missing|must|no|none|not|null|of|or|required|the|to|true|undefined|unknown|was|were|wrong|yes)[,;:.!?]*$/i;

interface Name {
  readonly isSure: boolean;
  readonly isQuoted: boolean;
  readonly isAuthorization: boolean;
  /** Between the name and a value without quotes stands a colon, as in a sentence. */
  readonly hasColon: boolean;
  readonly hasSpace: boolean;
}

/** Takes out the values; names and whatever follows the values stay. */
export function maskNamed(text: string): string {
  let masked = '';
  let from = 0;
  NAMED.lastIndex = 0;
  for (let match = NAMED.exec(text); match; match = NAMED.exec(text)) {
    const valueAt = match.index + match[0].length;
    const value = isPath(match, valueAt)
      ? undefined
      : (readQuoted(text, valueAt) ?? readBare(text, valueAt, nameOf(match)));
    if (value === undefined) continue;
    masked += text.slice(from, value.start) + MASK + value.closing;
    from = NAMED.lastIndex = value.end;
  }
  return masked + text.slice(from);
}

/** `/etc/passwd: Permission denied`, and the directory that the shell keeps in PWD. */
function isPath({ 0: whole, index, input }: RegExpExecArray, valueAt: number): boolean {
  const isInPath = whole.endsWith(': ') && /\/[\w.-]*$/.test(input.slice(Math.max(0, index - 40), index));
  return isInPath || (whole === 'PWD=' && input.charAt(valueAt) === '/');
}

interface Value {
  readonly start: number;
  readonly end: number;
  /** The quote that is missing at the end of a text that was cut off: without it, all that is put behind would be masked, too. */
  readonly closing: string;
}

/** Up to the quote that closes it, also where the JSON stands in a string, or to the end of the text. */
function readQuoted(text: string, at: number): Value | undefined {
  QUOTE.lastIndex = at;
  const [opening, { length: depth } = '', quote] = QUOTE.exec(text) ?? [];
  if (opening === undefined || quote === undefined) return undefined;
  const start = at + opening.length;
  let end = text.indexOf(quote, start);
  while (end >= 0 && backslashesBefore(text, end, start) % (2 * depth + 2) !== depth)
    end = text.indexOf(quote, end + 1);
  if (end < 0) return { start, end: text.length, closing: opening };
  return end - depth > start ? { start, end: end - depth, closing: '' } : undefined;
}

function backslashesBefore(text: string, at: number, start: number): number {
  let first = at;
  while (first > start && text.charAt(first - 1) === '\\') first -= 1;
  return at - first;
}

function readBare(text: string, at: number, name: Name): Value | undefined {
  SCHEME.lastIndex = at;
  const scheme = name.isAuthorization ? (SCHEME.exec(text)?.[0] ?? '') : '';
  let end = at + scheme.length;
  BARE_VALUE.lastIndex = end;
  while (BARE_VALUE.test(text)) end = BARE_VALUE.lastIndex;
  const value = text.slice(at, end);
  return value !== '' && isSecret(value, name) ? { start: at, end, closing: '' } : undefined;
}

/** After a colon may follow a sentence. */
function isSecret(value: string, { isSure, isQuoted, hasColon, hasSpace }: Name): boolean {
  if (!hasColon || isQuoted) return true;
  if (isSure) return !PROSE.test(value);
  // An ARN has colons too: `…:secret:spot/token-a1b2c3`.
  return hasSpace && (value.length >= 32 || (value.length >= 6 && /[0-9+=$#%!^*@~]/.test(value)));
}

function nameOf({ 0: whole, 1: sure = '', 2: quote, 3: separator, 4: space }: RegExpExecArray): Name {
  return {
    isSure: sure !== '',
    isQuoted: quote !== undefined,
    isAuthorization: /^authorization/i.test(whole),
    hasColon: separator === ':',
    hasSpace: space !== '',
  };
}

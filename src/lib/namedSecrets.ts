import { COLOURS } from './logLines';
import { readValue, type Name } from './secretValues';

/** Secrets that are known by the name before them: `DB_PASSWORD=…`, `"secretAccessKey": "…"`, `--token …`, `<SessionToken>…`. */

export const MASK = '***';

/** Names that have a secret after them whenever a value follows at all. */
const SURE_NAMES = [
  'passw(?:or)?ds?',
  'passwds?',
  'pwd',
  '(?<=[A-Za-z0-9][_-])pass(?![A-Za-z])',
  'pass[_-]?phrases?',
  'secret[_-]?(?:access[_-]?)?keys?',
  'secret[_-]?(?:string|binary)',
  '(?:session|security)[_-]?token',
  'access[_-]?key[_-]?id',
  '(?:private|encryption|signing|account|master|shared)[_-]?keys?',
  'client[_-]?secrets?',
  'authorization',
  'x-(?:[a-z0-9]{1,20}-){0,4}(?:api-?key|key|token|secret)',
].join('|');
/** Names that also stand before a colon in plain sentences, ours included: `API_TOKEN: is empty`. */
const COMMON_NAMES = '(?:token|secret|api[_-]?key)(?:s(?=\\\\*["\']))?|credentials?|_auth';
/** What such a name ends in where its value is no secret. */
const HARMLESS_END = '[_.-](?:arn|expir\\w*|file|length|name|path|ttl|type|ur[il])(?![A-Za-z0-9])';

const QUOTE = `\\\\*["']|%(?:25)?2[27]`;
/** Also percent-encoded, and as JSON and HTML escape it; two equals signs only where no comparison is meant. */
const EQUALS = '=(?!=)|={2,3}(?=[^\\s=])|%(?:25)?3d|\\\\+u003d|&#61;';
/** `"name": "DB_PASSWORD", "value": "…"`, of ECS and others, and `name="password" value="…"`. */
const VALUE_OF_NAME = `(?<=(?:name|key)(?:${QUOTE})?[ \\t]{0,8}[:=][ \\t]{0,8}(?:${QUOTE})?[\\w.-]{1,100}(?:${QUOTE})?)(?:[ \\t]{0,8},)?\\s{0,40}(?:\\[std(?:out|err)\\])?[ \\t]{0,40}(?:${QUOTE})?value(?:${QUOTE})?[ \\t]{0,8}[:=]`;

/** A name, and what stands between it and its value. */
const NAMED = new RegExp(
  `(?:(${SURE_NAMES})|${COMMON_NAMES})\\d{0,3}` +
    // API_TOKEN_SECRET and SPOT_TOKEN_SECRET name a secret, they do not hold one.
    `(?!(?<=(?:API|SPOT)_TOKEN)_SECRET)(?<!(?:API|SPOT)_TOKEN_SECRET)(?!${HARMLESS_END})` +
    `(?:[_.-][\\w.-]{0,40})?(?![\\w.-])${COLOURS}(${QUOTE})?${COLOURS}` +
    `(?:[ \\t]*(=>|:=|${EQUALS}|:(?!:|//)|%(?:25)?3a)${COLOURS}([ \\t]*)${COLOURS}` +
    `|(${VALUE_OF_NAME})[ \\t]{0,8}|(?<=--[\\w-]{1,60})[ \\t]+(?!-)|(?<=<[\\w:-]{1,60})>)`,
  'gi',
);

/** Takes out the values; names and whatever follows the values stay. */
export function maskNamed(text: string): string {
  let masked = '';
  let from = 0;
  NAMED.lastIndex = 0;
  for (let match = NAMED.exec(text); match; match = NAMED.exec(text)) {
    const valueAt = match.index + match[0].length;
    const value = isPath(match, valueAt) ? undefined : readValue(text, valueAt, nameOf(match));
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

function nameOf({ 0: whole, 1: sure = '', 2: quote, 3: separator, 4: space, 5: value }: RegExpExecArray): Name {
  return {
    isSure: sure !== '',
    isQuoted: quote !== undefined || value !== undefined,
    isAuthorization: /^authorization/i.test(whole),
    isPhrase: /^pass/i.test(sure),
    isEncoded: separator?.startsWith('%') ?? false,
    hasColon: separator === ':',
    hasSpace: space !== '',
  };
}

import { COLOURS } from './logLines';
import { readValue, type Name } from './secretValues';

/** Secrets that are known by the name before them: `DB_PASSWORD=…`, `"secretAccessKey": "…"`, `--token …`, `<SessionToken>…`. */

export const MASK = '***';

/** Names that have a secret after them whenever a value follows at all. */
const SURE_NAMES = [
  // Not what the programs chpasswd and htpasswd say.
  String.raw`(?<!\b(?:ch|ht)(?=passwd))passw(?:or)?ds?`,
  'pwd',
  '(?<=[A-Za-z0-9][_-])pass(?![A-Za-z])',
  // A count has no quotes: `pass: 12`, `pass=12`.
  String.raw`(?<![A-Za-z])pass(?=(?:\\*["'])?\s?[:=]\s?\\*["']|=(?!\d{1,7}\b))`,
  String.raw`(?:admin|db|root|smtp|user)(?:pass|pw)(?=\\*["']?\s?[:=])`,
  '(?:store|key)pass(?![A-Za-z])',
  'pass[_-]?phrases?',
  'secret[_-]?(?:access[_-]?)?keys?',
  'secret[_-]?(?:string|binary)',
  'securestring',
  '(?:session|security)[_-]?token',
  'access[_-]?key(?:[_-]?id)?',
  '(?:private|encryption|signing|account|master|shared|hmac|license|(?<![A-Za-z])app)[_-]?keys?',
  'client[_-]?secrets?',
  'authorization',
  'x-(?:[a-z0-9]{1,20}-){0,4}(?:api-?key|key|token|secret)',
].join('|');
/** Names that also stand before a colon in plain sentences, ours included: `API_TOKEN: is empty`. */
const COMMON_NAMES = '(?:token|secret|api[_-]?key)(?:s(?=\\\\*["\']))?|credentials?|_auth';
/** What such a name ends in where its value is no secret. */
const HARMLESS_END = '[_.-](?:arn|expir\\w*|file|length|name|path|stdin|ttl|type|ur[il])(?![A-Za-z0-9])';

const QUOTE = `\\\\*["']|%(?:25)?2[27]`;
/** Also percent-encoded, and as JSON and HTML escape it; two equals signs only where no comparison is meant. */
const EQUALS = '[+?]?=(?!=)|={2,3}(?=[^\\s=])|%(?:25)?3d|\\\\+u003d|&#61;';
/**
 * `"name": "DB_PASSWORD", "value": "…"`, of ECS and others, `"Type": "SecureString", "Value": "…"` of Systems Manager,
 * `ParameterKey=DbPassword,ParameterValue=…` of CloudFormation, and `name="password" value="…"`.
 */
const VALUE_OF_NAME = `(?<=(?:name|key|type)(?:${QUOTE})?[ \\t]{0,8}[:=][ \\t]{0,8}(?:${QUOTE})?[\\w.-]{1,100}(?:${QUOTE})?)(?:[ \\t]{0,8},)?\\s{0,40}(?:\\[std(?:out|err)\\])?[ \\t]{0,40}(?:${QUOTE})?(?:option|parameter)?value(?:${QUOTE})?[ \\t]{0,8}[:=]`;
/** `--token …`, `-storepass …`, `npm config set //registry/:_authToken …`, `setenv TOKEN …`; an id of Secrets Manager is a name. */
const OPTION =
  String.raw`(?<=(?:--|(?<![^\s"'])-)[\w-]{1,60})(?<!--secret-id)[ \t]+(?!-)|` +
  String.raw`(?<=\b(?:config(?:ure)?[ \t]set|setenv)[ \t]+[\w./:-]{1,100})[ \t]+(?!-)`;
/** `<Password>…`, `<password type="…">…`, `<password value="…"`, `<property name="password">…`. */
const IN_ELEMENT =
  String.raw`(?<=<[\w:-]{1,60})(?:[ \t][^<>\n]{0,60}?value=|(?:[ \t][^<>\n]{0,100}(?<!/))?>)|` +
  String.raw`(?<=<[^<>\n]{1,60}[ \t]name=["'][\w.-]{1,100}["'])>`;

/** A name, and what is between it and its value. */
const NAMED = new RegExp(
  `(?:(${SURE_NAMES})|${COMMON_NAMES})\\d{0,3}` +
    // API_TOKEN_SECRET and SPOT_TOKEN_SECRET name a secret, they do not contain one.
    `(?!(?<=(?:API|SPOT)_TOKEN)_SECRET)(?<!(?:API|SPOT)_TOKEN_SECRET)(?!${HARMLESS_END})` +
    `(?:[_.-][\\w.-]{0,40})?(?![\\w.-])${COLOURS}(${QUOTE})?\\]?${COLOURS}` +
    `(?:[ \\t]*(=>|:=|${EQUALS}|:(?!:|//)|%(?:25)?3a)${COLOURS}([ \\t]*)${COLOURS}(?:\\s{0,20}string\\(\\d{1,5}\\) )?` +
    `|(${VALUE_OF_NAME})[ \\t]{0,8}|(${OPTION})|${IN_ELEMENT}|(?<=securestring)\\t)`,
  'gi',
);
/** Names a secret, and does not contain one. */
const ARN = /arn:aws[a-z-]*:/y;

/** Takes out the values; names and whatever follows the values stay. */
export function maskNamed(text: string): string {
  let masked = '';
  let from = 0;
  NAMED.lastIndex = 0;
  for (let match = NAMED.exec(text); match; match = NAMED.exec(text)) {
    const valueAt = match.index + match[0].length;
    const value = isHarmless(match, valueAt) ? undefined : readValue(text, valueAt, nameOf(match));
    if (value === undefined || isArn(text, value.start)) continue;
    masked += text.slice(from, value.start) + MASK + value.closing;
    from = NAMED.lastIndex = value.end;
  }
  return masked + text.slice(from);
}

function isArn(text: string, at: number): boolean {
  ARN.lastIndex = at;
  return ARN.test(text);
}

/** `DB_PASSWORD: DB_PASSWORD is missing`, as a shell tells of a variable. */
function isItself({ 0: whole, input }: RegExpExecArray, valueAt: number): boolean {
  const name = /^([A-Z_]+): $/.exec(whole)?.[1];
  const word = /^[A-Z_]+(?= )/.exec(input.slice(valueAt, valueAt + 100))?.[0];
  return name !== undefined && word !== undefined && word.endsWith(name);
}

function isHarmless(match: RegExpExecArray, valueAt: number): boolean {
  return isPath(match, valueAt) || isItself(match, valueAt);
}

/** `/etc/passwd: Permission denied`, and the directory that the shell keeps in PWD and OLDPWD. */
function isPath({ 0: whole, index, input }: RegExpExecArray, valueAt: number): boolean {
  const before = input.slice(Math.max(0, index - 40), index);
  if (whole.endsWith(': ') && /\/[\w.-]*$/.test(before)) return true;
  return /^pwd(?:=|: ?)$/i.test(whole) && /(?:^|[^\w-]|\bOLD)$/.test(before) && input.charAt(valueAt) === '/';
}

function nameOf({
  0: whole,
  1: sure = '',
  2: quote,
  3: separator,
  4: space,
  5: value,
  6: option,
}: RegExpExecArray): Name {
  return {
    isSure: sure !== '',
    isQuoted: quote !== undefined || value !== undefined,
    isAuthorization: /^authorization/i.test(whole),
    isPhrase: /^pass/i.test(sure),
    isEncoded: separator?.startsWith('%') ?? false,
    hasColon: separator === ':',
    hasSpace: space !== '',
    isOption: option !== undefined,
  };
}

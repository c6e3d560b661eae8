import { AGENT_PREFIX, LINE_BREAK } from './logLines';

/* How far the value after the name of a secret goes. */

/** What is known of the name. */
export interface Name {
  readonly isSure: boolean;
  readonly isQuoted: boolean;
  readonly isAuthorization: boolean;
  /** Of a password or a passphrase, which may be several words. */
  readonly isPhrase: boolean;
  /** What separates it from its value is percent-encoded, and so is the value. */
  readonly isEncoded: boolean;
  /** Between the name and a value without quotes is a colon, as in a sentence. */
  readonly hasColon: boolean;
  readonly hasSpace: boolean;
  /** A command's `--token`, which an error message may name too. */
  readonly isOption: boolean;
}

export interface Value {
  readonly start: number;
  readonly end: number;
  /** What is missing at the end of a text that was cut off: without it, all that is put behind would be masked, too. */
  readonly closing: string;
}

const QUOTE = /(\\*)(["'])/y;
const ENCODED_VALUE = /(?:%(?:25)?2[27])?((?:(?!%(?:25)?(?:2[267c]|0[ad]|20|3b|7d|5d))[^\s"'&,;<>)}\]])+)/iy;
/** Of `""value""`, which a shell joins. */
const EMPTY_QUOTES = /(?:""|'')(?=\w)/y;
const SCHEME = /[A-Za-z0-9-]+[ \t]+(?=\S)/y;
/** Of the schemes Digest, AWS4-HMAC-SHA256, OAuth and others. */
const SCHEME_PARAMETERS = /(?:[\w-]+=(?:\\*"[^"\n]*"|[^\s,"']+)(?:,[ \t]*|(?![^\s])|$))+/y;
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
const WORDS_TO_LINE_END = new RegExp(
  `[A-Za-z]{2,20}(?:[ \\t]{1,4}[A-Za-z]{2,20}){2,11}[ \\t]{0,4}(?=${LINE_BREAK}|$)`,
  'y',
);
const BLOCK_LINE = new RegExp(`${LINE_BREAK}${AGENT_PREFIX}[ \\t]+[^\\s][^\\n]*`, 'y');
const NEXT_LINE = new RegExp(
  `[ \\t]*${LINE_BREAK}${AGENT_PREFIX}[ \\t]*([^\\s"'\\\\]{8,})[ \\t]*(?=${LINE_BREAK}|$)`,
  'y',
);
/** A path, an address, a time, another setting: no value of what is in the line before. */
const OTHER_LINE = /^[/[(<*=#+-]|:\/\/|\d:\d|^\d{4}-\d\d|^[\w.-]+[:=]|^(?:arn|d-|i-|cdbg-|sig-)/;
/** A word that begins a sentence about a password, and not the beginning of one (`no-way-22`). */
const PROSE = new RegExp(
  `^(?:${[
    'a an and are can cannot changed command could do does empty enter expired failed false file for from has have hidden in incorrect',
    'invalid is login may missing must needs new no none not null of ok old option or parameter password please redacted rejected',
    'required requires reset set should that the this to true unbound undefined unknown updated value verified was were will with wrong',
    'yes you your',
  ]
    .join(' ')
    .replaceAll(' ', '|')})[,;:.!?]*$`,
  'i',
);

export function readValue(text: string, at: number, name: Name): Value | undefined {
  if (name.isEncoded) return readEncoded(text, at);
  return (
    readQuoted(text, at) ?? readContainer(text, at, name) ?? readBare(text, at, name) ?? readNextLine(text, at, name)
  );
}

/** Up to the quote that closes it, also where the JSON is in a string, or to the end of the text. */
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

/** A list or an object: all that is in it. */
function readContainer(text: string, at: number, { isSure, isQuoted }: Name): Value | undefined {
  const opening = text.charAt(at);
  if (!(isSure || isQuoted) || !(opening === '[' || (opening === '{' && OBJECT.test(text.slice(at, at + 80)))))
    return undefined;
  const closing = opening === '[' ? ']' : '}';
  const end = endOfContainer(text, at);
  if (end === undefined) return { start: at + 1, end: text.length, closing };
  return end > at + 1 ? { start: at + 1, end, closing: '' } : undefined;
}

/** Not a value that begins with a brace. */
const OBJECT = /^\{\s*(?:\\*["']|\w+\s*:|[{[]|\*\*\*\})/;

/** Where the bracket that closes it is; brackets in quotes do not count. */
function endOfContainer(text: string, at: number): number | undefined {
  let depth = 0;
  PIECE.lastIndex = at;
  for (let match = PIECE.exec(text); match; match = PIECE.exec(text)) {
    const [piece] = match;
    if (/[[{]$/.test(piece)) depth += 1;
    else if (/[\]}]$/.test(piece)) depth -= 1;
    else PIECE.lastIndex = endOfQuoted(text, match.index, piece);
    if (depth === 0) return match.index;
  }
  return undefined;
}

/** An apostrophe in a word opens nothing. */
const PIECE = /[[\]{}]|\\*"|(?<=[[{,:\s])\\*'/g;

function endOfQuoted(text: string, at: number, opening: string): number {
  const value = readQuoted(text, at);
  return value ? Math.min(text.length, value.end + opening.length) : at + 2 * opening.length;
}

/** `NAME%3Dvalue`, and `%22name%22%3A%22value%22`. */
function readEncoded(text: string, at: number): Value | undefined {
  ENCODED_VALUE.lastIndex = at;
  const [whole = '', value] = ENCODED_VALUE.exec(text) ?? [];
  if (value === undefined) return undefined;
  const end = at + whole.length;
  return { start: end - value.length, end, closing: '' };
}

function readBare(text: string, at: number, name: Name): Value | undefined {
  EMPTY_QUOTES.lastIndex = at;
  let end = name.isAuthorization ? endOfScheme(text, at) : EMPTY_QUOTES.test(text) ? at + 2 : at;
  BARE_VALUE.lastIndex = end;
  while (BARE_VALUE.test(text)) end = BARE_VALUE.lastIndex;
  const value = text.slice(at, end);
  if (value === '') return undefined;
  if (/^[|>][-+]?\d?$/.test(value)) return readBlock(text, at, end);
  if (!isSecret(value, name)) return undefined;
  return {
    start: at,
    end: name.isPhrase && !PROSE.test(value) ? Math.max(end, endOfPhrase(text, at)) : end,
    closing: '',
  };
}

/** Behind `Bearer `, or behind the parameters of a scheme that has some. */
function endOfScheme(text: string, at: number): number {
  SCHEME.lastIndex = at;
  const scheme = SCHEME.exec(text)?.[0] ?? '';
  SCHEME_PARAMETERS.lastIndex = at + scheme.length;
  const parameters = scheme === '' ? '' : (SCHEME_PARAMETERS.exec(text)?.[0] ?? '');
  return at + scheme.length + parameters.length;
}

/** A block of YAML: the lines that are indented. */
function readBlock(text: string, at: number, headEnd: number): Value | undefined {
  let end = headEnd;
  BLOCK_LINE.lastIndex = end;
  while (BLOCK_LINE.test(text)) end = BLOCK_LINE.lastIndex;
  return end > headEnd ? { start: at, end, closing: '' } : undefined;
}

/** `correct horse battery staple`, to the end of its line. */
function endOfPhrase(text: string, at: number): number {
  WORDS_TO_LINE_END.lastIndex = at;
  return WORDS_TO_LINE_END.test(text) ? WORDS_TO_LINE_END.lastIndex : at;
}

/** Alone in the next line, where it does not look like something else. */
function readNextLine(text: string, at: number, { isSure }: Name): Value | undefined {
  if (!isSure) return undefined;
  NEXT_LINE.lastIndex = at;
  const [whole, value = ''] = NEXT_LINE.exec(text) ?? [];
  if (whole === undefined || OTHER_LINE.test(value) || !/[A-Za-z]/.test(value) || !/[\d+/=$#%!^*@~]/.test(value))
    return undefined;
  const end = at + whole.trimEnd().length;
  return { start: end - value.length, end, closing: '' };
}

/** After a colon, and after an option, may follow a sentence. */
function isSecret(value: string, { isSure, isQuoted, isAuthorization, hasColon, hasSpace, isOption }: Name): boolean {
  if (isQuoted || !(hasColon || isOption)) return true;
  if (PROSE.test(isAuthorization ? value.replace(/\s.*/s, '') : value)) return false;
  if (isSure || isOption) return true;
  // An ARN has colons too: `…:secret:spot/token-a1b2c3`. A short number is a count.
  if (/^\d{1,7}$/.test(value)) return false;
  return hasSpace && (value.length >= 32 || (value.length >= 6 && /[0-9+=$#%!^*@~]/.test(value)));
}

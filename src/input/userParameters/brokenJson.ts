/**
 * What is wrong with a text that is not JSON, and where, in plain words. The text may contain a secret, so that
 * at most one character of it, or a word from a fixed list, is ever shown.
 */
import { createScanner, type ParseError, printParseErrorCode } from 'jsonc-parser';
import { JSON_MESSAGES, VALUE_MESSAGES } from '../messages';
import { describeCharacter } from '../valueText';

/** Where the parser gave up. */
interface Failure {
  readonly text: string;
  /** The parser's name of the error, e.g. `CommaExpected`. */
  readonly code: string;
  /** Start of the token that does not fit; `text.length` at the end. */
  readonly offset: number;
  readonly end: number;
  /** Start of the token before; -1 when there is none. */
  readonly previous: number;
}

/** One well-known mistake. It is there where both `code` and `pattern` apply, as far as they are given. */
interface Mistake {
  readonly code?: string;
  /** With the flag `y` it must match at `from`; with `g` it is searched for, up to the end of the token that does not fit. */
  readonly pattern?: RegExp;
  /** Left out: `offset`. */
  readonly from?: 'previous' | 'offset' | 'end';
  /** A function is given what the pattern has captured, or else what is where the parser gave up. */
  readonly message: string | ((found: string) => string);
  /** The reason may be that the text was cut. */
  readonly isCut?: true;
}

const QUOTE = '[\\u2018-\\u201f\\u00ab\\u00bb\\u2039\\u203a\\u2032\\u2033\\u00b4`\\uff02\\uff07]';
const FOREIGN_WORDS = 'NaN|-?Infinity|undefined|None|True|False|TRUE|FALSE|NULL|nil';

/** The first that applies is reported. */
const MISTAKES: readonly Mistake[] = [
  { pattern: new RegExp(`(${QUOTE})`, 'y'), message: JSON_MESSAGES.typographicQuote },
  // One where a string would have to end.
  { pattern: new RegExp(`(${QUOTE})(?=\\s*[:,}\\]])`, 'g'), from: 'previous', message: JSON_MESSAGES.typographicQuote },
  { code: 'InvalidCommentToken', message: JSON_MESSAGES.comment },
  // After a value in quotes comes neither a comma nor the next name, but more of it.
  {
    pattern: /(?<=:\s*"[^"]*"\s*)(?![\s,}\]]|"\w*"\s*:)(?=.)/sy,
    message: JSON_MESSAGES.quoteInString,
  },
  // Nor does a word that is no name.
  { pattern: /(?<=:\s*"[^"]*"\s*,\s*)(?=[A-Za-z0-9(.&#-])(?!\w+\s*[:=}]|#\{)/y, message: JSON_MESSAGES.quoteInString },
  // The string goes on to where the next one begins, or to the end.
  {
    pattern: /"(?=(?:[^"\\]|\\[^"])*\\"\s*,\s*")/y,
    from: 'previous',
    message: JSON_MESSAGES.backslashAtEnd,
  },
  {
    code: 'UnexpectedEndOfString',
    pattern: /"(?=(?:[^"\\\r\n]|\\[^"])*\\"\s*[,}])/y,
    message: JSON_MESSAGES.backslashAtEnd,
  },
  { pattern: /'/y, message: JSON_MESSAGES.singleQuote },
  {
    pattern: /,(?=\s*([}\]]))/y,
    from: 'previous',
    message: JSON_MESSAGES.trailingComma,
  },
  { pattern: /(?<=,\s*),/y, message: JSON_MESSAGES.twoCommas },
  { pattern: new RegExp(`(${FOREIGN_WORDS})(?![\\w-])`, 'y'), message: JSON_MESSAGES.foreignWord },
  {
    pattern: /#\{/y,
    message: JSON_MESSAGES.variable,
  },
  {
    pattern: /\\"/y,
    message: JSON_MESSAGES.escapedQuote,
  },
  { pattern: /\\/y, message: JSON_MESSAGES.backslash },
  {
    code: 'UnexpectedEndOfString',
    pattern: /[\r\n]/y,
    from: 'end',
    message: JSON_MESSAGES.lineBreak,
  },
  { code: 'UnexpectedEndOfString', message: JSON_MESSAGES.unclosedString, isCut: true },
  {
    code: 'InvalidCharacter',
    // eslint-disable-next-line no-control-regex -- this is the search for them
    pattern: /([\u0000-\u001f])/g,
    message: JSON_MESSAGES.controlCharacter,
  },
  {
    code: 'InvalidEscapeCharacter',
    message: JSON_MESSAGES.badEscape,
  },
  { code: 'InvalidUnicode', message: JSON_MESSAGES.badUnicode },
  { code: 'UnexpectedEndOfNumber', message: JSON_MESSAGES.brokenNumber },
  { code: 'EndOfFileExpected', message: JSON_MESSAGES.afterEnd },
  { pattern: /$/y, message: JSON_MESSAGES.unclosedObject, isCut: true },
  { code: 'ColonExpected', message: JSON_MESSAGES.colonExpected },
  { pattern: /=/y, message: JSON_MESSAGES.colonExpected },
  { code: 'CommaExpected', message: JSON_MESSAGES.commaExpected },
  { pattern: /[A-Za-z_$]/y, message: JSON_MESSAGES.unquotedWord },
  { code: 'PropertyNameExpected', message: JSON_MESSAGES.nameExpected },
  { code: 'ValueExpected', message: JSON_MESSAGES.valueExpected },
];

/** A text that is no JSON at first glance: empty, with a byte order mark, YAML, lines of KEY=value. */
export function describeForeignText(text: string): string | undefined {
  if (text === '') return VALUE_MESSAGES.empty;
  if (text.trim() === '') return JSON_MESSAGES.blank;
  if (text.startsWith('\ufeff')) return JSON_MESSAGES.byteOrderMark(describeCharacter('\ufeff'));
  if (/^\s*(---|[A-Za-z_][\w-]*:(\s|$))/.test(text)) return JSON_MESSAGES.yaml;
  return /^\s*[A-Za-z_][\w-]*\s*=/.test(text) ? JSON_MESSAGES.keyValue : undefined;
}

/** Says where the JSON is broken (line and column, from 1) and what is wrong there. */
export function describeBrokenJson(text: string, error: ParseError): string {
  const failure = locate(text, error);
  const { offset, what } = MISTAKES.map((mistake) => find(mistake, failure)).find((found) => found !== undefined) ?? {
    offset: failure.offset,
    what: JSON_MESSAGES.misplaced(describeToken(failure)),
  };
  const { line, column } = position(text, offset);
  return JSON_MESSAGES.broken(line, column, what);
}

function locate(text: string, { error, offset, length }: ParseError): Failure {
  const scanner = createScanner(text, true);
  let previous = -1;
  for (scanner.scan(); scanner.getTokenOffset() < offset; scanner.scan()) previous = scanner.getTokenOffset();
  return { text, code: printParseErrorCode(error), offset, end: offset + length, previous };
}

function position(text: string, offset: number): { readonly line: string; readonly column: string } {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: String(lines.length), column: String(Array.from(lines.at(-1) ?? '').length + 1) };
}

function find(mistake: Mistake, failure: Failure): { readonly offset: number; readonly what: string } | undefined {
  const { code, pattern, from = 'offset' } = mistake;
  if (code !== undefined && code !== failure.code) return undefined;
  if (!pattern) return { offset: failure.offset, what: describe(mistake, undefined, failure) };
  // There is no token before.
  if (failure[from] < 0 && pattern.sticky) return undefined;
  const search = new RegExp(pattern);
  search.lastIndex = failure[from];
  const match = search.exec(failure.text);
  if (!match || (!pattern.sticky && match.index >= failure.end)) return undefined;
  return { offset: match.index, what: describe(mistake, match[1], failure) };
}

function describe({ message, isCut }: Mistake, captured: string | undefined, failure: Failure): string {
  if (typeof message === 'string')
    return isCut && failure.text.length >= 1000 ? `${message} ${JSON_MESSAGES.perhapsCut}` : message;
  if (captured === undefined) return message(describeToken(failure));
  return message(captured.length === 1 ? describeCharacter(captured) : captured);
}

/** `the character }`, or the kind of the token that does not fit. */
function describeToken({ text, offset }: Failure): string {
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  if (character === '"') return 'a string';
  if (/[0-9]/.test(character)) return 'a number';
  return /[A-Za-z_]/.test(character) ? 'a word' : `the character ${describeCharacter(character)}`;
}

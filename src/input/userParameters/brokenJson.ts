/**
 * What is wrong with a text that is not JSON, and where, in plain words. The text may contain a secret, so that
 * at most one character of it, or a word from a fixed list, is ever shown.
 */
import { createScanner, type ParseError, printParseErrorCode } from 'jsonc-parser';
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
  /** A function is given what the pattern has captured, or else what stands where the parser gave up. */
  readonly message: string | ((found: string) => string);
  /** The reason may be that the text was cut. */
  readonly isCut?: true;
}

const QUOTE = '[\\u2018-\\u201f\\u00ab\\u00bb\\u2039\\u203a\\u2032\\u2033\\u00b4`\\uff02\\uff07]';
const CUT_NOTE = " (perhaps it was cut at CodePipeline's limit of 1000 characters)";
const FOREIGN_WORDS = 'NaN|-?Infinity|undefined|None|True|False|TRUE|FALSE|NULL|nil';

const typographicQuote = (quote: string) =>
  `the typographic quote ${quote}, as pasted from a web page or a word processor; use straight quotes: "`;
const colonExpected = (found: string) => `a colon is expected, not ${found}`;

/** The first that applies is told. */
const MISTAKES: readonly Mistake[] = [
  { pattern: new RegExp(`(${QUOTE})`, 'y'), message: typographicQuote },
  // One that stands where a string would have to end.
  { pattern: new RegExp(`(${QUOTE})(?=\\s*[:,}\\]])`, 'g'), from: 'previous', message: typographicQuote },
  { code: 'InvalidCommentToken', message: 'a comment, which JSON does not allow' },
  { pattern: /'/y, message: 'a single quote; JSON uses double quotes: "' },
  {
    pattern: /,(?=\s*([}\]]))/y,
    from: 'previous',
    message: (brace) => `a comma before the closing ${brace}; remove it`,
  },
  { pattern: /(?<=,\s*),/y, message: 'two commas in a row; remove one' },
  { pattern: new RegExp(`(${FOREIGN_WORDS})(?![\\w-])`, 'y'), message: (word) => `${word} is no JSON value` },
  {
    pattern: /#\{/y,
    message: 'a variable #{…} without quotes, which CodePipeline did not resolve; put it into double quotes',
  },
  {
    pattern: /\\"/y,
    message: 'a quote with a backslash before it; the JSON seems to have been encoded twice',
  },
  { pattern: /\\/y, message: 'a backslash outside a text' },
  {
    code: 'UnexpectedEndOfString',
    pattern: /[\r\n]/y,
    from: 'end',
    message: 'a line break inside a text; write \\n or put the text on one line',
  },
  { code: 'UnexpectedEndOfString', message: 'a text that starts here is never closed by a "', isCut: true },
  {
    code: 'InvalidCharacter',
    // eslint-disable-next-line no-control-regex -- this is the search for them
    pattern: /([\u0000-\u001f])/g,
    message: (character) => `the control character ${character} inside a text`,
  },
  {
    code: 'InvalidEscapeCharacter',
    message: 'the text that starts here has a backslash that starts no escape; write \\\\ for a backslash',
  },
  { code: 'InvalidUnicode', message: 'the text that starts here has a \\u without four hexadecimal digits' },
  { code: 'UnexpectedEndOfNumber', message: 'a number that breaks off' },
  { code: 'EndOfFileExpected', message: (found) => `${found} follows the end of the object` },
  { pattern: /$/y, message: 'the text ends before its closing brace', isCut: true },
  { code: 'ColonExpected', message: colonExpected },
  { pattern: /=/y, message: colonExpected },
  { code: 'CommaExpected', message: (found) => `a comma or the closing brace is expected, not ${found}` },
  { pattern: /[A-Za-z_$]/y, message: 'a word without double quotes' },
  { code: 'PropertyNameExpected', message: (found) => `a name in double quotes is expected, not ${found}` },
  { code: 'ValueExpected', message: (found) => `a value is expected, not ${found}` },
];

/** A text that is no JSON at first glance: empty, with a byte order mark, YAML, lines of KEY=value. */
export function describeForeignText(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (text.trim() === '') return 'holds nothing but white space';
  if (text.startsWith('\ufeff'))
    return `starts with a ${describeCharacter('\ufeff')}, as some editors save it; remove it`;
  if (/^\s*(---|[A-Za-z_][\w-]*:(\s|$))/.test(text)) return 'looks like YAML, not JSON';
  return /^\s*[A-Za-z_][\w-]*\s*=/.test(text) ? 'looks like KEY=value, not JSON' : undefined;
}

/** Says where the JSON is broken (line and column, from 1) and what is wrong there. */
export function describeBrokenJson(text: string, error: ParseError): string {
  const failure = locate(text, error);
  const { offset, what } = MISTAKES.map((mistake) => find(mistake, failure)).find((found) => found !== undefined) ?? {
    offset: failure.offset,
    what: `${describeToken(failure)} does not belong here`,
  };
  return `is not valid JSON at ${position(text, offset)}: ${what}`;
}

function locate(text: string, { error, offset, length }: ParseError): Failure {
  const scanner = createScanner(text, true);
  let previous = -1;
  for (scanner.scan(); scanner.getTokenOffset() < offset; scanner.scan()) previous = scanner.getTokenOffset();
  return { text, code: printParseErrorCode(error), offset, end: offset + length, previous };
}

function position(text: string, offset: number): string {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `line ${lines.length}, column ${Array.from(lines.at(-1) ?? '').length + 1}`;
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
  if (typeof message === 'string') return isCut && failure.text.length >= 1000 ? `${message}${CUT_NOTE}` : message;
  if (captured === undefined) return message(describeToken(failure));
  return message(captured.length === 1 ? describeCharacter(captured) : captured);
}

/** `the character }`, or the kind of the token that does not fit. */
function describeToken({ text, offset }: Failure): string {
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  if (character === '"') return 'text in quotes';
  if (/[0-9]/.test(character)) return 'a number';
  return /[A-Za-z_]/.test(character) ? 'a word' : `the character ${describeCharacter(character)}`;
}

/**
 * What is wrong with a text that is not JSON, and where, in plain words. The text may hold a secret, so that
 * at most one character of it, or a word from a fixed list, is ever shown.
 */
import { createScanner, type ParseError, printParseErrorCode } from 'jsonc-parser';
import { describeCharacter } from '../valueText';

/** Where the parser gave up. */
interface Spot {
  readonly text: string;
  /** The parser's name of the error, e.g. `CommaExpected`. */
  readonly code: string;
  /** Start of the token that does not fit; `text.length` at the end. */
  readonly offset: number;
  readonly end: number;
  /** Start of the token before; -1 when there is none. */
  readonly previous: number;
}

interface Finding {
  readonly what: string;
  /** When it is elsewhere than where the parser gave up. */
  readonly offset?: number;
}

const TYPOGRAPHIC_QUOTE = /[\u2018-\u201f\u00ab\u00bb\u2039\u203a\u2032\u2033\u00b4`\uff02\uff07]/;
// A typographic quote that stands where a text would have to end.
const TYPOGRAPHIC_END = new RegExp(`${TYPOGRAPHIC_QUOTE.source}(?=\\s*[:,}\\]])`);
const FOREIGN_WORDS = [
  'NaN',
  'Infinity',
  '-Infinity',
  'undefined',
  'None',
  'True',
  'False',
  'TRUE',
  'FALSE',
  'NULL',
  'nil',
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
  const spot = toSpot(text, error);
  const finders = [
    typographicQuote,
    comment,
    quoteInText,
    singleQuote,
    trailingComma,
    foreignWord,
    variable,
    escapedQuote,
    byCode,
  ];
  const finding = finders.map((find) => find(spot)).find((found) => found !== undefined) ?? unexpected(spot);
  return `is not valid JSON at ${position(text, finding.offset ?? spot.offset)}: ${finding.what}`;
}

function toSpot(text: string, { error, offset, length }: ParseError): Spot {
  const scanner = createScanner(text, true);
  let previous = -1;
  for (scanner.scan(); scanner.getTokenOffset() < offset; scanner.scan()) previous = scanner.getTokenOffset();
  return { text, code: printParseErrorCode(error), offset, end: offset + length, previous };
}

function position(text: string, offset: number): string {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `line ${lines.length}, column ${Array.from(lines.at(-1) ?? '').length + 1}`;
}

function typographicQuote({ text, offset, end, previous }: Spot): Finding | undefined {
  const start = Math.max(previous, 0);
  const isAtToken = TYPOGRAPHIC_QUOTE.test(text.charAt(offset));
  const index = isAtToken ? offset - start : text.slice(start).search(TYPOGRAPHIC_END);
  if (index < 0 || start + index >= end) return undefined;
  const quote = describeCharacter(text.charAt(start + index));
  const what = `the typographic quote ${quote}, as pasted from a web page or a word processor; use straight quotes: "`;
  return { what, offset: start + index };
}

function comment({ code }: Spot): Finding | undefined {
  return code === 'InvalidCommentToken' ? { what: 'a comment, which JSON does not allow' } : undefined;
}

/** What puts a quote, a line break or a backslash into a text; people rarely type them there. */
const BY_VARIABLE =
  "a variable's value broke the JSON: CodePipeline inserts it as it is; use variables whose values are ids, such as a " +
  'commit id, not commit messages or branch names';

/** After a value and a comma that somebody forgot comes a name in quotes with a colon. */
function quoteInText({ text, offset, previous }: Spot): Finding | undefined {
  const isAfterTextValue = text.charAt(previous) === '"' && text.slice(0, previous).trimEnd().endsWith(':');
  if (!isAfterTextValue || offset >= text.length || /^(?:[,}\]]|"\w*"\s*:)/.test(text.slice(offset))) return undefined;
  return { what: `a text goes on after its closing quote; ${BY_VARIABLE}` };
}

function singleQuote({ text, offset }: Spot): Finding | undefined {
  return text.charAt(offset) === "'" ? { what: 'a single quote; JSON uses double quotes: "' } : undefined;
}

function trailingComma({ text, offset, previous }: Spot): Finding | undefined {
  if (text.charAt(previous) !== ',') return undefined;
  const next = text.charAt(offset);
  if (next === '}' || next === ']') return { what: `a comma before the closing ${next}; remove it`, offset: previous };
  return next === ',' ? { what: 'two commas in a row; remove one' } : undefined;
}

function foreignWord({ text, offset }: Spot): Finding | undefined {
  const word = /^-?[A-Za-z]+(?![\w-])/.exec(text.slice(offset, offset + 20))?.[0] ?? '';
  return FOREIGN_WORDS.includes(word) ? { what: `${word} is no JSON value` } : undefined;
}

function variable({ text, offset }: Spot): Finding | undefined {
  if (!text.startsWith('#{', offset)) return undefined;
  return { what: 'a variable #{…} without quotes, which CodePipeline did not resolve; put it into double quotes' };
}

function escapedQuote({ text, offset }: Spot): Finding | undefined {
  if (text.charAt(offset) !== '\\') return undefined;
  if (text.charAt(offset + 1) !== '"') return { what: 'a backslash outside a text' };
  return { what: 'a quote with a backslash before it; the JSON seems to have been encoded twice' };
}

function byCode(spot: Spot): Finding | undefined {
  switch (spot.code) {
    case 'UnexpectedEndOfString':
      return unclosedText(spot);
    case 'InvalidCharacter':
      return controlCharacter(spot);
    case 'InvalidEscapeCharacter':
      return {
        what: `the text that starts here has a backslash that starts no escape; write \\\\ for a backslash, or ${BY_VARIABLE}`,
      };
    case 'InvalidUnicode':
      return { what: 'the text that starts here has a \\u without four hexadecimal digits' };
    case 'UnexpectedEndOfNumber':
      return { what: 'a number that breaks off' };
    case 'EndOfFileExpected':
      return { what: `${describeNext(spot)} follows the end of the object` };
    default:
      return undefined;
  }
}

function unclosedText({ text, end }: Spot): Finding {
  if (end >= text.length) return { what: `a text that starts here is never closed by a "${cutNote(text)}` };
  return { what: `a line break inside a text; ${BY_VARIABLE}`, offset: end };
}

function controlCharacter({ text, offset, end }: Spot): Finding {
  // eslint-disable-next-line no-control-regex -- this is the search for them
  const index = text.slice(offset, end).search(/[\u0000-\u001f]/);
  const character = describeCharacter(text.charAt(offset + index));
  return { what: `the control character ${character} inside a text`, offset: offset + index };
}

function unexpected(spot: Spot): Finding {
  const { text, offset, code } = spot;
  if (offset >= text.length) return { what: `the text ends before its closing brace${cutNote(text)}` };
  const next = describeNext(spot);
  if (code === 'ColonExpected' || text.charAt(offset) === '=') {
    return { what: `a colon is expected, not ${next}` };
  }
  if (code === 'CommaExpected') return { what: `a comma or the closing brace is expected, not ${next}` };
  if (/[A-Za-z_$]/.test(text.charAt(offset))) return { what: 'a word without double quotes' };
  if (code === 'PropertyNameExpected') return { what: `a name in double quotes is expected, not ${next}` };
  return {
    what: code === 'ValueExpected' ? `a value is expected, not ${next}` : `${next} does not belong here`,
  };
}

/** `the character }`, or the kind of what begins here. */
function describeNext({ text, offset }: Spot): string {
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  if (character === '"') return 'text in quotes';
  if (/[0-9]/.test(character)) return 'a number';
  return /[A-Za-z_]/.test(character) ? 'a word' : `the character ${describeCharacter(character)}`;
}

function cutNote(text: string): string {
  return text.length >= 1000 ? " (perhaps it was cut at CodePipeline's limit of 1000 characters)" : '';
}

/**
 * What is wrong with a text that is not JSON, and where, in plain words. The text may contain a secret, so that
 * at most one character of it, or a word from a fixed list, is ever shown.
 */
import { createScanner, type ParseError, printParseErrorCode } from 'jsonc-parser';
import { JSON_MESSAGES, VALUE_MESSAGES } from '../messages';
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
  if (text === '') return VALUE_MESSAGES.empty;
  if (text.trim() === '') return JSON_MESSAGES.blank;
  if (text.startsWith('\ufeff')) return JSON_MESSAGES.byteOrderMark(describeCharacter('\ufeff'));
  if (/^\s*(---|[A-Za-z_][\w-]*:(\s|$))/.test(text)) return JSON_MESSAGES.yaml;
  return /^\s*[A-Za-z_][\w-]*\s*=/.test(text) ? JSON_MESSAGES.keyValue : undefined;
}

/** Says where the JSON is broken (line and column, from 1) and what is wrong there. */
export function describeBrokenJson(text: string, error: ParseError): string {
  const spot = toSpot(text, error);
  const finders = [typographicQuote, comment, singleQuote, trailingComma, foreignWord, variable, escapedQuote, byCode];
  const finding = finders.map((find) => find(spot)).find((found) => found !== undefined) ?? unexpected(spot);
  const [line, column] = position(text, finding.offset ?? spot.offset);
  return JSON_MESSAGES.broken(String(line), String(column), finding.what);
}

function toSpot(text: string, { error, offset, length }: ParseError): Spot {
  const scanner = createScanner(text, true);
  let previous = -1;
  for (scanner.scan(); scanner.getTokenOffset() < offset; scanner.scan()) previous = scanner.getTokenOffset();
  return { text, code: printParseErrorCode(error), offset, end: offset + length, previous };
}

function position(text: string, offset: number): readonly [line: number, column: number] {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return [lines.length, Array.from(lines.at(-1) ?? '').length + 1];
}

function typographicQuote({ text, offset, end, previous }: Spot): Finding | undefined {
  const start = Math.max(previous, 0);
  const isAtToken = TYPOGRAPHIC_QUOTE.test(text.charAt(offset));
  const index = isAtToken ? offset - start : text.slice(start).search(TYPOGRAPHIC_END);
  if (index < 0 || start + index >= end) return undefined;
  const quote = describeCharacter(text.charAt(start + index));
  return { what: JSON_MESSAGES.typographicQuote(quote), offset: start + index };
}

function comment({ code }: Spot): Finding | undefined {
  return code === 'InvalidCommentToken' ? { what: JSON_MESSAGES.comment } : undefined;
}

function singleQuote({ text, offset }: Spot): Finding | undefined {
  return text.charAt(offset) === "'" ? { what: JSON_MESSAGES.singleQuote } : undefined;
}

function trailingComma({ text, offset, previous }: Spot): Finding | undefined {
  if (text.charAt(previous) !== ',') return undefined;
  const next = text.charAt(offset);
  if (next === '}' || next === ']') return { what: JSON_MESSAGES.trailingComma(next), offset: previous };
  return next === ',' ? { what: JSON_MESSAGES.twoCommas } : undefined;
}

function foreignWord({ text, offset }: Spot): Finding | undefined {
  const word = /^-?[A-Za-z]+(?![\w-])/.exec(text.slice(offset, offset + 20))?.[0] ?? '';
  return FOREIGN_WORDS.includes(word) ? { what: JSON_MESSAGES.foreignWord(word) } : undefined;
}

function variable({ text, offset }: Spot): Finding | undefined {
  if (!text.startsWith('#{', offset)) return undefined;
  return { what: JSON_MESSAGES.variable };
}

function escapedQuote({ text, offset }: Spot): Finding | undefined {
  if (text.charAt(offset) !== '\\') return undefined;
  if (text.charAt(offset + 1) !== '"') return { what: JSON_MESSAGES.backslash };
  return { what: JSON_MESSAGES.escapedQuote };
}

function byCode(spot: Spot): Finding | undefined {
  switch (spot.code) {
    case 'UnexpectedEndOfString':
      return unclosedText(spot);
    case 'InvalidCharacter':
      return controlCharacter(spot);
    case 'InvalidEscapeCharacter':
      return { what: JSON_MESSAGES.badEscape };
    case 'InvalidUnicode':
      return { what: JSON_MESSAGES.badUnicode };
    case 'UnexpectedEndOfNumber':
      return { what: JSON_MESSAGES.brokenNumber };
    case 'EndOfFileExpected':
      return { what: JSON_MESSAGES.afterEnd(describeNext(spot)) };
    default:
      return undefined;
  }
}

function unclosedText({ text, end }: Spot): Finding {
  if (end >= text.length) return { what: `${JSON_MESSAGES.unclosedString}${cutNote(text)}` };
  return { what: JSON_MESSAGES.lineBreak, offset: end };
}

function controlCharacter({ text, offset, end }: Spot): Finding {
  // eslint-disable-next-line no-control-regex -- this is the search for them
  const index = text.slice(offset, end).search(/[\u0000-\u001f]/);
  const character = describeCharacter(text.charAt(offset + index));
  return { what: JSON_MESSAGES.controlCharacter(character), offset: offset + index };
}

function unexpected(spot: Spot): Finding {
  const { text, offset, code } = spot;
  if (offset >= text.length) return { what: `${JSON_MESSAGES.unclosedObject}${cutNote(text)}` };
  const next = describeNext(spot);
  if (code === 'ColonExpected' || text.charAt(offset) === '=') {
    return { what: JSON_MESSAGES.colonExpected(next) };
  }
  if (code === 'CommaExpected') return { what: JSON_MESSAGES.commaExpected(next) };
  if (/[A-Za-z_$]/.test(text.charAt(offset))) return { what: JSON_MESSAGES.unquotedWord };
  if (code === 'PropertyNameExpected') return { what: JSON_MESSAGES.nameExpected(next) };
  return {
    what: code === 'ValueExpected' ? JSON_MESSAGES.valueExpected(next) : JSON_MESSAGES.misplaced(next),
  };
}

/** `the character }`, or the kind of what begins here. */
function describeNext({ text, offset }: Spot): string {
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  if (character === '"') return 'a string';
  if (/[0-9]/.test(character)) return 'a number';
  return /[A-Za-z_]/.test(character) ? 'a word' : `the character ${describeCharacter(character)}`;
}

function cutNote(text: string): string {
  return text.length >= 1000 ? ` ${JSON_MESSAGES.perhapsCut}` : '';
}

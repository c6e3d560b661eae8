import { AGENT_PREFIX, LINE_BREAK } from './logLines';
import { MASK } from './namedSecrets';

const SPACE = '(?: |\\+|%20)';
const ARMOUR = `PRIVATE${SPACE}KEY(?:${SPACE}BLOCK)?-----`;
const WORDS = `(?:${SPACE}[A-Z0-9]{1,20}){0,4}${SPACE}`;
const BEGUN_KEY = new RegExp(`(-----BEGIN${WORDS}${ARMOUR})(?!\\*\\*\\*)(?:(?!-----(?:BEGIN|END)${SPACE})[^])+`, 'g');
const KEY_END = new RegExp(`-----END${WORDS}(?:${ARMOUR}|P[RIVATEKY ]{0,12}-{0,5}$)`);
const BREAK = new RegExp(`(${LINE_BREAK})`);
/** A line of Base64 alone, or one of a key's width behind whatever a log puts before it. */
const KEY_LINE = new RegExp(`^${AGENT_PREFIX}[ \\t]*[\\w+/=]{16,}[ \\t]*$|[\\s\\]|>:][\\w+/]{32,}={0,2}[ \\t]*$`);
/** The last one is shorter. */
const LAST_LINE = /(?:^|[\s\]|>:])[\w+/]+={0,2}[ \t]*$/;

/**
 * Private keys in PEM's armour. One that was cut off is masked up to the end of the text: its lines may have headers, blank ones,
 * indentation and timestamps between them. Of one without its beginning, the lines before its end.
 */
export function maskKeys(text: string): string {
  if (!/PRIVATE|-----END/.test(text)) return text;
  const masked = text.replace(BEGUN_KEY, `$1${MASK}`);
  const end = masked.search(KEY_END);
  return end < 0 ? masked : maskLinesBefore(masked.slice(0, end)) + masked.slice(end);
}

/** The last piece is what is before the armour in its own line. */
function maskLinesBefore(text: string): string {
  const pieces = text.split(BREAK);
  const last = pieces.length - 1;
  const isKeyLine = (number: number) => KEY_LINE.test(pieces[number] ?? '');
  let kept = last;
  if (isKeyLine(last - 4) && LAST_LINE.test(pieces[last - 2] ?? '')) kept -= 4;
  while (kept > 0 && isKeyLine(kept - 2)) kept -= 2;
  return kept === last || pieces[last]?.includes(MASK) ? text : pieces.slice(0, Math.max(0, kept)).join('') + MASK;
}

import { AGENT_PREFIX, LINE_BREAK } from './logLines';
import { MASK } from './namedSecrets';

const START = /(?<![A-Za-z0-9_-])(?:eyJ[A-Za-z0-9_-]{4,}|gh[opsur]_[A-Za-z0-9]{4,}|github_pat_\w{4,})[A-Za-z0-9_.-]*/g;
const NEXT_LINE = new RegExp(`${LINE_BREAK}${AGENT_PREFIX}[ \\t]{0,40}([A-Za-z0-9_.-]+)`, 'y');
const FULL_LINE = /^(?=.*\d)(?=.*[A-Z])[\w-]{20,}$/;
const WHOLE_JWT = /^[\w-]+\.[\w-]+\.[\w-]{10,}$/;
/** A token has no more lines. */
const MOST_LINES = 40;

/** JSON Web Tokens and GitHub's tokens that a terminal has broken into lines: those that are whole with the next lines. */
export function maskWrapped(text: string): string {
  let masked = '';
  let from = 0;
  START.lastIndex = 0;
  for (let match = START.exec(text); match; match = START.exec(text)) {
    const end = endOfWrapped(text, match[0], START.lastIndex);
    if (end === undefined) continue;
    masked += text.slice(from, match.index) + MASK;
    from = START.lastIndex = end;
  }
  return masked + text.slice(from);
}

function endOfWrapped(text: string, beginning: string, at: number): number | undefined {
  let token = beginning;
  let end = at;
  for (let lines = 1; lines < MOST_LINES; lines += 1) {
    NEXT_LINE.lastIndex = end;
    const piece = NEXT_LINE.exec(text)?.[1];
    if (piece === undefined || (isWhole(token) && !FULL_LINE.test(piece))) break;
    token += piece;
    end = NEXT_LINE.lastIndex;
  }
  return end > at && isWhole(token) ? end : undefined;
}

function isWhole(token: string): boolean {
  if (token.startsWith('eyJ')) return WHOLE_JWT.test(token);
  return token.length >= (token.startsWith('github_pat_') ? 93 : 40);
}

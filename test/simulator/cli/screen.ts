import { createLogUpdate } from 'log-update';
import { wrapText } from '../../support/wrapText';

/** Where a run is shown: a terminal, with a block below the lines that is redrawn; or a file or a pipe, with lines only. */
export interface Screen {
  /** What is printed stays. */
  print(text: string): void;
  /** Replaces the block; undefined where there is none. */
  readonly draw?: (block: readonly string[]) => void;
  /** Removes the block. */
  clear(): void;
}

export function createScreen(stream: NodeJS.WriteStream): Screen {
  const print = (text: string) => void stream.write(`${text}\n`);
  if (!stream.isTTY || process.env['TERM'] === 'dumb') return { print, clear: () => undefined };
  const update = createLogUpdate(stream);
  return {
    print: (text) => {
      update.clear();
      print(fitted(text, stream.columns));
    },
    // One column less: some terminals wrap a line that fills the last one. What a low terminal has no room for is at the end.
    draw: (block) => {
      const lines = block.slice(0, Math.max(1, stream.rows - 2));
      update(lines.map((line) => line.slice(0, stream.columns - 1)).join('\n'));
    },
    clear: () => {
      update.clear();
    },
  };
}

/** Sentences are broken at words, and not where the terminal's width ends. Log lines, variables and what a script said stay as they are. */
function fitted(text: string, columns: number): string {
  const lines = text
    .split('\n')
    .flatMap((line) => (/^(\{| {2}(\||\w+ = ))/.test(line) ? line : wrapText(line, columns)));
  return lines.join('\n');
}

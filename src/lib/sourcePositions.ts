import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * A stack trace with the files and lines of the source in place of the bundle's. Node's --enable-source-maps would do that
 * too, but reads every map at the start, for stack traces that are hardly ever written.
 */
export function withSourcePositions(stack: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  const mapOf = (url: string) => {
    if (!maps.has(url)) maps.set(url, readMap(url));
    return maps.get(url);
  };
  return stack.replace(/(file:\/\/[^\s()]+):(\d+):(\d+)/g, (position, url: string, line: string, column: string) => {
    const entry = mapOf(url)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (!entry || !('originalSource' in entry)) return position;
    // The path is relative to the folder of the bundle, which the reader of a log does not know.
    const source = entry.originalSource.replace(/^(\.\.\/)+/, '');
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

/** Undefined where there is no map: the position in the bundle is better than another error. */
function readMap(url: string): SourceMap | undefined {
  try {
    const map: unknown = JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8'));
    return new SourceMap(map as ConstructorParameters<typeof SourceMap>[0]);
  } catch {
    return undefined;
  }
}

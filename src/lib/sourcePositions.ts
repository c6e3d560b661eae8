import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * A stack with the files and lines of the source in place of the bundle's. Node does it by itself with
 * --enable-source-maps, but then reads every map at the start, for stacks that are hardly ever told.
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
    // Relative to the folder of the bundle, which says nothing to the reader of a log.
    const source = entry.originalSource.replace(/^(\.\.\/)+/, '');
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

/** Nothing where there is no map: the bundle's own position is better than another error. */
function readMap(url: string): SourceMap | undefined {
  try {
    const map: unknown = JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8'));
    return new SourceMap(map as ConstructorParameters<typeof SourceMap>[0]);
  } catch {
    return undefined;
  }
}

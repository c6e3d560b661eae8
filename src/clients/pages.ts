/** One page of a list, and the token of the next one, where there is one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/**
 * All items of a list. `read` is one call under the retry policy: a page that fails is retried alone, and the pages
 * before it are not read again.
 */
export async function everyPage<T>(read: (nextToken: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const { items, nextToken } = await read(token);
    all.push(...items);
    // A token that is returned twice would never end.
    token = nextToken === token || nextToken === '' ? undefined : nextToken;
  } while (token !== undefined);
  return all;
}

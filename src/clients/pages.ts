/** One page of a list, and the token of the next one, where there is one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/**
 * All items of a list. `read` is one call under the retry policy: a page that fails is retried alone, and the pages
 * before it are not read again.
 *
 * @param from the token of the page to begin with; the first one without it
 */
export async function everyPage<T>(
  read: (nextToken: string | undefined) => Promise<Page<T>>,
  from?: string,
): Promise<T[]> {
  const all: T[] = [];
  let token = from;
  do {
    const { items, nextToken } = await read(token);
    all.push(...items);
    // A token that is returned twice would never end.
    token = nextToken === token || nextToken === '' ? undefined : nextToken;
  } while (token !== undefined);
  return all;
}

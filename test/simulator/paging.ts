/** One page of ids, and the token of the next one. The token is opaque to clients. */
export interface Page {
  readonly ids: readonly string[];
  readonly nextToken: string | undefined;
}

/** @returns undefined when the token is none of ours */
export function pageOf(ids: readonly string[], token: string | undefined, size: number): Page | undefined {
  const start = token === undefined ? '0' : /^from (\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  if (start === undefined) return undefined;
  const end = Number(start) + size;
  const nextToken = end < ids.length ? Buffer.from(`from ${end}`).toString('base64') : undefined;
  return { ids: ids.slice(Number(start), end), nextToken };
}

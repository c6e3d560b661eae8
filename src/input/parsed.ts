import type { Problem } from '../errors';

/** What a parser returns: the value with its warnings, or everything that is wrong (at least one problem). */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** A good value; the warnings are whole sentences for the log. */
export function valid<T>(value: T, warnings: readonly string[] = []): Parsed<T> {
  return { ok: true, value, warnings };
}

/** A bad value; `problems` has at least one entry. */
export function invalid(problems: readonly Problem[]): Parsed<never> {
  return { ok: false, problems };
}

import { UpstreamError } from '../clients/upstreamError';

/** The result of a call whose failure does not end the poll: another call may still decide it. */
export type Attempt<T, E = UpstreamError> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/** What the call gave; undefined where it has failed, or was not made. */
export function valueOf<T>(attempt: Attempt<T, unknown> | undefined): T | undefined {
  return attempt?.ok ? attempt.value : undefined;
}

/** Waits for a call. An error that is not an UpstreamError is a bug of ours, and is thrown on. */
export async function attempt<T>(call: Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await call };
  } catch (error) {
    if (error instanceof UpstreamError) return { ok: false, error };
    throw error;
  }
}

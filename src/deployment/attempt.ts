import { UpstreamError } from '../clients/upstreamError';

/** A look that may fail without ending the tick: the other side may still decide it. */
export type Attempt<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: UpstreamError };

/** Looks. An error that is not an upstream's is a bug of ours, and goes on. */
export async function attempt<T>(look: Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await look };
  } catch (error) {
    if (error instanceof UpstreamError) return { ok: false, error };
    throw error;
  }
}

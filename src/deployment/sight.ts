import { UpstreamError } from '../clients/upstreamError';

/** A look that may fail without ending the tick: the other side may still decide it. */
export type Sight<T> =
  { readonly seen: true; readonly value: T } | { readonly seen: false; readonly error: UpstreamError };

/** Looks. An error that is not an upstream's is a bug of ours, and goes on. */
export async function lookAt<T>(look: Promise<T>): Promise<Sight<T>> {
  try {
    return { seen: true, value: await look };
  } catch (error) {
    if (error instanceof UpstreamError) return { seen: false, error };
    throw error;
  }
}

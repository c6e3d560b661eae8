import { inspect } from 'node:util';
import { UpstreamError } from '../../src/clients/upstreamError';

/** The error that a promise is rejected with; a promise that is fulfilled fails the test. */
export async function caught(work: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await work;
  } catch (error) {
    return error;
  }
  throw new Error(`expected an error, got ${inspect(value, { depth: 5 })}`);
}

export async function upstreamErrorOf(work: Promise<unknown>): Promise<UpstreamError> {
  const error = await caught(work);
  if (!(error instanceof UpstreamError)) throw new Error('expected an UpstreamError', { cause: error });
  return error;
}

/** All the ways in which an error may be shown: none of them may hold a secret. */
export function everythingShownOf(error: unknown): string {
  const stack = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : '';
  return [
    stack,
    String(error),
    JSON.stringify(error),
    inspect(error, { depth: 10, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null }),
  ].join('\n');
}

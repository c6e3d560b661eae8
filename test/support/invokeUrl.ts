/**
 * Invokes a function at an address of Lambda's Invoke API, e.g. of `sam local start-lambda` or of the Runtime Interface
 * Emulator, and waits for its answer. Rejects when the function threw or ran out of time: both answer 200 then.
 */
export async function invokeUrl(url: string, event: unknown, seconds: number): Promise<void> {
  const signal = AbortSignal.timeout(seconds * 1000);
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(event), signal });
  const body = await answer.text();
  if (!answer.ok || /errorType|Task timed out/.test(body)) throw new Error(`${answer.status}: ${body}`);
}

/** @throws when nobody listens at the address */
export async function reached(url: string): Promise<void> {
  try {
    await fetch(new URL('/', url), { signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    const { message } = error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error);
    throw new Error(`Nothing answers at ${url}: ${message || 'the connection failed'}`, { cause: error });
  }
}

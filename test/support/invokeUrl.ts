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

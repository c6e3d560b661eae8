/** Times are in milliseconds since the epoch. All code of the product reads the time, and waits, through a clock. */
export interface Clock {
  now(): number;
  /** Never ends early: a poll that came a moment too soon would find itself blocked by Spot's limit, and wait for another turn. */
  sleep(milliseconds: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  // Timers count whole milliseconds, and may fire one too early.
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, Math.ceil(milliseconds) + 1)),
};

/**
 * Runs `work` with an abort signal that fires after `milliseconds`.
 * Every outgoing call has such a limit: requests to Spot's API have been observed to hang (docs/services.md, Spot).
 */
export async function withTimeLimit<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new Error(`no answer within ${milliseconds / 1000} s`));
  }, milliseconds);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

import type { Clock } from './lib/clock';

/** How an invocation divides the time that Lambda gives it. Times are ms since the epoch. */
export interface TimeBudget {
  /** When the last call of the work must have ended. */
  readonly workUntil: number;
  /** When the report must have been sent, or given up. */
  readonly reportUntil: number;
  /** No poll begins after this. */
  pollUntil(pollWindowSeconds: number | undefined): number;
}

/** Milliseconds reserved for the report and its retries; of a short invocation a quarter. */
const REPORT_RESERVE_MS = 30_000;
/** Milliseconds that the report may take: one that fails for so long is left to Lambda's next delivery, while CodePipeline waits. */
export const LONGEST_REPORT_MS = 60_000;
/** Milliseconds that a poll may need when services are slow; of a short invocation a quarter. */
const POLL_RESERVE_MS = 45_000;
/** Milliseconds that are left unused before Lambda ends the process. */
const SAFETY_MS = 500;

/** @param remainingMilliseconds Lambda's `context.getRemainingTimeInMillis()` */
export function timeBudget(clock: Pick<Clock, 'now'>, remainingMilliseconds: number): TimeBudget {
  const start = clock.now();
  const remaining = Math.max(0, remainingMilliseconds);
  const workUntil = start + remaining - Math.min(REPORT_RESERVE_MS, remaining / 4);
  const lastPoll = workUntil - Math.min(POLL_RESERVE_MS, remaining / 4);
  return {
    workUntil,
    reportUntil: start + remaining - Math.min(SAFETY_MS, remaining / 20),
    pollUntil: (window) => (window === undefined ? lastPoll : Math.min(lastPoll, start + window * 1000)),
  };
}

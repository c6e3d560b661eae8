import type { Clock } from './lib/clock';

/** How one invocation divides the time that Lambda gives it. Times are ms since the epoch. */
export interface TimeBudget {
  /** The last call of the work has ended by then. */
  readonly workUntil: number;
  /** The report has been given, or given up, by then. */
  readonly reportUntil: number;
  /** No tick begins after this. */
  pollUntil(pollWindowSeconds: number | undefined): number;
}

/** Milliseconds that are kept for the report, its retries included; of a short invocation a quarter. */
const REPORT_RESERVE_MS = 30_000;
/** Milliseconds that a tick may need when services are slow; of a short invocation a quarter. */
const TICK_RESERVE_MS = 45_000;
/** Milliseconds before the end at which Lambda could end the process. */
const SAFETY_MS = 500;

/** @param remainingMilliseconds Lambda's `context.getRemainingTimeInMillis()` */
export function timeBudget(clock: Pick<Clock, 'now'>, remainingMilliseconds: number): TimeBudget {
  const start = clock.now();
  const remaining = Math.max(0, remainingMilliseconds);
  const workUntil = start + remaining - Math.min(REPORT_RESERVE_MS, remaining / 4);
  const lastTick = workUntil - Math.min(TICK_RESERVE_MS, remaining / 4);
  return {
    workUntil,
    reportUntil: start + remaining - Math.min(SAFETY_MS, remaining / 20),
    pollUntil: (window) => (window === undefined ? lastTick : Math.min(lastTick, start + window * 1000)),
  };
}

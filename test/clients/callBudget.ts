import { RetryQuota, type CallBudget } from '../../src/clients/callPolicy';
import { systemClock } from '../../src/lib/clock';

/**
 * A budget for calls over a real loopback server. The pauses between repeats last 0 × 300 ms: how long they are is
 * callPolicy.test.ts's matter, and the requests are counted all the same.
 */
export function budgetFor(milliseconds: number, more: Partial<CallBudget> = {}): CallBudget {
  return {
    clock: systemClock,
    until: systemClock.now() + milliseconds,
    jitter: () => -0.5,
    retries: new RetryQuota(),
    redact: (text) => text,
    ...more,
  };
}

/** Long enough for a call that gets its answers at once. */
export const AMPLE_MS = 30_000;
/** A call may take this long, and no longer: the least that the policy gives one. */
export const SCARCE_MS = 260;

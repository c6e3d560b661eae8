import pRetry from 'p-retry';
import { withTimeLimit, type Clock } from '../lib/clock';
import { UpstreamError, type ServiceName, type UpstreamErrorKind } from './upstreamError';

/**
 * The one retry policy (stated for users in docs/how-it-works.md).
 *
 * - `read`: asks, changes nothing. Repeated when the answer was lost or the service was busy; not after a time-out,
 *   since the next poll asks again anyway.
 * - `write`: starts something. Repeated only when it surely was not processed; otherwise the next tick looks first.
 * - `report`: the job's result. Repeated for as long as the time reserved for it lasts; CodePipeline accepts
 *   the first result only, so a repeat is harmless.
 *
 * What repeats cost a service that is down or throttles is bounded: an invocation has a stock of them for each service,
 * which only answers fill up again. When it is used up, a call is one request, and the next tick asks again.
 *
 * Spot's 429 is never repeated here: its wait (`X-RateLimit-Reset`) can be longer than the invocation lives
 * (spot/rateLimit.ts).
 */
export type CallKind = 'read' | 'write' | 'report';

const RETRIED: Record<CallKind, ReadonlySet<UpstreamErrorKind>> = {
  read: new Set(['refused', 'connection', 'unavailable', 'throttled']),
  write: new Set(['refused', 'throttled']),
  // A denial too: a role that was just made is not known everywhere yet, and without its result the job hangs.
  report: new Set(['refused', 'connection', 'timeout', 'unavailable', 'unreadable', 'throttled', 'denied']),
};
const RETRIES: Record<CallKind, number> = { read: 2, write: 2, report: 8 };

/** Repeats of reads and writes that an invocation has in stock for each service; each answer puts one back. */
const RETRY_QUOTA = 6;

/** Milliseconds. The first pause before a repeat lasts 0.5 to 1.5 times this, each further one twice as long. */
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 4_000;

/** Milliseconds that one request may take. */
export const CALL_TIME_LIMIT_MS = 10_000;
/** Milliseconds below which it makes no sense to begin a request. */
const SHORTEST_CALL_MS = 250;

/** What is called, and under which rule of the policy. */
export interface UpstreamCall {
  readonly service: ServiceName;
  readonly operation: string;
  readonly kind: CallKind;
}

/** How many repeats an invocation still has for each service. */
export class RetryQuota {
  readonly #used = new Map<ServiceName, number>();

  /** False where there is none left. */
  acquire(service: ServiceName): boolean {
    const used = this.#used.get(service) ?? 0;
    if (used >= RETRY_QUOTA) return false;
    this.#used.set(service, used + 1);
    return true;
  }

  release(service: ServiceName): void {
    this.#used.set(service, Math.max(0, (this.#used.get(service) ?? 0) - 1));
  }
}

/** What the calls of one invocation share. `until` is when the last of them must have ended (ms since the epoch). */
export interface CallBudget {
  readonly clock: Clock;
  readonly until: number;
  readonly jitter: () => number;
  readonly retries: RetryQuota;
  /** Takes secrets out of what a service says. */
  readonly redact: (text: string) => string;
}

/**
 * Makes a call under the policy. `attempt` throws UpstreamError, and must give up when its signal fires.
 * Ends with the answer, or with the last attempt's UpstreamError. No attempt begins after the budget's end, but for
 * the first one of a report: late is better than never.
 */
export async function callUpstream<T>(
  budget: CallBudget,
  { service, operation, kind }: UpstreamCall,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const remaining = () => budget.until - budget.clock.now();
  if (kind !== 'report' && remaining() <= 0)
    throw new UpstreamError({ service, operation, kind: 'refused', detail: 'not sent, no time left' });
  const firstPause = FIRST_PAUSE_MS * (0.5 + budget.jitter());
  const limited = async () => {
    try {
      const limit = Math.max(SHORTEST_CALL_MS, Math.min(CALL_TIME_LIMIT_MS, remaining()));
      const answer = await withTimeLimit(limit, attempt);
      budget.retries.release(service);
      return answer;
    } catch (error) {
      throw error instanceof UpstreamError ? error.redacted(budget.redact) : error;
    }
  };
  return pRetry(limited, {
    retries: RETRIES[kind],
    minTimeout: firstPause,
    maxTimeout: LONGEST_PAUSE_MS,
    maxRetryTime: Math.max(0, remaining()),
    shouldRetry: ({ error, retriesConsumed }) =>
      error instanceof UpstreamError &&
      RETRIED[kind].has(error.kind) &&
      remaining() > Math.min(LONGEST_PAUSE_MS, firstPause * 2 ** retriesConsumed) + SHORTEST_CALL_MS &&
      // The report has time of its own, and no next tick.
      (kind === 'report' || budget.retries.acquire(service)),
  });
}

import pRetry from 'p-retry';
import { withTimeLimit, type Clock } from '../lib/clock';
import { UpstreamError, type ServiceName, type UpstreamErrorKind } from './upstreamError';

/**
 * The one retry policy (stated for users in docs/how-it-works.md).
 *
 * - `read`: changes nothing. Retried when the answer was lost or the service was busy; not after a time-out, since
 *   the next poll reads again anyway. A denial is retried once: a single one can be a mistake of the service.
 * - `write`: starts something. Retried only when it surely was not processed (a denial once); otherwise the next poll checks first.
 * - `report`: the job's result. Retried for as long as the time reserved for it lasts. CodePipeline accepts only
 *   the first result, so that a repeated one does no harm.
 *
 * The load that retries put on a service that is down or throttles is bounded: an invocation has a quota of them for each
 * service, and each answer gives one back. When the quota is exhausted, a call is one request, and the next poll tries again.
 *
 * Spot's 429 is never retried here: its wait (`X-RateLimit-Reset`) can be longer than the invocation lives
 * (spot/rateLimit.ts).
 */
export type CallKind = 'read' | 'write' | 'report';

const RETRIED: Record<CallKind, ReadonlySet<UpstreamErrorKind>> = {
  read: new Set(['unreachable', 'connection', 'unavailable', 'throttled', 'clock-skew', 'denied']),
  write: new Set(['unreachable', 'throttled', 'clock-skew', 'denied']),
  // A denial too: a role that was just created is not known everywhere yet, and without its result the job hangs.
  report: new Set([
    'unreachable',
    'connection',
    'timeout',
    'unavailable',
    'unreadable',
    'throttled',
    'clock-skew',
    'denied',
  ]),
};
/** Retries of a read or a write after which an answer of this kind is believed. */
const RETRIES_BEFORE_BELIEF: Partial<Record<UpstreamErrorKind, number>> = { denied: 1, 'clock-skew': 1 };
const RETRIES: Record<CallKind, number> = { read: 2, write: 2, report: 8 };

/** Retries of reads and writes that an invocation has for each service; each answer gives one back. */
const RETRY_QUOTA = 6;

/** Milliseconds. The first pause before a retry lasts 0.5 to 1.5 times this; each further one is twice as long. */
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 4_000;

/** Milliseconds that one request may take. */
export const CALL_TIME_LIMIT_MS = 10_000;
/** Milliseconds that a request is given at least. */
const SHORTEST_CALL_MS = 250;

/** What is called, and by which rule of the policy. */
export interface UpstreamCall {
  readonly service: ServiceName;
  readonly operation: string;
  readonly kind: CallKind;
}

/** How many retries an invocation still has for each service. */
export class RetryQuota {
  readonly #used = new Map<ServiceName, number>();

  /** False where the quota is exhausted. */
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
  /** Removes secrets from what a service says. */
  readonly redact: (text: string) => string;
}

/**
 * Makes a call under the policy. `attempt` throws UpstreamError, and must give up when its signal fires.
 * Returns the answer, or throws the last attempt's UpstreamError. No attempt begins after the budget's end, except
 * the first one of a report, which is better late than never.
 */
export async function callUpstream<T>(
  budget: CallBudget,
  { service, operation, kind }: UpstreamCall,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const remaining = () => budget.until - budget.clock.now();
  if (kind !== 'report' && remaining() <= 0)
    throw new UpstreamError({ service, operation, kind: 'unreachable', detail: 'not sent, no time left' });
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
      (kind === 'report' || retriesConsumed < (RETRIES_BEFORE_BELIEF[error.kind] ?? RETRIES[kind])) &&
      remaining() > Math.min(LONGEST_PAUSE_MS, firstPause * 2 ** retriesConsumed) + SHORTEST_CALL_MS &&
      // The report has reserved time, and no next poll.
      (kind === 'report' || budget.retries.acquire(service)),
  });
}

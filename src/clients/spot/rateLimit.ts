import type { CallBudget } from '../callPolicy';

/** Seconds to wait after a 429 that does not say how long: Spot's whole window (docs/services.md, Spot rate limit). */
const WINDOW_S = 60;
/** Seconds. A longer reset is absurd (a date instead of seconds, say), and would block until the end of the action. */
const LONGEST_RESET_S = 3600;
/** Actions that were told the same reset continue one after the other: within so many seconds, or a quarter of the wait. */
const LONGEST_SPREAD_S = 15;
/**
 * Actions that share a limit send their requests together, at multiples of this, within the seconds after them: what they send in
 * excess extends the block to 60 s after the last of it, which is over by the next turn.
 */
const TURN_PERIOD_MS = 100_000;
const TURN_SPREAD_S = 30;
/** An action assumes for so long that it shares a limit. */
const SHARED_FOR_MS = 2 * TURN_PERIOD_MS;
/** In the token, beside the operations: until when the action sends its requests of that operation in turns. */
const TURNS = 'turns: ';

/** Requests left, as a part of the limit, or as a number where the limit is not told: from here on the limit counts as tight. */
const TIGHT_SHARE = 0.1;
const TIGHT_REMAINDER = 5;

/** The headers that come with every answer (docs/services.md, Spot rate limit). */
export interface LimitHeaders {
  readonly limit: unknown;
  readonly remaining: unknown;
  readonly reset: unknown;
}

/** What follows from one 429. */
export interface Block {
  /** Seconds, as Spot gives them. */
  readonly wait: number;
  /** No request before this time (ms since the epoch). */
  readonly retryAt: number;
}

/**
 * Spot's rate limit, as far as one action knows of it: for each operation (a route and a method are Spot's unit) the time
 * before which no further request may be sent. It outlives an invocation in the continuation token.
 *
 * A 429 is never retried within a call (callPolicy.ts), since the wait can be longer than the invocation lives. SpotApi
 * sends no request before its time; pacing.ts waits for it, and pollInterval.ts then polls less often for a while.
 */
export class SpotRateLimit {
  readonly #allowedAt: Map<string, number>;
  /** operation → when an answer told that few requests are left (ms since the epoch); absent where the last one told of more */
  readonly #tightSince = new Map<string, number>();

  /** @param blocks operation → no request before (ms since the epoch); `turns: …` → in turns until then */
  constructor(blocks: Readonly<Record<string, number>> = {}) {
    this.#allowedAt = new Map(Object.entries(blocks));
  }

  /** What the constructor of the next invocation takes. */
  get blocks(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#allowedAt);
  }

  /** From when on all of these operations may be sent (ms since the epoch); in the past where none is blocked. */
  allowedAt(...operations: readonly string[]): number {
    return Math.max(0, ...operations.map((operation) => this.#allowedAt.get(operation) ?? 0));
  }

  /**
   * Whether the limit seems to be shared with others: it was met in the last 200 s, or is still exhausted.
   * The action then stays slow for a while, so that they do not meet it again at once.
   */
  isShared(operation: string, now: number): boolean {
    const allowedAt = this.#allowedAt.get(operation);
    return allowedAt !== undefined && now - allowedAt < SHARED_FOR_MS;
  }

  /**
   * Milliseconds until the action may send its next request without extending a block for others, where the limit has proven to be
   * shared: it was met again soon after a wait for it. Undefined: whenever it wants.
   */
  untilTurn(operation: string, now: number, jitter: () => number): number | undefined {
    if (now >= (this.#allowedAt.get(TURNS + operation) ?? 0)) return undefined;
    return turnAfter(now + 1, jitter) - now;
  }

  /** Whether the action should be slow: few requests are left, or the limit seems to be shared. */
  isTight(operation: string, now: number): boolean {
    const since = this.#tightSince.get(operation);
    return this.isShared(operation, now) || (since !== undefined && now - since < WINDOW_S * 1000);
  }

  /**
   * Heeds what an answer tells of the limit, before there is a 429: few requests left make the action slow, and none left keeps the
   * next one back until the reset.
   */
  observe(operation: string, headers: LimitHeaders, { clock, jitter }: Pick<CallBudget, 'clock' | 'jitter'>): void {
    const remaining = numberOf(headers.remaining);
    if (remaining === undefined) return;
    const now = clock.now();
    const limit = numberOf(headers.limit);
    if (remaining > (limit === undefined ? TIGHT_REMAINDER : Math.max(1, limit * TIGHT_SHARE))) {
      this.#tightSince.delete(operation);
      return;
    }
    this.#tightSince.set(operation, now);
    const wait = numberOf(headers.reset) ?? 0;
    // A reset beyond the window is no wait that Spot documents.
    if (remaining === 0 && wait > 0 && wait <= WINDOW_S) this.#blockFor(operation, wait, { clock, jitter });
  }

  /**
   * Blocks an operation after its 429. Jitter is added to the reset, never taken from it.
   *
   * An action that meets the limit again soon shares the limit with others, and none knows of another, and a request before the
   * reset extends the block for all of them (https://docs-spot.flexera.com/administration/api). If each waited only for
   * its own reset, one would always be early, and the block would never end. So all of them stop together, by
   * the clock: they continue in the next turn, and the time before is without a request. Whoever gets through
   * waits for the next turn as well.
   *
   * @param resetHeader the answer's X-RateLimit-Reset, in seconds
   */
  block(operation: string, resetHeader: unknown, budget: Pick<CallBudget, 'clock' | 'jitter'>): Block {
    const wait = secondsOf(resetHeader);
    return { wait, retryAt: this.#blockFor(operation, wait, budget) };
  }

  #blockFor(operation: string, wait: number, { clock, jitter }: Pick<CallBudget, 'clock' | 'jitter'>): number {
    const now = clock.now();
    // A second more, since the header is cut to whole seconds.
    const reset = now + (wait + 1) * 1000;
    const isAgain = this.isShared(operation, now);
    const retryAt = isAgain ? turnAfter(reset, jitter) : reset + spread(wait, jitter);
    this.#allowedAt.set(operation, retryAt);
    if (isAgain) this.#allowedAt.set(TURNS + operation, retryAt + SHARED_FOR_MS);
    return retryAt;
  }
}

/** In ms since the epoch. */
function turnAfter(time: number, jitter: () => number): number {
  return Math.ceil(time / TURN_PERIOD_MS) * TURN_PERIOD_MS + TURN_SPREAD_S * 1000 * jitter();
}

/** Milliseconds after a reset within which the actions that wait for it continue. */
function spread(wait: number, jitter: () => number): number {
  return Math.min(LONGEST_SPREAD_S, wait / 4) * 1000 * jitter();
}

function secondsOf(resetHeader: unknown): number {
  const seconds = numberOf(resetHeader);
  return seconds !== undefined && seconds <= LONGEST_RESET_S ? seconds : WINDOW_S;
}

/** A header's number from 0; undefined where it has none. */
function numberOf(header: unknown): number | undefined {
  const number = typeof header === 'string' ? Number.parseFloat(header) : Number.NaN;
  return number >= 0 ? number : undefined;
}

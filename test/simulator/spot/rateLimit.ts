import type { WorldOptions } from '../options';

/**
 * The window is the last 60 s, and slides, per organisation, route and method (docs/services.md, Spot). The request that meets the limit does not extend the
 * block, each further one does: no reset until 60 s after it (https://docs-spot.flexera.com/administration/api).
 */
const WINDOW_MS = 60_000;

export interface EarlyRequest {
  readonly at: number;
  readonly route: string;
  /** Until when the route was blocked at that time (ms). */
  readonly blockedUntil: number;
}

interface Window {
  /** The requests of the last 60 s that were counted, oldest first (ms). */
  readonly requests: number[];
  blockedUntil: number;
  /** Requests by whole seconds after the last block. */
  readonly afterReset: Map<number, number>;
}

export interface RateLimitState {
  readonly blocked: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Whole seconds LEFT, as the header gives them. */
  readonly resetSeconds: number;
}

/** What it needs of a world; several worlds of one organisation can share one limit. */
export interface RateLimitContext {
  readonly schedule: { readonly time: number };
  readonly options: Pick<WorldOptions, 'spotRequestsPerMinute'>;
}

/** Spot's rate limit; a request before the reset extends the block, and is recorded. */
export class RateLimit {
  readonly #context: RateLimitContext;
  readonly #windows = new Map<string, Window>();
  readonly early: EarlyRequest[] = [];
  /** Requests that got a 429. */
  refused = 0;
  /** The most requests of one route in the second after a block was over, and in any one until the next block. */
  readonly afterReset = { first: 0, busiest: 0 };

  constructor(context: RateLimitContext) {
    this.#context = context;
  }

  /** Counts a request. @param route its method and path */
  count(route: string): RateLimitState {
    const { schedule, options } = this.#context;
    const window = this.#window(route);
    const limit = options.spotRequestsPerMinute;
    if (schedule.time < window.blockedUntil) {
      this.early.push({ at: schedule.time, route, blockedUntil: window.blockedUntil });
      window.blockedUntil = schedule.time + WINDOW_MS;
      return this.#blocked(window, limit);
    }
    if (window.blockedUntil > 0) this.#countAfterReset(window);
    const { requests } = window;
    while ((requests[0] ?? Infinity) <= schedule.time - WINDOW_MS) requests.shift();
    const slides = (requests[0] ?? schedule.time) + WINDOW_MS;
    if (requests.length >= limit) {
      window.blockedUntil = slides;
      return this.#blocked(window, limit);
    }
    requests.push(schedule.time);
    const remaining = limit - requests.length;
    // "The seconds left until a request is allowed": none while there are some.
    const resetSeconds = remaining > 0 ? 0 : Math.ceil((slides - schedule.time) / 1000);
    return { blocked: false, limit, remaining, resetSeconds };
  }

  /** Blocks a route from outside, e.g. for an injected 429. */
  block(route: string, seconds: number): RateLimitState {
    const window = this.#window(route);
    const { time } = this.#context.schedule;
    const until = time + seconds * 1000;
    if (time < window.blockedUntil) this.early.push({ at: time, route, blockedUntil: window.blockedUntil });
    window.blockedUntil = Math.max(window.blockedUntil, until);
    return this.#blocked(window, this.#context.options.spotRequestsPerMinute);
  }

  #window(route: string): Window {
    const known = this.#windows.get(route);
    if (known) return known;
    const window: Window = { requests: [], blockedUntil: 0, afterReset: new Map() };
    this.#windows.set(route, window);
    return window;
  }

  #countAfterReset({ afterReset, blockedUntil }: Window): void {
    const second = Math.floor((this.#context.schedule.time - blockedUntil) / 1000);
    const requests = (afterReset.get(second) ?? 0) + 1;
    afterReset.set(second, requests);
    this.afterReset.busiest = Math.max(this.afterReset.busiest, requests);
    if (second === 0) this.afterReset.first = Math.max(this.afterReset.first, requests);
  }

  #blocked(window: Window, limit: number): RateLimitState {
    const resetSeconds = Math.ceil((window.blockedUntil - this.#context.schedule.time) / 1000);
    this.refused += 1;
    window.afterReset.clear();
    return { blocked: true, limit, remaining: 0, resetSeconds };
  }
}

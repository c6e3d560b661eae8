import type { WorldOptions } from '../options';

/** The window is 60 s per organisation, route and method (FACTS 4). */
const WINDOW_MS = 60_000;

export interface EarlyRequest {
  readonly at: number;
  readonly route: string;
  /** Until when the route was blocked at that time (ms). */
  readonly blockedUntil: number;
}

interface Window {
  startedAt: number;
  count: number;
  blockedUntil: number;
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
    if (schedule.time - window.startedAt >= WINDOW_MS) this.#restart(window);
    window.count += 1;
    if (limit > 0 && window.count > limit) {
      window.blockedUntil = window.startedAt + WINDOW_MS;
      return this.#blocked(window, limit);
    }
    const resetSeconds = Math.ceil((window.startedAt + WINDOW_MS - schedule.time) / 1000);
    return { blocked: false, limit, remaining: Math.max(0, limit - window.count), resetSeconds };
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
    const window = { startedAt: this.#context.schedule.time, count: 0, blockedUntil: 0 };
    this.#windows.set(route, window);
    return window;
  }

  #restart(window: Window): void {
    window.startedAt = this.#context.schedule.time;
    window.count = 0;
  }

  #blocked(window: Window, limit: number): RateLimitState {
    const resetSeconds = Math.ceil((window.blockedUntil - this.#context.schedule.time) / 1000);
    return { blocked: true, limit, remaining: 0, resetSeconds };
  }
}

import type { PipelineClock } from './pipeline';

/** The global setTimeout, so that a fake one makes it virtual. */
export const timerClock: PipelineClock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener('abort', wake);
    }),
};

/** A clock that moves only when it is told to. */
export class ManualClock {
  #now: number;

  /** @param start ms since the epoch */
  constructor(start = Date.UTC(2026, 10, 21, 10, 0, 0)) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  advance(seconds: number): void {
    this.#now += seconds * 1000;
  }
}

import type { Cause } from './cause';

interface Entry {
  readonly at: number;
  readonly cause: Cause | undefined;
  readonly action: () => void;
}

/**
 * What is going to happen, and when (ms since the epoch, upstream time). There is no timer: `catchUp` runs all that is
 * due, each at its own time, so that the world is right however far the clock has jumped.
 */
export class Schedule {
  readonly #now: () => number;
  #time: number;
  #cause: Cause | undefined;
  #entries: Entry[] = [];

  /** When the world began. */
  readonly beganAt: number;

  constructor(now: () => number) {
    this.#now = now;
    this.beganAt = now();
    this.#time = now();
  }

  /** The time of the event that runs, or of the last catching up. */
  get time(): number {
    return this.#time;
  }

  /** Why that event runs; undefined: in the ordinary course of things. */
  get cause(): Cause | undefined {
    return this.#cause;
  }

  /** When the next event is due, if any. */
  get nextAt(): number | undefined {
    return this.#entries[0]?.at;
  }

  /** Runs the action for that cause; what it schedules has the same one. */
  because(cause: Cause | undefined, action: () => void): void {
    const before = this.#cause;
    this.#cause = cause;
    try {
      action();
    } finally {
      this.#cause = before;
    }
  }

  /** Events of the same time run in the order in which they were asked for. */
  after(seconds: number, action: () => void): void {
    const at = this.#time + Math.max(0, seconds) * 1000;
    let index = this.#entries.length;
    while (index > 0 && (this.#entries[index - 1]?.at ?? at) > at) index -= 1;
    this.#entries.splice(index, 0, { at, cause: this.#cause, action });
  }

  catchUp(): void {
    const target = Math.max(this.#now(), this.#time);
    for (let first = this.#entries[0]; first !== undefined && first.at <= target; first = this.#entries[0]) {
      this.#entries.shift();
      this.#time = first.at;
      this.because(first.cause, first.action);
    }
    this.#time = target;
  }
}

import type { Context } from '../context';

/** One state of a walk: how long it lasts (seconds), and what happens on entering it. */
export interface Step {
  readonly state: string;
  readonly seconds: number;
  readonly onEnter?: () => void;
}

export interface StateEntry {
  /** ms since the epoch */
  readonly at: number;
  readonly state: string;
}

/** States that no documentation names; a client must bear with them (docs/services.md, Spot). */
const ODD_STATES = ['RECALCULATING_CAPACITY', 'SYNCING_TARGET_GROUPS', 'VERIFYING_INSTANCE_HEALTH', 'PAUSED_BY_SYSTEM'];

/** The way of one deployment through its states. A new direction drops all that an earlier one had planned. */
export class Walk {
  readonly #context: Context;
  readonly history: StateEntry[] = [];
  /** Grows with each change of direction. */
  #direction = 0;
  #oddStates = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Goes through the steps in time, and then calls `then`. */
  through(steps: readonly Step[], then: () => void): void {
    this.#direction += 1;
    const path = this.#context.script.oddStates ? steps.flatMap((step) => [step, this.#oddStep()]) : steps;
    const next = (index: number): void => {
      const step = path[index];
      if (!step) {
        then();
        return;
      }
      this.enter(step.state);
      step.onEnter?.();
      this.later(step.seconds, () => {
        next(index + 1);
      });
    };
    next(0);
  }

  enter(state: string): void {
    this.history.push({ at: this.#context.schedule.time, state });
  }

  /** Enters the last state: nothing happens any more. */
  end(state: string): void {
    this.#direction += 1;
    this.enter(state);
  }

  /** An action that is dropped when the direction has changed by then. */
  later(seconds: number, action: () => void): void {
    const direction = this.#direction;
    this.#context.schedule.after(seconds, () => {
      if (direction === this.#direction) action();
    });
  }

  #oddStep(): Step {
    const state = ODD_STATES[this.#oddStates % ODD_STATES.length] ?? 'ODD';
    this.#oddStates += 1;
    return { state, seconds: this.#context.durations.oddState };
  }
}

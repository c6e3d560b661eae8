import type { Cause } from '../cause';
import type { Instance } from '../ec2/fleet';
import type { Schedule } from '../schedule';

type FleetName = Instance['fleet'];

/** Instances of each fleet that serve. */
export type Serving = Readonly<Record<FleetName, number>>;

export interface TrafficEntry extends Serving {
  /** ms since the epoch */
  readonly at: number;
}

export interface Outage {
  readonly at: number;
  /** undefined: it lasts. */
  until: number | undefined;
  /** Why the last fleet that served went; where that was the ordinary course of things, why the other one had gone. */
  readonly cause: Cause | undefined;
}

/** What served over time, and who is to blame where nothing did. */
export class TrafficRecord {
  readonly #schedule: Schedule;
  readonly history: TrafficEntry[] = [];
  readonly outages: Outage[] = [];
  /** Why a fleet that had served does so no more. */
  readonly #gone = new Map<FleetName, Cause | undefined>();
  #serving: Serving = { blue: 0, green: 0 };

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  get serving(): Serving {
    return this.#serving;
  }

  note(now: Serving): void {
    const before = this.#serving;
    if (now.blue === before.blue && now.green === before.green) return;
    const { time: at, cause } = this.#schedule;
    this.#serving = now;
    this.history.push({ at, ...now });
    for (const fleet of ['blue', 'green'] as const) {
      if (now[fleet] > 0) this.#gone.delete(fleet);
      else if (before[fleet] > 0) this.#gone.set(fleet, cause);
    }
    if (now.blue + now.green > 0) this.#endOutage(at);
    else this.outages.push({ at, until: undefined, cause: cause ?? [...this.#gone.values()].find((why) => why) });
  }

  #endOutage(at: number): void {
    const last = this.outages.at(-1);
    if (last) last.until ??= at;
  }
}

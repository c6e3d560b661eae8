import type { Context } from '../context';

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated';

export interface StateReason {
  readonly code: string;
  readonly message: string;
}

export interface Tag {
  readonly value: string;
  /** From when on it can be seen (ms since the epoch), by a service that sees at once. */
  readonly at: number;
}

export interface Instance {
  readonly id: string;
  readonly reservationId: string;
  readonly lifecycle: 'spot' | 'on-demand';
  readonly privateIp: string;
  readonly zone: string;
  readonly launchedAt: number;
  /** The Elastigroup deployment that launched it; absent for the first blue instances. */
  readonly launchedBy: string | undefined;
  /** Green: launched by a deployment of the function under test, or with its revision after it. */
  readonly fleet: 'blue' | 'green';
  readonly tags: Map<string, Tag>;
  state: InstanceState;
  stateReason: StateReason | undefined;
  transitionReason: string;
  shutDownAt: number | undefined;
  terminatedAt: number | undefined;
}

/** An API call, Elastigroup's own included (docs/services.md, EC2). */
export const USER_SHUTDOWN: StateReason = {
  code: 'Client.UserInitiatedShutdown',
  message: 'Client.UserInitiatedShutdown: User initiated shutdown',
};

/** Spot capacity was reclaimed (docs/services.md, EC2). */
export const SPOT_TERMINATION: StateReason = {
  code: 'Server.SpotInstanceTermination',
  message: 'Server.SpotInstanceTermination: Spot instance termination',
};

/** How long before the world began what was there already was launched. */
export const LONG_AGO_S = 3600;

/** A terminated instance stays visible for up to an hour (docs/services.md, EC2). */
const VISIBLE_AFTER_TERMINATION_MS = 3_600_000;

/** The instances of the account. */
export class Fleet {
  readonly #context: Context;
  readonly #listeners: ((instance: Instance) => void)[] = [];
  /** All that ever were, oldest first. */
  readonly instances: Instance[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  /** Calls the listener when an instance begins to shut down. */
  onShutdown(listener: (instance: Instance) => void): void {
    this.#listeners.push(listener);
  }

  /** A new pending instance, or one from long ago: every fourth one is on demand, the others are spot. */
  launch(launchedBy: string | undefined, fleet: Instance['fleet'], ageSeconds = 0): Instance {
    const { random, schedule, account } = this.#context;
    const number = this.instances.length;
    const instance: Instance = {
      id: `i-${random.hex(17)}`,
      reservationId: `r-${random.hex(17)}`,
      lifecycle: number % 4 === 3 ? 'on-demand' : 'spot',
      privateIp: `10.0.${Math.floor(number / 200)}.${10 + (number % 200)}`,
      zone: `${account.region}${'abc'[number % 3] ?? 'a'}`,
      launchedAt: schedule.time - ageSeconds * 1000,
      launchedBy,
      fleet,
      tags: new Map(),
      state: 'pending',
      stateReason: { code: 'pending', message: 'pending' },
      transitionReason: '',
      shutDownAt: undefined,
      terminatedAt: undefined,
    };
    this.instances.push(instance);
    return instance;
  }

  run(instance: Instance): void {
    if (instance.state !== 'pending') return;
    instance.state = 'running';
    instance.stateReason = undefined;
  }

  /** @param lateSeconds how much later than other tags this one shows */
  tag(instance: Instance, key: string, value: string, lateSeconds = 0): void {
    instance.tags.set(key, { value, at: this.#context.schedule.time + lateSeconds * 1000 });
  }

  terminate(instance: Instance, reason: StateReason): void {
    if (!isUp(instance)) return;
    const { schedule, durations } = this.#context;
    const when = new Date(schedule.time).toISOString().replace('T', ' ').slice(0, 19);
    instance.state = 'shutting-down';
    instance.shutDownAt = schedule.time;
    instance.stateReason = reason;
    instance.transitionReason = reason === USER_SHUTDOWN ? `User initiated (${when} GMT)` : reason.code;
    schedule.after(durations.terminating, () => {
      instance.state = 'terminated';
      instance.terminatedAt = schedule.time;
    });
    for (const listener of this.#listeners) listener(instance);
  }

  byId(id: string): Instance | undefined {
    return this.instances.find((instance) => instance.id === id);
  }

  /** Those that DescribeInstances can still show. */
  visible(): readonly Instance[] {
    const { time } = this.#context.schedule;
    return this.instances.filter(
      ({ terminatedAt }) => terminatedAt === undefined || time - terminatedAt < VISIBLE_AFTER_TERMINATION_MS,
    );
  }

  /** The tags that a service sees which learns of a fresh tag after `delaySeconds`. */
  tagsSeen(instance: Instance, delaySeconds: number): ReadonlyMap<string, string> {
    const { time } = this.#context.schedule;
    const seen = [...instance.tags].filter(([, tag]) => tag.at + delaySeconds * 1000 <= time);
    return new Map(seen.map(([key, tag]) => [key, tag.value]));
  }
}

/** Pending or running: it costs money. */
export function isUp(instance: Instance): boolean {
  return instance.state === 'pending' || instance.state === 'running';
}

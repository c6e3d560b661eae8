import type { Context } from '../context';
import type { Fleet, Instance } from '../ec2/fleet';
import { TrafficRecord, type Outage, type Serving, type TrafficEntry } from './record';

/**
 * `initial`: registered, not healthy yet. `draining`: deregistered, finishes the requests that it has.
 */
export type TargetState = 'unregistered' | 'initial' | 'healthy' | 'draining';

/** A target's present state: a new object for each change, so that what an earlier one had planned is dropped. */
interface Target {
  readonly instance: Instance;
  readonly state: TargetState;
}

/**
 * The target group of the load balancer, with both fleets: only a healthy target serves. A deployment group without a
 * load balancer has none; here an instance of it then counts as healthy while it is used.
 */
export class TargetGroup {
  readonly #context: Context;
  readonly #targets = new Map<string, Target>();
  readonly #record: TrafficRecord;

  constructor(context: Context, fleet: Fleet) {
    this.#context = context;
    this.#record = new TrafficRecord(context.schedule);
    // Whoever terminates an instance: its connections break at once.
    fleet.onShutdown((instance) => {
      if (this.#targets.has(instance.id)) this.#change(instance, 'unregistered');
    });
  }

  /** How many instances of each fleet served, from the start on: an entry for each change. */
  get history(): readonly TrafficEntry[] {
    return this.#record.history;
  }

  /** The times without any fleet that served. */
  get outages(): readonly Outage[] {
    return this.#record.outages;
  }

  /** How many instances of each fleet serve. */
  get serving(): Serving {
    return this.#record.serving;
  }

  serves(fleet: Instance['fleet']): boolean {
    return this.serving[fleet] > 0;
  }

  stateOf({ id }: Instance): TargetState {
    return this.#targets.get(id)?.state ?? 'unregistered';
  }

  healthyIds(): readonly string[] {
    return [...this.#targets.values()].filter(({ state }) => state === 'healthy').map(({ instance }) => instance.id);
  }

  /** In service at once, as blue is before anything begins. */
  use(instance: Instance): void {
    this.#change(instance, 'healthy');
  }

  /** Registers an instance; `then` once it is healthy, and never where it does not become so. */
  register(instance: Instance, then: () => void): void {
    if (this.stateOf(instance) === 'healthy') {
      then();
      return;
    }
    const registered = this.#change(instance, 'initial');
    this.#context.schedule.after(this.#context.durations.targetHealth, () => {
      if (this.#targets.get(instance.id) !== registered) return;
      this.#change(instance, 'healthy');
      then();
    });
  }

  /**
   * Deregisters an instance; `then` when it has no connection any more. Without open connections that is at once, while the
   * target shows as `draining` until the delay is over (docs/services.md, CodeDeploy traffic).
   */
  deregister(instance: Instance, then: () => void): void {
    const { schedule, durations, options } = this.#context;
    if (this.stateOf(instance) === 'unregistered') {
      then();
      return;
    }
    const drained = this.#change(instance, 'draining');
    schedule.after(durations.deregistrationDelay, () => {
      if (this.#targets.get(instance.id) === drained) this.#change(instance, 'unregistered');
    });
    schedule.after(options.openConnections ? durations.deregistrationDelay : 0, then);
  }

  #change(instance: Instance, state: TargetState): Target {
    const target: Target = { instance, state };
    this.#targets.set(instance.id, target);
    const healthy = [...this.#targets.values()].filter((other) => other.state === 'healthy');
    const blue = healthy.filter((other) => other.instance.fleet === 'blue').length;
    this.#record.note({ blue, green: healthy.length - blue });
    return target;
  }
}

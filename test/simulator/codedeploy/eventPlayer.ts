import type { Context } from '../context';
import { isUp, type Fleet } from '../ec2/fleet';
import type { TargetGroup } from '../traffic/targetGroup';
import { NOT_DEREGISTERED, lostIn } from './errors';
import {
  BLOCK_EVENTS,
  TRAFFIC_EVENTS,
  hasEnded,
  isActive,
  type Deployment,
  type Diagnostics,
  type LifecycleEvent,
  type Target,
} from './model';
import type { LocalTrouble } from './trouble';

/** What a deployment works on. */
export interface Surroundings {
  readonly context: Context;
  readonly fleet: Fleet;
  readonly traffic: TargetGroup;
}

export interface PlayerListener {
  /** @param wasPlaying whether it was being worked on, and did not just wait for its turn */
  readonly failed: (target: Target, wasPlaying: boolean) => void;
  readonly troubleAt: (target: Target, event: LifecycleEvent) => LocalTrouble | undefined;
  readonly strike: (trouble: LocalTrouble, target: Target) => void;
}

const HOOKS_OF_TRAFFIC: readonly string[] = [...TRAFFIC_EVENTS, ...BLOCK_EVENTS];

/** Plays the lifecycle events of one deployment on its targets; AllowTraffic and BlockTraffic work on the target group. */
export class EventPlayer {
  readonly #around: Surroundings;
  readonly #deployment: Deployment;
  readonly #listener: PlayerListener;
  #isHalted = false;
  #blocking = 0;
  #afterBlocking: (() => void)[] = [];

  constructor(around: Surroundings, deployment: Deployment, listener: PlayerListener) {
    this.#around = around;
    this.#deployment = deployment;
    this.#listener = listener;
  }

  /** Plays the events of these names on a target, one after the other. */
  play(target: Target, names: readonly string[], then: () => void): void {
    const events = target.events.filter(({ name }) => names.includes(name));
    if (this.#isHalted && events.length > 0) return;
    // Green that is installed stays Ready while it gets traffic: it is not undone again.
    if (target.status !== 'Ready') this.setStatus(target, 'InProgress');
    const next = (index: number): void => {
      const event = events[index];
      if (!event) then();
      else if (!this.#isHalted)
        this.#playEvent(target, event, () => {
          next(index + 1);
        });
    };
    next(0);
  }

  /** No further event begins; those that have begun go on. */
  halt(): void {
    this.#isHalted = true;
  }

  /** Calls `then` after that time, and not before all BlockTraffic that has begun is over. */
  settle(seconds: number, then: () => void): void {
    const once = (): void => {
      if (this.#blocking > 0) this.#afterBlocking.push(once);
      else if (isActive(this.#deployment)) then();
    };
    this.#around.context.schedule.after(seconds, once);
  }

  /** The instance of a target is shutting down under it. */
  lose(target: Target): void {
    if (hasEnded(target)) return;
    const event = target.events.find(isRunning);
    this.#fail(target, event, lostIn(event?.name ?? ''));
  }

  setStatus(target: Target, status: Target['status']): void {
    target.status = status;
    target.updatedAt = this.#around.context.schedule.time;
  }

  #playEvent(target: Target, event: LifecycleEvent, then: () => void): void {
    const { schedule } = this.#around.context;
    const trouble = this.#listener.troubleAt(target, event);
    event.status = 'InProgress';
    event.startTime = schedule.time;
    if (trouble?.kind === 'hangs') return;
    if (trouble) {
      schedule.after(this.#secondsOf(event) / 2, () => {
        if (isActive(this.#deployment)) this.#listener.strike(trouble, target);
      });
    }
    this.#perform(target, event, trouble, (problem) => {
      if (!isActive(this.#deployment) || !isRunning(event)) return;
      if (problem) {
        this.#fail(target, event, problem);
        return;
      }
      event.status = 'Succeeded';
      event.endTime = schedule.time;
      then();
    });
  }

  /** Does what the event is for, and then tells what went wrong, if anything did. */
  #perform(
    target: Target,
    event: LifecycleEvent,
    trouble: LocalTrouble | undefined,
    end: (problem: Diagnostics | undefined) => void,
  ): void {
    const { context, fleet, traffic } = this.#around;
    const instance = fleet.byId(target.instanceId);
    const problem = instance && isUp(instance) ? problemOf(trouble) : lostIn(event.name);
    if (!problem && instance && event.name === 'AllowTraffic') {
      traffic.register(instance, () => {
        end(undefined);
      });
    } else if (!problem && instance && event.name === 'BlockTraffic') {
      this.#blocking += 1;
      traffic.deregister(instance, () => {
        end(undefined);
        this.#unblock();
      });
    } else {
      const seconds = this.#secondsOf(event) * context.random.between(0.67, 1.33);
      context.schedule.after(seconds, () => {
        end(problem);
      });
    }
  }

  #unblock(): void {
    this.#blocking -= 1;
    if (this.#blocking > 0) return;
    for (const then of this.#afterBlocking.splice(0)) then();
  }

  /** How long an event takes, about. */
  #secondsOf({ name }: LifecycleEvent): number {
    const { lifecycleEvent, trafficHook, targetHealth, deregistrationDelay } = this.#around.context.durations;
    if (name === 'AllowTraffic') return targetHealth;
    if (name === 'BlockTraffic') return this.#around.context.options.openConnections ? deregistrationDelay : 0;
    return HOOKS_OF_TRAFFIC.includes(name) ? trafficHook : lifecycleEvent;
  }

  #fail(target: Target, event: LifecycleEvent | undefined, diagnostics: Diagnostics): void {
    if (event) {
      event.status = 'Failed';
      event.endTime = this.#around.context.schedule.time;
      event.diagnostics = diagnostics;
    }
    this.setStatus(target, 'Failed');
    this.#listener.failed(target, event !== undefined);
  }
}

function isRunning({ status }: LifecycleEvent): boolean {
  return status === 'InProgress';
}

function problemOf(trouble: LocalTrouble | undefined): Diagnostics | undefined {
  if (trouble?.kind === 'block-fails') return NOT_DEREGISTERED;
  if (trouble?.kind !== 'script-fails') return undefined;
  const { scriptName, message, logTail } = trouble;
  return { errorCode: 'ScriptFailed', scriptName, message, logTail };
}

import type { Context } from '../context';
import { SPOT_TERMINATION, type Fleet } from '../ec2/fleet';
import type { DeploymentTrouble } from '../scenario';
import { DEPLOYMENT_CONFIGS } from './configs';
import {
  BLOCK_EVENTS,
  INSTALL_EVENTS,
  TRAFFIC_EVENTS,
  isActive,
  type Deployment,
  type Diagnostics,
  type LifecycleEvent,
  type Target,
} from './model';

export const HEALTH_CONSTRAINTS = {
  code: 'HEALTH_CONSTRAINTS',
  message:
    'The overall deployment failed because too many individual instances failed deployment, too few healthy instances ' +
    'are available for deployment, or some instances in your deployment group are experiencing problems.',
} as const;

/** What a run tells the service that holds it. */
export interface RunListener {
  readonly changed: () => void;
  readonly ended: () => void;
  readonly stopByHand: () => void;
}

/**
 * Takes one deployment through its life: Created → Queued → InProgress (green is installed, some at a time) → perhaps
 * Ready → traffic → Succeeded. Simplified: one failed instance fails the deployment, whatever the config's minimum of
 * healthy hosts; and the counts are of green alone, as docs/services.md, CodeDeploy says of that minimum.
 */
export class DeploymentRun {
  readonly #context: Context;
  readonly #fleet: Fleet;
  readonly #deployment: Deployment;
  readonly #trouble: DeploymentTrouble | undefined;
  readonly #listener: RunListener;
  #waiting: Target[] = [];

  constructor(
    context: Context,
    fleet: Fleet,
    deployment: Deployment,
    trouble: DeploymentTrouble | undefined,
    listener: RunListener,
  ) {
    this.#context = context;
    this.#fleet = fleet;
    this.#deployment = deployment;
    this.#trouble = trouble;
    this.#listener = listener;
  }

  start(): void {
    const { deploymentCreated, deploymentQueued } = this.#context.durations;
    this.#later(deploymentCreated, () => {
      this.#deployment.status = 'Queued';
      this.#listener.changed();
      this.#later(deploymentQueued, () => {
        this.#begin();
      });
    });
  }

  /** Fails the deployment: what has not ended is skipped. */
  fail(error: { readonly code: string; readonly message: string }): void {
    this.#end('Failed', error);
  }

  stop(): void {
    this.#end('Stopped', { code: 'MANUAL_STOP', message: 'The deployment was stopped by a user.' });
  }

  /** An instance of the deployment is shutting down under it. */
  lose(instanceId: string): void {
    const target = this.#green().find((candidate) => candidate.instanceId === instanceId);
    if (!isActive(this.#deployment) || !target || target.status === 'Failed') return;
    const event = target.events.find(({ status }) => status === 'InProgress');
    const diagnostics: Diagnostics = {
      errorCode: 'UnknownError',
      scriptName: '',
      message: 'CodeDeploy agent was not able to receive the lifecycle event: the instance is no longer running.',
      logTail: '',
    };
    this.#failTarget(target, event, diagnostics);
  }

  #begin(): void {
    this.#deployment.status = 'InProgress';
    this.#deployment.startTime = this.#context.schedule.time;
    this.#listener.changed();
    if (this.#trouble?.kind === 'fails-at-once') {
      const error = this.#trouble;
      this.#later(this.#context.durations.deploymentFailing, () => {
        this.fail(error);
      });
      return;
    }
    this.#waiting = this.#green().filter(({ status }) => status === 'Pending');
    const config = DEPLOYMENT_CONFIGS[this.#deployment.configName];
    const atATime = config?.atATime(this.#waiting.length) ?? 1;
    for (let lane = 0; lane < atATime; lane += 1) this.#installNext();
  }

  #installNext(): void {
    const target = this.#waiting.shift();
    if (!target) return;
    this.#play(target, INSTALL_EVENTS, () => {
      this.#setStatus(target, 'Ready');
      if (this.#green().every(({ status }) => status === 'Ready')) this.#installed();
      else this.#installNext();
    });
  }

  #installed(): void {
    if (this.#trouble?.kind !== 'waits-for-traffic') {
      this.#reroute();
      return;
    }
    this.#deployment.status = 'Ready';
    this.#listener.changed();
    this.#later(this.#context.durations.deploymentReady, () => {
      this.#deployment.status = 'InProgress';
      this.#listener.changed();
      this.#reroute();
    });
  }

  #reroute(): void {
    const green = this.#green();
    for (const target of green) {
      this.#play(target, TRAFFIC_EVENTS, () => {
        this.#setStatus(target, 'Succeeded');
        if (green.every(({ status }) => status === 'Succeeded')) this.#blockBlue();
      });
    }
  }

  #blockBlue(): void {
    const blue = this.#deployment.targets.filter(({ label }) => label === 'Blue');
    for (const target of blue) {
      this.#play(target, BLOCK_EVENTS, () => {
        this.#setStatus(target, 'Succeeded');
      });
    }
    this.#later(BLOCK_EVENTS.length * this.#context.durations.lifecycleEvent * 1.4, () => {
      this.#end('Succeeded', undefined);
    });
  }

  /** Plays the lifecycle events of these names on a target, one after the other. */
  #play(target: Target, names: readonly string[], then: () => void): void {
    const events = target.events.filter(({ name }) => names.includes(name));
    // Green that is installed stays Ready while it gets traffic: it is not undone again.
    if (target.status !== 'Ready') this.#setStatus(target, 'InProgress');
    const next = (index: number): void => {
      const event = events[index];
      if (!event) {
        then();
        return;
      }
      this.#playEvent(target, event, () => {
        next(index + 1);
      });
    };
    next(0);
  }

  #playEvent(target: Target, event: LifecycleEvent, then: () => void): void {
    const { schedule, durations, random } = this.#context;
    const seconds = durations.lifecycleEvent * random.between(0.67, 1.33);
    event.status = 'InProgress';
    event.startTime = schedule.time;
    const trouble = this.#troubleAt(target, event);
    if (trouble?.kind === 'hangs') return;
    if (trouble && trouble.kind !== 'script-fails')
      this.#later(seconds / 2, () => {
        this.#strike(trouble.kind, target);
      });
    this.#later(seconds, () => {
      if (target.status === 'Failed') return;
      if (trouble?.kind === 'script-fails') {
        const { scriptName, message, logTail } = trouble;
        this.#failTarget(target, event, { errorCode: 'ScriptFailed', scriptName, message, logTail });
        return;
      }
      event.status = 'Succeeded';
      event.endTime = schedule.time;
      then();
    });
  }

  #troubleAt(target: Target, event: LifecycleEvent): Extract<DeploymentTrouble, { instance: number }> | undefined {
    const trouble = this.#trouble;
    if (!trouble || !('instance' in trouble)) return undefined;
    const isHere = this.#green()[trouble.instance] === target && event.name === trouble.lifecycleEvent;
    return isHere ? trouble : undefined;
  }

  #strike(kind: 'spot-interruption' | 'stopped-by-hand', target: Target): void {
    if (kind === 'stopped-by-hand') {
      this.#listener.stopByHand();
      return;
    }
    const instance = this.#fleet.byId(target.instanceId);
    if (instance) this.#fleet.terminate(instance, SPOT_TERMINATION);
  }

  #failTarget(target: Target, event: LifecycleEvent | undefined, diagnostics: Diagnostics): void {
    if (event) {
      event.status = 'Failed';
      event.endTime = this.#context.schedule.time;
      event.diagnostics = diagnostics;
    }
    this.#setStatus(target, 'Failed');
    this.#waiting = [];
    this.#later(this.#context.durations.deploymentFailing, () => {
      this.fail(HEALTH_CONSTRAINTS);
    });
  }

  #end(status: 'Succeeded' | 'Failed' | 'Stopped', error: Deployment['error']): void {
    if (!isActive(this.#deployment)) return;
    for (const target of this.#deployment.targets) this.#skipRest(target);
    this.#deployment.status = status;
    this.#deployment.error = error;
    this.#deployment.completeTime = this.#context.schedule.time;
    this.#listener.ended();
    this.#listener.changed();
  }

  #skipRest(target: Target): void {
    for (const event of target.events) {
      if (event.status === 'Pending' || event.status === 'InProgress') event.status = 'Skipped';
    }
    if (target.status !== 'Succeeded' && target.status !== 'Failed') this.#setStatus(target, 'Skipped');
  }

  #setStatus(target: Target, status: Target['status']): void {
    target.status = status;
    target.updatedAt = this.#context.schedule.time;
  }

  #green(): readonly Target[] {
    return this.#deployment.targets.filter(({ label }) => label === 'Green');
  }

  /** An action that is dropped when the deployment has ended by then. */
  #later(seconds: number, action: () => void): void {
    this.#context.schedule.after(seconds, () => {
      if (isActive(this.#deployment)) action();
    });
  }
}

import { USER_SHUTDOWN } from '../ec2/fleet';
import type { DeploymentTrouble } from '../scenario';
import { DEPLOYMENT_CONFIGS } from './configs';
import { HEALTH_CONSTRAINTS } from './errors';
import { EventPlayer, type Surroundings } from './eventPlayer';
import { hasLoadBalancer, terminationWaitOf } from './group';
import {
  BLOCK_EVENTS,
  INSTALL_EVENTS,
  TERMINATION_WAIT,
  TRAFFIC_EVENTS,
  hasEnded,
  isActive,
  type Deployment,
  type Stopper,
  type Target,
  type TargetStatus,
} from './model';
import { strike, troubleAt } from './trouble';

type Problem = NonNullable<Deployment['error']>;

/** What a run tells the service that contains it. */
export interface RunListener {
  readonly changed: () => void;
  readonly ended: () => void;
  /** @param withRollback undefined: as the group is configured */
  readonly stop: (by: Stopper, withRollback: boolean | undefined) => void;
}

/** A deployment that is under way. */
export interface Run {
  /** It ends as Stopped, once what has begun and cannot be interrupted is over. */
  stopSoon(error: Problem): void;
  stopNow(error: Problem): void;
  /** An instance of the account is shutting down. */
  lose(instanceId: string): void;
}

/** What is done to the green instances, some at a time. */
interface Step {
  readonly targets: readonly Target[];
  readonly names: readonly string[];
  readonly status: TargetStatus;
  readonly then: () => void;
}

/**
 * Takes one deployment through its life (docs/services.md, CodeDeploy traffic): Created → Queued → InProgress (green is
 * installed, some at a time) → perhaps Ready → green gets the traffic, some at a time → blue loses it, all at once →
 * perhaps the wait, and blue's termination → Succeeded.
 */
export class DeploymentRun implements Run {
  readonly #around: Surroundings;
  readonly #deployment: Deployment;
  readonly #trouble: DeploymentTrouble | undefined;
  readonly #listener: RunListener;
  readonly #player: EventPlayer;
  #step: Step | undefined;
  #waiting: Target[] = [];
  /** How it is going to end, where that is decided before the end. */
  #doom: 'failing' | 'stopping' | undefined;

  constructor(
    around: Surroundings,
    deployment: Deployment,
    trouble: DeploymentTrouble | undefined,
    listener: RunListener,
  ) {
    this.#around = around;
    this.#deployment = deployment;
    this.#trouble = trouble;
    this.#listener = listener;
    this.#player = new EventPlayer(around, deployment, {
      failed: (target, wasPlaying) => {
        this.#failed(target, wasPlaying);
      },
      troubleAt: (target, event) => troubleAt(trouble, deployment, target, event),
      strike: (found, { instanceId }) => {
        strike(found, instanceId, around.context, around.fleet, listener.stop);
      },
    });
  }

  start(): void {
    const { deploymentCreated, deploymentQueued } = this.#around.context.durations;
    this.#later(deploymentCreated, () => {
      this.#setStatus('Queued');
      this.#later(deploymentQueued, () => {
        this.#begin();
      });
    });
  }

  stopSoon(error: Problem): void {
    this.#doom ??= 'stopping';
    this.#player.halt();
    this.#player.settle(this.#around.context.durations.deploymentStopping, () => {
      this.#end('Stopped', error);
    });
  }

  stopNow(error: Problem): void {
    this.#end('Stopped', error);
  }

  lose(instanceId: string): void {
    const target = this.#deployment.targets.find((candidate) => candidate.instanceId === instanceId);
    if (!target || !isActive(this.#deployment)) return;
    // Blue that is lost before its turn shows when it should be deregistered.
    if (target.label === 'Green' || target.status === 'InProgress') this.#player.lose(target);
  }

  #begin(): void {
    this.#deployment.startTime = this.#around.context.schedule.time;
    this.#setStatus('InProgress');
    const trouble = this.#trouble;
    if (trouble?.kind === 'fails-at-once') {
      this.#later(this.#around.context.durations.deploymentFailing, () => {
        this.#end('Failed', trouble);
      });
      return;
    }
    this.#work({ targets: this.#labelled('Green'), names: INSTALL_EVENTS, status: 'Ready' }, () => {
      this.#installed();
    });
  }

  #installed(): void {
    if (this.#trouble?.kind !== 'waits-for-traffic') {
      this.#reroute();
      return;
    }
    this.#setStatus('Ready');
    this.#later(this.#around.context.durations.deploymentReady, () => {
      if (this.#doom) return;
      this.#setStatus('InProgress');
      this.#reroute();
    });
  }

  #reroute(): void {
    const installed = this.#labelled('Green').filter(({ status }) => status === 'Ready');
    // Without a load balancer an instance is in use as soon as the application runs on it.
    if (!hasLoadBalancer(this.#around.context)) this.#use(installed);
    this.#work({ targets: installed, names: TRAFFIC_EVENTS, status: 'Succeeded' }, () => {
      this.#blockBlue();
    });
  }

  #use(installed: readonly Target[]): void {
    const { fleet, traffic } = this.#around;
    for (const { instanceId } of installed) {
      const instance = fleet.byId(instanceId);
      if (instance) traffic.use(instance);
    }
  }

  #blockBlue(): void {
    const blue = this.#labelled('Blue');
    for (const target of blue) {
      this.#player.play(target, BLOCK_EVENTS, () => {
        this.#player.setStatus(target, 'Succeeded');
        this.#blueBlocked(blue);
      });
    }
    if (blue.length === 0) this.#replaceBlue();
  }

  /** One instance of blue that cannot be deregistered fails the deployment (docs/services.md, CodeDeploy traffic). */
  #blueBlocked(blue: readonly Target[]): void {
    if (!blue.every(hasEnded)) return;
    if (blue.some(({ status }) => status === 'Failed')) this.#failSoon();
    else this.#replaceBlue();
  }

  #replaceBlue(): void {
    const wait = terminationWaitOf(this.#around.context);
    if (wait === undefined) {
      this.#end('Succeeded', undefined);
      return;
    }
    if (this.#doom) return;
    // Without a wait there is none that could have started.
    this.#deployment.terminationWaitStarted = wait > 0;
    this.#listener.changed();
    this.#strikeInTheWait(wait);
    this.#later(wait, () => {
      if (this.#doom) return;
      this.#terminateBlue();
      const { blueTerminationSeconds = 0 } = this.#around.context.options.deploymentGroup;
      if (blueTerminationSeconds === 0) this.#end('Succeeded', undefined);
      else
        this.#later(blueTerminationSeconds, () => {
          if (!this.#doom) this.#end('Succeeded', undefined);
        });
    });
  }

  #strikeInTheWait(wait: number): void {
    const trouble = this.#trouble;
    if (!trouble || !('lifecycleEvent' in trouble) || trouble.lifecycleEvent !== TERMINATION_WAIT) return;
    const target = this.#labelled('Green')[trouble.instance];
    const { context, fleet } = this.#around;
    this.#later(wait / 2, () => {
      if (target) strike(trouble, target.instanceId, context, fleet, this.#listener.stop);
    });
  }

  #terminateBlue(): void {
    for (const { instanceId } of this.#labelled('Blue')) {
      const instance = this.#around.fleet.byId(instanceId);
      if (instance) this.#around.fleet.terminate(instance, USER_SHUTDOWN);
    }
  }

  /** Does a step on as many targets at a time as the config allows. */
  #work(step: Omit<Step, 'then'>, then: () => void): void {
    this.#step = { ...step, then };
    this.#waiting = step.targets.filter((target) => !hasEnded(target));
    const atATime = DEPLOYMENT_CONFIGS[this.#deployment.configName]?.atATime(this.#waiting.length) ?? 1;
    for (const target of this.#waiting.splice(0, atATime)) this.#workOn(target, this.#step);
  }

  #workOn(target: Target, step: Step): void {
    this.#player.play(target, step.names, () => {
      this.#player.setStatus(target, step.status);
      this.#next();
    });
  }

  #next(): void {
    const step = this.#step;
    if (!step || this.#doom === 'failing') return;
    const target = this.#doom ? undefined : this.#waiting.shift();
    if (target) {
      this.#workOn(target, step);
    } else if (leftOf(step) === 0) {
      this.#step = undefined;
      step.then();
    }
  }

  #failed(target: Target, wasPlaying: boolean): void {
    if (target.label === 'Blue') {
      this.#blueBlocked(this.#labelled('Blue'));
      return;
    }
    this.#waiting = this.#waiting.filter((other) => other !== target);
    const green = this.#labelled('Green');
    const failed = green.filter(({ status }) => status === 'Failed').length;
    const left = this.#step ? leftOf(this.#step) : 0;
    const config = DEPLOYMENT_CONFIGS[this.#deployment.configName];
    if (!config?.tolerates({ instances: green.length, failed, left })) this.#failSoon();
    else if (wasPlaying || this.#waiting.length === 0) this.#next();
  }

  #failSoon(): void {
    if (this.#doom) return;
    this.#doom = 'failing';
    this.#player.halt();
    this.#player.settle(this.#around.context.durations.deploymentFailing, () => {
      this.#end('Failed', HEALTH_CONSTRAINTS);
    });
  }

  #end(status: 'Succeeded' | 'Failed' | 'Stopped', error: Deployment['error']): void {
    if (!isActive(this.#deployment)) return;
    for (const target of this.#deployment.targets) this.#skipRest(target);
    this.#deployment.status = status;
    this.#deployment.error = error;
    this.#deployment.completeTime = this.#around.context.schedule.time;
    this.#listener.ended();
    this.#listener.changed();
  }

  #skipRest(target: Target): void {
    for (const event of target.events) {
      if (event.status === 'Pending' || event.status === 'InProgress') event.status = 'Skipped';
    }
    if (!hasEnded(target)) this.#player.setStatus(target, 'Skipped');
  }

  #setStatus(status: Deployment['status']): void {
    this.#deployment.status = status;
    this.#listener.changed();
  }

  #labelled(label: Target['label']): readonly Target[] {
    return this.#deployment.targets.filter((target) => target.label === label);
  }

  /** An action that is dropped when the deployment has ended by then. */
  #later(seconds: number, action: () => void): void {
    this.#around.context.schedule.after(seconds, () => {
      if (isActive(this.#deployment)) action();
    });
  }
}

/** How many of its targets a step has not come to an end with. */
function leftOf({ targets, status }: Step): number {
  return targets.filter((target) => target.status !== status && target.status !== 'Failed').length;
}

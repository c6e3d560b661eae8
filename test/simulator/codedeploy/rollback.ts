import { HEALTH_CONSTRAINTS, NOT_REGISTERED } from './errors';
import { EventPlayer, type Surroundings } from './eventPlayer';
import { hasLoadBalancer } from './group';
import {
  BLOCK_EVENTS,
  INSTALL_EVENTS,
  TRAFFIC_EVENTS,
  hasEnded,
  isActive,
  newTarget,
  type Deployment,
  type Target,
} from './model';
import { tellsOf } from './json';
import type { Run } from './run';
import type { LocalTrouble } from './trouble';

type Problem = NonNullable<Deployment['error']>;

const NAMES_OF_ALL = [...INSTALL_EVENTS, ...TRAFFIC_EVENTS, ...BLOCK_EVENTS];

/** Blue is registered, and does not become healthy. */
const UNHEALTHY: LocalTrouble = { kind: 'hangs', instance: 0, lifecycleEvent: 'AllowTraffic' };

/**
 * The rollback of a blue/green deployment whose traffic has moved: a deployment of its own that first registers blue again,
 * waits until it is healthy, and only then takes green out of service; so it needs green until it has ended
 * (docs/services.md, CodeDeploy traffic). Before traffic has moved it has no targets, and only takes a while; or, with
 * `rollbackServes: 'green'`, it deploys the last revision to green.
 */
export class RollbackRun implements Run {
  readonly #around: Surroundings;
  readonly #rollback: Deployment;
  readonly #player: EventPlayer;
  readonly #ended: () => void;
  #isBlueBack = false;

  /** @param ended called once, when the rollback has ended in whatever way */
  constructor(around: Surroundings, rollback: Deployment, ended: () => void) {
    this.#around = around;
    this.#rollback = rollback;
    this.#ended = ended;
    this.#player = new EventPlayer(around, rollback, {
      failed: ({ label, events }) => {
        if (label === 'Green' && events.some(({ name }) => name === 'AllowTraffic')) this.#failSoon();
        else if (label === 'Blue') this.#blueEnded();
        else this.#greenEnded();
      },
      troubleAt: (_target, { name }) =>
        name === 'AllowTraffic' && this.#fails('registering-blue') ? UNHEALTHY : undefined,
      strike: () => undefined,
    });
  }

  /** @param rolledBack the deployment that is undone */
  start(rolledBack: Deployment, movedTraffic: boolean): void {
    const { schedule, durations } = this.#around.context;
    this.#rollback.status = 'InProgress';
    this.#rollback.startTime = schedule.time;
    const servesGreen = this.#around.context.options.rollbackServes === 'green';
    if (servesGreen) {
      this.#deployToGreen(rolledBack);
      return;
    }
    if (!movedTraffic) {
      this.#addIdleTargets(rolledBack);
      schedule.after(durations.rollbackDeployment, () => {
        this.#end('Succeeded', undefined);
      });
      return;
    }
    this.#addTargets(rolledBack);
    for (const target of this.#labelled('Blue')) {
      this.#player.play(target, TRAFFIC_EVENTS, () => {
        this.#player.setStatus(target, 'Succeeded');
        this.#blueEnded();
      });
    }
    if (this.#labelled('Blue').length === 0) this.#failSoon();
    if (this.#fails('registering-blue')) {
      schedule.after(durations.targetHealth + 2 * durations.trafficHook, () => {
        this.#failSoon();
      });
    }
  }

  stopSoon(error: Problem): void {
    this.#player.halt();
    this.#player.settle(this.#around.context.durations.deploymentStopping, () => {
      this.#end('Stopped', error);
    });
  }

  stopNow(error: Problem): void {
    this.#end('Stopped', error);
  }

  lose(instanceId: string): void {
    const target = this.#rollback.targets.find((candidate) => candidate.instanceId === instanceId);
    if (target && isActive(this.#rollback)) this.#player.lose(target);
  }

  /** The other meaning of a rollback: as any deployment of a revision it gives green the traffic, and takes it from blue. */
  #deployToGreen({ targets }: Deployment): void {
    const { fleet, context } = this.#around;
    const movesTraffic = hasLoadBalancer(context);
    for (const { instanceId, label } of targets) {
      if (fleet.byId(instanceId)?.state !== 'running') continue;
      // Without a load balancer the revision is all that it changes.
      if (!movesTraffic && label === 'Blue') continue;
      const greens = movesTraffic ? [...INSTALL_EVENTS, ...TRAFFIC_EVENTS] : INSTALL_EVENTS;
      const names = label === 'Green' ? greens : BLOCK_EVENTS;
      this.#rollback.targets.push(newTarget(instanceId, label, names, context.schedule.time));
    }
    const playAll = (label: Target['label'], then: () => void): void => {
      const group = this.#labelled(label);
      for (const target of group)
        this.#player.play(target, NAMES_OF_ALL, () => {
          this.#player.setStatus(target, 'Succeeded');
          if (group.every(({ status }) => status === 'Succeeded')) then();
        });
      if (group.length === 0) then();
    };
    // Without green there is nothing to deploy to, and blue keeps the traffic.
    if (this.#labelled('Green').length === 0) {
      this.#failSoon();
      return;
    }
    playAll('Green', () => {
      playAll('Blue', () => {
        this.#end('Succeeded', undefined);
      });
    });
  }

  #addIdleTargets({ targets }: Deployment): void {
    const { idleRollback } = tellsOf(this.#around.context);
    const { time } = this.#around.context.schedule;
    for (const { instanceId, label } of targets) {
      if (idleRollback === 'none' || (idleRollback === 'blue' && label === 'Green')) continue;
      const target = newTarget(instanceId, label, label === 'Blue' ? TRAFFIC_EVENTS : BLOCK_EVENTS, time);
      const status = idleRollback === 'blue' ? 'Succeeded' : 'Skipped';
      for (const event of target.events) {
        event.status = status;
        if (idleRollback === 'blue') event.startTime = event.endTime = time;
      }
      this.#player.setStatus(target, status);
      this.#rollback.targets.push(target);
    }
  }

  #addTargets({ targets }: Deployment): void {
    const { fleet, traffic, context } = this.#around;
    for (const { instanceId, label } of targets) {
      const instance = fleet.byId(instanceId);
      if (!instance || instance.state !== 'running') continue;
      const names = label === 'Blue' ? TRAFFIC_EVENTS : BLOCK_EVENTS;
      if (label === 'Blue' || traffic.stateOf(instance) !== 'unregistered')
        this.#rollback.targets.push(newTarget(instanceId, label, names, context.schedule.time));
    }
  }

  /** Green is taken out of service only where blue serves again. */
  #blueEnded(): void {
    const blue = this.#labelled('Blue');
    if (!blue.every(hasEnded)) return;
    this.#isBlueBack = blue.some(({ status }) => status === 'Succeeded');
    if (this.#isBlueBack && !this.#fails('blocking-green')) this.#blockGreen();
    else this.#failSoon();
  }

  #blockGreen(): void {
    for (const target of this.#labelled('Green').filter((candidate) => !hasEnded(candidate))) {
      this.#player.play(target, BLOCK_EVENTS, () => {
        this.#player.setStatus(target, 'Succeeded');
        this.#greenEnded();
      });
    }
    this.#greenEnded();
  }

  /** An instance that is lost, or could not be moved, fails the rollback in the end. */
  #greenEnded(): void {
    if (!this.#isBlueBack || !this.#labelled('Green').every(hasEnded)) return;
    if (this.#rollback.targets.some(({ status }) => status === 'Failed')) this.#failSoon();
    else this.#end('Succeeded', undefined);
  }

  #fails(when: 'registering-blue' | 'blocking-green'): boolean {
    return this.#around.context.options.rollbackFails === when;
  }

  #failSoon(): void {
    this.#player.halt();
    this.#player.settle(this.#around.context.durations.deploymentFailing, () => {
      this.#end('Failed', HEALTH_CONSTRAINTS);
    });
  }

  #end(status: 'Succeeded' | 'Failed' | 'Stopped', error: Deployment['error']): void {
    if (!isActive(this.#rollback)) return;
    for (const target of this.#rollback.targets) this.#leave(target, status);
    this.#rollback.status = status;
    this.#rollback.error = error;
    this.#rollback.completeTime = this.#around.context.schedule.time;
    this.#ended();
  }

  #leave(target: Target, end: Deployment['status']): void {
    for (const event of target.events) {
      if (event.status !== 'Pending' && event.status !== 'InProgress') continue;
      const hasFailed = event.status === 'InProgress' && end === 'Failed';
      event.status = hasFailed ? 'Failed' : 'Skipped';
      if (hasFailed) event.diagnostics = NOT_REGISTERED;
    }
    if (!hasEnded(target)) this.#player.setStatus(target, end === 'Failed' ? 'Failed' : 'Skipped');
  }

  #labelled(label: Target['label']): readonly Target[] {
    return this.#rollback.targets.filter((target) => target.label === label);
  }
}

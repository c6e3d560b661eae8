import type { Context, Owner } from '../context';
import type { Cause } from '../cause';
import { isUp, type Fleet, type Instance } from '../ec2/fleet';
import { asTexts, type JsonRecord } from '../input';
import type { TargetGroup } from '../traffic/targetGroup';
import { ServiceError } from '../wire';
import { stopError } from './errors';
import type { Surroundings } from './eventPlayer';
import { hasLoadBalancer } from './group';
import { pastDeployments, type PastDeployment } from './history';
import {
  BLOCK_EVENTS,
  INSTALL_EVENTS,
  TRAFFIC_EVENTS,
  hasMovedTraffic,
  isActive,
  isBlueLeaving,
  newTarget,
  type Deployment,
  type DeploymentRequest,
  type Stopper,
  type TagFilter,
} from './model';
import { RollbackRun } from './rollback';
import { DeploymentRun, type Run } from './run';

/** The deployments of the account, and what happens to them. */
export class Deployments {
  readonly #context: Context;
  readonly #fleet: Fleet;
  readonly #traffic: TargetGroup;
  readonly #runs = new Map<string, Run>();
  readonly #listeners: ((deployment: Deployment) => void)[] = [];
  /** All that ever were, oldest first. */
  readonly all: Deployment[] = [];

  constructor(context: Context, fleet: Fleet, traffic: TargetGroup) {
    this.#context = context;
    this.#fleet = fleet;
    this.#traffic = traffic;
    for (const past of pastDeployments(context).toReversed()) this.#seedPast(past);
    fleet.onShutdown((instance) => {
      for (const run of this.#runs.values()) run.lose(instance.id);
    });
  }

  /** Calls the listener whenever a deployment's status changes, and when one appears. */
  onChange(listener: (deployment: Deployment) => void): void {
    this.#listeners.push(listener);
  }

  byId(id: string): Deployment | undefined {
    return this.all.find((deployment) => deployment.id === id);
  }

  activeIn(groupName: string): Deployment | undefined {
    return this.all.find((deployment) => deployment.groupName === groupName && isActive(deployment));
  }

  /** The newest deployment of a group that was created for the instances with this tag. */
  newestFor(groupNames: readonly string[], key: string, value: string): Deployment | undefined {
    return this.all.findLast(
      (deployment) =>
        groupNames.includes(deployment.groupName) &&
        deployment.tagFilters.some((filter) => filter.key === key && filter.value === value),
    );
  }

  /** @throws InvalidTargetInstances when no running instance shows the tags. */
  create(request: DeploymentRequest, owner: Owner): Deployment {
    const green = this.#matching(request.tagFilters);
    if (green.length === 0 && request.tagFilters.length > 0) {
      const message = 'The target instances could not be found: no running instance has the given tags.';
      throw new ServiceError(400, 'InvalidTargetInstancesException', message);
    }
    const deployment = this.#add(request, owner, undefined);
    this.#addTargets(deployment, green);
    this.#run(deployment, owner === 'product' ? this.#context.script.deployment : undefined);
    return deployment;
  }

  /** Blue is what serves now: without a load balancer there is nothing to be done to it. */
  #addTargets(deployment: Deployment, green: readonly Instance[]): void {
    const { time } = this.#context.schedule;
    const isBalanced = hasLoadBalancer(this.#context);
    const greenEvents = isBalanced ? [...INSTALL_EVENTS, ...TRAFFIC_EVENTS] : INSTALL_EVENTS;
    const blueEvents = isBalanced ? BLOCK_EVENTS : [];
    const blue = this.#fleet.instances.filter(
      (instance) => instance.fleet === 'blue' && isUp(instance) && this.#traffic.stateOf(instance) !== 'unregistered',
    );
    for (const { id } of green) deployment.targets.push(newTarget(id, 'Green', greenEvents, time));
    for (const { id } of blue) deployment.targets.push(newTarget(id, 'Blue', blueEvents, time));
  }

  /** Somebody else's deployment that is in progress, and stays so. */
  seedActive(request: DeploymentRequest): Deployment {
    const deployment = this.#add(request, 'other', undefined);
    deployment.status = 'InProgress';
    deployment.startTime = this.#context.schedule.time;
    for (const instance of this.#matching(request.tagFilters)) {
      deployment.targets.push(newTarget(instance.id, 'Green', INSTALL_EVENTS, deployment.startTime));
    }
    this.#runs.set(deployment.id, this.#newRun(deployment, undefined));
    return deployment;
  }

  /** What `seedActive` began succeeds: its instances, if it has any, serve instead of those before them. */
  endSeeded(deployment: Deployment): void {
    if (!isActive(deployment)) return;
    deployment.status = 'Succeeded';
    deployment.completeTime = this.#context.schedule.time;
    const before = this.#traffic.healthyIds();
    for (const target of deployment.targets) {
      target.status = 'Succeeded';
      const instance = this.#fleet.byId(target.instanceId);
      if (instance && isUp(instance)) this.#traffic.use(instance);
    }
    if (deployment.targets.length > 0) this.#drain(before);
    this.#runs.delete(deployment.id);
    this.#tell(deployment);
  }

  /** Elastigroup's own, to an instance that it launched outside of a blue/green deployment (docs/services.md, Spot). */
  seedTemporary(groupName: string, { id }: Instance): Deployment {
    const { account, schedule } = this.#context;
    const deployment = this.#add(
      {
        applicationName: account.applicationName,
        groupName,
        configName: account.deploymentConfigName,
        revision: { revisionType: 'S3', s3Location: { bucket: 'shop-releases', key: 'latest.zip', bundleType: 'zip' } },
        description: undefined,
        fileExistsBehavior: 'DISALLOW',
        ignoreApplicationStopFailures: false,
        autoRollback: undefined,
        tagFilters: [],
      },
      'other',
      undefined,
    );
    deployment.status = 'InProgress';
    deployment.startTime = schedule.time;
    deployment.targets.push(newTarget(id, 'Green', INSTALL_EVENTS, schedule.time));
    this.#tell(deployment);
    return deployment;
  }

  endTemporary(deployment: Deployment, status: 'Succeeded' | 'Failed'): void {
    deployment.status = status;
    deployment.completeTime = this.#context.schedule.time;
    for (const target of deployment.targets) target.status = status;
    this.#tell(deployment);
  }

  #drain(ids: readonly string[]): void {
    for (const id of ids) {
      const instance = this.#fleet.byId(id);
      if (instance) this.#traffic.deregister(instance, () => undefined);
    }
  }

  /**
   * @param autoRollback what the caller asked; undefined leaves it to the deployment's or the group's configuration
   * @returns whether it is stopped at once
   */
  stop(deployment: Deployment, by: Stopper, autoRollback: boolean | undefined): boolean {
    const { schedule, options } = this.#context;
    const event = by === 'alarm' ? 'DEPLOYMENT_STOP_ON_ALARM' : 'DEPLOYMENT_STOP_ON_REQUEST';
    const withRollback = autoRollback ?? this.#rollsBackOn(deployment, event);
    const blueWasLeaving = isBlueLeaving(deployment);
    deployment.stopRequests.push({ at: schedule.time, by, withRollback, blueWasLeaving });
    if (by === 'api' && options.stopHasNoEffect) return false;
    const atOnce = deployment.status === 'Created' || deployment.status === 'Queued';
    const run = this.#runs.get(deployment.id);
    schedule.because(stopCause(deployment, by), () => {
      if (atOnce) run?.stopNow(stopError(by));
      else run?.stopSoon(stopError(by));
    });
    return atOnce;
  }

  /** Running instances that CodeDeploy sees with one of the tags. */
  #matching(filters: readonly TagFilter[]): readonly Instance[] {
    const { tagVisibilitySeconds, codeDeployTagLagSeconds } = this.#context.options;
    return this.#fleet.instances.filter((instance) => {
      if (instance.state !== 'running') return false;
      const tags = this.#fleet.tagsSeen(instance, tagVisibilitySeconds + codeDeployTagLagSeconds);
      return filters.some((filter) => [...tags].some(([key, value]) => matches(filter, key, value)));
    });
  }

  #add(
    request: DeploymentRequest,
    owner: Owner,
    rollsBack: string | undefined,
    createTime = this.#context.schedule.time,
  ): Deployment {
    const deployment: Deployment = {
      ...request,
      id: `d-${this.#context.random.code(9)}`,
      owner,
      creator: rollsBack === undefined ? 'user' : 'codeDeployRollback',
      createTime,
      targets: [],
      stopRequests: [],
      rollsBack,
      status: 'Created',
      startTime: undefined,
      completeTime: undefined,
      error: undefined,
      rolledBackBy: undefined,
      rollbackMessage: undefined,
      terminationWaitStarted: false,
    };
    this.all.push(deployment);
    return deployment;
  }

  #run(deployment: Deployment, trouble: Context['script']['deployment']): void {
    const run = this.#newRun(deployment, trouble);
    this.#runs.set(deployment.id, run);
    this.#tell(deployment);
    run.start();
  }

  #newRun(deployment: Deployment, trouble: Context['script']['deployment']): DeploymentRun {
    return new DeploymentRun(this.#surroundings(), deployment, trouble, {
      changed: () => {
        this.#tell(deployment);
      },
      ended: () => {
        this.#runs.delete(deployment.id);
        if (this.#isToBeRolledBack(deployment)) this.#rollBackSoon(deployment);
      },
      stop: (by, withRollback) => {
        this.stop(deployment, by, withRollback);
      },
    });
  }

  #surroundings(): Surroundings {
    return { context: this.#context, fleet: this.#fleet, traffic: this.#traffic };
  }

  #isToBeRolledBack(deployment: Deployment): boolean {
    // Nothing was done to any instance before it began.
    if (deployment.startTime === undefined) return false;
    if (deployment.status === 'Failed') return this.#rollsBackOn(deployment, 'DEPLOYMENT_FAILURE');
    return deployment.status === 'Stopped' && deployment.stopRequests.some(({ withRollback }) => withRollback);
  }

  #tell(deployment: Deployment): void {
    for (const listener of this.#listeners) listener(deployment);
  }

  #rollsBackOn(deployment: Deployment, event: string): boolean {
    const given: JsonRecord | undefined = deployment.autoRollback;
    if (given) return given['enabled'] === true && asTexts(given['events']).includes(event);
    return this.#context.options.groupAutoRollback;
  }

  #rollBackSoon(deployment: Deployment): void {
    const { schedule, durations } = this.#context;
    const rollBack = (): void => {
      // One active deployment per group: somebody may have been faster.
      if (!this.activeIn(deployment.groupName)) this.#rollBack(deployment);
    };
    if (durations.rollbackAppears > 0) schedule.after(durations.rollbackAppears, rollBack);
    else rollBack();
  }

  /** A rollback is a new deployment, of the last revision that succeeded (docs/services.md, CodeDeploy, `rollbackInfo`). */
  #rollBack(deployment: Deployment): void {
    const last = this.all.findLast(
      ({ status, groupName }) => status === 'Succeeded' && groupName === deployment.groupName,
    );
    if (!last) {
      deployment.rollbackMessage = 'Rollback failed: there is no earlier successful deployment.';
      return;
    }
    const request = { ...deployment, revision: last.revision, tagFilters: [], autoRollback: { enabled: false } };
    const rollback = this.#add(request, deployment.owner, deployment.id);
    deployment.rolledBackBy = rollback.id;
    deployment.rollbackMessage = `Deployment ${deployment.id} is rolled back by deployment ${rollback.id}.`;
    const run = new RollbackRun(this.#surroundings(), rollback, () => {
      this.#runs.delete(rollback.id);
      this.#tell(rollback);
    });
    this.#runs.set(rollback.id, run);
    run.start(deployment, hasMovedTraffic(deployment));
    this.#tell(rollback);
  }

  #seedPast({ ago, seconds }: PastDeployment): void {
    const { account, random, schedule } = this.#context;
    const request: DeploymentRequest = {
      applicationName: account.applicationName,
      groupName: account.deploymentGroupName,
      configName: account.deploymentConfigName,
      revision: {
        revisionType: 'S3',
        s3Location: { bucket: 'shop-releases', key: `shop-${random.hex(7)}.zip`, bundleType: 'zip' },
      },
      description: undefined,
      fileExistsBehavior: 'DISALLOW',
      ignoreApplicationStopFailures: false,
      autoRollback: undefined,
      tagFilters: [{ key: account.tagKey, value: random.uuid(), type: 'KEY_AND_VALUE' }],
    };
    const deployment = this.#add(request, 'other', undefined, schedule.time - ago * 1000);
    deployment.status = 'Succeeded';
    deployment.startTime = deployment.createTime + Math.min(2, seconds) * 1000;
    deployment.completeTime = deployment.createTime + seconds * 1000;
  }
}

function stopCause({ id }: Deployment, by: Stopper): Cause {
  switch (by) {
    case 'api':
      return { by: 'function', what: `StopDeployment ${id}` };
    case 'hand':
      return { by: 'world', what: `a person stopped ${id}` };
    case 'alarm':
      return { by: 'world', what: `an alarm stopped ${id}` };
  }
}

function matches(filter: TagFilter, key: string, value: string): boolean {
  if (filter.type === 'KEY_ONLY') return filter.key === key;
  if (filter.type === 'VALUE_ONLY') return filter.value === value;
  return filter.key === key && filter.value === value;
}

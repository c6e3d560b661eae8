import type { Context, Owner } from '../context';
import { isUp, type Fleet, type Instance } from '../ec2/fleet';
import { asTexts, type JsonRecord } from '../input';
import { ServiceError } from '../wire';
import { isActive, newTarget, type Deployment, type DeploymentRequest, type TagFilter } from './model';
import { DeploymentRun } from './run';

/** Seeds of the past: how long before the world began (seconds) they were created. */
const PAST_DEPLOYMENTS = [86_400, 172_800, 259_200, 604_800];

/** The deployments of the account, and what happens to them. */
export class Deployments {
  readonly #context: Context;
  readonly #fleet: Fleet;
  readonly #runs = new Map<string, DeploymentRun>();
  readonly #listeners: ((deployment: Deployment) => void)[] = [];
  /** All that ever were, oldest first. */
  readonly all: Deployment[] = [];

  constructor(context: Context, fleet: Fleet) {
    this.#context = context;
    this.#fleet = fleet;
    for (const seconds of [...PAST_DEPLOYMENTS].reverse()) this.#seedPast(seconds);
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
    const { time } = this.#context.schedule;
    for (const instance of green) deployment.targets.push(newTarget(instance.id, 'Green', time));
    const blue = this.#fleet.instances.filter((instance) => isUp(instance) && !green.includes(instance));
    for (const instance of blue) deployment.targets.push(newTarget(instance.id, 'Blue', time));
    this.#run(deployment, owner === 'product' ? this.#context.script.deployment : undefined);
    return deployment;
  }

  /** Somebody else's deployment that is in progress, and stays so. */
  seedActive(request: DeploymentRequest): Deployment {
    const deployment = this.#add(request, 'other', undefined);
    deployment.status = 'InProgress';
    deployment.startTime = this.#context.schedule.time;
    for (const instance of this.#matching(request.tagFilters)) {
      deployment.targets.push(newTarget(instance.id, 'Green', deployment.startTime));
    }
    this.#runs.set(deployment.id, this.#newRun(deployment, undefined));
    return deployment;
  }

  /** What `seedActive` began succeeds. */
  endSeeded(deployment: Deployment): void {
    if (!isActive(deployment)) return;
    deployment.status = 'Succeeded';
    deployment.completeTime = this.#context.schedule.time;
    for (const target of deployment.targets) target.status = 'Succeeded';
    this.#runs.delete(deployment.id);
    this.#tell(deployment);
  }

  /**
   * @param autoRollback what the caller asked; undefined leaves it to the deployment's or the group's configuration
   * @returns whether it is stopped at once
   */
  stop(deployment: Deployment, by: 'api' | 'hand', autoRollback: boolean | undefined): boolean {
    deployment.stopRequests.push({ at: this.#context.schedule.time, by });
    const wanted = autoRollback ?? this.#rollsBackOn(deployment, 'DEPLOYMENT_STOP_ON_REQUEST');
    const atOnce = deployment.status === 'Created' || deployment.status === 'Queued';
    const stop = (): void => {
      if (!isActive(deployment)) return;
      this.#runs.get(deployment.id)?.stop();
      if (wanted && !atOnce) this.#rollBack(deployment);
    };
    if (atOnce) stop();
    else this.#context.schedule.after(this.#context.durations.deploymentStopping, stop);
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
    return new DeploymentRun(this.#context, this.#fleet, deployment, trouble, {
      changed: () => {
        this.#tell(deployment);
      },
      ended: () => {
        this.#runs.delete(deployment.id);
        if (deployment.status === 'Failed' && this.#rollsBackOn(deployment, 'DEPLOYMENT_FAILURE')) {
          this.#rollBack(deployment);
        }
      },
      stopByHand: () => {
        this.stop(deployment, 'hand', false);
      },
    });
  }

  #tell(deployment: Deployment): void {
    for (const listener of this.#listeners) listener(deployment);
  }

  #rollsBackOn(deployment: Deployment, event: string): boolean {
    const given: JsonRecord | undefined = deployment.autoRollback;
    if (given) return given['enabled'] === true && asTexts(given['events']).includes(event);
    return this.#context.options.groupAutoRollback;
  }

  /** A rollback is a new deployment, of the last revision that succeeded (docs/services.md, CodeDeploy, `rollbackInfo`). */
  #rollBack(deployment: Deployment): void {
    const { schedule, durations } = this.#context;
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
    rollback.status = 'InProgress';
    rollback.startTime = schedule.time;
    this.#runs.set(rollback.id, this.#newRun(rollback, undefined));
    schedule.after(durations.rollbackDeployment, () => {
      if (!isActive(rollback)) return;
      rollback.status = 'Succeeded';
      rollback.completeTime = schedule.time;
      this.#runs.delete(rollback.id);
    });
  }

  #seedPast(secondsAgo: number): void {
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
    const deployment = this.#add(request, 'other', undefined, schedule.time - secondsAgo * 1000);
    deployment.status = 'Succeeded';
    deployment.startTime = deployment.createTime + 2000;
    deployment.completeTime = deployment.createTime + 600_000;
  }
}

function matches(filter: TagFilter, key: string, value: string): boolean {
  if (filter.type === 'KEY_ONLY') return filter.key === key;
  if (filter.type === 'VALUE_ONLY') return filter.value === value;
  return filter.key === key && filter.value === value;
}

import type { CodeDeployDeployment } from '../clients/codeDeploy/codeDeploy';
import type { DeploymentTarget, LifecycleEvent } from '../clients/codeDeploy/deploymentTargets';
import { isActive } from './ownDeployments';

/*
 * Where the load balancer's traffic is, as far as CodeDeploy's lifecycle events tell (docs/services.md, CodeDeploy
 * traffic). First green is registered (AllowTraffic), and when that has succeeded, blue is deregistered (BlockTraffic).
 */

const ALLOW_TRAFFIC: ReadonlySet<string> = new Set(['AllowTraffic', 'AfterAllowTraffic']);
const BLOCK_TRAFFIC: ReadonlySet<string> = new Set(['BlockTraffic', 'AfterBlockTraffic']);

/**
 * - `on-blue`: green has never received traffic, and blue has never been deregistered
 * - `moving`: one of both has begun; green may be all that serves
 * - `unclear`: the targets do not tell it (yet)
 */
export type Traffic = 'on-blue' | 'moving' | 'unclear';

/** What the targets of a deployment tell. They must have been read after the deployment. */
export function trafficOf(deployment: CodeDeployDeployment, targets: readonly DeploymentTarget[]): Traffic {
  if (targets.some(isMoving)) return 'moving';
  if (targets.length === 0) return isWithoutTargets(deployment) ? 'on-blue' : 'unclear';
  if (targets.some((target) => isSilent(target, deployment))) return 'unclear';
  return targets.some(({ events }) => events.some(isRunning)) && !isActive(deployment) ? 'unclear' : 'on-blue';
}

/**
 * What the targets of a rollback tell, where the deployment that it undoes has left the traffic on blue. Documented is that a
 * rollback installs nothing; one that deploys to green moves the traffic as any deployment does.
 */
export function trafficOfRollback(rollback: CodeDeployDeployment, targets: readonly DeploymentTarget[]): Traffic {
  const isOfBlueOnly = targets.every(({ label }) => label === 'Blue') && rollback.instances.total <= targets.length;
  if (isOfBlueOnly) return 'on-blue';
  const traffic = trafficOf(rollback, targets);
  return traffic === 'on-blue' && isActive(rollback) ? 'unclear' : traffic;
}

/** Errors of CodeDeploy before it deploys to an instance. */
const BEFORE_ANY_INSTANCE: ReadonlySet<string> = new Set([
  'NO_INSTANCES',
  'REVISION_MISSING',
  'INVALID_REVISION',
  'APPLICATION_MISSING',
  'DEPLOYMENT_GROUP_MISSING',
  'HEALTH_CONSTRAINTS_INVALID',
  'IAM_ROLE_MISSING',
  'IAM_ROLE_PERMISSIONS',
  'OVER_MAX_INSTANCES',
]);

/** An empty list is evidence only where the deployment counts no instances either, and has not begun or says why it could not. */
function isWithoutTargets(deployment: CodeDeployDeployment): boolean {
  const { instances, error } = deployment;
  return instances.total === 0 && (hasNotBegun(deployment) || BEFORE_ANY_INSTANCE.has(error?.code ?? ''));
}

/** It is yet to begin, or has ended before it did (stopped, or by an alarm): one that says when it ended says so of its start. */
function hasNotBegun({ status, startedAt, endedAt }: CodeDeployDeployment): boolean {
  return status === 'Created' || status === 'Queued' || (endedAt !== undefined && startedAt === undefined);
}

/** Something was done to it, and its events, as far as they were given, do not tell what. */
function isSilent({ status, label, events }: DeploymentTarget, { hasTrafficControl }: CodeDeployDeployment): boolean {
  if (events.length === 0) return !['Pending', 'Failed', 'Skipped'].includes(status);
  if (label === 'Blue' || status !== 'Succeeded' || hasTrafficControl !== true) return false;
  return !events.some(({ name }) => ALLOW_TRAFFIC.has(name) || BLOCK_TRAFFIC.has(name));
}

/** A target without a label counts as both. */
function isMoving({ label, events }: DeploymentTarget): boolean {
  return events.some(
    (event) =>
      hasBegun(event) &&
      ((label !== 'Blue' && ALLOW_TRAFFIC.has(event.name)) || (label !== 'Green' && BLOCK_TRAFFIC.has(event.name))),
  );
}

/** Whether `Unknown` has begun is not documented: it counts as begun. */
function hasBegun({ status, startedAt }: LifecycleEvent): boolean {
  return startedAt !== undefined || (status !== 'Pending' && status !== 'Skipped');
}

function isRunning({ status }: LifecycleEvent): boolean {
  return status === 'InProgress';
}

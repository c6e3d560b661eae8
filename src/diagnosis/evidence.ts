import type { CodeDeployDeployment } from '../clients/codeDeploy/codeDeploy';
import type { DeploymentTarget, LifecycleEvent } from '../clients/codeDeploy/deploymentTargets';
import type { ElastigroupDeployment } from '../clients/spot/elastigroup';
import type { ElastigroupEvent } from '../clients/spot/elastigroupEvents';
import type { Ec2Instance } from '../clients/ec2Instances';
import type { Failed } from '../deployment/state';

/** What is known about a deployment after it has failed. What could not be read is empty here, and named in `unread`. */
export interface Evidence {
  readonly codeDeploy: CodeDeployDeployment | undefined;
  readonly targets: readonly DeploymentTarget[];
  /** Whether these are all; of a large fleet some may be missing, but hardly one that failed. */
  readonly hasAllTargets: boolean;
  /** The green instances, terminated ones included. */
  readonly instances: readonly Ec2Instance[];
  readonly elastigroup: ElastigroupDeployment | undefined;
  /** WARN and ERROR events of the Elastigroup from the start of the action to its failure, oldest first. */
  readonly events: readonly ElastigroupEvent[];
  /** How many green instances AWS reclaimed. */
  readonly spotInterruptions: number;
  /** A line for each query that failed. */
  readonly unread: readonly string[];
}

/** EC2's codes for Spot capacity that AWS has reclaimed (docs/services.md, EC2). */
const RECLAIMED: ReadonlySet<string> = new Set(['Server.SpotInstanceTermination', 'Server.SpotInstanceShutdown']);

/** EC2's code for a call of its API, Elastigroup's included (docs/services.md, EC2). */
const BY_API = 'Client.UserInitiatedShutdown';

export function isReclaimed({ stateReason }: Ec2Instance): boolean {
  return stateReason !== undefined && RECLAIMED.has(stateReason);
}

/**
 * Green that a call of the EC2 API terminated before the deployment had failed: the Elastigroup's auto-healing or scaling, or a
 * person. Cleaning up terminates green as well, but only after that.
 */
export function removedInstances(state: Failed, { instances, codeDeploy }: Evidence): readonly Ec2Instance[] {
  const end = Math.min(failedAt(state), codeDeploy?.endedAt ?? Number.POSITIVE_INFINITY);
  // EC2 cuts the time to whole seconds.
  return instances.filter(
    ({ stateReason, shutDownAt }) => stateReason === BY_API && shutDownAt !== undefined && shutDownAt + 1000 <= end,
  );
}

/** When the deployment failed (ms since the epoch): before it was cleaned up. */
export function failedAt({ phaseStartedAt, durations }: Failed): number {
  // Cleaning up can find that CodeDeploy has succeeded after all; the failure then came later, while finalizing.
  const wasLast = durations.finalize === undefined;
  return phaseStartedAt - (wasLast ? (durations.cleanUp ?? 0) * 1000 : 0);
}

/** A target that failed, and the event in which it did, where CodeDeploy names one. */
export interface FailedTarget {
  readonly target: DeploymentTarget;
  readonly event: LifecycleEvent | undefined;
}

export function failedTargets({ targets }: Pick<Evidence, 'targets'>): readonly FailedTarget[] {
  return targets
    .map((target) => ({ target, event: target.events.find(({ status }) => status === 'Failed') }))
    .filter(({ target, event }) => target.status === 'Failed' || event !== undefined);
}

/** Green targets in which an event has begun and not ended: how far a deployment had got when it was stopped. */
export function unfinishedTargets({ targets }: Pick<Evidence, 'targets'>): readonly FailedTarget[] {
  return targets
    .map((target) => ({ target, event: target.events.find(isUnfinished) }))
    .filter(({ event }) => event !== undefined);
}

function isUnfinished({ status, startedAt, endedAt }: LifecycleEvent): boolean {
  return status !== 'Succeeded' && status !== 'Failed' && startedAt !== undefined && endedAt === undefined;
}

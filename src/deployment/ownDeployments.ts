import type { CodeDeployDeployment } from '../clients/codeDeploy/codeDeploy';
import type { ElastigroupDeployment } from '../clients/spot/elastigroup';
import { progressOf } from './elastigroupState';
import { hasLasted, LONGEST_DEPLOYMENT_H, STOP_AGAIN_S } from './limits';
import { attempt } from './attempt';
import { proveJob } from './genuineJob';
import type { DeploymentContext } from './context';
import { carriesTag, greenTag } from './greenTag';
import type { Finalizing, Installing, Launching, State } from './state';
import { POLL_WARNINGS } from './messages';

/** This action's Elastigroup deployments (there should be one) and those of others that are active in the group. */
export interface ListedElastigroup {
  readonly own: readonly ElastigroupDeployment[];
  readonly activeOthers: readonly ElastigroupDeployment[];
  /** The id that the state has, where Spot lists that deployment with the tag of another action: the token was forged. */
  readonly foreign: string | undefined;
}

export async function listElastigroup(state: State, context: DeploymentContext): Promise<ListedElastigroup> {
  const tag = greenTag(state);
  const known = 'elastigroupDeploymentId' in state ? state.elastigroupDeploymentId : undefined;
  const listed = await context.elastigroup.listDeployments(tag);
  const isForeign = ({ id, tags }: ElastigroupDeployment) =>
    id === known && tags.some(({ key }) => key === tag.key) && !carriesTag(tags, tag);
  // Without readable tags the id decides: Spot gave it for the start.
  const isOwn = (deployment: ElastigroupDeployment) =>
    carriesTag(deployment.tags, tag) || (deployment.id === known && !isForeign(deployment));
  return {
    own: listed.filter(isOwn),
    foreign: listed.find(isForeign)?.id,
    // Whether ERROR is final is unverified, and so is what an undocumented state means (docs/services.md, Spot):
    // Spot itself then decides at the start whether such a deployment is conflicting.
    activeOthers: listed.filter(
      (deployment) =>
        !isOwn(deployment) && !['finished', 'undone', 'erred', 'unknown'].includes(progressOf(deployment.state)),
    ),
  };
}

/**
 * Spot may have accepted two starts of this action at once: elects the primary, by a rule that is the same for every delivery;
 * its duplicates are stopped. A deployment that is ready for CodeDeploy or beyond goes before one that is still
 * launching, then the smallest id. One that goes wrong is primary only where there is no other.
 */
export function electPrimary(own: readonly ElastigroupDeployment[]): {
  primary: ElastigroupDeployment | undefined;
  duplicates: ElastigroupDeployment[];
} {
  const [primary] = own.toSorted((a, b) => rankOf(a) - rankOf(b) || (a.id < b.id ? -1 : 1));
  return { primary, duplicates: duplicatesOf(own, primary?.id) };
}

/** This action's other deployments that are still active and not stopped yet. */
export function duplicatesOf(
  own: readonly ElastigroupDeployment[],
  primaryId: string | undefined,
): ElastigroupDeployment[] {
  const alive = ['launching', 'ready', 'replacing', 'erred', 'unknown'];
  return own.filter((deployment) => deployment.id !== primaryId && alive.includes(progressOf(deployment.state)));
}

/**
 * Those that have not tagged an instance yet. Once CodeDeploy has started, only they are surely no part of its deployment:
 * the instances of another one that carries the same tag may serve.
 */
export function launchingDuplicatesOf(
  own: readonly ElastigroupDeployment[],
  primaryId: string | undefined,
): ElastigroupDeployment[] {
  return duplicatesOf(own, primaryId).filter(({ state }) => progressOf(state) === 'launching');
}

function rankOf(deployment: ElastigroupDeployment): number {
  switch (progressOf(deployment.state)) {
    case 'ready':
    case 'replacing':
    case 'finished':
      return 0;
    case 'launching':
    case 'unknown':
      return 1;
    case 'erred':
      return 2;
    case 'undoing':
    case 'undone':
      return 3;
  }
}

/** The deployment that the action follows: the one it knows, or, where it knows only CodeDeploy's, the primary. */
export function followed(
  own: readonly ElastigroupDeployment[],
  knownId: string | undefined,
): ElastigroupDeployment | undefined {
  return knownId === undefined ? electPrimary(own).primary : own.find((deployment) => deployment.id === knownId);
}

/** Whether duplicates may be requested to stop: not again before STOP_AGAIN_S, also where Spot refused it or they err. */
export function isDuplicateStopDue(
  { duplicateStopSentAt }: Launching | Installing | Finalizing,
  { clock }: DeploymentContext,
): boolean {
  return duplicateStopSentAt === undefined || hasLasted(duplicateStopSentAt, STOP_AGAIN_S, clock.now());
}

/** A duplicate that Spot does not stop is no reason to fail the primary. */
export async function stopDuplicates<S extends Launching | Installing | Finalizing>(
  state: S,
  duplicates: readonly ElastigroupDeployment[],
  primaryId: string | undefined,
  context: DeploymentContext,
): Promise<S> {
  if (duplicates.length === 0 || !isDuplicateStopDue(state, context)) return state;
  if ((await proveJob(context)).kind !== 'genuine') return state;
  for (const duplicate of duplicates) {
    context.log.warn(POLL_WARNINGS.duplicate(duplicate.id, primaryId ?? 'none'));
    const stopped = await attempt(context.elastigroup.stopDeployment(duplicate.id));
    if (!stopped.ok) context.log.warn(POLL_WARNINGS.notStopped(duplicate.id, stopped.error.message));
  }
  return { ...state, duplicateStopSentAt: context.clock.now() };
}

/** This action's CodeDeploy deployment, and another's that is active in the deployment group. */
export interface FoundCodeDeploy {
  readonly own: CodeDeployDeployment | undefined;
  readonly otherActive: CodeDeployDeployment | undefined;
  /** All that were read, those that have ended included. */
  readonly recent: readonly CodeDeployDeployment[];
}

const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Stopped']);

export function isActive(deployment: CodeDeployDeployment): boolean {
  return !ENDED.has(deployment.status);
}

/** The application and the deployment group of an action. */
type DeployedGroup = Pick<DeploymentContext['parameters'], 'applicationName' | 'deploymentGroupName'>;

/** An own deployment is known by the green tag that it targets; CodeDeploy's rollback of it may target the same. */
export function isOwnCodeDeploy(deployment: CodeDeployDeployment, state: State): boolean {
  return carriesTag(deployment.targetTags, greenTag(state)) && deployment.creator !== 'codeDeployRollback';
}

/**
 * A continuation token is not signed, so that anybody who may invoke the function can have it name any deployment: what
 * is to be stopped must be of the action's application and group, and for its green instances; and the job must be
 * genuine (genuineJob.ts), since an event may also name the green tag of another action.
 */
export function isStoppable(deployment: CodeDeployDeployment, state: State, wanted: DeployedGroup): boolean {
  const { applicationName, deploymentGroupName } = deployment;
  const isOfGroup = applicationName === wanted.applicationName && deploymentGroupName === wanted.deploymentGroupName;
  return isOfGroup && isOwnCodeDeploy(deployment, state);
}

/** CodeDeploy's rollback of a deployment, where the group has one. */
export async function findRollback(
  deploymentId: string,
  context: DeploymentContext,
): Promise<CodeDeployDeployment | undefined> {
  const deployments = await context.codeDeploy.findDeployments(oldestThatMatters(context));
  return deployments.find(({ rollsBackDeploymentId }) => rollsBackDeploymentId === deploymentId);
}

function oldestThatMatters({ clock }: DeploymentContext): number {
  return clock.now() - LONGEST_DEPLOYMENT_H * 3_600_000;
}

/** Searches the deployment group. */
export async function findCodeDeploy(state: State, context: DeploymentContext): Promise<FoundCodeDeploy> {
  const deployments = await context.codeDeploy.findDeployments(oldestThatMatters(context));
  const own = deployments.filter((deployment) => isOwnCodeDeploy(deployment, state));
  return {
    own: own.find(isActive) ?? own.find((deployment) => deployment.status === 'Succeeded') ?? own[0],
    otherActive: deployments.find((deployment) => isActive(deployment) && !own.includes(deployment)),
    recent: deployments,
  };
}

/** The action is at least as old as what it has created: after a crash, the event that is delivered again has no time of its start. */
export function backdateStart<S extends State>(state: S, evidence: readonly (number | undefined)[]): S {
  const times = evidence.filter((time) => time !== undefined);
  return { ...state, startedAt: Math.min(state.startedAt, ...times) };
}

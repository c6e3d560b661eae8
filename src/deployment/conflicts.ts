import type { CodeDeployDeployment } from '../clients/codeDeploy/codeDeploy';
import type { ElastigroupDeployment } from '../clients/spot/elastigroup';
import { ActionError } from '../errors';
import { duration } from '../lib/wording';
import type { DeploymentContext } from './context';
import { FAILURE_MESSAGES } from './messages';
import type { Launching, Starting, State } from './state';
import { progressed } from './transitions';

/*
 * A conflicting deployment of somebody else: ON_CONFLICT decides whether the action fails or waits for it.
 * It is only ever polled, never stopped.
 */

export interface ConflictingDeployment {
  /** E.g. `CodeDeploy d-1 created by a user (InProgress)`. */
  readonly name: string;
  /** ms since the epoch */
  readonly since: number | undefined;
  /** A rollback returns the traffic of an earlier deployment, and ends by itself: it is waited for whatever ON_CONFLICT says. */
  readonly isRollback: boolean;
}

/** Spot says neither who started it nor when (docs/services.md, Spot); its tags may. */
export function conflictingElastigroup({ id, state, tags }: ElastigroupDeployment): ConflictingDeployment {
  const words = [state || 'no state', ...tags.map(({ key, value }) => `${key}=${value}`)];
  return { name: `Elastigroup deployment ${id} (${words.join(', ')})`, since: undefined, isRollback: false };
}

export function conflictingCodeDeploy({
  id,
  status,
  creator,
  createdAt,
  rollsBackDeploymentId,
}: CodeDeployDeployment): ConflictingDeployment {
  if (creator === 'codeDeployRollback') {
    const of = rollsBackDeploymentId === undefined ? 'an earlier deployment' : `CodeDeploy ${rollsBackDeploymentId}`;
    return { name: `rollback ${id} of ${of} (${status})`, since: createdAt, isRollback: true };
  }
  return {
    name: `CodeDeploy ${id} created by ${describeCreator(creator)} (${status})`,
    since: createdAt,
    isRollback: false,
  };
}

/** CodeDeploy refuses a second deployment without naming the first. */
export function unnamedConflict(message: string): ConflictingDeployment {
  return { name: `an unnamed CodeDeploy deployment (${message})`, since: undefined, isRollback: false };
}

/** DeploymentCreator (service model, codedeploy 2014-10-06). */
function describeCreator(creator: string | undefined): string {
  switch (creator) {
    case undefined:
      return 'an unknown user';
    case 'user':
      return 'a user';
    case 'autoscaling':
      return 'Auto Scaling';
    default:
      return creator;
  }
}

/** With its age. */
export function describeConflict({ name, since }: ConflictingDeployment, now: number): string {
  return `${name}${age(since, now)}`;
}

/** Waits for the others, or throws ActionError. */
export function resolveConflict<S extends Starting | Launching>(
  state: S,
  others: readonly ConflictingDeployment[],
  context: DeploymentContext,
): S {
  const isAwaited = context.parameters.onConflict === 'WAIT' || others.some(({ isRollback }) => isRollback);
  if (!isAwaited) throw conflict(state, others, context);
  const since = others.find((other) => other.since !== undefined)?.since;
  const waiting = `waiting for ${others.map(({ name }) => name).join(' and ')}`;
  return {
    ...progressed(state, state.phase === 'launching' ? `green is up; ${waiting}` : waiting),
    waitsForOther: { ...(since !== undefined && { since }) },
  };
}

function conflict(
  state: Starting | Launching,
  others: readonly ConflictingDeployment[],
  context: DeploymentContext,
): ActionError {
  const { applicationName, deploymentGroupName } = context.parameters;
  const which = others.map((other) => describeConflict(other, context.clock.now())).join('; ');
  const headline =
    state.phase === 'starting'
      ? FAILURE_MESSAGES.conflictBeforeStart(which)
      : FAILURE_MESSAGES.conflictWithGreenUp(which, `${applicationName}/${deploymentGroupName}`);
  return new ActionError('JobFailed', headline);
}

/** Nothing conflicts any more. */
export function clearConflict<S extends Starting | Launching>(state: S): S {
  const free = { ...state };
  delete free.waitsForOther;
  return free;
}

export function isWaitingForConflict(state: State): boolean {
  return 'waitsForOther' in state;
}

/** The progress, with the age of the conflicting deployment: it changes all the time, and so is not part of the state. */
export function progressText(state: State, now: number): string {
  const since = 'waitsForOther' in state ? state.waitsForOther.since : undefined;
  return `${state.progress}${age(since, now)}`;
}

function age(since: number | undefined, now: number): string {
  return since === undefined ? '' : `, started ${duration((now - since) / 1000)} ago`;
}

import type { CodeDeployDeployment } from '../clients/codeDeploy';
import type { ElastigroupDeployment } from '../clients/elastigroup';
import { StageError } from '../errors';
import { duration } from '../wording';
import type { Stage } from './stage';
import type { Launching, Starting, State } from './state';
import { progressed } from './transitions';

/*
 * A deployment of somebody else that is in the way: ON_CONFLICT decides whether the action fails or waits for it.
 * It is only ever looked at, never stopped.
 */

export interface OthersDeployment {
  /** E.g. `CodeDeploy d-1 of a user (InProgress)`. */
  readonly name: string;
  /** ms since the epoch */
  readonly since: number | undefined;
}

/** Spot tells neither who started it nor when (FACTS, section 4); its tags may. */
export function othersElastigroup({ id, state, tags }: ElastigroupDeployment): OthersDeployment {
  const words = [state || 'no state', ...tags.map(({ key, value }) => `${key}=${value}`)];
  return { name: `Elastigroup deployment ${id} (${words.join(', ')})`, since: undefined };
}

export function othersCodeDeploy({ id, status, creator, createdAt }: CodeDeployDeployment): OthersDeployment {
  return { name: `CodeDeploy ${id} of ${describeCreator(creator)} (${status})`, since: createdAt };
}

/** CodeDeploy refuses a second deployment, and does not tell of which. */
export function unnamedCodeDeploy(message: string): OthersDeployment {
  return { name: `a CodeDeploy deployment that CodeDeploy does not name (${message})`, since: undefined };
}

/** DeploymentCreator (service model, codedeploy 2014-10-06). */
function describeCreator(creator: string | undefined): string {
  switch (creator) {
    case undefined:
      return 'somebody';
    case 'user':
      return 'a user';
    case 'autoscaling':
      return 'Auto Scaling';
    case 'codeDeployRollback':
      return 'a rollback';
    default:
      return creator;
  }
}

/** With its age. */
export function describeOther({ name, since }: OthersDeployment, now: number): string {
  return `${name}${age(since, now)}`;
}

/** Waits for the others, or throws StageError. */
export function meetOthers<S extends Starting | Launching>(
  state: S,
  others: readonly OthersDeployment[],
  stage: Stage,
): S {
  if (stage.parameters.onConflict === 'FAIL') throw conflict(state, others, stage);
  const since = others.find((other) => other.since !== undefined)?.since;
  const waiting = `waiting for ${others.map(({ name }) => name).join(' and ')}`;
  return {
    ...progressed(state, state.phase === 'launching' ? `green is up; ${waiting}` : waiting),
    waitsForOther: { ...(since !== undefined && { since }) },
  };
}

function conflict(state: Starting | Launching, others: readonly OthersDeployment[], stage: Stage): StageError {
  const { applicationName, deploymentGroupName } = stage.parameters;
  const which = others.map((other) => describeOther(other, stage.clock.now())).join('; ');
  const consequence =
    state.phase === 'starting'
      ? 'Nothing was started.'
      : `${applicationName}/${deploymentGroupName} allows one at a time, so green is removed again.`;
  return new StageError(
    'JobFailed',
    `Another deployment is in the way: ${which}. ${consequence} ` +
      'Wait until it has ended, or stop it in its console, and retry the stage; ON_CONFLICT WAIT waits for it within TIMEOUT.',
  );
}

/** Nothing is in the way any more. */
export function withoutOthers<S extends Starting | Launching>(state: S): S {
  const { waitsForOther: _over, ...free } = state;
  // TypeScript does not see that a state without an optional part is one of its kind still.
  return free as S;
}

export function isWaitingForOther(state: State): boolean {
  return 'waitsForOther' in state;
}

/** The progress, with the age of what is waited for: it changes all the time, and so is not part of the state. */
export function progressText(state: State, now: number): string {
  const since = 'waitsForOther' in state ? state.waitsForOther.since : undefined;
  return `${state.progress}${age(since, now)}`;
}

function age(since: number | undefined, now: number): string {
  return since === undefined ? '' : `, started ${duration((now - since) / 1000)} ago`;
}

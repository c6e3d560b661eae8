import type { CodeDeployDeployment } from '../clients/codeDeploy';
import type { ElastigroupDeployment } from '../clients/elastigroup';
import { StageError } from '../errors';
import { cut, duration } from '../wording';
import type { Stage } from './stage';
import type { Failure, State } from './state';

/*
 * The ways in which a deployment fails, each with the headline that the user reads: what happened, where, what to do.
 */

const LONGEST_HEADLINE = 600;

export function failureOf({ type, headline, known }: StageError): Failure {
  return { type, headline: cut(headline, LONGEST_HEADLINE), ...(known && { known }) };
}

export function timedOut(state: State, stage: Stage): Failure {
  const elapsed = duration((stage.clock.now() - state.startedAt) / 1000);
  const headline = `TIMEOUT (${duration(stage.parameters.timeoutSeconds)}) was reached after ${elapsed}, while ${describePhase(state)}.`;
  return { type: 'JobFailed', headline: cut(headline, LONGEST_HEADLINE), timedOut: true, known: { cause: 'too-slow' } };
}

function describePhase(state: State): string {
  switch (state.phase) {
    case 'starting':
      return 'the deployment was not yet started';
    case 'launching':
      return `green was being launched (${state.progress})`;
    case 'installing':
      return `the revision was being installed (${state.progress})`;
    default:
      return state.progress;
  }
}

/** The failure that CodeDeploy's own status means; undefined while it is active or has succeeded. */
export function codeDeployEnded(deployment: CodeDeployDeployment): StageError | undefined {
  if (deployment.status !== 'Failed' && deployment.status !== 'Stopped') return undefined;
  const { error } = deployment;
  const why = error ? `${error.code}: ${error.message}` : 'it gives no reason';
  if (deployment.status === 'Stopped') {
    return new StageError('JobFailed', `CodeDeploy ${deployment.id} was stopped, not by this stage (${why}).`);
  }
  return new StageError(typeOfDeploymentError(error?.code), `CodeDeploy ${deployment.id} failed (${why}).`);
}

/** CodeDeploy's ErrorCode → who can mend it (service model, codedeploy 2014-10-06: ErrorCode). */
function typeOfDeploymentError(code: string | undefined): StageError['type'] {
  switch (code) {
    case 'REVISION_MISSING':
    case 'INVALID_REVISION':
      return 'RevisionUnavailable';
    case 'IAM_ROLE_MISSING':
    case 'IAM_ROLE_PERMISSIONS':
      return 'PermissionError';
    case 'INTERNAL_ERROR':
    case 'THROTTLED':
      return 'SystemUnavailable';
    default:
      return 'JobFailed';
  }
}

export function elastigroupWentWrong(deployment: ElastigroupDeployment, when: string): StageError {
  return new StageError(
    'JobFailed',
    `Elastigroup deployment ${deployment.id} went wrong ${when}: its state is ${deployment.state}.`,
  );
}

export function finishedWithoutCodeDeploy(deployment: ElastigroupDeployment): StageError {
  return new StageError(
    'JobFailed',
    `Elastigroup deployment ${deployment.id} is FINISHED, but no CodeDeploy deployment of this action was found; the revision was not deployed.`,
  );
}

export function elastigroupUnfinished(
  state: State,
  deployment: ElastigroupDeployment | undefined,
  stage: Stage,
): Failure {
  const what = deployment
    ? `Elastigroup deployment ${deployment.id} had not finished (${deployment.state || 'no state'})`
    : 'Elastigroup could not be seen to finish';
  const elapsed = duration((stage.clock.now() - state.startedAt) / 1000);
  return {
    type: 'JobFailed',
    headline: `CodeDeploy succeeded, but ${what} after ${elapsed} (TIMEOUT ${duration(stage.parameters.timeoutSeconds)} and the time for cleaning up).`,
    timedOut: true,
  };
}

export function conflictWithElastigroup(other: ElastigroupDeployment, stage: Stage): StageError {
  return new StageError(
    'JobFailed',
    `Another blue/green deployment, ${other.id} (${other.state || 'no state'}), is under way in Elastigroup ${stage.parameters.groupId}; ` +
      'nothing was started. Wait until it has ended, or stop it in the Spot console, then retry the stage.',
  );
}

export function conflictWithCodeDeploy(
  other: CodeDeployDeployment | undefined,
  stage: Stage,
  words?: string,
): StageError {
  const { applicationName, deploymentGroupName } = stage.parameters;
  const which = other ? `${other.id} (${other.status})` : `that CodeDeploy does not name (${words ?? 'no message'})`;
  return new StageError(
    'JobFailed',
    `Another CodeDeploy deployment, ${which}, is active in ${applicationName}/${deploymentGroupName}, which allows one at a time. ` +
      'Wait until it has ended, or stop it in the CodeDeploy console, then retry the stage.',
  );
}

export function startRefused(words: string, stage: Stage): StageError {
  const { applicationName, deploymentGroupName, groupId } = stage.parameters;
  return new StageError(
    'JobFailed',
    `Spot refused to start a blue/green deployment of Elastigroup ${groupId} for ${applicationName}/${deploymentGroupName}: ${words}.`,
    { known: { cause: 'no-integration' } },
  );
}

export function noTargets(words: string): StageError {
  return new StageError(
    'JobFailed',
    `CodeDeploy does not find the green instances by their tag, although EC2 shows them running: ${words}.`,
    { known: { cause: 'in-place-group' } },
  );
}

export function launchedBefore(count: number): StageError {
  return new StageError(
    'JobFailed',
    `This action has launched ${count} green instances before, and neither Elastigroup nor CodeDeploy lists a deployment of it any more: ` +
      'its event was delivered again after it had ended. Nothing was launched again. Retry the stage.',
  );
}

import type { CodeDeployDeployment } from '../clients/codeDeploy/codeDeploy';
import type { ElastigroupDeployment } from '../clients/spot/elastigroup';
import { ActionError } from '../errors';
import { cut, duration } from '../lib/wording';
import { isWaitingForConflict, progressText } from './conflicts';
import type { DeploymentContext } from './context';
import type { Failure, State } from './state';

/*
 * The ways in which a deployment fails, each with the headline that the user reads: what happened, where, what to do.
 */

/** What a continuation token carries of it (state.ts). */
const LONGEST_HEADLINE = 600;

export function failureOf({ type, headline, known }: ActionError): Failure {
  return { type, headline: cut(headline, LONGEST_HEADLINE), ...(known && { known }) };
}

/** For a failure that goes straight into the report, and into no token. */
export function wholeFailureOf({ type, message }: ActionError): Failure {
  return { type, headline: message };
}

export function timedOut(state: State, context: DeploymentContext): Failure {
  const elapsed = duration((context.clock.now() - state.startedAt) / 1000);
  const headline = `TIMEOUT (${duration(context.parameters.timeoutSeconds)}) was reached after ${elapsed}, while ${describePhase(state, context)}.`;
  return { type: 'JobFailed', headline: cut(headline, LONGEST_HEADLINE), timedOut: true, known: { cause: 'too-slow' } };
}

function describePhase(state: State, context: DeploymentContext): string {
  if (isWaitingForConflict(state)) {
    const waiting = progressText(state, context.clock.now());
    return state.phase === 'starting' ? `${waiting}; nothing was started` : waiting;
  }
  switch (state.phase) {
    case 'starting':
      return `the deployment was not yet started (${state.progress})`;
    case 'launching':
      return `green was being launched (${state.progress})`;
    case 'installing':
      return `the revision was being installed (${state.progress})`;
    default:
      return state.progress;
  }
}

/**
 * The failure that CodeDeploy's own status means; undefined while it is active or has succeeded.
 *
 * @param wasActive this invocation has read it as active: then the stop was not sent by one that died
 */
export function codeDeployEnded(deployment: CodeDeployDeployment, wasActive: boolean): ActionError | undefined {
  if (deployment.status !== 'Failed' && deployment.status !== 'Stopped') return undefined;
  const { error } = deployment;
  const why = error ? `${error.code}: ${error.message}` : 'it gives no reason';
  if (deployment.status === 'Stopped') {
    const by = wasActive ? 'outside this action' : 'outside this action, or by an earlier invocation of it';
    return new ActionError('JobFailed', `CodeDeploy ${deployment.id} was stopped ${by} (${why}).`);
  }
  return new ActionError(typeOfDeploymentError(error?.code), `CodeDeploy ${deployment.id} failed (${why}).`);
}

/** CodeDeploy's ErrorCode → who can mend it (service model, codedeploy 2014-10-06: ErrorCode). */
function typeOfDeploymentError(code: string | undefined): ActionError['type'] {
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

export function elastigroupWentWrong(deployment: ElastigroupDeployment, when: string): ActionError {
  return new ActionError(
    'JobFailed',
    `Elastigroup deployment ${deployment.id} went wrong ${when}: its state is ${deployment.state}.`,
  );
}

export function finishedWithoutCodeDeploy(deployment: ElastigroupDeployment): ActionError {
  return new ActionError(
    'JobFailed',
    `Elastigroup deployment ${deployment.id} is FINISHED, but no CodeDeploy deployment of this action was found; the revision was not deployed.`,
  );
}

export function elastigroupUnfinished(
  state: State,
  deployment: ElastigroupDeployment | undefined,
  context: DeploymentContext,
): Failure {
  const what = deployment
    ? `Elastigroup deployment ${deployment.id} had not finished (${deployment.state || 'no state'})`
    : 'Elastigroup could not be seen to finish';
  const elapsed = duration((context.clock.now() - state.startedAt) / 1000);
  return {
    type: 'JobFailed',
    headline: `CodeDeploy succeeded, but ${what} after ${elapsed} (TIMEOUT ${duration(context.parameters.timeoutSeconds)} and the time for cleaning up).`,
    timedOut: true,
  };
}

export function startRefused(words: string, context: DeploymentContext): ActionError {
  const { applicationName, deploymentGroupName, groupId } = context.parameters;
  return new ActionError(
    'JobFailed',
    `Spot refused to start a blue/green deployment of Elastigroup ${groupId} for ${applicationName}/${deploymentGroupName}: ${words}.`,
    { known: { cause: 'no-integration' } },
  );
}

export function noTargets(words: string): ActionError {
  return new ActionError(
    'JobFailed',
    `CodeDeploy does not find the green instances by their tag, although EC2 shows them running: ${words}.`,
    { known: { cause: 'in-place-group' } },
  );
}

export function launchedBefore(count: number): ActionError {
  return new ActionError(
    'JobFailed',
    `This action has launched ${count} green instances before, and neither Elastigroup nor CodeDeploy lists a deployment of it any more: ` +
      'its event was delivered again after it had ended. Nothing was launched again. Retry the stage.',
  );
}

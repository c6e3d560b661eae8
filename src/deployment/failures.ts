import type { CodeDeployDeployment } from '../clients/codeDeploy/codeDeploy';
import type { ElastigroupDeployment } from '../clients/spot/elastigroup';
import { ActionError, type FailureType } from '../errors';
import { cut, duration } from '../lib/wording';
import { FAILURE_MESSAGES } from './messages';
import { isWaitingForConflict, progressText } from './conflicts';
import type { DeploymentContext } from './context';
import { timeoutAdvice } from './history';
import { leastSecondsToLaunch, timeoutAt } from './limits';
import { LONGEST_TEXT, type BoundByTimeout, type Failure, type Finalizing, type Starting } from './state';
import { describeUsual, elapsedInCodeDeploy } from './timeLeft';

/*
 * The ways in which a deployment fails, each with the headline that the user reads: what happened, where, what to do.
 */

export function failureOf({ type, headline, known }: ActionError): Failure {
  return { type, headline: cut(headline, LONGEST_TEXT), ...(known && { known }) };
}

/** For a failure that goes straight into the report, and into no token. */
export function wholeFailureOf({ type, message }: ActionError): Failure {
  return { type, headline: message };
}

export function timedOut(state: BoundByTimeout, context: DeploymentContext): Failure {
  const elapsed = duration((context.clock.now() - state.startedAt) / 1000);
  const timeout = duration(context.parameters.timeoutSeconds);
  const reached = timeoutMessage(state)(timeout, elapsed, progressText(state, context.clock.now()));
  const since = state.outageSince ?? state.deniedSince;
  if (since === undefined) {
    const headline = cut([reached, ...earlierTook(state, context)].join(' '), LONGEST_TEXT);
    return { type: 'JobFailed', headline, timedOut: true, known: { cause: 'too-slow' } };
  }
  const outage = FAILURE_MESSAGES.outage(duration((context.clock.now() - since) / 1000));
  return { type: 'SystemUnavailable', headline: cut(`${reached} ${outage}`, LONGEST_TEXT), timedOut: true };
}

/**
 * What earlier deployments needed, and a TIMEOUT that fits; where CodeDeploy had as much time as they took, a longer one would
 * hardly help.
 */
function earlierTook(state: BoundByTimeout, { clock, parameters: { timeoutSeconds } }: DeploymentContext): string[] {
  const { usual } = state;
  const isBeforeStart = state.phase === 'starting' && !isWaitingForConflict(state);
  if (!usual || isBeforeStart) return [];
  const now = clock.now();
  const had = state.phase === 'installing' ? Math.max(0, elapsedInCodeDeploy(state, now)) : 0;
  const [took, high] = [describeUsual(usual), duration(usual.high)];
  if (had >= usual.high) return [FAILURE_MESSAGES.earlierFitted(took, high, duration(had))];
  // Between two invocations nobody polls: such a gap is nothing that the next deployment needs.
  const before = Math.max(0, Math.min(timeoutSeconds, (now - state.startedAt) / 1000) - had);
  return [FAILURE_MESSAGES.earlierTook(took, high, timeoutAdvice(usual, before, timeoutSeconds))];
}

function timeoutMessage(state: BoundByTimeout) {
  switch (state.phase) {
    case 'starting':
      return isWaitingForConflict(state) ? FAILURE_MESSAGES.timedOutWaiting : FAILURE_MESSAGES.timedOutBeforeStart;
    case 'launching':
      return FAILURE_MESSAGES.timedOutLaunching;
    case 'installing':
      return FAILURE_MESSAGES.timedOutInstalling;
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
  const why = error ? `${error.code}: ${error.message}` : 'no reason given';
  if (deployment.status === 'Stopped') {
    const stopped = wasActive ? FAILURE_MESSAGES.codeDeployStopped : FAILURE_MESSAGES.codeDeployStoppedEarlier;
    return new ActionError('JobFailed', stopped(deployment.id, why));
  }
  return new ActionError(typeOfDeploymentError(error?.code), FAILURE_MESSAGES.codeDeployFailed(deployment.id, why));
}

/** CodeDeploy's ErrorCode → who can fix it (service model, codedeploy 2014-10-06: ErrorCode). */
function typeOfDeploymentError(code: string | undefined): FailureType {
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

const FAILED_WHILE = {
  launching: FAILURE_MESSAGES.failedWhileLaunching,
  deploying: FAILURE_MESSAGES.failedWhileDeploying,
  finalizing: FAILURE_MESSAGES.failedAfterSuccess,
} as const;

export function elastigroupWentWrong(
  { id, state }: ElastigroupDeployment,
  when: keyof typeof FAILED_WHILE,
): ActionError {
  return new ActionError('JobFailed', FAILED_WHILE[when](id, state));
}

export function finishedWithoutCodeDeploy(deployment: ElastigroupDeployment): ActionError {
  return new ActionError('JobFailed', FAILURE_MESSAGES.finishedWithoutCodeDeploy(deployment.id));
}

export function elastigroupUnfinished(
  state: Finalizing,
  deployment: ElastigroupDeployment | undefined,
  context: DeploymentContext,
): Failure {
  const elapsed = duration((context.clock.now() - state.startedAt) / 1000);
  const timeout = duration(context.parameters.timeoutSeconds);
  const headline = deployment
    ? FAILURE_MESSAGES.unfinished(deployment.id, deployment.state || 'no state', elapsed, timeout)
    : FAILURE_MESSAGES.unconfirmed(elapsed, timeout);
  return { type: 'JobFailed', headline, timedOut: true };
}

/** Too little of TIMEOUT is left to launch green; undefined: there is enough. */
export function tooLateToLaunch(state: Starting, context: DeploymentContext): ActionError | undefined {
  const { timeoutSeconds } = context.parameters;
  const now = context.clock.now();
  const left = (timeoutAt(state, context) - now) / 1000;
  const least = leastSecondsToLaunch(timeoutSeconds);
  if (left >= least) return undefined;
  const headline = FAILURE_MESSAGES.tooLateToLaunch(duration(left), duration(timeoutSeconds), duration(least));
  const since = state.outageSince ?? state.deniedSince;
  if (since === undefined) return new ActionError('JobFailed', headline);
  return new ActionError('SystemUnavailable', `${headline} ${FAILURE_MESSAGES.outage(duration((now - since) / 1000))}`);
}

export function startRefused(words: string, context: DeploymentContext): ActionError {
  const { applicationName, deploymentGroupName, groupId } = context.parameters;
  return new ActionError(
    'JobFailed',
    FAILURE_MESSAGES.startRefused(groupId, `${applicationName}/${deploymentGroupName}`, words),
    { known: { cause: 'no-integration' } },
  );
}

export function noTargets(words: string): ActionError {
  return new ActionError('JobFailed', FAILURE_MESSAGES.noTargets(words), { known: { cause: 'in-place-group' } });
}

export function launchedBefore(count: number): ActionError {
  return new ActionError('JobFailed', FAILURE_MESSAGES.redelivered(String(count)));
}

import { CREATE_DEPLOYMENT } from '../clients/codeDeploy/codeDeploy';
import { UpstreamError } from '../clients/upstreamError';
import { ActionError } from '../errors';
import { logUnexpected } from '../lib/unexpectedError';
import { checkRun, confirming } from './checkRun';
import { cleanUp } from './phases/cleaningUp';
import { failureOf, wholeFailureOf } from './failures';
import { failLeavingGreen, finalize } from './phases/finalizing';
import { install } from './phases/installing';
import { launch } from './phases/launching';
import { deniedAgain, DENIED_POLLS, isBelieved, isTimedOut, type Denial } from './limits';
import { start } from './phases/starting';
import type { DeploymentContext } from './context';
import type { ActiveState, CleaningUp, Failed, Failure, State } from './state';
import { LEFT_MESSAGES, FAILURE_MESSAGES, POLL_WARNINGS } from './messages';
import { idsOf, perhapsWithCodeDeploy, progressed, toCleaningUp, toFailed } from './transitions';
import { asActionError } from './upstreamFailure';

/** One poll: reads the outside world, makes at most one change there, and returns the next state. Never throws. */
export async function advance(state: ActiveState, context: DeploymentContext): Promise<State> {
  let known = state;
  try {
    const run = await checkRun(state, context, 'poll');
    if (run.kind === 'ended') return run.state;
    known = run.state;
    // TIMEOUT bounds a doubt, too, which CodePipeline may leave open.
    if (run.kind === 'doubt' && known.phase === 'starting' && !isTimedOut(known, context)) return confirming(known);
    const next = await step(known, context);
    const { outageSince: _over, ...well } = next;
    return undenied(well);
  } catch (error) {
    return afterError(known, error, context);
  }
}

function step(state: ActiveState, context: DeploymentContext): Promise<State> {
  switch (state.phase) {
    case 'starting':
      return start(state, context);
    case 'launching':
      return launch(state, context);
    case 'installing':
      return install(state, context);
    case 'finalizing':
      return finalize(state, context);
    case 'cleaningUp':
      return cleanUp(state, context);
  }
}

/** A poll that fails or is throttled is not a failed deployment. Only TIMEOUT, a lasting denial or a real failure ends the action. */
async function afterError(before: ActiveState, error: unknown, context: DeploymentContext): Promise<State> {
  const state = mayHaveCreated(error) ? perhapsWithCodeDeploy(before) : before;
  if (error instanceof ActionError) return failFrom(state, error, context);
  if (!(error instanceof UpstreamError)) return afterBug(state, unexpected(error, context), context);
  if (!error.transient) return whileDenied(state, error, context);
  if (error.kind === 'rate-limited') return whileLimited(state, context);
  logFailedPoll(state, error, context);
  return { ...undenied(state), outageSince: state.outageSince ?? context.clock.now() };
}

function undenied<S extends State>(state: S): S {
  const rest = { ...state };
  delete rest.deniedSince;
  delete rest.deniedPolls;
  return rest;
}

/** The error leaves open whether CreateDeployment was processed. */
function mayHaveCreated(error: unknown): boolean {
  if (error instanceof ActionError) return false;
  return !(error instanceof UpstreamError) || (error.operation === CREATE_DEPLOYMENT && !error.isSafeToRepeat);
}

/**
 * A denial (or "does not exist") of what was readable before is an outage first: one stray 403 must not roll a healthy
 * deployment back. Before preflight has passed nothing was readable yet, and callPolicy.ts has tried once more.
 */
function whileDenied(state: ActiveState, error: UpstreamError, context: DeploymentContext): Promise<State> | State {
  const now = context.clock.now();
  const { since, polls } = deniedAgain(denialIn(state), now);
  if (!wasReadable(state) || isBelieved({ since, polls }, now))
    return failAfterPermanentReadError(state, asActionError(error), context);
  logFailedPoll(state, error, context);
  return { ...state, deniedSince: since, deniedPolls: polls };
}

function denialIn({ deniedSince: since, deniedPolls: polls = DENIED_POLLS }: ActiveState): Denial | undefined {
  return since === undefined ? undefined : { since, polls };
}

function wasReadable(state: ActiveState): boolean {
  return state.phase !== 'starting' || state.checked === true || state.unconfirmedSince !== undefined;
}

/** A warning at the first of them, not at every poll. */
function logFailedPoll(state: ActiveState, error: UpstreamError, { log }: DeploymentContext): void {
  const isFirst = state.outageSince === undefined && state.deniedSince === undefined;
  log[isFirst ? 'warn' : 'debug'](POLL_WARNINGS.pollFailed(error.message));
}

/** Spot answers, and says how long to wait: that is not an outage, and is bounded by TIMEOUT. */
function whileLimited(state: ActiveState, context: DeploymentContext): ActiveState {
  const { outageSince: _over, ...answered } = undenied(state);
  const progress = 'Spot rate limit exhausted, waiting for its reset';
  context.log.debug(`${progress}.`);
  return progressed(answered, progress);
}

/** Reading failed for good. An earlier delivery of this event may have died right after its start, which could not be read either. */
function failAfterPermanentReadError(
  state: ActiveState,
  error: ActionError,
  context: DeploymentContext,
): Promise<State> | State {
  if (state.phase !== 'starting' || state.unconfirmedSince !== undefined) return failFrom(state, error, context);
  const left = `${LEFT_MESSAGES.startedNothing} ${LEFT_MESSAGES.otherDelivery(state.greenIdentifier)}`;
  return toFailed(state, context.clock.now(), failureOf(error), { cleaned: [], left: [left] });
}

/** After a bug it is unknown what was started: cleaning up finds out. */
function afterBug(state: ActiveState, bug: ActionError, context: DeploymentContext): Promise<State> | State {
  return state.phase === 'starting'
    ? toCleaningUp(state, context.clock.now(), failureOf(bug))
    : failFrom(state, bug, context);
}

/** A bug of ours: what was started is still cleaned up, and the message says where to check. */
function unexpected(error: unknown, context: DeploymentContext): ActionError {
  const message = logUnexpected(error, context.log);
  return new ActionError('JobFailed', FAILURE_MESSAGES.unexpected(message), { cause: error });
}

/** How the action fails depends on what it has started: nothing, something to clean up, or something that serves already. */
async function failFrom(state: ActiveState, error: ActionError, context: DeploymentContext): Promise<State> {
  const failure = failureOf(error);
  const now = context.clock.now();
  switch (state.phase) {
    case 'starting':
      return state.unconfirmedSince === undefined
        ? toFailed(state, now, wholeFailureOf(error), {
            cleaned: [],
            left: error.anotherMayHaveStarted ? [LEFT_MESSAGES.otherDelivery(state.greenIdentifier)] : [],
          })
        : toCleaningUp(state, now, failure);
    case 'launching':
    case 'installing':
      return toCleaningUp(state, now, failure);
    case 'finalizing':
      return failLeavingGreen(state, failure, context).catch(() =>
        toFailed(state, now, failure, {
          cleaned: [],
          left: [
            LEFT_MESSAGES.succeededUnknown(
              state.deploymentId,
              state.elastigroupDeploymentId ?? 'unknown',
              state.greenIdentifier,
            ),
          ],
        }),
      );
    case 'cleaningUp':
      return failedToCleanUp(state, now, failure);
  }
}

/** The failure stays the one that led to cleaning up. */
function failedToCleanUp(state: CleaningUp, now: number, { headline }: Failure): Failed {
  const { elastigroupDeploymentId = 'unknown', deploymentId = 'none' } = idsOf(state);
  const left = LEFT_MESSAGES.cleanupFailed(headline, elastigroupDeploymentId, deploymentId, state.greenIdentifier);
  return toFailed(state, now, state.failure, { cleaned: [], left: [left] });
}

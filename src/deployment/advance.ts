import { UpstreamError } from '../clients/upstreamError';
import { StageError } from '../errors';
import { logUnexpected } from '../unexpectedError';
import { cleanUp } from './cleaningUp';
import { failureOf, wholeFailureOf } from './failures';
import { failLeavingGreen, finalize } from './finalizing';
import { install } from './installing';
import { launch } from './launching';
import { OUTAGE_LIMIT_S } from './limits';
import { start } from './starting';
import type { Stage } from './stage';
import type { ActiveState, CleaningUp, Failed, Failure, State } from './state';
import { idsOf, progressed, toCleaningUp, toFailed } from './transitions';
import { asStageError, lastingOutage } from './upstreamFailure';

/** One tick: looks at the outside world, makes at most one change there, and tells the next state. Never throws. */
export async function advance(state: ActiveState, stage: Stage): Promise<State> {
  try {
    const next = await step(state, stage);
    const { outageSince: _over, ...well } = next;
    return well;
  } catch (error) {
    return afterError(state, error, stage);
  }
}

function step(state: ActiveState, stage: Stage): Promise<State> {
  switch (state.phase) {
    case 'starting':
      return start(state, stage);
    case 'launching':
      return launch(state, stage);
    case 'installing':
      return install(state, stage);
    case 'finalizing':
      return finalize(state, stage);
    case 'cleaningUp':
      return cleanUp(state, stage);
  }
}

/** A throttled or failing poll is no failed deployment: it costs a tick. Only a lasting outage, or a real failure, ends the action. */
async function afterError(state: ActiveState, error: unknown, stage: Stage): Promise<State> {
  if (error instanceof StageError) return failFrom(state, error, stage);
  if (!(error instanceof UpstreamError)) return afterBug(state, unexpected(error, stage), stage);
  if (!error.transient) return afterBlindness(state, asStageError(error), stage);
  if (error.kind === 'rate-limited') return whileLimited(state, stage);
  const now = stage.clock.now();
  const outageSince = state.outageSince ?? now;
  const seconds = (now - outageSince) / 1000;
  if (seconds >= OUTAGE_LIMIT_S) return afterBlindness(state, lastingOutage(error, seconds), stage);
  stage.log[state.outageSince === undefined ? 'warn' : 'debug'](
    `No usable answer, trying again at the next poll: ${error.message}`,
  );
  return { ...state, outageSince };
}

/** Spot answers, and says how long to wait: that is no outage, and TIMEOUT is its bound. */
function whileLimited(state: ActiveState, stage: Stage): ActiveState {
  const { outageSince: _over, ...answered } = state;
  const progress = "Spot's rate limit is used up: waiting for its reset";
  stage.log.debug(`${progress}.`);
  return progressed(answered, progress);
}

/** A look failed for good. An earlier delivery of this event may have died right after its start: nobody could see it. */
function afterBlindness(state: ActiveState, error: StageError, stage: Stage): Promise<State> | State {
  if (state.phase !== 'starting' || state.unconfirmedSince !== undefined) return failFrom(state, error, stage);
  const left = `This run has started nothing. ${perhapsOfAnother(state)}`;
  return toFailed(state, stage.clock.now(), failureOf(error), { cleaned: [], left: [left] });
}

function perhapsOfAnother(state: ActiveState): string {
  return (
    'Should another delivery of this event have launched instances, ' +
    `they carry the tag GreenIdentifier=${state.greenIdentifier}.`
  );
}

/** After a bug nobody knows what was started: cleaning up looks. */
function afterBug(state: ActiveState, bug: StageError, stage: Stage): Promise<State> | State {
  return state.phase === 'starting'
    ? toCleaningUp(state, stage.clock.now(), failureOf(bug))
    : failFrom(state, bug, stage);
}

/** A bug of ours: what was started is still cleaned up, and the message says where to look. */
function unexpected(error: unknown, stage: Stage): StageError {
  const message = logUnexpected(error, stage.log);
  return new StageError(
    'JobFailed',
    `The stage itself failed unexpectedly (${message}). Its CloudWatch log has the details; please report it.`,
    { cause: error },
  );
}

/** What the action has started decides how it fails: nothing, something to clean up, or something that serves already. */
async function failFrom(state: ActiveState, error: StageError, stage: Stage): Promise<State> {
  const failure = failureOf(error);
  const now = stage.clock.now();
  switch (state.phase) {
    case 'starting':
      return state.unconfirmedSince === undefined
        ? toFailed(state, now, wholeFailureOf(error), {
            cleaned: [],
            left: error.unseen ? [perhapsOfAnother(state)] : [],
          })
        : toCleaningUp(state, now, failure);
    case 'launching':
    case 'installing':
      return toCleaningUp(state, now, failure);
    case 'finalizing':
      return failLeavingGreen(state, failure, stage).catch(() =>
        toFailed(state, now, failure, {
          cleaned: [],
          left: [whatMayBeLeft(state, `CodeDeploy ${state.deploymentId} succeeded, so nothing was stopped.`)],
        }),
      );
    case 'cleaningUp':
      return failedToCleanUp(state, now, failure);
  }
}

/** What led to cleaning up stays the failure. */
function failedToCleanUp(state: CleaningUp, now: number, { headline }: Failure): Failed {
  const left = [whatMayBeLeft(state, `Cleaning up itself failed (${headline}).`)];
  return toFailed(state, now, state.failure, { cleaned: [], left });
}

function whatMayBeLeft(state: ActiveState, why: string): string {
  const { elastigroupDeploymentId = 'unknown', deploymentId = 'none' } = idsOf(state);
  return (
    `${why} Check Elastigroup deployment ${elastigroupDeploymentId}, CodeDeploy ${deploymentId} ` +
    `and the instances with the tag GreenIdentifier=${state.greenIdentifier}.`
  );
}

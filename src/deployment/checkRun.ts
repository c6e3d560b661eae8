import type { DeploymentContext } from './context';
import { CONFIRM_AFTER_S, hasLasted, isTooLate } from './limits';
import { CLEANED_MESSAGES } from './messages';
import { readRun } from './readRun';
import { runFailure, type RunEnd } from './runFailures';
import { hasStartedNothing, type ActiveState, type State } from './state';
import { progressed, toCleaningUp, toFailed } from './transitions';

/** Seconds between two checks; CodePipeline says nothing by itself (docs/services.md, CodePipeline). */
const CHECK_INTERVAL_S = 30;
/**
 * The same, while there is nothing to stop yet: what CodePipeline shows may lag behind, and still be of an earlier attempt of the
 * stage, or lack a job that was just created.
 */
const CONFIRM_START_AFTER_S = 30;
/** Seconds for which a doubt may be confirmed: one of an earlier invocation says nothing of now. */
const DOUBT_COUNTS_S = 30;
/** Seconds for which a start waits for a pipeline execution that cannot be read. */
const START_PATIENCE_S = 30;

/**
 * - `start`: something is about to be started
 * - `continuation`: the invocation is about to end; where the action has ended, nobody comes after it
 * - `over`: the continuation was accepted, or CodePipeline did not take it
 */
export type Occasion = 'poll' | 'start' | 'continuation' | 'over';

/**
 * `doubt`: an end that a second reading has to confirm; until then nothing is started. `unread`: a reading was due, and
 * failed for now.
 */
export type RunCheck =
  | { readonly kind: 'goes-on' | 'doubt' | 'unread'; readonly state: ActiveState }
  | { readonly kind: 'ended'; readonly state: State };

/** Reads the pipeline execution where a check is due, and ends an action that nobody waits for. */
export async function checkRun(state: ActiveState, context: DeploymentContext, occasion: Occasion): Promise<RunCheck> {
  if (!isCheckDue(state, context, occasion)) return goesOn(state);
  const { runMemory, clock } = context;
  const isFull = occasion === 'start' || occasion === 'over' || isFullDue(state, context);
  runMemory.checkedAt = clock.now();
  const readout = await readRun(state, context, isFull);
  if (readout.kind === 'unread') {
    if (isFull) runMemory.unreadSince ??= clock.now();
    return { kind: state.runEndedSince === undefined ? 'unread' : 'doubt', state };
  }
  if (isFull) {
    runMemory.unreadSince = undefined;
    runMemory.fullyCheckedAt = runMemory.checkedAt;
  }
  if (readout.kind === 'off' || readout.kind === 'goes-on') {
    const { runEndedSince: _over, ...well } = state;
    return { kind: 'goes-on', state: well };
  }
  // One reading may be odd, or of a moment in which CodePipeline's parts contradict each other.
  const now = clock.now();
  const confirmAfter = secondsToConfirm(state);
  const since = hasLasted(state.runEndedSince, confirmAfter + DOUBT_COUNTS_S, now) ? now : (state.runEndedSince ?? now);
  if (!hasLasted(since, confirmAfter, now)) return { kind: 'doubt', state: { ...state, runEndedSince: since } };
  return { kind: 'ended', state: endOf(state, readout, context) };
}

function secondsToConfirm(state: ActiveState): number {
  return hasStartedNothing(state) ? CONFIRM_START_AFTER_S : CONFIRM_AFTER_S;
}

/** The state to go on with instead of starting something; undefined: it may be started. */
export async function insteadOfStart(state: ActiveState, context: DeploymentContext): Promise<State | undefined> {
  const check = await checkRun(state, context, 'start');
  switch (check.kind) {
    case 'ended':
      return check.state;
    case 'doubt':
      return confirming(check.state);
    case 'unread':
      return hasLasted(context.runMemory.unreadSince, START_PATIENCE_S, context.clock.now())
        ? undefined
        : progressed(check.state, 'the pipeline execution cannot be read at the moment; trying again before the start');
    case 'goes-on':
      return isLateFirstEvent(state, context) ? endAsLate(state, context) : undefined;
  }
}

/** Nobody may come after this invocation, so that all of its time is used. */
export function mayBeUnfollowed(state: State): boolean {
  return state.runEndedSince !== undefined || (state.phase === 'cleaningUp' && state.failure.isUnfollowed === true);
}

/** Of an action of which nothing was found under way: what exists is followed, however late. */
function isLateFirstEvent({ phase, invocations }: ActiveState, { clock, runMemory }: DeploymentContext): boolean {
  return phase === 'starting' && invocations === 1 && isTooLate(runMemory.actionStartedAt, clock.now());
}

function endAsLate(state: ActiveState, context: DeploymentContext): State {
  const now = context.clock.now();
  return endOf(state, { kind: 'late', age: (now - (context.runMemory.actionStartedAt ?? now)) / 1000 }, context);
}

export function confirming(state: ActiveState): ActiveState {
  return progressed(state, 'CodePipeline may have ended this action; reading it once more before anything is started');
}

function goesOn(state: ActiveState): RunCheck {
  return { kind: state.runEndedSince === undefined ? 'goes-on' : 'doubt', state };
}

/** While green serves there is nothing to end; cleaning up only needs to know whether anybody comes after this invocation. */
export function isWatched(state: ActiveState, { parameters, runMemory }: DeploymentContext): boolean {
  if (runMemory.isOff || parameters.dryRun || state.phase === 'finalizing') return false;
  return state.phase !== 'cleaningUp' || state.failure.isUnfollowed !== true;
}

/** An end is confirmed sooner. */
function secondsBetweenChecks({ runEndedSince }: ActiveState): number {
  return runEndedSince === undefined ? CHECK_INTERVAL_S : CONFIRM_AFTER_S;
}

/** How long a pause may be without a check: polls of 15 s would otherwise meet only every third of them. */
export function secondsToNextCheck(state: ActiveState, context: DeploymentContext): number {
  if (!isWatched(state, context)) return Number.POSITIVE_INFINITY;
  const now = context.clock.now();
  const sinceLast = (now - (context.runMemory.checkedAt ?? now)) / 1000;
  const between = secondsBetweenChecks(state);
  // One that is due already is made by the next poll.
  return sinceLast < between ? between - sinceLast : between;
}

function isCheckDue(state: ActiveState, context: DeploymentContext, occasion: Occasion): boolean {
  if (!isWatched(state, context)) return false;
  const { checkedAt, fullyCheckedAt } = context.runMemory;
  const isOlderThan = (seconds: number, time: number | undefined) =>
    time === undefined || hasLasted(time, seconds, context.clock.now());
  switch (occasion) {
    case 'over':
      return true;
    case 'start':
      return isOlderThan(CONFIRM_AFTER_S, fullyCheckedAt);
    case 'continuation':
      return isOlderThan(CONFIRM_AFTER_S, checkedAt);
    case 'poll':
      return isOlderThan(secondsBetweenChecks(state), checkedAt);
  }
}

/** At the start of an invocation, and to confirm an end. */
function isFullDue({ runEndedSince }: ActiveState, { runMemory }: DeploymentContext): boolean {
  return runMemory.fullyCheckedAt === undefined || runEndedSince !== undefined;
}

/** Cleans up by the same rules as after any failure, unless nothing can be there, or the action has succeeded. */
function endOf(state: ActiveState, end: RunEnd, context: DeploymentContext): State {
  const failure = runFailure(end);
  const now = context.clock.now();
  const { runEndedSince: _over, ...known } = state;
  if (known.phase === 'finalizing') return known;
  context.log.warn(failure.headline);
  if (known.phase === 'cleaningUp') return { ...known, failure: { ...known.failure, isUnfollowed: true } };
  const hasNothing =
    end.kind === 'unknown-job' || ((end.kind === 'newer' || end.kind === 'late') && hasStartedNothing(known));
  const hasSucceeded = end.kind === 'ended' && end.status === 'Succeeded';
  const cleaned = end.kind === 'newer' ? [CLEANED_MESSAGES.nothingStarted] : [];
  return hasNothing || hasSucceeded
    ? toFailed(known, now, failure, { cleaned, left: [] })
    : toCleaningUp(known, now, failure);
}

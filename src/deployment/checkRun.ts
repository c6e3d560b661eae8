import type { ListedAction, PipelineRun } from '../clients/pipelineRun';
import type { UpstreamError } from '../clients/upstreamError';
import { attempt, type Attempt } from './attempt';
import { isWaitingForConflict } from './conflicts';
import type { DeploymentContext } from './context';
import { hasLasted } from './limits';
import { RUN_MESSAGES } from './messages';
import { isTooLate, judgeRun, ownAction, type RunVerdict } from './pipelineRun';
import { runFailure, type RunEnd } from './runFailures';
import type { ActiveState, State } from './state';
import { progressed, toCleaningUp, toFailed } from './transitions';

/**
 * Seconds after which the first poll makes the next check: about 30, also where polls are 15 s apart (pollInterval.ts). CodePipeline
 * says nothing by itself (docs/services.md, CodePipeline).
 */
const CHECK_INTERVAL_S = 26;
/** Seconds after which a reading that is not certain is confirmed by another; also how old a check before a start may be. */
export const CONFIRM_AFTER_S = 5;

/** `start`: something is about to be started. `refused`: CodePipeline did not take the continuation. */
export type Occasion = 'poll' | 'start' | 'refused';

/** `doubt`: an end that a second reading has to confirm; until then nothing is started. */
export type RunCheck =
  | { readonly kind: 'goes-on'; readonly state: ActiveState }
  | { readonly kind: 'doubt'; readonly state: ActiveState }
  | { readonly kind: 'ended'; readonly state: State };

/** Reads the pipeline execution where a check is due, and ends an action that nobody waits for. */
export async function checkRun(state: ActiveState, context: DeploymentContext, occasion: Occasion): Promise<RunCheck> {
  if (!isCheckDue(state, context, occasion)) return unchanged(state);
  context.runMemory.checkedAt = context.clock.now();
  const end = await readEnd(state, context, occasion);
  if (end === 'unread') return unchanged(state);
  if (end === undefined) {
    const { runEndedSince: _over, ...well } = state;
    return { kind: 'goes-on', state: well };
  }
  const isCertain = 'isCertain' in end && end.isCertain;
  const now = context.clock.now();
  if (isCertain || hasLasted(state.runEndedSince, CONFIRM_AFTER_S, now))
    return { kind: 'ended', state: endOf(state, end, context) };
  return { kind: 'doubt', state: { ...state, runEndedSince: state.runEndedSince ?? now } };
}

/** Before a start: what to return instead of starting, or undefined. */
export async function instead(state: ActiveState, context: DeploymentContext): Promise<State | undefined> {
  const check = await checkRun(state, context, 'start');
  if (check.kind === 'goes-on') return isLateFirstEvent(state, context) ? endAsLate(state, context) : undefined;
  return check.kind === 'ended' ? check.state : confirming(check.state);
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

function unchanged(state: ActiveState): RunCheck {
  return { kind: state.runEndedSince === undefined ? 'goes-on' : 'doubt', state };
}

/** While green serves, or cleaning up is under way, there is nothing to end. */
function isCheckDue(state: ActiveState, { clock, parameters, runMemory }: DeploymentContext, occasion: Occasion) {
  const { isOff, checkedAt, fullyCheckedAt } = runMemory;
  if (isOff || parameters.dryRun || state.phase === 'finalizing' || state.phase === 'cleaningUp') return false;
  const now = clock.now();
  switch (occasion) {
    case 'refused':
      return true;
    case 'start':
      return fullyCheckedAt === undefined || hasLasted(fullyCheckedAt, CONFIRM_AFTER_S, now);
    case 'poll': {
      const seconds = state.runEndedSince === undefined ? CHECK_INTERVAL_S : CONFIRM_AFTER_S;
      return checkedAt === undefined || hasLasted(checkedAt, seconds, now);
    }
  }
}

/** Undefined: the action goes on. */
async function readEnd(
  state: ActiveState,
  context: DeploymentContext,
  occasion: Occasion,
): Promise<RunEnd | 'unread' | undefined> {
  const run = await identified(state, context);
  if (run === 'unknown-job') return { kind: 'unknown-job' };
  if (run === undefined) return 'unread';
  const isFull =
    occasion !== 'poll' || context.runMemory.fullyCheckedAt === undefined || state.runEndedSince !== undefined;
  const verdict = await readVerdict(run, isFull, state, context);
  if (verdict?.kind !== 'goes-on') return verdict ?? 'unread';
  if (verdict.actionStartedAt !== undefined) context.runMemory.actionStartedAt = verdict.actionStartedAt;
  return undefined;
}

/** Once an invocation; again where the answer was lost. */
async function identified(
  state: ActiveState,
  context: DeploymentContext,
): Promise<PipelineRun | 'unknown-job' | undefined> {
  const { runMemory } = context;
  if (runMemory.run) return runMemory.run;
  const answer = await attempt(context.pipelineRuns.identify(runMemory.jobId));
  if (!answer.ok) {
    notRead([answer], state, context);
    return undefined;
  }
  if (answer.value === 'unknown-job') {
    if (state.phase === 'starting' && !runMemory.isUnknownJobAllowed) return 'unknown-job';
    switchOff('CodePipeline does not know this job', state, context);
    return undefined;
  }
  if (answer.value === undefined) {
    switchOff("CodePipeline does not tell the job's pipeline", state, context);
    return undefined;
  }
  const run = { ...answer.value, executionId: answer.value.executionId ?? runMemory.givenExecutionId };
  runMemory.run = run;
  context.log.remember({ pipeline: run.pipeline, execution: run.executionId });
  if (run.executionId === undefined && run.actionExecutionId === undefined) {
    switchOff("CodePipeline does not tell the job's execution; PIPELINE_EXECUTION_ID does", state, context);
    return undefined;
  }
  return run;
}

/**
 * One call where nothing has changed: an action that is abandoned leaves an execution that is no longer InProgress. Only then,
 * and in a full check, its actions are listed as well.
 */
async function readVerdict(
  run: PipelineRun,
  isFull: boolean,
  state: ActiveState,
  context: DeploymentContext,
): Promise<RunVerdict | undefined> {
  const { pipelineRuns, runMemory, parameters } = context;
  const isWaiting = state.phase === 'starting' && isWaitingForConflict(state);
  const execution = run.executionId === undefined ? undefined : pipelineRuns.executionStatus(run, run.executionId);
  const early = execution && !isFull && !isWaiting ? await attempt(execution) : undefined;
  if (early?.ok && early.value === 'InProgress') return { kind: 'goes-on' };
  const [status, actions, newest] = await Promise.all([
    early ?? (execution && attempt(execution)),
    attempt(pipelineRuns.listActions(run, run.executionId)),
    isWaiting ? attempt(pipelineRuns.listActions(run, undefined)) : undefined,
  ]);
  const read = [status, actions].filter((part) => part !== undefined);
  if (!read.some(({ ok }) => ok)) {
    notRead(read, state, context);
    return undefined;
  }
  // One of the two reads is enough; a permission that only the other one lacks is not told again and again.
  runMemory.fullyCheckedAt = context.clock.now();
  if (actions.ok) learnExecution(run, actions.value, context);
  return judgeRun({
    run,
    executionStatus: valueOf(status),
    actions: valueOf(actions),
    newest: valueOf(newest),
    groupId: parameters.groupId,
  });
}

/** The list tells the execution that GetJobDetails may have left out. */
function learnExecution(run: PipelineRun, actions: readonly ListedAction[], { runMemory, log }: DeploymentContext) {
  const executionId = ownAction(run, actions)?.executionId;
  if (run.executionId !== undefined || executionId === undefined) return;
  runMemory.run = { ...run, executionId };
  log.remember({ pipeline: run.pipeline, execution: executionId });
}

function valueOf<T>(part: Attempt<T> | undefined): T | undefined {
  return part?.ok ? part.value : undefined;
}

/** A temporary error costs this check; what will not change costs the feature, and never the deployment. */
function notRead(parts: readonly Attempt<unknown>[], state: ActiveState, context: DeploymentContext): void {
  const errors = parts.flatMap((part): UpstreamError[] => (part.ok ? [] : [part.error]));
  const lasting = errors.find(({ transient }) => !transient);
  if (lasting) switchOff(lasting.message, state, context);
  else context.log.debug(`The pipeline execution could not be read: ${errors[0]?.message ?? ''}`);
}

function switchOff(why: string, state: ActiveState, { runMemory, log }: DeploymentContext): void {
  runMemory.isOff = true;
  // One line for an action, not for each invocation.
  if (state.invocations === 1) log.info(RUN_MESSAGES.unnoticed(why));
}

/** Cleans up by the same rules as after any failure, unless nothing can be there, or the action has succeeded. */
function endOf(state: ActiveState, end: RunEnd, context: DeploymentContext): State {
  const failure = runFailure(end);
  const now = context.clock.now();
  const { runEndedSince: _over, ...known } = state;
  if (known.phase === 'cleaningUp' || known.phase === 'finalizing') return known;
  context.log.warn(failure.headline);
  const mayHaveStarted = known.phase !== 'starting' || known.unconfirmedSince !== undefined;
  const hasNothing = end.kind === 'unknown-job' || ((end.kind === 'newer' || end.kind === 'late') && !mayHaveStarted);
  const hasSucceeded = end.kind === 'ended' && end.status === 'Succeeded';
  return hasNothing || hasSucceeded
    ? toFailed(known, now, failure, { cleaned: [], left: [] })
    : toCleaningUp(known, now, failure);
}

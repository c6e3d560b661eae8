import type { ListedAction, PipelineRun } from '../clients/pipelineRun';
import type { UpstreamError } from '../clients/upstreamError';
import { attempt, valueOf, type Attempt } from './attempt';
import { isWaitingForConflict } from './conflicts';
import type { DeploymentContext } from './context';
import { askForJob } from './genuineJob';
import { RUN_MESSAGES } from './messages';
import { judgeRun, ownAction, withListedId } from './judgeRun';
import type { RunEnd } from './runFailures';
import { rememberRunInLog } from './runMemory';
import { hasStartedNothing, type ActiveState } from './state';

/**
 * Why the action ends, or that it goes on, as far as this reading tells. `unread`: not readable at the moment; `off`: not in
 * this invocation.
 */
export type RunReadout = RunEnd | { readonly kind: 'goes-on' } | { readonly kind: 'unread' } | { readonly kind: 'off' };

/** Reads the pipeline execution. `isFull`: its actions as well, even where the execution is InProgress. */
export async function readRun(state: ActiveState, context: DeploymentContext, isFull: boolean): Promise<RunReadout> {
  const { run: known } = context.runMemory;
  if (known) {
    // Whether the job is genuine is asked while it has no result.
    const [verdict] = await Promise.all([readVerdict(known, isFull, state, context), askForJob(context)]);
    return verdict;
  }
  const run = await identified(state, context);
  return 'kind' in run ? run : readVerdict(run, isFull, state, context);
}

/** Once for an action; again where the answer was lost. */
async function identified(state: ActiveState, context: DeploymentContext): Promise<PipelineRun | RunReadout> {
  const { runMemory } = context;
  const answer = await askForJob(context);
  if (!answer.ok) return notRead([answer.error], state, context);
  if (answer.value === 'unknown-job') {
    // What was started is followed.
    if (hasStartedNothing(state) && !runMemory.isUnknownJobAllowed) return { kind: 'unknown-job' };
    return switchOff('CodePipeline does not know this job', state, context);
  }
  const { run: told } = answer.value;
  if (told === undefined) return switchOff("CodePipeline does not tell the job's pipeline", state, context);
  const run = { ...told, executionId: told.executionId ?? runMemory.givenExecutionId };
  learn(run, context);
  return run.executionId === undefined && run.actionExecutionId === undefined
    ? switchOff("CodePipeline does not tell the job's execution; PIPELINE_EXECUTION_ID does", state, context)
    : run;
}

/**
 * One call where nothing has changed: an action that is abandoned leaves an execution that is no longer InProgress. Only then,
 * and in a full reading, its actions are listed as well.
 */
async function readVerdict(
  run: PipelineRun,
  isFull: boolean,
  state: ActiveState,
  context: DeploymentContext,
): Promise<RunReadout> {
  const { pipelineRuns, runMemory, parameters } = context;
  const isWaiting = isWaitingForConflict(state);
  const execution = run.executionId === undefined ? undefined : pipelineRuns.executionStatus(run, run.executionId);
  const early = execution && !isFull && !isWaiting ? await attempt(execution) : undefined;
  if (valueOf(early) === 'InProgress') return { kind: 'goes-on' };
  const [status, actions, newest] = await Promise.all([
    early ?? (execution && attempt(execution)),
    attempt(pipelineRuns.listActions(run, run.executionId)),
    isWaiting ? attempt(pipelineRuns.listActions(run, undefined)) : undefined,
  ]);
  // One of the two reads is enough; a permission that only the other one lacks is not told again and again.
  if (!actions.ok && !status?.ok) return notRead([...errorsOf(status), actions.error], state, context);
  runMemory.wasRead = true;
  const known = actions.ok && hasStartedNothing(state) ? withListedId(run, actions.value) : run;
  if (actions.ok) learnIds(known, actions.value, context);
  const verdict = judgeRun({
    run: known,
    executionStatus: valueOf(status),
    actions: valueOf(actions),
    newest: valueOf(newest),
    groupId: parameters.groupId,
  });
  if (verdict.kind !== 'goes-on') return verdict;
  if (verdict.actionStartedAt !== undefined) runMemory.actionStartedAt = verdict.actionStartedAt;
  // A part that is missing for now may say otherwise: a start tries again.
  const errors = [...errorsOf(status), ...errorsOf(actions), ...errorsOf(newest)];
  return { kind: errors.some(({ transient }) => transient) ? 'unread' : 'goes-on' };
}

/**
 * The list tells the ids that GetJobDetails may have left out. That of the action, while it is InProgress: later the stage may
 * be retried, and then the newest action of that name is another one.
 */
function learnIds(run: PipelineRun, actions: readonly ListedAction[], context: DeploymentContext): void {
  const own = ownAction(run, actions);
  if (own === undefined) return;
  const executionId = run.executionId ?? own.executionId;
  const isRunning = own.status === 'InProgress';
  const actionExecutionId = (isRunning ? own.actionExecutionId : undefined) ?? run.actionExecutionId;
  const isNew = executionId !== run.executionId || actionExecutionId !== run.actionExecutionId;
  if (isNew) learn({ ...run, executionId, actionExecutionId }, context);
}

function learn(run: PipelineRun, { runMemory, log }: DeploymentContext): void {
  runMemory.run = run;
  rememberRunInLog(runMemory, log);
}

function errorsOf(part: Attempt<unknown> | undefined): readonly UpstreamError[] {
  return part && !part.ok ? [part.error] : [];
}

/**
 * A temporary error of any part, or a denial of what was readable before, costs this reading; what will not change costs the
 * feature, and never the deployment.
 */
function notRead(errors: readonly UpstreamError[], state: ActiveState, context: DeploymentContext): RunReadout {
  const why = errors[0]?.message ?? '';
  const isLasting = errors.every(({ transient }) => !transient) && !context.runMemory.wasRead;
  if (isLasting) return switchOff(why, state, context);
  context.log.debug(`The pipeline execution could not be read: ${why}`);
  return { kind: 'unread' };
}

function switchOff(why: string, state: ActiveState, { runMemory, log }: DeploymentContext): RunReadout {
  runMemory.isOff = true;
  // One line for an action, not for each invocation.
  if (state.invocations === 1) log.info(RUN_MESSAGES.unnoticed(why));
  return { kind: 'off' };
}

import type { ListedAction, PipelineRun } from '../clients/pipelineRun';

/* What a reading of the pipeline's execution means for the deployment. Nothing here calls anything. */

/** What was read; a part that could not be read, or was not asked for, is absent. */
export interface RunReading {
  readonly run: PipelineRun;
  readonly executionStatus?: string | undefined;
  /** Of this execution. */
  readonly actions?: readonly ListedAction[] | undefined;
  /** Of all executions, read while this one waits for a conflict. */
  readonly newest?: readonly ListedAction[] | undefined;
  /** The Elastigroup, which tells actions of other targets apart. */
  readonly groupId: string;
}

/**
 * - `stopped`: nobody waits for this deployment any more
 * - `ended`: the action has its result already, from another delivery of an event, or from a limit of CodePipeline's
 * - `newer`: a newer execution deploys the same, or waits for it
 */
export type RunVerdict =
  | { readonly kind: 'goes-on'; readonly actionStartedAt?: number | undefined }
  | { readonly kind: 'stopped'; readonly why: string }
  | { readonly kind: 'ended'; readonly status: 'Failed' | 'Succeeded' }
  | { readonly kind: 'newer'; readonly executionId: string };

/**
 * Stopping ("stop and wait"), Superseded and Failed (a parallel action, perhaps) of the execution end nothing: only the
 * action's own end, or an execution that is Stopped or Cancelled (docs/services.md, CodePipeline). What was not read ends nothing.
 */
export function judgeRun(reading: RunReading): RunVerdict {
  const { run, executionStatus, actions } = reading;
  const own = actions && ownAction(run, actions);
  const status = own?.status;
  if (status === 'Abandoned') return { kind: 'stopped', why: 'its action is Abandoned' };
  if (status === 'Failed' || status === 'Succeeded') return { kind: 'ended', status };
  if (executionStatus === 'Stopped' || executionStatus === 'Cancelled')
    return { kind: 'stopped', why: `the execution is ${executionStatus}` };
  const newer = newerExecution(reading, own);
  if (newer !== undefined) return { kind: 'newer', executionId: newer };
  return { kind: 'goes-on', actionStartedAt: own?.startedAt };
}

/**
 * The run, without an id that the list does not know: then the action's name counts. Only for an action that has started
 * nothing; later a list that lacks it must not have an earlier attempt of the stage end it.
 */
export function withListedId(run: PipelineRun, actions: readonly ListedAction[]): PipelineRun {
  const { actionExecutionId, ...nameless } = run;
  return actions.some((listed) => listed.actionExecutionId === actionExecutionId) ? run : nameless;
}

/** By its id; where CodePipeline does not tell it, the newest of that name: the stage may have been retried. */
export function ownAction(run: PipelineRun, actions: readonly ListedAction[]): ListedAction | undefined {
  if (run.actionExecutionId !== undefined)
    return actions.find(({ actionExecutionId }) => actionExecutionId === run.actionExecutionId);
  if (run.stage === undefined || run.action === undefined || run.executionId === undefined) return undefined;
  return actions
    .filter((listed) => isSameAction(listed, run) && listed.executionId === run.executionId)
    .toSorted((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0))[0];
}

/**
 * The execution of a newer run of the same action on the same Elastigroup, which deploys, waits, or has deployed: after it,
 * this one would put the older revision back. Of a pair, exactly one is newer.
 */
function newerExecution({ run, actions = [], newest, groupId }: RunReading, own: ListedAction | undefined) {
  if (!newest || own?.startedAt === undefined) return undefined;
  const mine = own.executionId ?? run.executionId ?? '';
  const since = releasedAt(own, actions);
  const isNewer = (listed: ListedAction) => {
    const released = releasedAt(listed, newest);
    return released > since || (released === since && (listed.executionId ?? '') > mine);
  };
  return newest.find(
    (listed) =>
      isSameAction(listed, run) &&
      listed.executionId !== undefined &&
      listed.executionId !== mine &&
      ['InProgress', 'Succeeded'].includes(listed.status) &&
      isNewer(listed) &&
      listed.names(groupId) !== false,
  )?.executionId;
}

/**
 * When the revision of an action's execution was released: at the start of its first action, the source, since a newer one may
 * have been built sooner. A retry of the stage counts from its own start: somebody wanted just that revision again.
 */
function releasedAt(action: ListedAction, listed: readonly ListedAction[]): number {
  const { startedAt = 0 } = action;
  const ofExecution = listed.filter(({ executionId }) => executionId === action.executionId);
  const isRetry = ofExecution.some(
    (other) => isSameAction(other, action) && (other.startedAt ?? startedAt) < startedAt,
  );
  return isRetry ? startedAt : Math.min(startedAt, ...ofExecution.map((other) => other.startedAt ?? startedAt));
}

function isSameAction(listed: ListedAction, { stage, action }: Pick<PipelineRun, 'stage' | 'action'>): boolean {
  return listed.stage === stage && listed.action === action;
}

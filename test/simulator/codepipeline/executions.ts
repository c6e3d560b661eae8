import type { Context } from '../context';
import type { JsonRecord } from '../input';
import { ServiceError } from '../wire';
import type { Job } from './model';

/**
 * What somebody does to an execution: "stop and abandon", "stop and wait"; an edit of the pipeline cancels it; an action beside
 * ours fails.
 */
export type StopKind = 'abandon' | 'wait' | 'cancel' | 'other-fails';

interface Shown {
  readonly at: number;
  readonly status: 'InProgress' | 'Stopping' | 'Stopped' | 'Cancelled' | 'Superseded' | 'Succeeded' | 'Failed';
  readonly actionStatus: 'InProgress' | 'Abandoned' | 'Succeeded' | 'Failed';
}

/** One execution of the pipeline with its source and its deploy action. Times are ms since the epoch. */
export interface Execution {
  readonly id: string;
  readonly actionExecutionId: string;
  /** When its source action started: that is how old its revision is. */
  readonly releasedAt: number;
  /** When its deploy action started. */
  readonly startedAt: number;
  /** The action's resolved UserParameters. */
  readonly userParameters: string;
  /** Oldest first. */
  readonly history: Shown[];
  /** When its action was abandoned. */
  stoppedAt: number | undefined;
}

const STATUS = 'GetPipelineExecution';
const ACTIONS = 'ListActionExecutions';
/** Of each 41 s, 4 s show an end that is none, where that is played. */
const ODD_EVERY_S = 41;
const ODD_FOR_S = 4;
/** Seconds for which an execution is shown as Stopping after its action was abandoned, where that is played. */
const STOPPING_S = 15;
/** Seconds by which an earlier attempt of the stage began sooner. */
const EARLIER_S = 600;
/** An id that the list does not know. */
const OTHER_ACTION_ID = '00000000-0000-4000-8000-000000000000';

/** The executions of the simulated pipeline, and what CodePipeline tells of them (docs/services.md, CodePipeline). */
export class Executions {
  readonly #context: Context;
  readonly all: Execution[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  begin(userParameters: string, secondsSinceRelease = 0): Execution {
    const number = String(this.all.length).padStart(4, '0');
    const { time } = this.#context.schedule;
    const execution: Execution = {
      id: `0a1b2c3d-4e5f-4a6b-${number}-9e0f1a2b3c4d`,
      actionExecutionId: `9f8e7d6c-5b4a-4c3d-${number}-1a0b9c8d7e6f`,
      releasedAt: time - secondsSinceRelease * 1000,
      startedAt: time,
      userParameters,
      history: [
        { at: 0, status: this.#statusBefore(), actionStatus: 'InProgress' },
        { at: time, status: 'InProgress', actionStatus: 'InProgress' },
      ],
      stoppedAt: undefined,
    };
    this.all.push(execution);
    return execution;
  }

  /** What the execution is before the action starts: a retry of the stage begins with one that has ended. */
  #statusBefore(): Shown['status'] {
    const { earlierAttempt } = this.#context.options;
    if (earlierAttempt === undefined) return 'InProgress';
    // An action that has succeeded is repeated where another of the stage has failed.
    return earlierAttempt === 'Abandoned' ? 'Stopped' : 'Failed';
  }

  isInProgress(execution: Execution): boolean {
    return nowOf(execution).actionStatus === 'InProgress';
  }

  isAbandoned(execution: Execution): boolean {
    return nowOf(execution).actionStatus === 'Abandoned';
  }

  /** The action has its result. */
  end(execution: Execution, actionStatus: 'Succeeded' | 'Failed'): void {
    if (!this.isInProgress(execution)) return;
    const { status } = nowOf(execution);
    const ended = { InProgress: actionStatus, Stopping: 'Stopped' } as const;
    this.#show(execution, status === 'InProgress' || status === 'Stopping' ? ended[status] : status, actionStatus);
  }

  stop(execution: Execution, kind: StopKind): void {
    if (!this.isInProgress(execution)) return;
    const { time } = this.#context.schedule;
    switch (kind) {
      case 'abandon':
        execution.stoppedAt = time;
        if (this.#context.options.abandonedExecution === 'stopping') {
          this.#show(execution, 'Stopping', 'Abandoned');
          this.#show(execution, 'Stopped', 'Abandoned', time + STOPPING_S * 1000);
        } else this.#show(execution, 'Stopped', 'Abandoned');
        return;
      case 'wait':
        this.#show(execution, 'Stopping', 'InProgress');
        return;
      case 'cancel':
        this.#show(execution, 'Cancelled', 'InProgress');
        return;
      case 'other-fails':
        this.#show(execution, 'Failed', 'InProgress');
    }
  }

  #show(execution: Execution, status: Shown['status'], actionStatus: Shown['actionStatus'], at?: number): void {
    execution.history.push({ at: at ?? this.#context.schedule.time, status, actionStatus });
  }

  /** What the reads show, which may lag behind, or be wrong for a moment. */
  #shown({ history, startedAt }: Execution): Shown {
    const { schedule, options } = this.#context;
    const isOdd = options.oddExecutionReads && (schedule.time - startedAt) % (ODD_EVERY_S * 1000) < ODD_FOR_S * 1000;
    if (isOdd) return { at: schedule.time, status: 'Stopped', actionStatus: 'Abandoned' };
    const time = schedule.time - options.executionReadsLagSeconds * 1000;
    return history.findLast(({ at }) => at <= time) ?? { at: 0, status: 'InProgress', actionStatus: 'InProgress' };
  }

  /** GetJobDetails: what it tells, and of which jobs, is unverified for Lambda actions. */
  details(job: Job): JsonRecord | undefined {
    const { account, options } = this.#context;
    if (options.jobDetails === 'denied') throw this.#denied('GetJobDetails', '*');
    if (options.jobDetails === 'no-context') return undefined;
    const hasEnded = job.result !== undefined || job.closed;
    if (options.jobDetails === 'unknown' || (options.jobDetails === 'unknown-after-result' && hasEnded))
      throw new ServiceError(400, 'JobNotFoundException', `Could not find job with id ${job.id}`);
    const execution = this.all.find(({ id }) => id === job.executionId);
    const has = (id: 'execution' | 'action') =>
      execution !== undefined && options.jobDetails !== 'no-ids' && options.jobDetails !== `no-${id}-id`;
    const actionExecutionId = options.jobDetails === 'other-action-id' ? OTHER_ACTION_ID : execution?.actionExecutionId;
    return {
      pipelineName: account.pipelineName,
      pipelineArn: this.#arn,
      ...(has('execution') && { pipelineExecutionId: execution?.id }),
      stage: { name: account.stageName },
      action: { name: account.actionName, ...(has('action') && { actionExecutionId }) },
    };
  }

  /** GetPipelineExecution */
  describe(input: JsonRecord): JsonRecord {
    this.#allow(STATUS, input);
    const { pipelineName } = this.#context.account;
    const execution = this.all.find(({ id }) => id === input['pipelineExecutionId']);
    if (!execution) throw new ServiceError(400, 'PipelineExecutionNotFoundException', 'No such execution');
    return {
      pipelineExecution: {
        pipelineName,
        pipelineVersion: 1,
        pipelineExecutionId: execution.id,
        status: this.#shown(execution).status,
      },
    };
  }

  /** ListActionExecutions: the newest first. */
  list(input: JsonRecord): JsonRecord {
    this.#allow(ACTIONS, input);
    const filter = input['filter'] as JsonRecord | undefined;
    const wanted = filter?.['pipelineExecutionId'];
    const executions = this.all.filter(({ id }) => wanted === undefined || id === wanted);
    const { schedule, options } = this.#context;
    const shownUntil = schedule.time - options.executionReadsLagSeconds * 1000;
    const listed = executions.flatMap((execution) => [
      this.#source(execution),
      ...this.#earlierAttempt(execution),
      ...(execution.startedAt <= shownUntil ? [this.#deploy(execution)] : []),
    ]);
    const actionExecutionDetails = listed.toSorted((a, b) => b.startTime - a.startTime);
    return { actionExecutionDetails };
  }

  #source({ id, releasedAt }: Execution) {
    return {
      pipelineExecutionId: id,
      actionExecutionId: `source-${id}`,
      pipelineVersion: 1,
      stageName: 'Source',
      actionName: 'Source',
      startTime: releasedAt / 1000,
      status: 'Succeeded',
      input: { configuration: { S3Bucket: 'shop-releases' } },
    };
  }

  #earlierAttempt(execution: Execution) {
    const { earlierAttempt: status } = this.#context.options;
    if (status === undefined) return [];
    const startTime = execution.startedAt / 1000 - EARLIER_S;
    return [{ ...this.#deploy(execution), actionExecutionId: `earlier-${execution.id}`, startTime, status }];
  }

  #deploy(execution: Execution) {
    const { id, actionExecutionId, startedAt, userParameters } = execution;
    const { stageName, actionName, functionName } = this.#context.account;
    const configuration = { FunctionName: functionName, UserParameters: userParameters };
    const isTold = this.#context.options.listsUserParameters;
    return {
      pipelineExecutionId: id,
      actionExecutionId,
      pipelineVersion: 1,
      stageName,
      actionName,
      startTime: startedAt / 1000,
      status: this.#shown(execution).actionStatus,
      ...(isTold && { input: { configuration, resolvedConfiguration: configuration } }),
    };
  }

  #allow(operation: string, input: JsonRecord): void {
    const { account, options } = this.#context;
    const allowed = { allowed: operation, denied: '', 'status-only': STATUS, 'actions-only': ACTIONS };
    if (allowed[options.executionReads] !== operation) throw this.#denied(operation, this.#arn);
    if (input['pipelineName'] !== account.pipelineName)
      throw new ServiceError(400, 'PipelineNotFoundException', 'The account does not have such a pipeline');
  }

  #denied(operation: string, resource: string): ServiceError {
    const { awsAccountId, roleName, functionName } = this.#context.account;
    const user = `arn:aws:sts::${awsAccountId}:assumed-role/${roleName}/${functionName}`;
    const message = `User: ${user} is not authorized to perform: codepipeline:${operation} on resource: ${resource} because no identity-based policy allows it`;
    return new ServiceError(400, 'AccessDeniedException', message);
  }

  get #arn(): string {
    const { region, awsAccountId, pipelineName } = this.#context.account;
    return `arn:aws:codepipeline:${region}:${awsAccountId}:${pipelineName}`;
  }
}

/** What is so, whatever the reads show. */
function nowOf({ history }: Execution): Pick<Shown, 'status' | 'actionStatus'> {
  return history.at(-1) ?? { status: 'InProgress', actionStatus: 'InProgress' };
}

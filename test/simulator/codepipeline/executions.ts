import type { Context } from '../context';
import type { JsonRecord } from '../input';
import { ServiceError } from '../wire';
import type { Job } from './model';

export type StopKind = 'abandon' | 'wait';

/** One execution of the pipeline with its deploy action. Times are ms since the epoch. */
export interface Execution {
  readonly id: string;
  readonly actionExecutionId: string;
  readonly startedAt: number;
  status: 'InProgress' | 'Stopping' | 'Stopped' | 'Cancelled' | 'Superseded' | 'Succeeded' | 'Failed';
  actionStatus: 'InProgress' | 'Abandoned' | 'Succeeded' | 'Failed';
  /** The action's resolved UserParameters. */
  readonly userParameters: string;
  stoppedAt: number | undefined;
}

/** The executions of the simulated pipeline, and what CodePipeline tells of them (docs/services.md, CodePipeline). */
export class Executions {
  readonly #context: Context;
  readonly all: Execution[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  begin(userParameters: string, id?: string): Execution {
    const number = String(this.all.length).padStart(4, '0');
    const execution: Execution = {
      id: id ?? `0a1b2c3d-4e5f-4a6b-${number}-9e0f1a2b3c4d`,
      actionExecutionId: `9f8e7d6c-5b4a-4c3d-${number}-1a0b9c8d7e6f`,
      startedAt: this.#context.schedule.time,
      status: 'InProgress',
      actionStatus: 'InProgress',
      userParameters,
      stoppedAt: undefined,
    };
    this.all.push(execution);
    return execution;
  }

  end(execution: Execution, status: 'Succeeded' | 'Failed'): void {
    if (execution.actionStatus !== 'InProgress') return;
    execution.actionStatus = status;
    execution.status = execution.status === 'Stopping' ? 'Stopped' : status;
  }

  /** "Stop and abandon", or "stop and wait". */
  stop(execution: Execution, kind: StopKind): void {
    if (execution.actionStatus !== 'InProgress') return;
    execution.status = kind === 'abandon' ? 'Stopped' : 'Stopping';
    if (kind === 'wait') return;
    execution.actionStatus = 'Abandoned';
    execution.stoppedAt = this.#context.schedule.time;
  }

  /** GetJobDetails: what it tells, and of which jobs, is unverified for Lambda actions. */
  details(job: Job): JsonRecord {
    const { account, options } = this.#context;
    if (options.jobDetails === 'denied') throw this.#denied('GetJobDetails', '*');
    const hasEnded = job.result !== undefined || job.closed;
    if (options.jobDetails === 'unknown' || (options.jobDetails === 'unknown-after-result' && hasEnded))
      throw new ServiceError(400, 'JobNotFoundException', `Could not find job with id ${job.id}`);
    const execution = this.all.find(({ id }) => id === job.executionId);
    const has = (id: 'execution' | 'action') =>
      execution !== undefined && options.jobDetails !== 'no-ids' && options.jobDetails !== `no-${id}-id`;
    return {
      pipelineName: account.pipelineName,
      pipelineArn: this.#arn,
      ...(has('execution') && { pipelineExecutionId: execution?.id }),
      stage: { name: account.stageName },
      action: { name: account.actionName, ...(has('action') && { actionExecutionId: execution?.actionExecutionId }) },
    };
  }

  /** GetPipelineExecution */
  describe(input: JsonRecord): JsonRecord {
    this.#allow('GetPipelineExecution', input);
    const { pipelineName } = this.#context.account;
    const execution = this.all.find(({ id }) => id === input['pipelineExecutionId']);
    if (!execution) throw new ServiceError(400, 'PipelineExecutionNotFoundException', 'No such execution');
    return {
      pipelineExecution: {
        pipelineName,
        pipelineVersion: 1,
        pipelineExecutionId: execution.id,
        status: execution.status,
      },
    };
  }

  /** ListActionExecutions: the newest first. */
  list(input: JsonRecord): JsonRecord {
    this.#allow('ListActionExecutions', input);
    const filter = input['filter'] as JsonRecord | undefined;
    const wanted = filter?.['pipelineExecutionId'];
    const listed = this.all.filter(({ id }) => wanted === undefined || id === wanted).toReversed();
    return { actionExecutionDetails: listed.map((execution) => this.#listed(execution)) };
  }

  #listed({ id, actionExecutionId, startedAt, actionStatus, userParameters }: Execution): JsonRecord {
    const { stageName, actionName, functionName } = this.#context.account;
    const configuration = { FunctionName: functionName, UserParameters: userParameters };
    return {
      pipelineExecutionId: id,
      actionExecutionId,
      pipelineVersion: 1,
      stageName,
      actionName,
      startTime: startedAt / 1000,
      status: actionStatus,
      input: { configuration, resolvedConfiguration: configuration },
    };
  }

  #allow(operation: string, input: JsonRecord): void {
    const { account, options } = this.#context;
    if (options.executionReads === 'denied') throw this.#denied(operation, this.#arn);
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

import { awsInput, awsJson } from '../awsJson';
import type { Context } from '../context';
import type { JsonRecord } from '../input';
import { ServiceError, type WireRequest, type WireResponse } from '../wire';
import { continuationTokenIn, executionDetailsIn, failureDetailsIn, jobIdIn, outputVariablesIn } from './input';
import type { Jobs } from './jobs';

/** CodePipeline's job operations. */
export class CodePipelineApi {
  readonly #context: Context;
  readonly #jobs: Jobs;

  constructor(context: Context, jobs: Jobs) {
    this.#context = context;
    this.#jobs = jobs;
  }

  knows(operation: string): boolean {
    return ['PutJobSuccessResult', 'PutJobFailureResult', 'GetJobDetails'].includes(operation);
  }

  handle(operation: string, request: WireRequest): WireResponse {
    const input = awsInput(request);
    switch (operation) {
      case 'PutJobSuccessResult':
        return awsJson(this.#succeed(input));
      case 'PutJobFailureResult':
        return awsJson(this.#fail(input));
      case 'GetJobDetails':
        return awsJson(this.#details(input));
      default:
        throw new ServiceError(400, 'UnknownOperationException', `Unknown operation ${operation}`);
    }
  }

  #succeed(input: JsonRecord): JsonRecord {
    const id = jobIdIn(input);
    const token = continuationTokenIn(input);
    const details = executionDetailsIn(input);
    const outputVariables = outputVariablesIn(input, token);
    const at = this.#context.schedule.time;
    const job = this.#jobs.existing(id);
    if (token === undefined) this.#jobs.answer(job, { kind: 'success', at, details, outputVariables });
    else this.#jobs.answer(job, { kind: 'continuation', at, token, details });
    return {};
  }

  #fail(input: JsonRecord): JsonRecord {
    const id = jobIdIn(input);
    const failure = failureDetailsIn(input);
    this.#jobs.answer(this.#jobs.existing(id), { kind: 'failure', at: this.#context.schedule.time, failure });
    return {};
  }

  #details(input: JsonRecord): JsonRecord {
    const { account } = this.#context;
    const { id, data } = this.#jobs.existing(jobIdIn(input));
    const pipelineContext = {
      pipelineName: account.pipelineName,
      pipelineArn: `arn:aws:codepipeline:${account.region}:${account.awsAccountId}:${account.pipelineName}`,
      pipelineExecutionId: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
      stage: { name: account.stageName },
      action: { name: account.actionName, actionExecutionId: '9f8e7d6c-5b4a-4c3d-8e2f-1a0b9c8d7e6f' },
    };
    return { jobDetails: { id, accountId: account.awsAccountId, data: { ...data, pipelineContext } } };
  }
}

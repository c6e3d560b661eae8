import { FAKE_DETAILS_CREDENTIALS } from '../account';
import { awsInput, awsJson } from '../awsJson';
import type { Context } from '../context';
import { asList, asRecord, type JsonRecord } from '../input';
import { ServiceError, type WireRequest, type WireResponse } from '../wire';
import { continuationTokenIn, executionDetailsIn, failureDetailsIn, jobIdIn, outputVariablesIn } from './input';
import type { Executions } from './executions';
import type { Jobs } from './jobs';

/** CodePipeline's operations on jobs, and what it tells of their executions. */
export class CodePipelineApi {
  readonly #context: Context;
  readonly #jobs: Jobs;
  readonly #executions: Executions;

  constructor(context: Context, jobs: Jobs, executions: Executions) {
    this.#context = context;
    this.#jobs = jobs;
    this.#executions = executions;
  }

  readonly operations = [
    'PutJobSuccessResult',
    'PutJobFailureResult',
    'GetJobDetails',
    'GetPipelineExecution',
    'ListActionExecutions',
  ];

  handle(operation: string, request: WireRequest): WireResponse {
    const input = awsInput(request);
    switch (operation) {
      case 'PutJobSuccessResult':
        return awsJson(this.#succeed(input));
      case 'PutJobFailureResult':
        return awsJson(this.#fail(input));
      case 'GetJobDetails':
        return awsJson(this.#details(input));
      case 'GetPipelineExecution':
        return awsJson(this.#executions.describe(input));
      case 'ListActionExecutions':
        return awsJson(this.#executions.list(input));
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
    const job = this.#jobs.existing(jobIdIn(input));
    const pipelineContext = this.#executions.details(job);
    const { id, data } = job;
    // Lambda's event says `revision: null`; the operation leaves out what there is not (service model, codepipeline 2015-07-09).
    const inputArtifacts = asList(data['inputArtifacts']).map((artifact) => {
      const { revision, ...rest } = asRecord(artifact);
      return revision === null ? rest : { ...rest, revision };
    });
    const artifactCredentials = { ...FAKE_DETAILS_CREDENTIALS };
    const shown: JsonRecord = {
      ...data,
      inputArtifacts,
      artifactCredentials,
      ...(pipelineContext && { pipelineContext }),
    };
    const { continuationToken: _token, ...withoutToken } = shown;
    const { actionConfiguration: _configuration, ...withoutConfiguration } = shown;
    const { jobDetails } = this.#context.options;
    const told =
      jobDetails === 'no-token' ? withoutToken : jobDetails === 'no-configuration' ? withoutConfiguration : shown;
    return { jobDetails: { id, accountId: account.awsAccountId, data: told } };
  }
}

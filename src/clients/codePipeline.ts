import {
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
  type CodePipelineClient,
  type PutJobFailureResultCommandInput,
  type PutJobSuccessResultCommandInput,
} from '@aws-sdk/client-codepipeline';
import { callAws } from './awsCall';
import type { CallBudget } from './callPolicy';
import { UpstreamError } from './upstreamError';

/** `accepted`: this result counts. `already-answered`: the job had a result (of a retry, or a duplicate); that is no error. */
export type ReportOutcome = 'accepted' | 'already-answered';

/** Delivers the result of a job. Throws UpstreamError. */
export interface CodePipeline {
  putSuccess(result: PutJobSuccessResultCommandInput): Promise<ReportOutcome>;
  putFailure(result: PutJobFailureResultCommandInput): Promise<ReportOutcome>;
}

export function codePipelineClient(client: CodePipelineClient, budget: CallBudget): CodePipeline {
  const put = async (operation: string, send: (signal: AbortSignal) => Promise<unknown>): Promise<ReportOutcome> => {
    try {
      await callAws(budget, { service: 'CodePipeline', operation, kind: 'report' }, send);
      return 'accepted';
    } catch (error) {
      if (error instanceof UpstreamError && error.code === 'InvalidJobStateException') return 'already-answered';
      throw error;
    }
  };
  return {
    putSuccess: (result) =>
      put('PutJobSuccessResult', (abortSignal) => client.send(new PutJobSuccessResultCommand(result), { abortSignal })),
    putFailure: (result) =>
      put('PutJobFailureResult', (abortSignal) => client.send(new PutJobFailureResultCommand(result), { abortSignal })),
  };
}

import { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import { codePipelineClient } from '../../src/clients/codePipeline';
import type { CallBudget } from '../../src/clients/callPolicy';
import { awsError, json, respond, targetOf, useLoopbackServer, type Answer } from '../support/loopbackServer';
import { awsSettings } from './awsSettings';
import { AMPLE_MS, budgetFor, SCARCE_MS } from './callBudget';
import { upstreamErrorOf } from './caught';

const server = useLoopbackServer();
const SUCCESS = {
  jobId: 'job-1',
  executionDetails: { summary: 'done – ✓', percentComplete: 100, externalExecutionId: 'd-1' },
  outputVariables: { DeploymentId: 'd-1' },
};
const FAILURE = { jobId: 'job-1', failureDetails: { type: 'JobFailed', message: 'It failed.\nLook.' } } as const;

function codePipeline(budget: CallBudget = budgetFor(AMPLE_MS)) {
  return codePipelineClient(new CodePipelineClient(awsSettings(server.url)), budget);
}

/** Both ways of giving a job its result follow the same rules. */
const RESULTS = [
  ['PutJobSuccessResult', (budget?: CallBudget) => codePipeline(budget).putSuccess(SUCCESS), SUCCESS],
  ['PutJobFailureResult', (budget?: CallBudget) => codePipeline(budget).putFailure(FAILURE), FAILURE],
] as const;

describe.each(RESULTS)('%s', (operation, put, result) => {
  test('goes over the wire as it is', async () => {
    // CodePipeline answers with nothing at all.
    server.script(respond(200));
    await expect(put()).resolves.toBe('accepted');
    expect(server.requests).toHaveLength(1);
    expect(server.requests.map(targetOf)).toEqual([`CodePipeline_20150709.${operation}`]);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual(result);
  });

  test('InvalidJobState: the job has a result already', async () => {
    server.script(awsError('InvalidJobStateException', 'Job is in state Succeeded'));
    await expect(put()).resolves.toBe('already-answered');
    expect(server.requests).toHaveLength(1);
  });

  test('an answer that was lost: the repeat finds the job answered', async () => {
    server.script({ does: 'reset' }, awsError('InvalidJobStateException', 'Job is in state Succeeded'));
    await expect(put()).resolves.toBe('already-answered');
    expect(server.requests.map(({ body }): unknown => JSON.parse(body))).toEqual([result, result]);
  });

  test.each<[string, Answer]>([
    ['throttled', awsError('ThrottlingException', 'Rate exceeded')],
    ['500', awsError('InternalFailure', 'oops', 500)],
    ['503 in HTML', respond(503, '<h1>503</h1>')],
    ['a reset', { does: 'reset' }],
    ['a role that is not known everywhere yet', awsError('AccessDeniedException', 'no')],
  ])('%s: repeated until it is taken', async (_name, answer) => {
    server.repeat(8, answer);
    server.script(json({}));
    await expect(put()).resolves.toBe('accepted');
    expect(server.requests).toHaveLength(9);
  });

  test.each<[string, Answer, string]>([
    ['ValidationException', awsError('ValidationException', 'too long'), 'rejected'],
    ['JobNotFoundException', awsError('JobNotFoundException', 'no such job'), 'rejected'],
    ['OutputVariablesSizeExceededException', awsError('OutputVariablesSizeExceededException', 'too much'), 'rejected'],
  ])('%s is not repeated', async (code, answer, kind) => {
    server.script(answer);
    expect(await upstreamErrorOf(put())).toMatchObject({ service: 'CodePipeline', operation, kind, code });
    expect(server.requests).toHaveLength(1);
  });

  test('silence ends with the time that is reserved', async () => {
    server.script({ does: 'hang' });
    const start = performance.now();
    expect(await upstreamErrorOf(put(budgetFor(SCARCE_MS)))).toMatchObject({ kind: 'timeout', operation });
    expect(performance.now() - start).toBeLessThan(SCARCE_MS + 150);
    expect(server.requests).toHaveLength(1);
  });
});

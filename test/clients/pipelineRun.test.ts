import { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import type { CallBudget } from '../../src/clients/callPolicy';
import { pipelineRunsClient, type PipelineRun } from '../../src/clients/pipelineRun';
import {
  awsError,
  json,
  respond,
  targetOf,
  useLoopbackServer,
  type Answer,
  type LoopbackRequest,
} from '../support/loopbackServer';
import { awsSettings } from './awsSettings';
import { AMPLE_MS, budgetFor, SCARCE_MS } from './callBudget';
import { everythingShownOf, upstreamErrorOf } from './caught';

const server = useLoopbackServer();

/** What GetJobDetails holds of the artifacts: nobody may see it. */
const CREDENTIALS = {
  accessKeyId: 'AKIAOFTHEARTIFACTS00',
  secretAccessKey: 'artifact-secret-0123456789',
  sessionToken: 'artifact-session-0123456789',
};
const RUN: PipelineRun = {
  pipeline: 'shop-release',
  region: 'eu-west-1',
  stage: 'Deploy',
  action: 'BlueGreen',
  executionId: 'e-1',
  actionExecutionId: 'a-1',
};

function runs(budget: CallBudget = budgetFor(AMPLE_MS)) {
  const inRegion = (region: string) => new CodePipelineClient({ ...awsSettings(server.url), region });
  return pipelineRunsClient({ codePipeline: inRegion('eu-west-1'), codePipelineIn: inRegion }, budget);
}

function jobDetails(pipelineContext: unknown, data: object = {}): Answer {
  return json({
    jobDetails: { id: 'job-1', accountId: '1', data: { pipelineContext, artifactCredentials: CREDENTIALS, ...data } },
  });
}

async function runOf(jobId: string) {
  const details = await runs().identify(jobId);
  if (details === 'unknown-job') throw new Error('the job is not known');
  return details.run;
}

const CONTEXT = {
  pipelineName: 'shop-release',
  pipelineArn: 'arn:aws:codepipeline:eu-west-1:123456789012:shop-release',
  stage: { name: 'Deploy' },
  action: { name: 'BlueGreen', actionExecutionId: 'a-1' },
  pipelineExecutionId: 'e-1',
};

function sent({ body }: LoopbackRequest): unknown {
  return JSON.parse(body);
}

/** Of the signature: `…/20261121/eu-west-1/codepipeline/aws4_request`. */
function regionOf({ headers }: LoopbackRequest): string | undefined {
  return /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers['authorization'] ?? '')?.[1];
}

const OPERATIONS = [
  ['GetJobDetails', (budget?: CallBudget) => runs(budget).identify('job-1')],
  ['GetPipelineExecution', (budget?: CallBudget) => runs(budget).executionStatus(RUN, 'e-1')],
  ['ListActionExecutions', (budget?: CallBudget) => runs(budget).listActions(RUN, 'e-1')],
] as const;

describe('GetJobDetails', () => {
  test('tells the run of a job, and the credentials are not kept', async () => {
    server.script(jobDetails(CONTEXT));
    expect(await runs().identify('job-1')).toEqual({ run: RUN, data: undefined });
    expect(server.requests.map(targetOf)).toEqual(['CodePipeline_20150709.GetJobDetails']);
    expect(server.requests.map(sent)).toEqual([{ jobId: 'job-1' }]);
  });

  test.each<[string, unknown, unknown]>([
    ['no execution id', { ...CONTEXT, pipelineExecutionId: undefined }, { ...RUN, executionId: undefined }],
    ['no action id', { ...CONTEXT, action: { name: 'BlueGreen' } }, { ...RUN, actionExecutionId: undefined }],
    ['no more than the name', { pipelineName: 'shop-release' }, { pipeline: 'shop-release' }],
    ['an ARN that is none', { pipelineName: 'p', pipelineArn: 'p' }, { pipeline: 'p' }],
    ['no name', { ...CONTEXT, pipelineName: undefined }, undefined],
    ['an empty name', { ...CONTEXT, pipelineName: '' }, undefined],
    ['an empty id', { ...CONTEXT, pipelineExecutionId: '' }, { ...RUN, executionId: undefined }],
    ['no context', undefined, undefined],
  ])('with %s', async (_name, context, run) => {
    server.script(jobDetails(context));
    expect(await runOf('job-1')).toEqual(run);
  });

  test.each<[string, Answer]>([
    ['without data', json({ jobDetails: { id: 'job-1' } })],
    ['without details', json({})],
  ])('%s it tells nothing', async (_name, answer) => {
    server.script(answer);
    expect(await runs().identify('job-1')).toEqual({ run: undefined, data: undefined });
  });

  const configuration = { FunctionName: 'f', UserParameters: '{"TIMEOUT": 60}' };
  test.each<[string, object, unknown]>([
    [
      'a continuation',
      { actionConfiguration: { configuration }, continuationToken: 'v1.a.b' },
      { userParameters: '{"TIMEOUT": 60}', continuationToken: 'v1.a.b' },
    ],
    [
      'a first job',
      { actionConfiguration: { configuration } },
      { userParameters: '{"TIMEOUT": 60}', continuationToken: undefined },
    ],
    [
      'an action without UserParameters',
      { actionConfiguration: { configuration: { FunctionName: 'f' } } },
      { userParameters: '', continuationToken: undefined },
    ],
    ['a job of which it hides the configuration', { actionConfiguration: {} }, undefined],
  ])('tells what %s carries', async (_name, data, expected) => {
    server.script(jobDetails(CONTEXT, data));
    expect(await runs().identify('job-1')).toEqual({ run: RUN, data: expected });
  });

  test.each([
    ['JobNotFoundException', 'no such job'],
    ['ValidationException', "Value 'my-test' at 'jobId' failed to satisfy constraint"],
  ])('%s: the job is unknown, which is an answer', async (name, message) => {
    server.script(awsError(name, message));
    expect(await runs().identify('job-1')).toBe('unknown-job');
    expect(server.requests).toHaveLength(1);
  });

  test('an answer that breaks off shows nobody the credentials that it holds', async () => {
    const whole = JSON.stringify({
      jobDetails: { data: { artifactCredentials: CREDENTIALS, pipelineContext: CONTEXT } },
    });
    server.script(respond(200, whole.slice(0, -20), { 'content-type': 'application/x-amz-json-1.1' }));
    const error = await upstreamErrorOf(runs().identify('job-1'));
    expect(error).toMatchObject({ kind: 'unreadable', transient: true });
    const shown = everythingShownOf(error);
    for (const secret of Object.values(CREDENTIALS)) expect(shown).not.toContain(secret);
  });
});

describe('GetPipelineExecution', () => {
  test('tells the status', async () => {
    server.script(json({ pipelineExecution: { status: 'Stopping', pipelineExecutionId: 'e-1' } }));
    expect(await runs().executionStatus(RUN, 'e-1')).toBe('Stopping');
    expect(server.requests.map(targetOf)).toEqual(['CodePipeline_20150709.GetPipelineExecution']);
    expect(server.requests.map(sent)).toEqual([{ pipelineName: 'shop-release', pipelineExecutionId: 'e-1' }]);
  });

  test('a status that nobody documents is passed on', async () => {
    server.script(json({ pipelineExecution: { status: 'Paused' } }));
    expect(await runs().executionStatus(RUN, 'e-1')).toBe('Paused');
  });

  test.each<[string, Answer]>([
    ['without a status', json({ pipelineExecution: {} })],
    ['without an execution', json({})],
    ['of nothing at all', respond(200)],
  ])('an answer %s is unreadable, and never an end', async (_name, answer) => {
    server.script(answer);
    expect(await upstreamErrorOf(runs().executionStatus(RUN, 'e-1'))).toMatchObject({ kind: 'unreadable' });
  });
});

describe('ListActionExecutions', () => {
  const detail = (more: object = {}) => ({
    pipelineExecutionId: 'e-1',
    actionExecutionId: 'a-1',
    stageName: 'Deploy',
    actionName: 'BlueGreen',
    startTime: 1_795_000_000,
    status: 'InProgress',
    ...more,
  });

  test('lists the actions of an execution', async () => {
    server.script(json({ actionExecutionDetails: [detail(), detail({ actionExecutionId: 'a-0', status: 'Failed' })] }));
    expect(await runs().listActions(RUN, 'e-1')).toMatchObject([
      {
        executionId: 'e-1',
        actionExecutionId: 'a-1',
        stage: 'Deploy',
        action: 'BlueGreen',
        status: 'InProgress',
        startedAt: 1_795_000_000_000,
      },
      { actionExecutionId: 'a-0', status: 'Failed' },
    ]);
    expect(server.requests.map(sent)).toEqual([
      { pipelineName: 'shop-release', filter: { pipelineExecutionId: 'e-1' }, maxResults: 100 },
    ]);
  });

  test('lists the newest of all executions', async () => {
    server.script(json({ actionExecutionDetails: [] }));
    expect(await runs().listActions(RUN, undefined)).toEqual([]);
    expect(server.requests.map(sent)).toEqual([{ pipelineName: 'shop-release', maxResults: 100 }]);
  });

  test.each<[string, object, boolean | undefined]>([
    ['resolved', { resolvedConfiguration: { UserParameters: '{"GROUP_ID":"sig-1"}' } }, true],
    ['unresolved only', { configuration: { UserParameters: '{"GROUP_ID":"sig-1"}' } }, true],
    ['of another group', { resolvedConfiguration: { UserParameters: '{"GROUP_ID":"sig-2"}' } }, false],
    ['of an action that has none', { configuration: { FunctionName: 'f' } }, undefined],
    ['without a configuration', {}, undefined],
  ])('whether UserParameters, %s, name the Elastigroup; their text is not kept', async (_name, input, names) => {
    server.script(json({ actionExecutionDetails: [detail({ input })] }));
    const [listed] = await runs().listActions(RUN, 'e-1');
    expect(listed?.names('sig-1')).toBe(names);
    expect(everythingShownOf(listed)).not.toContain('GROUP_ID');
  });

  test('an empty item is no end of anything', async () => {
    server.script(json({ actionExecutionDetails: [{}] }));
    expect(await runs().listActions(RUN, 'e-1')).toMatchObject([{ status: '' }]);
  });

  test('an answer without a list is unreadable', async () => {
    server.script(json({}));
    expect(await upstreamErrorOf(runs().listActions(RUN, 'e-1'))).toMatchObject({ kind: 'unreadable' });
  });
});

test("a pipeline is asked in its own Region, where its ARN names one, and a job in the function's", async () => {
  server.script(
    jobDetails({ ...CONTEXT, pipelineArn: CONTEXT.pipelineArn.replace('eu-west-1', 'us-west-2') }),
    json({ pipelineExecution: { status: 'InProgress' } }),
    json({ actionExecutionDetails: [] }),
    json({ pipelineExecution: { status: 'InProgress' } }),
  );
  const run = await runOf('job-1');
  if (run === undefined) throw new Error('the run was not told');
  await runs().executionStatus(run, 'e-1');
  await runs().listActions(run, 'e-1');
  await runs().executionStatus({ ...run, region: undefined }, 'e-1');
  expect(server.requests.map(regionOf)).toEqual(['eu-west-1', 'us-west-2', 'us-west-2', 'eu-west-1']);
});

describe.each(OPERATIONS)('%s', (operation, call) => {
  test.each<[string, Answer, string, number]>([
    ['a denial', awsError('AccessDeniedException', 'is not authorized to perform: codepipeline:X'), 'denied', 2],
    ['throttling', awsError('ThrottlingException', 'Rate exceeded'), 'throttled', 3],
    ['500', awsError('InternalFailure', 'oops', 500), 'unavailable', 3],
    ['a reset', { does: 'reset' }, 'connection', 3],
    ['PipelineNotFoundException', awsError('PipelineNotFoundException', 'no'), 'rejected', 1],
    ['a page in HTML', respond(200, '<html>Sign in</html>', { 'content-type': 'text/html' }), 'unreadable', 1],
  ])('%s is told apart', async (_name, answer, kind, requests) => {
    server.repeat(requests, answer);
    expect(await upstreamErrorOf(call())).toMatchObject({ service: 'CodePipeline', operation, kind });
    expect(server.requests).toHaveLength(requests);
  });

  test('silence ends with the time that there is', async () => {
    server.script({ does: 'hang' });
    expect(await upstreamErrorOf(call(budgetFor(SCARCE_MS)))).toMatchObject({ kind: 'timeout', operation });
  });
});

test('silence ends five seconds after the check began, however much time there is', async () => {
  const real = budgetFor(AMPLE_MS);
  let reads = 0;
  // All but the first reading of the clock are made when 4.75 of the 5 seconds are over.
  const now = () => real.clock.now() + ((reads += 1) > 1 ? 4_750 : 0);
  server.script({ does: 'hang' });
  const start = performance.now();
  const call = runs({ ...real, clock: { ...real.clock, now } }).executionStatus(RUN, 'e-1');
  expect(await upstreamErrorOf(call)).toMatchObject({ kind: 'timeout' });
  expect(performance.now() - start).toBeLessThan(SCARCE_MS + 150);
});

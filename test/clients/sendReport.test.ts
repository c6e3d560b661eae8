import { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import type { CallBudget } from '../../src/clients/callPolicy';
import type { Log } from '../../src/lib/log';
import { OUTPUT_VARIABLES, type Report } from '../../src/report/report';
import { sendReport } from '../../src/report/sendReport';
import { awsError, json, respond, targetOf, useLoopbackServer } from '../support/loopbackServer';
import { awsSettings } from './awsSettings';
import { AMPLE_MS, budgetFor } from './callBudget';
import { upstreamErrorOf } from './caught';

const server = useLoopbackServer();

const SUCCESS: Report = {
  kind: 'success',
  result: {
    jobId: 'job-1',
    executionDetails: { summary: 'CodeDeploy d-1 succeeded', percentComplete: 100 },
    outputVariables: { DeploymentId: 'd-1' },
  },
};
const PROGRESS: Report = {
  kind: 'success',
  result: {
    jobId: 'job-1',
    continuationToken: 'v1.abc.def',
    executionDetails: { summary: '2 of 4 instances done', percentComplete: 50 },
  },
};
const FAILURE: Report = {
  kind: 'failure',
  result: {
    jobId: 'job-1',
    failureDetails: {
      type: 'RevisionUnavailable',
      message: `The revision is “gone”.\n${'x'.repeat(4000)}`,
      externalExecutionId: 'd-1',
    },
  },
};

function send(report: Report, budget: CallBudget = budgetFor(AMPLE_MS)) {
  const lines: string[] = [];
  const write = (level: string) => (sentence: string) => void lines.push(`${level}: ${sentence}`);
  const log: Log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    remember: () => undefined,
    countFrom: () => undefined,
  };
  const codePipeline = new CodePipelineClient(awsSettings(server.url));
  return { sent: sendReport(report, { codePipeline, budget, log }), lines };
}

function bodies(): unknown[] {
  return server.requests.map(({ body }): unknown => JSON.parse(body));
}

test.each<[string, Report, string, string]>([
  ['a success', SUCCESS, 'PutJobSuccessResult', 'info: The action succeeded: CodeDeploy d-1 succeeded'],
  ['progress', PROGRESS, 'PutJobSuccessResult', 'info: Continuing in the next invocation: 2 of 4 instances done'],
  ['a failure', FAILURE, 'PutJobFailureResult', 'error: The action failed: The revision is “gone”.'],
])('%s is one result, and one line', async (_name, report, operation, line) => {
  server.script(json({}));
  const { sent, lines } = send(report);
  await sent;
  expect(server.requests.map(targetOf)).toEqual([`CodePipeline_20150709.${operation}`]);
  expect(bodies()).toEqual([report.result]);
  expect(lines).toEqual([expect.stringContaining(line)]);
});

describe('a job that needs no answer any more is no error', () => {
  test.each([SUCCESS, PROGRESS, FAILURE])('InvalidJobState: it has had its result ($kind)', async (report) => {
    server.script(awsError('InvalidJobStateException', 'Job is in state Succeeded'));
    const { sent, lines } = send(report);
    await sent;
    expect(server.requests).toHaveLength(1);
    expect(lines[1]).toContain('already has a result');
  });

  test.each([SUCCESS, PROGRESS, FAILURE])('JobNotFound: the result cannot be delivered ($kind)', async (report) => {
    server.script(awsError('JobNotFoundException', 'no such job'));
    const { sent, lines } = send(report);
    await sent;
    expect(server.requests).toHaveLength(1);
    expect(lines[1]).toContain('Unknown CodePipeline job ID');
  });

  test('a repeat after a lost answer', async () => {
    server.script({ does: 'reset' }, awsError('InvalidJobStateException', 'Job is in state Failed'));
    await send(FAILURE).sent;
    expect(bodies()).toEqual([FAILURE.result, FAILURE.result]);
  });
});

describe('a result that CodePipeline refuses is followed by a shorter one', () => {
  test.each(['ValidationException', 'OutputVariablesSizeExceededException'])(
    '%s of a success: the bare success, with every variable that a later action may name',
    async (code) => {
      server.script(awsError(code, 'too large'), json({}));
      const { sent, lines } = send(SUCCESS);
      await sent;
      const outputVariables = Object.fromEntries(OUTPUT_VARIABLES.map((name) => [name, 'none']));
      expect(bodies()).toEqual([SUCCESS.result, { jobId: 'job-1', outputVariables }]);
      expect(lines[1]).toContain(`${code}: too large`);
    },
  );

  test('of progress: the token alone, so that the deployment goes on', async () => {
    server.script(awsError('ValidationException', 'summary'), json({}));
    await send(PROGRESS).sent;
    expect(bodies()[1]).toEqual({ jobId: 'job-1', continuationToken: 'v1.abc.def' });
  });

  test('of a failure: its type, and the beginning of its message in plain characters', async () => {
    server.script(awsError('ValidationException', 'message'), json({}));
    await send(FAILURE).sent;
    expect(bodies()[1]).toEqual({
      jobId: 'job-1',
      failureDetails: {
        type: 'RevisionUnavailable',
        message: expect.stringMatching(/^The revision is \?gone\?\.\nx{475}…$/) as string,
      },
    });
  });

  test('of a failure without a message: still one that is valid', async () => {
    server.script(awsError('ValidationException', 'message'), json({}));
    await send({ kind: 'failure', result: { jobId: 'job-1', failureDetails: { type: 'JobFailed', message: '' } } })
      .sent;
    expect(bodies()[1]).toEqual({
      jobId: 'job-1',
      failureDetails: { type: 'JobFailed', message: 'The action failed without a message.' },
    });
  });

  test('it follows the same rules: repeated after a 500, and no error for a job that is gone', async () => {
    server.script(awsError('ValidationException', 'x'), respond(500), awsError('JobNotFoundException', 'gone'));
    const { sent, lines } = send(SUCCESS);
    await sent;
    expect(server.requests).toHaveLength(3);
    expect(lines[2]).toContain('Unknown CodePipeline job ID');
  });

  test('refused as well: thrown, so that Lambda delivers the event again', async () => {
    server.script(awsError('ValidationException', 'first'), awsError('ValidationException', 'second'));
    expect(await upstreamErrorOf(send(FAILURE).sent)).toMatchObject({ kind: 'rejected', detail: 'second' });
    expect(server.requests).toHaveLength(2);
  });
});

describe('a result that cannot be given is thrown, so that Lambda delivers the event again', () => {
  test('after all repeats', async () => {
    server.repeat(9, respond(503));
    expect(await upstreamErrorOf(send(SUCCESS).sent)).toMatchObject({ kind: 'unavailable', service: 'CodePipeline' });
    expect(server.requests).toHaveLength(9);
  });

  test('when the reserved time is over', async () => {
    // Pauses of 150 and 300 ms fit; the next, of 600 ms, does not.
    server.repeat(3, respond(503));
    const budget = budgetFor(900, { jitter: () => 0 });
    expect(await upstreamErrorOf(send(SUCCESS, budget).sent)).toMatchObject({ kind: 'unavailable' });
    expect(Date.now()).toBeLessThan(budget.until);
    expect(server.requests).toHaveLength(3);
  });

  test('at once where repeating cannot help', async () => {
    server.repeat(2, awsError('ValidationException', 'no'));
    expect(await upstreamErrorOf(send(SUCCESS).sent)).toMatchObject({ kind: 'rejected' });
    // The second time it is the shorter result.
    expect(server.requests).toHaveLength(2);
  });

  test('without any time left it is still tried once', async () => {
    server.script(json({}));
    await send(FAILURE, budgetFor(-1000)).sent;
    expect(server.requests).toHaveLength(1);
  });
});

import { inProcessAws } from './inProcessAws';
import { InvalidInputError } from '../../src/errors';
import { readJobInput } from '../../src/input/jobInput';
import { readJobId } from '../../src/input/pipelineJob';
import { runJob } from '../../src/runJob';
import { scenarioNamed } from '../simulator/scenarios';
import { inProcessTransport } from '../simulator/transport';
import { World } from '../simulator/world';
import { badInputs, eventOf, FAKE_SECRETS, type BadInput } from '../unit/input/badInput.corpus';
import { badTokens } from '../unit/deployment/badTokens.corpus';
import { captureLogs } from './captureLogs';

/*
 * Bad events through the whole function: one result each, and no call to anything but CodePipeline. What the parser says of
 * every row of the corpus is proved in test/unit/input/jobInput.badInput.test.ts; here, each place that can be bad is tried once.
 * Continuation tokens are read here alone, so that every row of theirs is played.
 */

const NOW = Date.UTC(2026, 0, 5, 9, 0, 0);

async function play(event: unknown, env: Readonly<Record<string, string>> = {}) {
  const world = new World({ now: () => NOW, seed: 1, scenario: scenarioNamed('success') });
  const transport = inProcessTransport({ world });
  const id = readJobId(event);
  const job = id === undefined ? undefined : world.jobs.create({}, id);
  const logs = captureLogs();
  let error: unknown;
  try {
    await runJob(event, {
      clock: { now: () => NOW, sleep: () => Promise.reject(new Error('Bad input needs no waiting.')) },
      env,
      remainingMilliseconds: () => 900_000,
      aws: inProcessAws(transport),
      spotAdapter: transport.axiosAdapter,
    });
  } catch (thrown) {
    error = thrown;
  } finally {
    logs.release();
  }
  return {
    job,
    error,
    calls: transport.calls.map(({ service, operation }) => `${service} ${operation}`),
    logs: logs.lines.join('\n'),
  };
}

/** The places of a row's problems, e.g. `TIMEOUT`. */
function placesOf(row: BadInput): string {
  try {
    readJobInput(eventOf(row), {});
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems.map(({ where }) => where).join('\n');
  }
  throw new Error(`The input is not bad: ${row.name}`);
}

const onePerPlace = new Map(badInputs.toReversed().map((row) => [placesOf(row), row])).values();
const rows: readonly BadInput[] = [...onePerPlace, ...badTokens];

describe('each bad input ends in one ConfigurationError, without a call to Spot or CodeDeploy', () => {
  test.each(rows)('$name', async (row) => {
    const { job, error, calls, logs } = await play(eventOf(row));
    for (const secret of FAKE_SECRETS) expect(logs).not.toContain(secret);
    if (!job) {
      // There is no job to answer: the invocation fails and says why.
      expect(calls).toEqual([]);
      expect(error).toMatchObject({
        message: expect.stringContaining('Not an event of a CodePipeline Lambda action') as string,
      });
      return;
    }
    if (!/^[0-9a-f-]{36}$/.test(job.id)) {
      // CodePipeline itself does not take such an id: the result cannot be delivered either, but it was tried.
      expect(new Set(calls)).toEqual(new Set(['codepipeline PutJobFailureResult']));
      expect(error).toMatchObject({ code: 'ValidationException' });
      return;
    }
    expect(error).toBeUndefined();
    expect(calls).toEqual(['codepipeline PutJobFailureResult']);
    const { result } = job;
    if (result?.kind !== 'failure') throw new Error(`expected a failure, got ${JSON.stringify(result)}`);
    expect(result.failure.type).toBe('ConfigurationError');
    for (const fragment of row.expect) expect(result.failure.message).toContain(fragment);
    for (const secret of FAKE_SECRETS) expect(result.failure.message).not.toContain(secret);
  });
});

test('bad settings are reported together with bad parameters, in one message', async () => {
  const event = eventOf({ userParameters: { TIMEOUT: 0 } });
  const { job, calls } = await play(event, { POLL_INTERVAL_SECONDS: 'often', SPOT_API_URL: 'ftp://spot' });
  expect(calls).toEqual(['codepipeline PutJobFailureResult']);
  const message = job?.result?.kind === 'failure' ? job.result.failure.message : '';
  for (const name of ['TIMEOUT', 'GROUP_ID', 'POLL_INTERVAL_SECONDS', 'SPOT_API_URL'])
    expect(message).toMatch(new RegExp(`^- .*${name}.*: `, 'm'));
});

test('the corpus has at least 60 places, and 30 continuation tokens', () => {
  expect(rows.length - badTokens.length).toBeGreaterThanOrEqual(60);
  expect(badTokens.length).toBeGreaterThanOrEqual(30);
});

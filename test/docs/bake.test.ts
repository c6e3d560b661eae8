import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { readTemplate } from '../../scripts/cloudFormation.mjs';

/** The bake of examples/canary-pipeline.yaml: its function, as the template has it, against a CloudWatch and a CodePipeline of the test. */

const TEMPLATE = readTemplate(readFileSync('examples/canary-pipeline.yaml', 'utf8'));
const { Code } = TEMPLATE.Resources['BakeFunction']?.Properties as { Code: { ZipFile: string } };
const START = Date.UTC(2026, 0, 5, 9, 0, 0);
const MINUTE = 60_000;

interface World {
  /** Undefined: there is no such alarm. */
  readonly state?: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly history?: readonly string[];
  /** Requests of each minute that CloudWatch has. */
  readonly requests?: readonly number[];
  readonly fails?: Error;
}

interface Answer {
  readonly kind: 'success' | 'failure';
  readonly continuationToken?: string;
  readonly failureDetails?: { readonly message: string };
  readonly executionDetails?: { readonly summary: string; readonly percentComplete: number };
}

/** What `new Client()` gives. */
function clientOf(client: object): () => object {
  return function () {
    return client;
  };
}

/** One invocation, so many minutes after the bake's start. */
async function invoke(minutes: number, world: World, token: string | null = String(START)) {
  const answers: Answer[] = [];
  const asked: Record<string, unknown>[] = [];
  const pauses: number[] = [];
  const alarm = {
    StateValue: world.state,
    StateReason: 'Threshold crossed',
    Namespace: 'AWS/ApplicationELB',
    Dimensions: [{ Name: 'TargetGroup', Value: 'targetgroup/canary' }],
  };
  const cloudWatch = {
    describeAlarms: async () => {
      if (world.fails) throw world.fails;
      return { MetricAlarms: world.state === undefined ? [] : [alarm] };
    },
    describeAlarmHistory: async (input: Record<string, unknown>) => {
      asked.push(input);
      return { AlarmHistoryItems: (world.history ?? []).map((HistorySummary) => ({ HistorySummary })) };
    },
    getMetricStatistics: async (input: Record<string, unknown>) => {
      asked.push(input);
      return { Datapoints: (world.requests ?? []).map((Sum) => ({ Sum })) };
    },
  };
  const answer = (kind: Answer['kind']) => async (input: Omit<Answer, 'kind'>) => {
    answers.push({ kind, ...input });
  };
  const codePipeline = { putJobSuccessResult: answer('success'), putJobFailureResult: answer('failure') };
  const exports: Record<string, ((event: unknown) => Promise<unknown>) | undefined> = {};
  class Clock extends Date {
    static override now = () => START + minutes * MINUTE;
  }
  runInNewContext(Code.ZipFile, {
    exports,
    require: (name: string) =>
      name.endsWith('codepipeline') ? { CodePipeline: clientOf(codePipeline) } : { CloudWatch: clientOf(cloudWatch) },
    process: { env: { ALARM: 'shop-canary-5xx', BAKE_MINUTES: '15', BAKE_REQUESTS: '100' } },
    Date: Clock,
    setTimeout: (done: () => void, milliseconds: number) => {
      pauses.push(milliseconds);
      done();
    },
  });
  const data = token === null ? {} : { continuationToken: token };
  const handler = exports['handler'];
  if (!handler) throw new Error('The function has no handler.');
  await handler({ 'CodePipeline.job': { id: 'job', data } });
  expect(answers).toHaveLength(1);
  return { ...answers[0], asked, pauses };
}

describe('the bake', () => {
  test('goes on until BakeMinutes are over, from the start that its token has', async () => {
    const first = await invoke(0, { state: 'OK', requests: [500] }, null);
    expect(first).toMatchObject({ kind: 'success', continuationToken: String(START), pauses: [30_000] });
    const later = await invoke(14, { state: 'OK', requests: [500] });
    expect(later).toMatchObject({ continuationToken: String(START), executionDetails: { percentComplete: 93 } });
  });

  test('passes then, where the canary has answered enough requests', async () => {
    const end = await invoke(15, { state: 'OK', requests: [60, 40] });
    expect(end).toMatchObject({ kind: 'success', executionDetails: { percentComplete: 100 }, pauses: [] });
    expect(end.continuationToken).toBeUndefined();
    expect(end.executionDetails?.summary).toBe('shop-canary-5xx is quiet; 100 of 100 requests');
  });

  test("counts the requests of the alarm's own target group, and none from before", async () => {
    const { asked } = await invoke(15.5, { state: 'OK', requests: [100] }, String(START + 1000));
    expect(asked).toContainEqual(
      expect.objectContaining({
        MetricName: 'RequestCount',
        Dimensions: [{ Name: 'TargetGroup', Value: 'targetgroup/canary' }],
        StartTime: new Date(START + MINUTE),
        Period: 60,
      }),
    );
  });

  test('an alarm that is quiet because nothing was sent proves nothing', async () => {
    const late = await invoke(19, { state: 'OK', requests: [99] });
    expect(late).toMatchObject({ kind: 'success', continuationToken: String(START) }); // CloudWatch may lag
    const { kind, failureDetails } = await invoke(20, { state: 'OK', requests: [99] });
    expect(kind).toBe('failure');
    expect(failureDetails?.message).toMatch(
      /^Only 99 of 100 requests reached the canary in 15 minutes, so that .* proves nothing/,
    );
  });

  test.each<[string, World, RegExp]>([
    ['is triggered', { state: 'ALARM', requests: [500] }, /was triggered: Threshold crossed/],
    [
      'was triggered, and is OK again',
      { state: 'OK', history: ['Alarm updated from ALARM to OK', 'Alarm updated from OK to ALARM'], requests: [500] },
      /was triggered/,
    ],
    ['does not exist', {}, /^There is no alarm shop-canary-5xx\.$/],
    ['cannot be read', { fails: new Error('denied') }, /^The bake could not be watched: denied$/],
  ])('fails at once where the alarm %s', async (_what, world, message) => {
    const { kind, failureDetails } = await invoke(3, world);
    expect(kind).toBe('failure');
    expect(failureDetails?.message).toMatch(message);
  });

  test('fits into a template, and logs nothing: the event has credentials in it', () => {
    expect(Code.ZipFile.length).toBeLessThan(4096);
    expect(Code.ZipFile).not.toMatch(/console\./);
  });
});

import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun, type RunPlan, type RunTrace } from './playRun';

/** What the services refused. */
function refusedIn({ calls }: RunTrace): readonly string[] {
  return calls.filter(({ status = 200 }) => status >= 400).map(({ service }) => service);
}

async function play(plan: Partial<RunPlan>): Promise<RunTrace> {
  const trace = await playRun({ seed: 1, scenario: scenarioNamed('success'), latencyMs: () => 60, ...plan });
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.action).toMatchObject({ status: 'Succeeded' });
  return trace;
}

test('an account that throttles is asked at most half as many times again as one that does not', async () => {
  const [free, throttled] = [await play({}), await play({ scenario: scenarioNamed('throttled-account') })];
  expect(new Set(refusedIn(throttled))).toEqual(new Set(['ec2', 'codedeploy']));
  expect(throttled.calls.length).toBeLessThanOrEqual(free.calls.length * 1.5);
});

test.each([undefined, '0', '60'])(
  'a limit of 6 reads a minute of Spot costs time, and no request is refused: its headers are heeded (POLL_WINDOW_SECONDS %s)',
  async (window) => {
    const trace = await play({
      options: { spotRequestsPerMinute: 6 },
      env: window === undefined ? {} : { POLL_WINDOW_SECONDS: window },
    });
    expect(refusedIn(trace)).toEqual([]);
    expect(trace.world.earlyAfter429).toEqual([]);
  },
);

test.each([undefined, '0', '60'])(
  'where its answers have no such headers, it is met, and no request comes before a reset (POLL_WINDOW_SECONDS %s)',
  async (window) => {
    const trace = await play({
      options: { spotRequestsPerMinute: 4, spotLimitHeaders: 'with-429' },
      env: window === undefined ? {} : { POLL_WINDOW_SECONDS: window },
    });
    expect(new Set(refusedIn(trace))).toEqual(new Set(['spot']));
    expect(trace.world.earlyAfter429).toEqual([]);
  },
);

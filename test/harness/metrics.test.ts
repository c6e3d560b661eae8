import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { metricLinesOf, type MetricLine } from './metricLines';
import { playRun, type RunPlan, type RunTrace } from './playRun';

async function play(scenario: string, difference: Partial<RunPlan> = {}): Promise<RunTrace> {
  const trace = await playRun({ seed: 1, scenario: scenarioNamed(scenario), ...difference });
  expect(violationsOf(trace)).toEqual([]);
  return trace;
}

function onlyLine({ logs }: RunTrace): MetricLine {
  const lines = metricLinesOf(logs);
  expect(lines).toHaveLength(1);
  const [line] = lines;
  if (!line) throw new Error('There is no metric line.');
  return line;
}

const SUCCESS = { DeploymentSucceeded: 1, DeploymentFailed: 0, DeploymentTimedOut: 0 };
const FAILURE = { DeploymentSucceeded: 0, DeploymentFailed: 1, DeploymentTimedOut: 0 };
const SHORT_WINDOWS = { env: { POLL_WINDOW_SECONDS: '20' } };

/** The phases add up to the whole: nothing is measured twice or left out. A token keeps tenths of a second. */
function expectPhasesToAddUp({ measures }: MetricLine): void {
  const { LaunchSeconds = 0, InstallSeconds = 0, FinalizeSeconds = 0, CleanUpSeconds = 0 } = measures;
  expect(LaunchSeconds + InstallSeconds + FinalizeSeconds + CleanUpSeconds).toBeCloseTo(
    measures.DurationSeconds ?? -1,
    0,
  );
}

vi.setConfig({ testTimeout: 20_000 });

describe('one line for an action', () => {
  test('success, in one invocation', async () => {
    const trace = await play('success');
    const line = onlyLine(trace);
    expect(line.measures).toEqual({
      ...SUCCESS,
      LaunchSeconds: expect.any(Number) as number,
      InstallSeconds: expect.any(Number) as number,
      FinalizeSeconds: expect.any(Number) as number,
      DurationSeconds: expect.any(Number) as number,
      SpotInterruptions: 0,
      Invocations: 1,
    });
    expectPhasesToAddUp(line);
    expect(Math.round(line.measures.DurationSeconds ?? 0)).toBe(
      Number(trace.action.outputVariables['DurationSeconds']),
    );
    expect(line.fields).toMatchObject({
      greenIdentifier: trace.action.jobs[0]?.id,
      deploymentId: trace.action.outputVariables['DeploymentId'],
    });
  });

  test('success, over several invocations', async () => {
    const trace = await play('success', SHORT_WINDOWS);
    expect(trace.action.jobs.length).toBeGreaterThan(2);
    const line = onlyLine(trace);
    expect(line.measures).toMatchObject({ ...SUCCESS, Invocations: trace.action.jobs.length });
    expectPhasesToAddUp(line);
    expect(line.fields).toMatchObject({
      jobId: trace.action.jobs.at(-1)?.id,
      greenIdentifier: trace.action.jobs[0]?.id,
    });
  });

  test.each([0, 2, 500])('every event twice, the copy after %d s', async (delaySeconds) => {
    const duplicates = [0, 1, 2, 3, 4, 5, 6, 7].map((which) => ({ which, delaySeconds }));
    const trace = await play('success', { ...SHORT_WINDOWS, duplicates, latencyMs: () => 50 });
    expect(trace.action.invocations.length).toBeGreaterThan(trace.action.jobs.length);
    expect(onlyLine(trace).measures).toMatchObject(SUCCESS);
  });

  test('script-fails', async () => {
    const line = onlyLine(await play('script-fails'));
    expect(line).toMatchObject({ failureType: 'JobFailed', measures: { ...FAILURE, SpotInterruptions: 0 } });
    expect(Object.keys(line.measures)).toEqual(expect.arrayContaining(['InstallSeconds', 'CleanUpSeconds']));
    expect(line.measures).not.toHaveProperty('FinalizeSeconds');
    expectPhasesToAddUp(line);
  });

  test('never-finishes', async () => {
    const trace = await play('never-finishes', SHORT_WINDOWS);
    const line = onlyLine(trace);
    expect(line.measures).toMatchObject({
      ...FAILURE,
      DeploymentTimedOut: 1,
      Invocations: trace.action.jobs.length,
    });
    // TIMEOUT of this scenario is 90 s, and cleaning up comes after it.
    const { DurationSeconds = 0, CleanUpSeconds = 0 } = line.measures;
    expect(DurationSeconds - CleanUpSeconds).toBeCloseTo(90, 0);
  });

  test('spot-interruption', async () => {
    expect(onlyLine(await play('spot-interruption')).measures).toMatchObject({ ...FAILURE, SpotInterruptions: 1 });
  });

  test('launch-fails: no time for what did not take place', async () => {
    const { measures } = onlyLine(await play('launch-fails'));
    expect(measures).toMatchObject(FAILURE);
    expect(measures).not.toHaveProperty('InstallSeconds');
  });

  test('bad input: a count and no times', async () => {
    const trace = await play('success', { userParameters: { TIMEOUT: 'soon' } });
    expect(onlyLine(trace)).toMatchObject({ failureType: 'ConfigurationError', measures: FAILURE });
    expect(onlyLine(trace).measures).toEqual(FAILURE);
  });
});

describe('no line', () => {
  test('of a dry run', async () => {
    // The invariants say that a success has deployed something, which a dry run has not.
    const trace = await playRun({ seed: 1, scenario: scenarioNamed('success'), userParameters: { DRY_RUN: true } });
    expect(trace.action.status).toBe('Succeeded');
    expect(metricLinesOf(trace.logs)).toEqual([]);
  });

  test('of a dry run whose checks fail', async () => {
    const trace = await playRun({ seed: 1, scenario: scenarioNamed('wrong-token'), userParameters: { DRY_RUN: true } });
    expect(trace.action.status).toBe('Failed');
    expect(metricLinesOf(trace.logs)).toEqual([]);
  });
});

test('metrics that cannot be written cost a line in the log, and not the result', async () => {
  const trace = await brokenMetrics(() => play('success'));
  expect(trace.action.status).toBe('Succeeded');
  expect(trace.errors).toEqual([]);
  expect(trace.logs.filter((line) => line.includes('Metrics could not be written: no room'))).toHaveLength(1);
});

async function brokenMetrics<T>(work: () => Promise<T>): Promise<T> {
  const stringify = JSON.stringify;
  const broken = vi.spyOn(JSON, 'stringify').mockImplementation((value: unknown, ...rest: unknown[]) => {
    if (typeof value === 'object' && value !== null && '_aws' in value) throw new Error('no room');
    return Reflect.apply(stringify, JSON, [value, ...rest]) as string;
  });
  try {
    return await work();
  } finally {
    broken.mockRestore();
  }
}

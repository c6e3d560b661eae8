import { isUp } from '../simulator/ec2/fleet';
import type { WorldOptions } from '../simulator/options';
import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { ownGreen, ownSpot } from './ownWork';
import { playRun, type RunPlan } from './playRun';

const ABANDONED = 'The pipeline execution was stopped';

function run(options: Partial<WorldOptions>, plan: Partial<RunPlan> = {}, name = 'success') {
  return playRun({ seed: 1, scenario: scenarioNamed(name), latencyMs: () => 50, ...plan, options });
}

describe('stop and abandon ends the deployment, whatever CodePipeline tells', () => {
  test.each<[Partial<WorldOptions>, string]>([
    [{}, ''],
    [{ jobDetails: 'no-execution-id' }, ''],
    [{ jobDetails: 'no-action-id' }, ''],
    [{ jobDetails: 'no-ids' }, '0a1b2c3d-4e5f-4a6b-0000-9e0f1a2b3c4d'],
    [{ jobDetails: 'unknown-after-result' }, ''],
    [{ abandonedResult: 'accepted' }, ''],
    [{ abandonedResult: 'unknown' }, ''],
    [{ executionReadsLagSeconds: 5 }, ''],
    [{ abandonedExecution: 'stopping' }, ''],
    [{ listsUserParameters: false }, ''],
  ])('%j', async (options, PIPELINE_EXECUTION_ID) => {
    for (const [afterSeconds, POLL_WINDOW_SECONDS] of [
      [10, ''],
      [35, ''],
      [35, '20'],
    ] as const) {
      const userParameters = { TIMEOUT: 800, ...(PIPELINE_EXECUTION_ID !== '' && { PIPELINE_EXECUTION_ID }) };
      const plan = { stop: { kind: 'abandon', afterSeconds }, env: { POLL_WINDOW_SECONDS }, userParameters } as const;
      // Without the stop it would go on until TIMEOUT.
      const trace = await run(options, plan, 'never-finishes');
      expect(violationsOf(trace)).toEqual([]);
      expect(trace.action.reason).toBe('abandoned');
      expect(trace.world.traffic.serves('blue')).toBe(true);
      // A window may end between two checks: nobody comes again, unless the refused continuation tells of it, and what is
      // read then is not old.
      const isUntold = options.abandonedResult === 'accepted' || options.executionReadsLagSeconds !== undefined;
      if (POLL_WINDOW_SECONDS !== '' && isUntold) continue;
      expect(ownGreen(trace).filter(isUp)).toEqual([]);
      expect(ownSpot(trace).map(({ state }) => state)).toEqual(['FINISHED_STOPPED']);
      expect(trace.logs.join('\n')).toContain(ABANDONED);
    }
  });
});

test.each<Partial<WorldOptions>>([{ jobDetails: 'denied' }, { executionReads: 'denied' }, { jobDetails: 'no-ids' }])(
  'without the permission, or the ids, the function works as before, and one line says so: %j',
  async (options) => {
    const trace = await run(options, { env: { POLL_WINDOW_SECONDS: '20' } });
    expect(violationsOf(trace)).toEqual([]);
    expect(trace.action.status).toBe('Succeeded');
    expect(trace.action.jobs.length).toBeGreaterThan(1);
    expect(trace.logs.filter((line) => line.includes('will not be noticed'))).toHaveLength(1);
  },
);

test('an action that was abandoned before its event came again starts nothing', async () => {
  const trace = await run(
    {},
    {
      stop: { kind: 'abandon', afterSeconds: 2 },
      inject: (_index, { operation }) => (operation === 'GET group' ? 'killed-before' : undefined),
    },
  );
  expect(ownSpot(trace)).toEqual([]);
});

test('an event that comes again after its action has failed starts nothing', async () => {
  const trace = await playRun({
    seed: 1,
    scenario: scenarioNamed('launch-fails'),
    options: { listsFinished: false },
    duplicates: [{ which: 0, delaySeconds: 400 }],
    latencyMs: () => 50,
  });
  expect(trace.action.status).toBe('Failed');
  expect(trace.action.invocations).toHaveLength(2);
  expect(ownSpot(trace)).toHaveLength(1);
  expect(trace.logs.join('\n')).toContain('This action has ended already');
});

test.each([
  ['', 0],
  ['true', 1],
])('a job that CodePipeline does not know starts nothing, unless ALLOW_UNKNOWN_JOB: "%s"', async (allowed, started) => {
  const trace = await run({ jobDetails: 'unknown' }, { env: { ALLOW_UNKNOWN_JOB: allowed } });
  expect(ownSpot(trace)).toHaveLength(started);
  expect(trace.logs.join('\n').includes('CodePipeline does not know this job (JobNotFoundException)')).toBe(
    started === 0,
  );
});

test('an event that comes when its twenty minutes are nearly over starts nothing', async () => {
  const begin = Date.UTC(2026, 0, 5, 9, 0, 0);
  const trace = await run(
    {},
    {
      duplicates: [{ which: 0, delaySeconds: 1100 }],
      inject: () => (Date.now() < begin + 1_000_000 ? 'killed-before' : undefined),
    },
  );
  expect(ownSpot(trace)).toEqual([]);
  expect(trace.action.failure?.message).toMatch(/^This event was delivered 18m\d*s? after its action had started/);
});

import type { WorldOptions } from '../simulator/options';
import { scenarioNamed } from '../simulator/scenarios';
import { ownSpot } from './ownWork';
import { playRun, type RunPlan } from './playRun';

function run(options: Partial<WorldOptions>, plan: Partial<RunPlan> = {}, name = 'success') {
  return playRun({ seed: 1, scenario: scenarioNamed(name), latencyMs: () => 50, ...plan, options });
}

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

test.each(['0', '240'])(
  'a list of actions that is never answered costs a start some time, and nothing else (POLL_WINDOW_SECONDS %s)',
  async (seconds) => {
    const trace = await run(
      {},
      {
        env: { POLL_WINDOW_SECONDS: seconds },
        inject: (_index, { operation }) => (operation === 'ListActionExecutions' ? 'error-503' : undefined),
      },
    );
    expect(trace.action.message).toContain('green instances replaced blue');
  },
);

describe('a retry of the stage, which has the id of the execution that ended', () => {
  test.each(['Failed', 'Abandoned', 'Succeeded'] as const)(
    'an earlier attempt that is %s ends nothing, also while the reads still show it alone',
    async (earlierAttempt) => {
      for (const jobDetails of ['whole', 'no-action-id', 'other-action-id', 'no-execution-id'] as const) {
        for (const executionReadsLagSeconds of [0, 25]) {
          const trace = await run({ earlierAttempt, jobDetails, executionReadsLagSeconds });
          expect(trace.action.message).toContain('green instances replaced blue');
        }
      }
    },
  );
});

test('readings that are wrong for a moment end nothing', async () => {
  const trace = await run({ oddExecutionReads: true }, { env: { POLL_WINDOW_SECONDS: '20' } });
  expect(trace.action.status).toBe('Succeeded');
  const odd = trace.logs.filter((line) => line.includes('CodePipeline may have ended this action'));
  expect(odd.length).toBeGreaterThan(0);
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

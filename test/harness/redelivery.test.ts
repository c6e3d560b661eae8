import type { RunPlan } from './playRun';
import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun } from './playRun';
import { TRIES_ALL } from '../support/triesAll';

/*
 * Lambda's real delays before its retries, and CodePipeline's 20 minutes, in virtual time: whatever kills two of the three
 * tries, the third one answers in time.
 */

const success = scenarioNamed('success');
/** Longer than one window, so that the first invocation ends with a continuation. */
const LONG: RunPlan = {
  seed: 1,
  scenario: { ...success, durations: { ...success.durations, awaitingLaunch: 270 } },
  userParameters: { TIMEOUT: 3600 },
  latencyMs: () => 80,
};
const BEGIN = Date.UTC(2026, 0, 5, 9, 0, 0);
/** `npm run test:faults` and CI try every second. */
const SECONDS = TRIES_ALL ? Array.from({ length: 301 }, (_, second) => second) : [0, 1, 120, 238, 241, 250];

vi.setConfig({ testTimeout: TRIES_ALL ? 600_000 : 60_000 });

test('a process that is killed twice, at whatever second of an invocation, costs time and nothing else', async () => {
  const wrong: string[] = [];
  for (const second of SECONDS) {
    const trace = await playRun({
      ...LONG,
      killAfterSeconds: (invocation) => (invocation < 2 ? second + 0.5 : undefined),
    });
    wrong.push(...violationsOf(trace).map((violation) => `killed at ${second} s: ${violation}`));
    if (trace.action.status !== 'Succeeded') wrong.push(`killed at ${second} s: ${trace.action.message}`);
  }
  expect(wrong).toEqual([]);
});

test.each(['error-503', 'timeout', 'refused'] as const)(
  'two reports that fail for as long as one may take (%s) leave the third delivery enough time',
  async (kind) => {
    let invocation = 0;
    const trace = await playRun({
      ...LONG,
      killAfterSeconds: (number) => {
        invocation = number;
        return undefined;
      },
      inject: (_call, { service }) => (service === 'codepipeline' && invocation < 2 ? kind : undefined),
    });
    expect(trace.errors).toHaveLength(2);
    expect(violationsOf(trace)).toEqual([]);
    expect(trace.action.status).toBe('Succeeded');
  },
);

test.each([945, 1000, 1015])(
  'a delivery that is the first to work, after %d s, still answers in time',
  async (seconds) => {
    const trace = await playRun({
      ...LONG,
      duplicates: [{ which: 0, delaySeconds: seconds }],
      inject: () => (Date.now() < BEGIN + (seconds - 5) * 1000 ? 'killed-before' : undefined),
    });
    expect(violationsOf(trace)).toEqual([]);
    expect(trace.action.status).toBe('Succeeded');
  },
);

test('a duplicate from which both lists are kept does not end what the first delivery has launched', async () => {
  const isNow = () => Date.now() > BEGIN + 60_000 && Date.now() < BEGIN + 75_000;
  const trace = await playRun({
    ...LONG,
    scenario: success,
    options: { listLagSeconds: 75 },
    duplicates: [{ which: 0, delaySeconds: 60 }],
    inject: (_call, { operation }) => (operation === 'ListDeployments' && isNow() ? 'denied' : undefined),
  });
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.action.status).toBe('Succeeded');
});

test('a duplicate that was denied for two minutes does not stop what the next invocation follows', async () => {
  const isNow = () => Date.now() > BEGIN + 241_000 && Date.now() < BEGIN + 373_000;
  const trace = await playRun({
    ...LONG,
    scenario: { ...success, durations: { ...success.durations, awaitingLaunch: 450 } },
    gapSeconds: 40,
    duplicates: [{ which: 0, delaySeconds: 130 }],
    inject: (_call, { operation }) => (operation === 'GET blueGreenDeployment' && isNow() ? 'denied' : undefined),
  });
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.logs.join('\n')).toContain('cleaning up: Spot cannot be queried at the moment');
  expect(trace.action.status).toBe('Succeeded');
});

test('a delivery whose continuation is refused tells what it has started, where CodePipeline does not tell why', async () => {
  const trace = await playRun({
    ...LONG,
    options: { executionReads: 'status-only' },
    duplicates: [{ which: 0, delaySeconds: 1 }],
  });
  const told = trace.logs.filter((line) => line.includes('Another delivery of this event has answered this job.'));
  expect(told).toHaveLength(1);
  expect(told[0]).toContain(`Elastigroup deployment ${trace.world.spot.deployments[0]?.id}`);
  expect(trace.action.status).toBe('Succeeded');
});

import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { ownCodeDeploy, ownSpot } from './ownWork';
import { playRun, type RunPlan, type RunTrace } from './playRun';

/*
 * CodeDeploy cannot be read from some moment on. What the action knows that it has not started is stopped; what may serve is
 * left alone, and named.
 */

async function play(plan: Partial<RunPlan>): Promise<RunTrace> {
  const trace = await playRun({ seed: 1, scenario: scenarioNamed('success'), latencyMs: () => 100, ...plan });
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.action.status).toBe('Failed');
  return trace;
}

const stopped = (trace: RunTrace) => ownSpot(trace).flatMap(({ stopRequests }) => stopRequests).length;

test.each([6, 14, 22])('in second %d, before CodeDeploy was started: Elastigroup is stopped', async (afterSeconds) => {
  const trace = await play({ options: { codeDeployLost: { afterSeconds, how: 'denied' } } });
  expect(ownCodeDeploy(trace)).toEqual([]);
  expect(stopped(trace)).toBe(1);
  expect(trace.action.message).toContain('No green instances remain.');
});

test.each([32, 45, 55])('in second %d, after it was started: nothing is stopped', async (afterSeconds) => {
  const trace = await play({ options: { codeDeployLost: { afterSeconds, how: 'denied' } } });
  expect(ownCodeDeploy(trace)).toHaveLength(1);
  expect(stopped(trace)).toBe(0);
  expect(trace.action.message).toContain('CodeDeploy could not be queried');
});

test.each([3, 600])(
  'by a process that died right after it was started: the next one stops nothing (%d)',
  async (notice) => {
    let isDead = false;
    const success = scenarioNamed('success');
    const trace = await play({
      // Elastigroup itself may notice the deployment late, or not at all.
      scenario: { ...success, durations: { ...success.durations, notice } },
      // The token of the first window says that no CodeDeploy deployment was started.
      env: { POLL_WINDOW_SECONDS: '15' },
      options: { codeDeployLost: { afterSeconds: 60, how: 'denied' } },
      inject: (_call, { operation }) => {
        if (operation !== 'CreateDeployment' || isDead) return undefined;
        isDead = true;
        return 'killed-after';
      },
    });
    expect(isDead).toBe(true);
    expect(ownCodeDeploy(trace)).toHaveLength(1);
    expect(stopped(trace)).toBe(0);
  },
);

import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun, type RunTrace } from './playRun';

/*
 * Somebody deletes the secret with the Spot token while a deployment runs: CodeDeploy and EC2 are still there, Spot is not.
 * The first invocation polls for `seconds`; the one after it finds no secret any more.
 */

function play(seconds: number, scenario = scenarioNamed('success')): Promise<RunTrace> {
  return playRun({
    seed: 1,
    scenario,
    options: { secretAccess: 'once' },
    env: { POLL_WINDOW_SECONDS: String(seconds) },
  });
}

function stopsOf({ calls }: RunTrace): string[] {
  return calls.map(({ operation }) => operation).filter((operation) => operation === 'StopDeployment');
}

const success = scenarioNamed('success');
/** CodeDeploy is still at work when the denial has lasted for 120 s. */
const SLOW = { ...success, durations: { ...success.durations, lifecycleEvent: 10 } };

test.each([
  ['green is launched', 8, 0],
  ['the revision is installed', 32, 1],
])('while %s: the action fails, CodeDeploy is stopped, and what is left is named', async (_when, seconds, stops) => {
  const trace = await play(seconds, SLOW);
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.action.failure?.type).toBe('ConfigurationError');
  expect(trace.action.message).toMatch(/^There is no secret spot\/api-token in this account and Region\./);
  expect(trace.action.message).toMatch(
    /Elastigroup could not be queried .* deployment cdbg-[\w-]+ ends at its own timeout/,
  );
  expect(stopsOf(trace)).toHaveLength(stops);
});

test('after CodeDeploy has succeeded: nothing is stopped, and what serves is named', async () => {
  const trace = await play(55);
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.action.message).toMatch(/Green instances .* are in service: CodeDeploy d-\w+ succeeded/);
  expect(stopsOf(trace)).toEqual([]);
});

test('while cleaning up: what led to it stays the headline', async () => {
  const trace = await play(47, scenarioNamed('script-fails'));
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.action.message).toMatch(/^CodeDeploy d-\w+ failed \(HEALTH_CONSTRAINTS/);
});

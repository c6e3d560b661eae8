import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun, type RunTrace } from './playRun';

/*
 * 500 green and 500 blue instances, and calls that take a third of a second: all targets are more than can be read in the
 * 10 s that the diagnosis has.
 */

async function play(targetFilters: 'served' | 'refused'): Promise<RunTrace> {
  const trace = await playRun({
    seed: 1,
    scenario: scenarioNamed('large-fleet'),
    options: { targetFilters },
    latencyMs: () => 330,
  });
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.action.status).toBe('Failed');
  return trace;
}

/** How many targets the message says were not read. */
function unreadIn({ action }: RunTrace): number {
  const line =
    /^(\d+) of 1000 targets of the CodeDeploy deployment were not read \(.+\); those that failed come first\.$/m;
  return Number(line.exec(action.message)?.[1]);
}

/**
 * Batches of the diagnosis that were answered in time; before it, cleaning up reads the targets for where the traffic is.
 * The last one is still on its way when the time is over.
 */
function batchesRead({ calls }: RunTrace): number {
  const last = calls.findLastIndex(({ operation }) => operation === 'GetDeployment');
  return calls.slice(last).filter(({ operation }) => operation === 'BatchGetDeploymentTargets').length - 1;
}

test('the script that failed is in the message, and how many targets were not read', async () => {
  const trace = await play('served');
  expect(trace.action.message).toMatch(/^Failed: i-\w+ .*, script scripts\/after_install\.sh: ScriptFailed/m);
  expect(trace.action.message).toContain('There is not enough space on the disk');
  expect(unreadIn(trace)).toBe(1000 - 1 - 25 * (batchesRead(trace) - 1));
});

test('where CodeDeploy refuses the filter, what was read in time is kept all the same', async () => {
  const trace = await play('refused');
  expect(trace.action.message).toMatch(/^Failed: i-\w+ .*, script scripts\/after_install\.sh: ScriptFailed/m);
  expect(unreadIn(trace)).toBe(1000 - 25 * batchesRead(trace));
});

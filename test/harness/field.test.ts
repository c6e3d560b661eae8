import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun, type RunPlan, type RunTrace } from './playRun';

/* What the accounts of people contain (issue tracker: "The field as it is"). */

async function play(scenario: string, plan: Partial<RunPlan> = {}): Promise<RunTrace> {
  const trace = await playRun({ seed: 1, scenario: scenarioNamed(scenario), ...plan });
  expect(violationsOf(trace)).toEqual([]);
  return trace;
}

const warningsOf = ({ logs }: RunTrace) => logs.filter((line) => /"level": ?"WARN"/.test(line));

test("odd, unreadable and huge items in Spot's list do not stand in the way of a deployment", async () => {
  const trace = await play('odd-list');
  expect(trace.action.status).toBe('Succeeded');
  expect(warningsOf(trace)).toEqual([expect.stringContaining('Skipped an item without a readable ID')]);
});

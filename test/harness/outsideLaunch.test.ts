import type { Scenario } from '../simulator/scenario';
import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun, type RunPlan, type RunTrace } from './playRun';

/*
 * While this action deploys, Elastigroup scales up or replaces a Spot Instance, and deploys to what it has launched in a
 * temporary deployment group of the same application (docs/services.md, Spot): no conflict, and no part of the diagnosis.
 */

const outside = (
  name: string,
  script: Scenario['script'],
  durations: Partial<Scenario['durations']> = {},
): Scenario => {
  const scenario = scenarioNamed(name);
  return { ...scenario, script: { ...scenario.script, ...script }, durations: { ...scenario.durations, ...durations } };
};
const EACH_OUTSIDE: readonly [string, Scenario['script']][] = [
  ['scales up', { groupScalesUp: true, temporaryGroup: 'succeeds' }],
  ['scales up, and the deployment fails', { groupScalesUp: true, temporaryGroup: 'fails' }],
  ['replaces a Spot Instance', { spotReplaced: true, temporaryGroup: 'succeeds' }],
  ['replaces a Spot Instance, and the deployment fails', { spotReplaced: true, temporaryGroup: 'fails' }],
];

async function play(scenario: Scenario, plan: Partial<RunPlan> = {}): Promise<RunTrace> {
  const trace = await playRun({ seed: 1, scenario, ...plan });
  expect(violationsOf(trace)).toEqual([]);
  return trace;
}

/** Elastigroup's own deployment, and whether it was active while the action's was. */
function temporaryOf({ world }: RunTrace) {
  const own = world.codeDeploy.all.find(({ owner }) => owner === 'product');
  const temporary = world.codeDeploy.all.find(({ groupName }) => /^shop-production-/.test(groupName));
  if (!own || !temporary) throw new Error('There are no two deployments.');
  const isBeside =
    temporary.createTime < (own.completeTime ?? 0) && own.createTime < (temporary.completeTime ?? Infinity);
  return { temporary, isBeside };
}

describe.each(EACH_OUTSIDE)('the Elastigroup %s', (_what, script) => {
  test.each([
    ['while CodeDeploy installs green', { groupScalesUp: 24, spotReplaced: 24 }],
    ['before anything is launched', { groupScalesUp: 0, spotReplaced: 0, launching: 0, temporaryDeployment: 60 }],
  ])('%s: no conflict, and the deployment succeeds', async (_when, durations) => {
    const trace = await play(outside('success', script, durations), { options: { terminatesInstanceOnFailure: true } });
    const { temporary, isBeside } = temporaryOf(trace);
    expect(isBeside).toBe(true);
    expect(trace.action.status).toBe('Succeeded');
    expect(trace.logs.filter((line) => /conflict/i.test(line))).toEqual([]);
    expect(temporary.stopRequests).toEqual([]);
    expect(trace.calls.filter(({ operation }) => operation === 'CreateDeployment')).toHaveLength(1);
  });

  test('while a script of the revision fails: the diagnosis is the same, and names nothing of it', async () => {
    const trace = await play(
      outside('script-fails', script, { groupScalesUp: 5, spotReplaced: 5, temporaryDeployment: 5 }),
    );
    const { temporary } = temporaryOf(trace);
    expect(trace.action.message).toMatch(/^Likely fix: Fix the script; log below\.$/m);
    expect(trace.action.message).not.toContain(temporary.id);
    for (const { instanceId } of temporary.targets) expect(trace.action.message).not.toContain(instanceId);
  });
});

test('a deployment that failed in a temporary group is no reason why a launch took too long', async () => {
  const script = { groupScalesUp: true, temporaryGroup: 'fails' } as const;
  const durations = { groupScalesUp: 1, temporaryDeployment: 2, awaitingLaunch: 600 };
  const trace = await play(outside('success', script, durations), { userParameters: { TIMEOUT: 60 } });
  const written = trace.world.spot.log.entries.filter(({ severity }) => severity === 'ERROR');
  expect(written).toMatchObject([
    { message: expect.stringMatching(/^CodeDeploy deployment d-\w+ failed for i-/) as string },
  ]);
  expect(trace.action.message).toMatch(/^TIMEOUT .* reached .* while launching/);
  expect(trace.action.message).not.toMatch(/could not launch green instances|failed for i-/);
});

test('blue that AWS reclaims when it loses the traffic is named as the cause, not the agent', async () => {
  const trace = await play(outside('success', { spotReplaced: true }, { spotReplaced: 45 }));
  expect(trace.action).toMatchObject({ status: 'Failed' });
  expect(trace.action.message).toMatch(
    /^Likely fix: Only blue instances failed, while traffic was being moved off them: usually AWS/m,
  );
});

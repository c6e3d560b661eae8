import { toCleaningUp, toFinalizing } from '../../../../src/deployment/transitions';
import {
  codeDeploy,
  elastigroup,
  finalizing,
  inPhase,
  installing,
  instance,
  noAnswer,
  START,
  target,
} from '../../../support/deploymentSamples';
import { SCRIPT_FAILED } from '../../../support/failedDeployment';
import type { Finalizing } from '../../../../src/deployment/state';
import type { Script } from '../../../support/fakeContext';
import { pollOnce } from '../../../support/pollOnce';

/** A deployment that CodeDeploy calls Succeeded is no unrestricted success while an instance lacks the revision. */

const GREEN = ['i-1', 'i-2', 'i-3', 'i-4'].map((id) => instance(id));
const well = (id: string) => target(id, 'Green', { AllowTraffic: 'Succeeded' }, 'Succeeded');
const failedIn = (id: string) => {
  const failed = target(id, 'Green', { AfterInstall: 'Failed', AllowTraffic: 'Skipped' }, 'Failed');
  return { ...failed, events: failed.events.map((event) => ({ ...event, diagnostics: SCRIPT_FAILED })) };
};

async function finish(state: Partial<Finalizing>, script: Script) {
  const { next, context } = await pollOnce(
    finalizing(state),
    {},
    { list: [[elastigroup('cdbg-1', 'FINISHED')]], green: [GREEN], groupInstances: [[]], ...script },
  );
  return { succeeded: inPhase(next, 'succeeded'), warnings: context.log.lines.filter(({ level }) => level === 'warn') };
}

test('all that EC2 shows was deployed to: no further call, and no word', async () => {
  const { succeeded, warnings } = await finish({ instances: { total: 4, failed: 0, skipped: 0 } }, {});
  expect(succeeded).toMatchObject({ greenInstanceIds: ['i-1', 'i-2', 'i-3', 'i-4'], shortfalls: [] });
  expect(warnings).toEqual([]);
});

test('an instance that failed is named with event and script, and is none of the green ids', async () => {
  const { succeeded, warnings } = await finish(
    { instances: { total: 4, failed: 1, skipped: 0 } },
    { targets: [[well('i-1'), failedIn('i-2'), well('i-3'), well('i-4')]] },
  );
  expect(succeeded.greenInstanceIds).toEqual(['i-1', 'i-3', 'i-4']);
  expect(succeeded.shortfalls).toEqual(['1 failed: i-2 in AfterInstall, script scripts/install.sh']);
  expect(warnings).toHaveLength(1);
});

test('an instance that was skipped, and one that CodeDeploy never knew', async () => {
  const { succeeded } = await finish(
    { instances: { total: 3, failed: 0, skipped: 1 } },
    { targets: [[well('i-1'), target('i-2', 'Green', {}, 'Skipped'), well('i-3')]] },
  );
  expect(succeeded.greenInstanceIds).toEqual(['i-1', 'i-3']);
  expect(succeeded.shortfalls).toEqual(['1 skipped: i-2', '1 without the revision: i-4']);
});

test("blue's failures are none of green", async () => {
  const { succeeded } = await finish(
    { instances: { total: 5, failed: 1, skipped: 0 } },
    { targets: [[...GREEN.map(({ id }) => well(id)), target('i-b', 'Blue', { BlockTraffic: 'Failed' }, 'Failed')]] },
  );
  expect(succeeded).toMatchObject({ greenInstanceIds: ['i-1', 'i-2', 'i-3', 'i-4'], shortfalls: [] });
});

test('where EC2 cannot be queried the number of instances without the revision is told', async () => {
  const { succeeded } = await finish(
    { instances: { total: 1, failed: 0, skipped: 0 }, startedOn: 4 },
    { green: [noAnswer('EC2', 'denied')], targets: [[well('i-1')]] },
  );
  expect(succeeded.greenInstanceIds).toEqual(['i-1']);
  expect(succeeded.shortfalls).toEqual([
    'CodeDeploy deployed to 1 of the 4 green instances',
    'which instances these are could not be read',
  ]);
});

// Found by the soak: both are silent at once, and an earlier poll has counted a failure.
test('where EC2 cannot be queried and CodeDeploy does not describe its targets, its counts are told', async () => {
  const { succeeded } = await finish(
    { instances: { total: 4, failed: 1, skipped: 0 } },
    { green: [noAnswer('EC2', 'denied')], targets: [['i-1', 'i-2'].map((id) => target(id, undefined, {}, 'Unknown'))] },
  );
  expect(succeeded.greenInstanceIds).toEqual([]);
  expect(succeeded.shortfalls).toEqual(['1 failed', 'which instances these are could not be read']);
});

test('what CodeDeploy was started on is known, too, where it succeeds while it is cleaned up after', async () => {
  const known = { startedOn: 4, launched: { count: 4, of: 5 } };
  const cleaning = toCleaningUp(installing(known), START, { type: 'JobFailed', headline: 'TIMEOUT' });
  expect(cleaning).toMatchObject(known);
  expect(toFinalizing(cleaning, START, codeDeploy('d-OWN', 'Succeeded'))).toMatchObject(known);
});

test('targets that cannot be read for good leave the counts, and no id is claimed', async () => {
  const { succeeded } = await finish(
    { instances: { total: 4, failed: 1, skipped: 1 } },
    { targets: [noAnswer('CodeDeploy', 'denied')] },
  );
  expect(succeeded.shortfalls).toEqual(['1 failed', '1 skipped', 'which instances these are could not be read']);
  expect(succeeded.greenInstanceIds).toEqual([]);
});

test('targets that cannot be read at the moment are read again, until the deadline', async () => {
  const script: Script = {
    list: [[elastigroup('cdbg-1', 'FINISHED')]],
    green: [GREEN],
    groupInstances: [[]],
    targets: [noAnswer('CodeDeploy', 'unreadable')],
  };
  const state = finalizing({ instances: { total: 4, failed: 1, skipped: 0 } });
  const early = await pollOnce(state, { after: 2099 }, script);
  expect(inPhase(early.next, 'finalizing').outageSince).toBeDefined();
  const late = await pollOnce(state, { after: 2100 }, script);
  expect(inPhase(late.next, 'succeeded').greenInstanceIds).toEqual([]);
});

test('a token of an earlier version has no counts: the targets tell', async () => {
  const { instances: _unknown, ...before } = finalizing();
  const { next } = await pollOnce(
    before,
    {},
    {
      list: [[elastigroup('cdbg-1', 'FINISHED')]],
      green: [GREEN],
      groupInstances: [[]],
      targets: [GREEN.map(({ id }) => well(id))],
    },
  );
  expect(inPhase(next, 'succeeded').shortfalls).toEqual([]);
});

test.each([
  [4, /^3 instances were launched; the Elastigroup's target capacity is 4$/],
  ['unknown', /^deployed to the 3 instances that EC2 showed; the Elastigroup's target capacity is unknown$/],
] as const)('fewer instances than the target capacity of %s are told', async (of, words) => {
  const { succeeded } = await finish({ launched: { count: 3, of } }, { green: [GREEN.slice(0, 3)] });
  expect(succeeded.shortfalls).toEqual([expect.stringMatching(words)]);
});

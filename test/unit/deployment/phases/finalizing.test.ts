import {
  active,
  at,
  elastigroup,
  finalizing,
  inPhase,
  instance,
  noAnswer,
  START,
  withoutElastigroup,
} from '../../../support/deploymentSamples';
import type { State } from '../../../../src/deployment/state';
import type { Script } from '../../../support/fakeContext';
import { pollOnce } from '../../../support/pollOnce';

const FINISHED = { list: [[elastigroup('cdbg-1', 'FINISHED')]], groupInstances: [[]] };

describe('FINISHED', () => {
  test('is success, with the ids of green that are in service', async () => {
    const green = [
      instance('i-1'),
      instance('i-2', { state: 'terminated' }),
      instance('i-3', { state: 'shutting-down' }),
      instance('i-4'),
    ];
    const { next, context } = await pollOnce(finalizing(), {}, { ...FINISHED, green: [green] });

    expect(inPhase(next, 'succeeded')).toMatchObject({
      deploymentId: 'd-OWN',
      elastigroupDeploymentId: 'cdbg-1',
      greenInstanceIds: ['i-1', 'i-4'],
      percent: 100,
    });
    expect(context.changes).toEqual([]);
  });

  test.each(['unavailable', 'denied', 'throttled'] as const)('is success also without the ids (%s)', async (kind) => {
    const { next, context } = await pollOnce(finalizing(), {}, { ...FINISHED, green: [noAnswer('EC2', kind)] });

    expect(inPhase(next, 'succeeded').greenInstanceIds).toEqual([]);
    expect(context.log.lines.map(({ level }) => level)).toContain('warn');
  });

  test('is success also after TIMEOUT and the time for cleaning up', async () => {
    const { next } = await pollOnce(finalizing(), { after: 9999 }, { ...FINISHED, green: [[]] });

    expect(next.phase).toBe('succeeded');
  });
});

describe('on the way to it', () => {
  test.each([
    'AWAITING_DEPLOYMENT_TO_FINISH',
    'WAIT_BEFORE_TERMINATION',
    'REMOVE_OLD_INSTANCES',
    'A_NEW_STATE',
    '',
    'ERROR',
    'UNSTABLE_DEPLOYMENT',
  ])('%p is waited for, after TIMEOUT too, and shown', async (state) => {
    const { next, context } = await pollOnce(finalizing(), { after: 2099 }, { list: [[elastigroup('cdbg-1', state)]] });

    expect(inPhase(next, 'finalizing').progress).toContain(state || 'no state');
    expect(inPhase(next, 'finalizing').percent).toBeLessThan(100);
    expect(context.changes).toEqual([]);
  });

  test.each([
    ['AWAITING_DEPLOYMENT_TO_FINISH', undefined],
    ['WAIT_BEFORE_TERMINATION', 'far'],
    ['REMOVE_OLD_INSTANCES', undefined],
    ['REMOVE_ALL_SUSPENSIONS', 'near'],
    ['A_NEW_STATE', undefined],
  ] as const)('how soon the end can come follows from the state seen now alone: %s, %s', async (word, pace) => {
    for (const before of [finalizing(), finalizing({ pace: 'far' }), finalizing({ pace: 'near', percent: 97 })]) {
      const { next } = await pollOnce(before, {}, { list: [[elastigroup('cdbg-1', word)]] });
      expect(inPhase(next, 'finalizing').pace).toBe(pace);
    }
  });

  test('it is not known of a deployment that Spot does not list', async () => {
    const { next } = await pollOnce(finalizing({ pace: 'far' }), {}, { list: [[]] });
    expect(inPhase(next, 'finalizing')).not.toHaveProperty('pace');
  });

  test('the end of TIMEOUT and the time for cleaning up fails it, naming green and stopping nothing', async () => {
    const { next, context } = await pollOnce(
      finalizing(),
      { after: 2100 },
      { list: [[elastigroup('cdbg-1', 'REMOVE_OLD_INSTANCES')]], green: [[instance('i-1'), instance('i-2')]] },
    );

    const { failure, left } = inPhase(next, 'failed');
    expect(failure).toMatchObject({ type: 'JobFailed', timedOut: true });
    expect(failure.headline).toContain('REMOVE_OLD_INSTANCES');
    expect(left.join()).toContain('i-1, i-2');
    expect(context.changes).toEqual([]);
  });

  test('Spot being down for that long fails it just so', async () => {
    const { next, context } = await pollOnce(
      finalizing(),
      { after: 2100 },
      { list: [noAnswer('Spot', 'unavailable')], green: [noAnswer('EC2', 'unavailable')] },
    );

    expect(inPhase(next, 'failed').left.join()).toContain('Green instances (tag GreenIdentifier=');
    expect(context.changes).toEqual([]);
  });

  test('an answer that Spot does not give costs the poll', async () => {
    const { next } = await pollOnce(finalizing(), { after: 10 }, { list: [noAnswer('Spot', 'unavailable')] });

    expect(inPhase(next, 'finalizing').outageSince).toBe(at(10));
  });
});

describe('an Elastigroup that goes wrong after CodeDeploy succeeded', () => {
  test.each(['ROLLBACK_START', 'FINISHED_ERROR', 'STOPPING'])(
    '(%s) fails the action; nothing is stopped, and green is named',
    async (state) => {
      const { next, context } = await pollOnce(
        finalizing(),
        {},
        {
          list: [[elastigroup('cdbg-1', state)]],
          green: [[instance('i-1'), instance('i-2', { state: 'terminated' })]],
        },
      );

      const { failure, left, cleaned } = inPhase(next, 'failed');
      expect(failure.headline).toContain(state);
      expect(left.join()).toContain('Green instances i-1 are in service');
      expect(left.join()).toContain('nothing was stopped or rolled back');
      expect(cleaned).toEqual([]);
      expect(context.changes).toEqual([]);
    },
  );

  test('and removed green is said to be gone', async () => {
    const { next } = await pollOnce(
      finalizing(),
      {},
      { list: [[elastigroup('cdbg-1', 'FINISHED_ERROR')]], green: [[instance('i-1', { state: 'terminated' })]] },
    );

    expect(inPhase(next, 'failed').left.join()).toContain('no running green instance');
  });
});

describe('a deployment that Spot does not list', () => {
  const green = [instance('i-1'), instance('i-2'), instance('i-gone', { state: 'terminated' })];
  const unlisted = finalizing({ unlistedSince: at(0) });

  test('is waited for: one empty list says nothing', async () => {
    const first = await pollOnce(finalizing(), { after: 7 }, { list: [[]] });
    expect(inPhase(first.next, 'finalizing').unlistedSince).toBe(at(7));
    expect(first.next).not.toHaveProperty('outageSince');

    const second = await pollOnce(unlisted, { after: 59 }, { list: [[]] });
    expect(inPhase(second.next, 'finalizing').unlistedSince).toBe(at(0));
  });

  test('and comes back is followed again, from the beginning', async () => {
    const { next } = await pollOnce(
      unlisted,
      { after: 90 },
      { list: [[elastigroup('cdbg-1', 'REMOVE_OLD_INSTANCES')]] },
    );

    expect(inPhase(next, 'finalizing')).not.toHaveProperty('unlistedSince');
  });

  test('for 60 s has succeeded when the group runs green instances and no other', async () => {
    const { next, context } = await pollOnce(
      unlisted,
      { after: 60 },
      {
        list: [[]],
        green: [green, green],
        groupInstances: [
          ['i-2', 'i-1'],
          ['i-2', 'i-1'],
        ],
      },
    );

    expect(inPhase(next, 'succeeded').greenInstanceIds).toEqual(['i-1', 'i-2']);
    expect(context.changes).toEqual([]);
  });

  test.each([
    { group: ['i-1', 'i-scaled'], with: 'one that was launched since' },
    { group: ['i-scaled', 'i-2'], with: 'one in the place of a green one that was reclaimed' },
    { group: ['i-1', 'i-2', 'i-gone'], with: 'a green one that is terminated' },
  ])('for 60 s has succeeded when the group runs green instances and $with', async ({ group }) => {
    const shown = [instance('i-scaled', { launchedAt: at(30) }), instance('i-gone', { state: 'terminated' })];
    // For the proof, and, where Spot does not say how old it is, to see that it is not blue.
    const described = group.includes('i-scaled') ? [shown, shown] : [shown];
    const { next } = await pollOnce(
      unlisted,
      { after: 60 },
      { list: [[]], green: [green, green], groupInstances: [group, group], described },
    );

    expect(inPhase(next, 'succeeded')).toMatchObject({ greenInstanceIds: ['i-1', 'i-2'], shortfalls: [] });
  });

  test('for 60 s has succeeded when blue in the group is locked: Elastigroup never removes that', async () => {
    const group = ['i-1', { id: 'i-blue', createdAt: START - 1, isLocked: true }];
    const { next } = await pollOnce(
      unlisted,
      { after: 60 },
      { list: [[]], green: [green, green], groupInstances: [group, group] },
    );

    expect(next.phase).toBe('succeeded');
  });

  test.each([
    { group: ['i-blue'], runs: 'blue alone' },
    { group: [], runs: 'nothing' },
    { group: ['i-scaled'], runs: 'no green one at all' },
  ])('is waited for further when the group runs $runs', async ({ group }) => {
    const { next, context } = await pollOnce(
      unlisted,
      { after: 60 },
      { list: [[]], green: [green], groupInstances: [group] },
    );

    expect(next.phase).toBe('finalizing');
    expect(context.changes).toEqual([]);
  });

  test.each([
    { others: [instance('i-blue', { launchedAt: START - 1 })], are: 'older than green' },
    { others: [instance('i-blue', { launchedAt: undefined })], are: 'of unknown age' },
    { others: [], are: 'unknown to EC2' },
    { others: noAnswer('EC2', 'throttled'), are: 'not to be read' },
  ])('is waited for further when the others in the group are $are', async ({ others }) => {
    const { next } = await pollOnce(
      unlisted,
      { after: 60 },
      { list: [[]], green: [green], groupInstances: [['i-1', 'i-blue']], described: [others] },
    );

    expect(next.phase).toBe('finalizing');
  });

  test.each(['unavailable', 'denied'] as const)('is waited for further when the proof fails (%s)', async (kind) => {
    const { next } = await pollOnce(
      unlisted,
      { after: 60 },
      { list: [[]], green: [green], groupInstances: [noAnswer('Spot', kind)] },
    );

    expect(next.phase).toBe('finalizing');
  });

  test('and whose group never proves it, fails at the end, naming green', async () => {
    const { next } = await pollOnce(
      unlisted,
      { after: 2100 },
      { list: [[]], green: [green, green], groupInstances: [['i-blue']] },
    );

    expect(inPhase(next, 'failed').left.join()).toContain('i-1, i-2');
  });

  test('does not hide a list that cannot be read', async () => {
    const { next } = await pollOnce(unlisted, { after: 60 }, { list: [noAnswer('Spot', 'unreadable')] });

    expect(inPhase(next, 'finalizing').outageSince).toBe(at(60));
  });

  test('is found by its tag, where only CodeDeploy was known', async () => {
    const { next } = await pollOnce(withoutElastigroup(finalizing()), {}, { ...FINISHED, green: [[instance('i-1')]] });

    expect(inPhase(next, 'succeeded').elastigroupDeploymentId).toBe('cdbg-1');
  });
});

test('a proof that failed is tried again after 30 s: until then a poll is one call', async () => {
  const green = [instance('i-1')];
  const blue = [instance('i-blue', { launchedAt: START - 1 })];
  const proof: Script = { green: [green], groupInstances: [['i-1', 'i-blue']], described: [blue] };
  let state: State = finalizing({ unlistedSince: at(0) });
  for (const [after, script] of [
    [60, proof],
    [89, {}],
    [90, proof],
    [119, {}],
  ] as const) {
    ({ next: state } = await pollOnce(active(state), { after }, { list: [[]], ...script }));
  }
  expect(state.phase).toBe('finalizing');
});

describe('a deployment in a state that nobody documents', () => {
  const green = [instance('i-1'), instance('i-2')];
  const list = [[elastigroup('cdbg-1', 'COMPLETED')]];

  test('for 60 s has succeeded when the group proves it', async () => {
    const first = await pollOnce(finalizing(), { after: 7 }, { list });
    expect(inPhase(first.next, 'finalizing').progress).toContain('COMPLETED');

    const early = await pollOnce(active(first.next), { after: 66 }, { list });
    const { next, context } = await pollOnce(
      active(early.next),
      { after: 67 },
      {
        list,
        green: [green, green],
        groupInstances: [
          ['i-1', 'i-2'],
          ['i-1', 'i-2'],
        ],
      },
    );

    expect(inPhase(next, 'succeeded').greenInstanceIds).toEqual(['i-1', 'i-2']);
    expect(context.changes).toEqual([]);
  });

  test('and whose group runs blue fails at the end, with that state', async () => {
    const { next } = await pollOnce(
      finalizing({ unlistedSince: at(0) }),
      { after: 2100 },
      {
        list,
        green: [green, green],
        groupInstances: [['i-1', 'i-blue']],
        described: [[instance('i-blue', { launchedAt: START - 1 })]],
      },
    );

    expect(inPhase(next, 'failed').failure.headline).toContain('COMPLETED');
  });

  test('is a sign of nothing where a known state follows', async () => {
    const { next } = await pollOnce(
      finalizing({ unlistedSince: at(0) }),
      { after: 60 },
      { list: [[elastigroup('cdbg-1', 'REMOVE_OLD_INSTANCES')]] },
    );

    expect(next).not.toHaveProperty('unlistedSince');
  });
});

test('a bug while finalizing fails the action without stopping anything', async () => {
  const { next, context } = await pollOnce(
    finalizing(),
    {},
    { list: [new TypeError('undefined is not a function')], green: [[instance('i-1')]] },
  );

  const { failure, left } = inPhase(next, 'failed');
  expect(failure.headline).toContain('undefined is not a function');
  expect(left.join()).toContain('i-1');
  expect(context.changes).toEqual([]);
});

import { earliestLaunch, fleetReadiness, isSince } from '../../../../src/deployment/phases/greenFleet';
import {
  at,
  codeDeploy,
  elastigroup,
  inPhase,
  instance,
  launching,
  noAnswer,
} from '../../../support/deploymentSamples';
import { pollOnce } from '../../../support/pollOnce';

const READY = { list: [[elastigroup('cdbg-1', 'AWAITING_USER_DEPLOYMENT')]] };
const CREATED = { findDeployments: [[]], create: [{ kind: 'created', deploymentId: 'd-OWN' }] } as const;
const fleet = (count: number) => Array.from({ length: count }, (_, index) => instance(`i-${index}`));
const unknownCapacity = (() => {
  const { targetCapacity: _unknown, isCapacityConfirmed: _nor, ...rest } = launching();
  return rest;
})();

describe('CodeDeploy starts when every green instance is tagged, visible and running', () => {
  test.each([
    [4, 3],
    [500, 490],
  ])('of %d, %d that show first are not enough: the others show their tag a minute later', async (all, early) => {
    const before = launching({ targetCapacity: all });
    const first = await pollOnce(before, { after: 100 }, { ...READY, green: [fleet(early)] });
    const waiting = inPhase(first.next, 'launching');
    expect(waiting.progress).toContain(`${early} of ${all} tagged instances running; waiting for more`);
    expect(first.context.changes).toEqual([]);

    const second = await pollOnce(waiting, { after: 155 }, { ...READY, green: [fleet(early)] });
    expect(second.context.changes).toEqual([]);

    const third = await pollOnce(
      inPhase(second.next, 'launching'),
      { after: 160 },
      { ...READY, green: [fleet(all)], ...CREATED },
    );
    expect(inPhase(third.next, 'installing')).not.toHaveProperty('launched');
  });

  test('an instance that is still pending is waited for, however many run', () => {
    const green = [...fleet(2), instance('i-late', { state: 'pending' })];
    for (const state of [
      launching({ targetCapacity: 2 }),
      { ...unknownCapacity, greenSeen: { count: 3, since: at(0) } },
    ])
      expect(fleetReadiness(state, green, at(500))).toMatchObject({
        kind: 'wait',
        reason: expect.stringMatching(/^EC2 shows 2 of [23] tagged instances running$/) as string,
        seen: { count: 3 },
      });
  });

  test('it never starts on none', () => {
    const seen = { count: 0, since: at(0) };
    for (const state of [launching({ targetCapacity: 0, greenSeen: seen }), { ...unknownCapacity, greenSeen: seen }])
      expect(fleetReadiness(state, [], at(500)).kind).toBe('wait');
  });

  test('instances that are gone count no more', () => {
    const green = [...fleet(2), instance('i-gone', { state: 'terminated' })];
    expect(fleetReadiness(launching({ targetCapacity: 2 }), green, at(0))).toEqual({ kind: 'complete', count: 2 });
  });

  test('more than the target capacity are no reason to wait', () => {
    expect(fleetReadiness(launching({ targetCapacity: 2 }), fleet(3), at(0))).toEqual({ kind: 'complete', count: 3 });
  });

  test('a number that never reaches the target capacity must have stood still for two minutes, and is told', async () => {
    const still = launching({ targetCapacity: 4, greenSeen: { count: 3, since: at(0) } });
    expect(fleetReadiness(still, fleet(3), at(119)).kind).toBe('wait');

    const { next, context } = await pollOnce(still, { after: 120 }, { ...READY, green: [fleet(3)], ...CREATED });
    expect(inPhase(next, 'installing').launched).toEqual({ count: 3, of: 4 });
    expect(context.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  test('the two minutes begin anew with every instance that shows', () => {
    const still = launching({ targetCapacity: 4, greenSeen: { count: 2, since: at(0) } });
    expect(fleetReadiness(still, fleet(3), at(500))).toMatchObject({
      kind: 'wait',
      seen: { count: 3, since: at(500) },
    });
  });

  test('of an unknown number, too, the wait is bounded, and the result says so', async () => {
    const first = await pollOnce(
      unknownCapacity,
      {},
      { ...READY, integration: [noAnswer('Spot', 'denied')], green: [fleet(2)] },
    );
    const waiting = inPhase(first.next, 'launching');
    expect(waiting.progress).toContain('2 of an unknown number of tagged instances running');

    const { next } = await pollOnce(waiting, { after: 120 }, { ...READY, green: [fleet(2)], ...CREATED });
    expect(inPhase(next, 'installing').launched).toEqual({ count: 2, of: 'unknown' });
  });

  test('an action that was adopted after a crash reads the target capacity once', async () => {
    const { next } = await pollOnce(
      unknownCapacity,
      {},
      { ...READY, integration: ['none'], green: [fleet(2)], ...CREATED },
    );
    expect(next.phase).toBe('installing');
  });

  // The number that Elastigroup was told to launch is lost then, and what the group wants now is less.
  test('a target capacity that was lowered since the launch tells nothing of the fleet', async () => {
    const first = await pollOnce(unknownCapacity, {}, { ...READY, integration: ['none'], green: [fleet(3)] });
    expect(inPhase(first.next, 'launching').targetCapacity).toBe('unknown');
  });

  test('nor is it read before an instance shows, with which it can be compared', async () => {
    const { next } = await pollOnce(unknownCapacity, {}, { ...READY, green: [fleet(0)] });
    expect(inPhase(next, 'launching')).not.toHaveProperty('targetCapacity');
  });

  test('and tries again while Spot is busy', async () => {
    const { next } = await pollOnce(
      unknownCapacity,
      { after: 5 },
      { ...READY, integration: [noAnswer('Spot', 'unavailable')], green: [fleet(2)] },
    );
    expect(inPhase(next, 'launching')).toMatchObject({ outageSince: at(5) });
    expect(next).not.toHaveProperty('targetCapacity');
  });
});

describe('the target capacity that preflight has read', () => {
  const { isCapacityConfirmed: _not, ...early } = launching();

  test.each([
    ['is read again once as many are up: it has grown before the launch', 1],
    ['stays, where it is less by then: more may have been launched', 3],
    ['stays, where it cannot be read again', 'unread'],
  ] as const)('%s', async (_name, before) => {
    const known = before === 'unread' ? 2 : before;
    const { next } = await pollOnce(
      { ...early, targetCapacity: known },
      {},
      {
        ...READY,
        // The group's target capacity is 2.
        integration: [before === 'unread' ? noAnswer('Spot', 'denied') : 'none'],
        green: [fleet(known)],
        ...(known > 1 && CREATED),
      },
    );
    if (known > 1) expect(inPhase(next, 'installing').startedOn).toBe(known);
    else expect(inPhase(next, 'launching')).toMatchObject({ targetCapacity: 2, isCapacityConfirmed: true });
  });

  test('is not read again before, nor a second time', async () => {
    const first = await pollOnce({ ...early, targetCapacity: 4 }, {}, { ...READY, green: [fleet(3)] });
    expect(first.next).not.toHaveProperty('isCapacityConfirmed');
    const confirmed = launching({ targetCapacity: 3 });
    const { next } = await pollOnce(confirmed, {}, { ...READY, green: [fleet(3)], ...CREATED });
    expect(next.phase).toBe('installing');
  });
});

test('what was launched of how many is carried to the result', async () => {
  const before = {
    ...inPhase(
      (
        await pollOnce(
          launching({ targetCapacity: 4, greenSeen: { count: 3, since: at(0) } }),
          { after: 120 },
          { ...READY, green: [fleet(3)], ...CREATED },
        )
      ).next,
      'installing',
    ),
  };
  const { next } = await pollOnce(before, { after: 200 }, { getDeployment: [codeDeploy('d-OWN', 'Succeeded')] });
  expect(inPhase(next, 'finalizing').launched).toEqual({ count: 3, of: 4 });
});

describe('when green was launched', () => {
  const untimed = instance('i-1', { launchedAt: undefined });
  const launched = (seconds: number) => instance('i-2', { launchedAt: at(seconds) });

  test('is when the first of those was of which it is known', () => {
    expect(earliestLaunch([launched(9), untimed, launched(5), launched(7)])).toBe(at(5));
    expect(earliestLaunch([untimed])).toBeUndefined();
    expect(earliestLaunch([])).toBeUndefined();
  });

  test('an instance without a time is not known to be launched since', () => {
    expect([launched(4), launched(5), untimed].map((one) => isSince(one, at(5)))).toEqual([false, true, false]);
  });
});

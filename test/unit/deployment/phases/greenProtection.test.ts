import fc from 'fast-check';
import type { DeploymentTarget } from '../../../../src/clients/codeDeploy/deploymentTargets';
import { protectGreen, type TrafficView } from '../../../../src/deployment/phases/greenProtection';
import { trafficOf } from '../../../../src/deployment/traffic';
import { at, cleaningUp, codeDeploy, noAnswer, target } from '../../../support/deploymentSamples';
import { TRIES_ALL } from '../../../support/triesAll';

const status = fc.constantFrom('Pending', 'InProgress', 'Succeeded', 'Failed', 'Skipped', 'Unknown', 'ANewStatus');
const targets: fc.Arbitrary<readonly DeploymentTarget[]> = fc.array(
  fc
    .tuple(fc.constantFrom('Blue', 'Green', undefined), status, status)
    .map(([label, allow, block]) => target('i-1', label, { AllowTraffic: allow, BlockTraffic: block })),
  { maxLength: 4 },
);
const counts = fc.nat(4).map((total) => ({ total, done: 0, failed: 0, skipped: 0 }));
const deployment = fc
  .tuple(fc.constantFrom('Failed', 'Stopped', 'InProgress', 'Ready', 'Baking', 'ANewStatus'), counts, fc.boolean())
  .map(([word, instances, waitsBeforeTerminatingBlue]) =>
    codeDeploy('d-OWN', word, {
      instances,
      waitsBeforeTerminatingBlue,
      endedAt: word === 'Failed' || word === 'Stopped' ? at(100) : undefined,
    }),
  );
const error = fc.constantFrom(noAnswer('CodeDeploy', 'denied'), noAnswer('CodeDeploy', 'unavailable'));
const rollbackStatus = fc.constantFrom('Created', 'InProgress', 'Succeeded', 'Failed', 'Stopped', 'ANewStatus');
const view: fc.Arbitrary<TrafficView> = fc.record({
  targets: fc.oneof(
    targets.map((value) => ({ ok: true, value }) as const),
    error.map((problem) => ({ ok: false, error: problem }) as const),
    fc.constant(undefined),
  ),
  rollback: fc.oneof(
    rollbackStatus.map((word) => ({ ok: true, value: codeDeploy('d-BACK', word) }) as const),
    error.map((problem) => ({ ok: false, error: problem }) as const),
    fc.constant({ ok: true, value: undefined } as const),
    fc.constant(undefined),
  ),
  blue: fc.oneof(
    fc.constantFrom([], ['i-b']).map((value) => ({ ok: true, value }) as const),
    error.map((problem) => ({ ok: false, error: problem }) as const),
    fc.constant(undefined),
  ),
});
const state = fc
  .tuple(fc.boolean(), fc.constantFrom(undefined, 0, 50, 100), fc.boolean())
  .map(([hasMoved, endedSince, isBlueBack]) =>
    cleaningUp({
      ...(isBlueBack && { isBlueBack }),
      ...(hasMoved && { traffic: 'moving' }),
      ...(endedSince !== undefined && { codeDeployEndedSince: at(endedSince) }),
    }),
  );
const moment = fc.record({
  now: fc.integer({ min: 0, max: 1000 }).map(at),
  isLate: fc.boolean(),
  isRollbackOff: fc.boolean(),
  refused: fc.constantFrom(undefined, { since: at(0), polls: 2 }),
});

test('the first rule: green is removable only where it never had traffic, or where a rollback has brought blue back', () => {
  fc.assert(
    fc.property(state, deployment, view, moment, (before, own, seen, when) => {
      const protection = protectGreen(before, own, seen, when);
      if (protection.kind !== 'removable') return;
      const isRolledBack = seen.rollback?.ok === true && seen.rollback.value?.status === 'Succeeded';
      const isBlueBack = isRolledBack && before.isBlueBack === true;
      const isOnBlue =
        before.traffic === undefined && seen.targets?.ok === true && trafficOf(own, seen.targets.value) === 'on-blue';
      expect(isBlueBack || isOnBlue).toBe(true);
      expect(['Failed', 'Stopped']).toContain(own.status);
    }),
    { numRuns: TRIES_ALL ? 2000 : 500 },
  );
});

test('when the time for cleaning up is over, nothing is waited for any more', () => {
  fc.assert(
    fc.property(state, deployment, view, moment, (before, own, seen, { now }) => {
      expect(
        protectGreen(before, own, seen, { now, isLate: true, refused: undefined, isRollbackOff: false }).kind,
      ).not.toBe('wait');
    }),
    { numRuns: TRIES_ALL ? 2000 : 500 },
  );
});

test('a rollback is waited for a minute after the end, since it is created after that', () => {
  const moved = cleaningUp({ traffic: 'moving', codeDeployEndedSince: at(0) });
  const failed = codeDeploy('d-OWN', 'Failed', { endedAt: at(0) });
  const none: TrafficView = { targets: undefined, rollback: { ok: true, value: undefined }, blue: undefined };
  const after = (seconds: number) =>
    protectGreen(moved, failed, none, { now: at(seconds), isLate: false, refused: undefined, isRollbackOff: false });

  expect(after(0).kind).toBe('wait');
  expect(after(59).kind).toBe('wait');
  expect(after(60)).toEqual({ kind: 'keep', why: { kind: 'no-rollback' } });
});

describe('of a deployment that has ended', () => {
  const failed = codeDeploy('d-OWN', 'Failed', { endedAt: at(0) });
  const nothing: TrafficView = { targets: undefined, rollback: undefined, blue: undefined };
  const found = (targets: readonly DeploymentTarget[]) => ({ ok: true, value: targets }) as const;
  const onBlue = found([target('i-1', 'Green', { AllowTraffic: 'Pending' })]);
  const moving = found([target('i-1', 'Green', { AllowTraffic: 'InProgress' })]);
  const unanswered = { ok: false, error: noAnswer('CodeDeploy', 'unavailable') } as const;
  const rollback = (word: string, endedAt?: number) =>
    ({ ok: true, value: codeDeploy('d-BACK', word, { endedAt }) }) as const;
  const ended = cleaningUp({ codeDeployEndedSince: at(0) });

  function after(seconds: number, read: Partial<TrafficView>, { isLate = false, before = ended } = {}) {
    return protectGreen(
      before,
      failed,
      { ...nothing, ...read },
      { now: at(seconds), isLate, refused: undefined, isRollbackOff: false },
    );
  }

  const unread = {
    kind: 'wait',
    reason: 'CodeDeploy cannot be queried for where the traffic is',
    unanswered: true,
  };

  test.each([
    ['there is none', undefined],
    ['it has failed', rollback('Failed')],
    ['it was stopped', rollback('Stopped')],
    ['it has succeeded', rollback('Succeeded', at(0))],
  ])('green that never had traffic is removable, whatever became of a rollback that did nothing: %s', (_case, read) => {
    const removable = { kind: 'removable', reason: 'traffic has not moved to green' };
    for (const rollbackTargets of [undefined, [], [target('i-b', 'Blue', { AllowTraffic: 'Succeeded' })]]) {
      const view = { targets: onBlue, rollback: read, rollbackTargets: rollbackTargets && found(rollbackTargets) };
      expect(after(0, view)).toEqual(removable);
    }
  });

  const bound = { rollsBackOn: ['DEPLOYMENT_FAILURE'], startedAt: at(-60) };
  test.each([
    ['the group rolls back a failure', codeDeploy('d-OWN', 'Failed', { ...bound, endedAt: at(0) }), {}],
    ['our stop asked for it', codeDeploy('d-OWN', 'Stopped', { endedAt: at(0) }), { codeDeployStopSentAt: at(-5) }],
  ])('a rollback that is bound to follow may appear for ten seconds: %s', (_case, deployment, known) => {
    const state = cleaningUp({ codeDeployEndedSince: at(0), ...known });
    const view = { ...nothing, targets: onBlue };
    const terms = { now: at(0), refused: undefined, isLate: false, isRollbackOff: false };
    const kinds = [0, 9, 10].map((now) => protectGreen(state, deployment, view, { ...terms, now: at(now) }).kind);
    expect(kinds).toEqual(['wait', 'wait', 'removable']);
    expect(protectGreen(state, deployment, view, { ...terms, isLate: true }).kind).toBe('removable');
  });

  test('a rollback of which nothing could be read may have deployed to green: it is asked for again', () => {
    expect(after(500, { targets: onBlue, rollback: unanswered })).toEqual(unread);
    const view = { targets: onBlue, rollback: rollback('Succeeded', at(0)), rollbackTargets: unanswered };
    expect(after(500, view)).toEqual(unread);
  });

  test.each(['Succeeded', 'Failed', 'Stopped'])(
    'a rollback that moved traffic to green, and is %s, keeps green',
    (word) => {
      const rollbackTargets = found([target('i-1', 'Green', { AllowTraffic: 'Succeeded' })]);
      expect(after(0, { targets: onBlue, rollback: rollback(word, at(0)), rollbackTargets })).toEqual({
        kind: 'keep',
        why: { kind: 'rollback-to-green', rollbackId: 'd-BACK' },
      });
    },
  );

  test('a rollback whose targets do not tell what it did has half a minute to; then green is kept', () => {
    const silent = found([target('i-1', 'Green', {}, 'Succeeded')]);
    const view = { targets: onBlue, rollback: rollback('Succeeded', at(0)), rollbackTargets: silent };
    expect(after(29, view)).toEqual({
      kind: 'wait',
      reason: 'waiting for rollback d-BACK to show where the traffic is',
    });
    expect(after(30, view)).toEqual({ kind: 'keep', why: { kind: 'rollback-to-green', rollbackId: 'd-BACK' } });
  });

  test('a rollback under way needs green, which is removable only when nothing is waited for any more', () => {
    const read = { targets: onBlue, rollback: rollback('InProgress') };
    expect(after(0, read)).toEqual({ kind: 'wait', reason: 'waiting for rollback d-BACK of CodeDeploy d-OWN' });
    expect(after(0, { ...read, rollbackTargets: found([]) }, { isLate: true }).kind).toBe('removable');
    const toGreen = found([target('i-1', 'Green', { Install: 'InProgress', AllowTraffic: 'Pending' })]);
    expect(after(0, { ...read, rollbackTargets: toGreen }, { isLate: true })).toEqual({
      kind: 'keep',
      why: { kind: 'rollback-to-green', rollbackId: 'd-BACK' },
    });
    expect(after(0, { ...read, targets: moving }, { isLate: true })).toEqual({
      kind: 'keep',
      why: { kind: 'rollback-active', rollbackId: 'd-BACK' },
    });
  });

  test.each(['Failed', 'Stopped'])('traffic that has moved stays on green after a rollback that is %s', (word) => {
    expect(after(500, { targets: moving, rollback: rollback(word) })).toEqual({
      kind: 'keep',
      why: { kind: 'rollback-failed', rollbackId: 'd-BACK', status: word },
    });
  });

  test('after a rollback that has succeeded, blue that cannot be read is asked for again; then green is kept', () => {
    const read = { targets: moving, rollback: rollback('Succeeded', at(0)), blue: unanswered };
    expect(after(500, read)).toEqual(unread);
    expect(after(500, read, { isLate: true })).toEqual({
      kind: 'keep',
      why: { kind: 'unreadable', detail: unanswered.error.message },
    });
  });

  test('after a rollback that has succeeded, blue has half a minute to show; then green is kept', () => {
    const read = { targets: moving, rollback: rollback('Succeeded', at(0)), blue: { ok: true, value: [] } as const };
    expect(after(29, read)).toEqual({ kind: 'wait', reason: 'waiting for rollback d-BACK to show blue in service' });
    expect(after(30, read)).toEqual({ kind: 'keep', why: { kind: 'no-blue', rollbackId: 'd-BACK' } });
    expect(after(30, read, { before: { ...ended, isBlueBack: true } })).toEqual({
      kind: 'removable',
      reason: 'rollback d-BACK has returned the traffic to blue',
    });
  });

  test('targets that do not tell where the traffic is have half a minute to; then green is kept', () => {
    const read = { targets: { ok: true, value: [] } } as const;
    const counted = { ...failed, startedAt: at(0), instances: { total: 4, done: 0, failed: 0, skipped: 0 } };
    const at29 = { now: at(29), isLate: false, refused: undefined, isRollbackOff: false };
    const waiting = { kind: 'wait', reason: 'waiting for CodeDeploy to show where the traffic is' };
    const kept = {
      kind: 'keep',
      why: { kind: 'unreadable', detail: 'CodeDeploy does not show what became of its targets' },
    };
    expect(protectGreen(ended, counted, { ...nothing, ...read }, at29)).toEqual(waiting);
    expect(protectGreen(ended, counted, { ...nothing, ...read }, { ...at29, now: at(30) })).toEqual(kept);
    expect(protectGreen(ended, counted, { ...nothing, ...read }, { ...at29, isLate: true })).toEqual(kept);
    expect(after(29, {})).toEqual(waiting);
  });

  test('targets that cannot be read are asked for again', () => {
    expect(after(500, { targets: unanswered })).toEqual(unread);
  });
});

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
      expect(protectGreen(before, own, seen, { now, isLate: true, refused: undefined }).kind).not.toBe('wait');
    }),
    { numRuns: TRIES_ALL ? 2000 : 500 },
  );
});

test('a rollback is waited for a minute after the end, since it is created after that', () => {
  const moved = cleaningUp({ traffic: 'moving', codeDeployEndedSince: at(0) });
  const failed = codeDeploy('d-OWN', 'Failed', { endedAt: at(0) });
  const none: TrafficView = { targets: undefined, rollback: { ok: true, value: undefined }, blue: undefined };
  const after = (seconds: number) =>
    protectGreen(moved, failed, none, { now: at(seconds), isLate: false, refused: undefined });

  expect(after(0).kind).toBe('wait');
  expect(after(59).kind).toBe('wait');
  expect(after(60)).toEqual({ kind: 'keep', why: { kind: 'no-rollback' } });
});

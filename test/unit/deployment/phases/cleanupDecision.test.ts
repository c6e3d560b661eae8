import type { CodeDeployDeployment } from '../../../../src/clients/codeDeploy/codeDeploy';
import type { ElastigroupDeployment } from '../../../../src/clients/spot/elastigroup';
import { decideCleanup, hasStartedNone, type CleanupTerms } from '../../../../src/deployment/phases/cleanupDecision';
import type { CleanupView } from '../../../../src/deployment/phases/cleanupView';
import { at, cleaningUp, codeDeploy, elastigroup, noAnswer, target } from '../../../support/deploymentSamples';

/* The decision of one poll. What several polls come to: cleaningUp.test.ts; where green may serve: greenProtection.test.ts. */

const NOW = at(100);
const TERMS: CleanupTerms = {
  now: NOW,
  isLate: false,
  refused: undefined,
  cleanupTimeoutSeconds: 300,
  isRollbackOff: false,
  job: { kind: 'genuine' },
  isStoppable: () => true,
};
const NOTHING_READ = { targets: undefined, rollback: undefined, blue: undefined };
const READY = elastigroup('cdbg-1', 'AWAITING_USER_DEPLOYMENT');
const FOLLOWING = elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH');
const UNREADABLE = { ok: false, error: noAnswer('CodeDeploy', 'unavailable') } as const;

interface Read extends Partial<Omit<CleanupView, 'codeDeploy' | 'elastigroup'>> {
  readonly deployment?: CodeDeployDeployment | undefined;
  readonly own?: readonly ElastigroupDeployment[];
}

function viewOf({ deployment, own = [FOLLOWING], traffic = NOTHING_READ, ...rest }: Read): CleanupView {
  return { codeDeploy: { ok: true, value: deployment }, elastigroup: { ok: true, value: own }, traffic, ...rest };
}

function decide(read: Read, terms: Partial<CleanupTerms> = {}, state = cleaningUp()) {
  return decideCleanup(state, viewOf(read), { ...TERMS, ...terms });
}

describe('whose deployments these are', () => {
  const foreignElastigroup = 'cdbg-9';

  test("nothing is stopped where Elastigroup's deployment has the green tag of another action", () => {
    const kept = { kind: 'keep-green', why: { kind: 'foreign-elastigroup', id: 'cdbg-9' } };
    expect(decide({ foreignElastigroup, deployment: codeDeploy('d-OWN', 'InProgress') })).toEqual(kept);
    expect(decide({ foreignElastigroup })).toEqual(kept);
  });

  test('a CodeDeploy deployment that has succeeded is a success all the same', () => {
    const deployment = codeDeploy('d-OWN', 'Succeeded');
    expect(decide({ foreignElastigroup, deployment })).toEqual({ kind: 'succeeded-after-all', deployment });
  });

  test.each([
    ['forged', { kind: 'forged' }, { kind: 'keep-green', why: { kind: 'forged-job' } }],
    ['not proven yet', { kind: 'unanswered', error: UNREADABLE.error }, { kind: 'wait', unanswered: true }],
  ] as const)('nothing is stopped for an event that is %s, and what stops nothing goes on', (_name, job, expected) => {
    expect(decide({ deployment: codeDeploy('d-OWN', 'InProgress') }, { job })).toMatchObject(expected);
    expect(decide({ own: [READY] }, { job })).toMatchObject(expected);
    const stopping = { deployment: codeDeploy('d-OWN', 'InProgress') };
    const sent = cleaningUp({ codeDeployStopSentAt: NOW });
    expect(decide(stopping, { job }, sent)).toEqual({ kind: 'wait', reason: 'waiting for CodeDeploy d-OWN to stop' });
  });
});

describe('where CodeDeploy cannot be read, and the action has started none', () => {
  const state = cleaningUp({ noCodeDeploySent: true });
  const unread = (...own: readonly ElastigroupDeployment[]) => ({ ...viewOf({ own }), codeDeploy: UNREADABLE });

  test('each of its Elastigroup deployments has to show that it follows none', () => {
    expect(hasStartedNone(state, unread(READY, READY))).toBe(true);
    expect(hasStartedNone(state, unread(READY, FOLLOWING))).toBe(false);
    expect(hasStartedNone(cleaningUp(), unread(READY))).toBe(false);
  });

  test('one that waits for CodeDeploy is stopped after a minute without a sign of any', () => {
    const wait = {
      kind: 'wait',
      reason: 'checking that Elastigroup follows no CodeDeploy deployment',
      unanswered: true,
    };
    const launching = elastigroup('cdbg-2', 'LAUNCHING_NEW_INSTANCES');
    expect(decideCleanup(state, unread(launching, READY), TERMS)).toEqual(wait);
    const waited = { ...state, unseenSince: at(40) };
    expect(decideCleanup(waited, unread(launching, READY), TERMS)).toMatchObject({
      kind: 'stop-elastigroup',
      ids: ['cdbg-2', 'cdbg-1'],
    });
    const sent = { ...state, elastigroupStopSentAt: at(90) };
    expect(decideCleanup(sent, unread(READY), TERMS)).toEqual({
      kind: 'wait',
      reason: 'Elastigroup cdbg-1: AWAITING_USER_DEPLOYMENT',
    });
  });
});

describe('AUTO_ROLLBACK: false', () => {
  const stop = (rollback: boolean) => ({ kind: 'stop-codedeploy', deploymentId: 'd-OWN', rollback });
  const decideWith = (allow: string, hasTrafficControl = true, isRollbackOff = true) => {
    const targets = { ok: true, value: [target('i-1', 'Green', { AllowTraffic: allow })] } as const;
    const deployment = codeDeploy('d-OWN', 'InProgress', { hasTrafficControl });
    return decide({ deployment, traffic: { ...NOTHING_READ, targets } }, { isRollbackOff });
  };

  test('is respected while traffic is on blue, or nothing moves it', () => {
    expect(decideWith('Pending')).toEqual(stop(false));
    expect(decideWith('InProgress', false)).toEqual(stop(false));
  });

  test('is not once traffic moves, or where that is unknown', () => {
    expect(decideWith('InProgress')).toEqual(stop(true));
    const deployment = codeDeploy('d-OWN', 'InProgress');
    expect(decide({ deployment }, { isRollbackOff: true })).toEqual(stop(true));
  });

  test('without it every stop is with a rollback', () => {
    expect(decideWith('Pending', true, false)).toEqual(stop(true));
  });
});

describe('without a load balancer', () => {
  const stopSent = cleaningUp({ firstStopAt: at(50), codeDeployStopSentAt: at(95) });
  const stopElastigroup = { kind: 'stop-elastigroup', ids: ['cdbg-1'] };
  const wait = { kind: 'wait', reason: 'waiting for CodeDeploy d-OWN to stop' };
  const without = (status: string, more: Partial<CodeDeployDeployment> = {}) =>
    codeDeploy('d-OWN', status, { hasTrafficControl: false, ...more });

  test('CodeDeploy has a minute to end, or a third of the time for cleaning up; then green is removed under it', () => {
    const deployment = without('InProgress');
    expect(decide({ deployment }, {}, stopSent)).toEqual(wait);
    expect(decide({ deployment }, { now: at(110) }, stopSent)).toMatchObject(stopElastigroup);
    expect(decide({ deployment }, { cleanupTimeoutSeconds: 150 }, stopSent)).toMatchObject(stopElastigroup);
  });

  test('green is removed once CodeDeploy has ended, and whatever blue does, where CodeDeploy does not terminate it', () => {
    expect(decide({ deployment: without('Stopped') })).toMatchObject(stopElastigroup);
    const blue = { ok: true, value: [] } as const;
    const traffic = { ...NOTHING_READ, blue };
    expect(decide({ deployment: without('Stopped'), traffic })).toMatchObject(stopElastigroup);
  });

  describe('where CodeDeploy terminates blue by itself', () => {
    const terminating = (status: string) => without(status, { blueTerminationWaitMinutes: 0 });

    test('green is never removed under it', () => {
      expect(decide({ deployment: terminating('InProgress') }, { now: at(200) }, stopSent)).toMatchObject({
        kind: 'stop-codedeploy',
      });
      const again = { ...stopSent, codeDeployStopSentAt: at(195) };
      expect(decide({ deployment: terminating('InProgress') }, { now: at(200) }, again)).toEqual(wait);
      expect(decide({ deployment: terminating('InProgress') }, { isLate: true }, stopSent)).toEqual({
        kind: 'keep-green',
        why: { kind: 'still-active' },
      });
    });

    test('nothing is stopped while it only waits before that', () => {
      const deployment = without('InProgress', { blueTerminationWaitMinutes: 5, waitsBeforeTerminatingBlue: true });
      expect(decide({ deployment })).toEqual({
        kind: 'keep-green',
        why: { kind: 'waits-before-terminating-blue' },
      });
    });

    test.each([
      ['blue runs', { ok: true, value: ['i-b'] }, stopElastigroup],
      ['no blue runs', { ok: true, value: [] }, { kind: 'keep-green', why: { kind: 'no-blue' } }],
      ['blue cannot be read', UNREADABLE, { kind: 'wait', unanswered: true }],
    ] as const)('after its end green is removed only where blue was seen running: %s', (_name, blue, expected) => {
      const traffic = { ...NOTHING_READ, blue };
      expect(decide({ deployment: terminating('Stopped'), traffic })).toMatchObject(expected);
    });
  });
});

describe('what is waited for after the stops', () => {
  const gone = elastigroup('cdbg-1', 'FINISHED_STOPPED');
  const stopped = cleaningUp({ firstStopAt: at(60), codeDeployStopSentAt: at(95), elastigroupStopSentAt: at(95) });
  const deployment = codeDeploy('d-OWN', 'InProgress', { hasTrafficControl: false });

  test('CodeDeploy, where Elastigroup has ended before it', () => {
    expect(decide({ deployment, own: [gone] }, { cleanupTimeoutSeconds: 60 }, stopped)).toEqual({
      kind: 'wait',
      reason: 'waiting for CodeDeploy d-OWN to stop',
    });
    const ended = codeDeploy('d-OWN', 'Stopped', { hasTrafficControl: false });
    expect(decide({ deployment: ended, own: [gone] }, {}, stopped)).toEqual({ kind: 'check-green', because: 'ended' });
  });

  test('a deployment that is known, and not listed, for a minute', () => {
    const unlisted = { ...stopped, unlistedSince: at(50) };
    expect(decide({ own: [] }, {}, unlisted)).toEqual({
      kind: 'wait',
      reason: 'Spot does not list cdbg-1 at the moment',
    });
    expect(decide({ own: [] }, { now: at(110) }, unlisted)).toEqual({ kind: 'check-green', because: 'ended' });
  });

  test('an unconfirmed start, for half a minute, unless a deployment shows', () => {
    const { elastigroupDeploymentId: _none, ...rest } = stopped;
    const unconfirmed = { ...rest, unconfirmedSince: at(80) };
    expect(decide({ own: [] }, {}, unconfirmed)).toMatchObject({
      kind: 'wait',
      reason: expect.stringContaining('start was not confirmed') as string,
    });
    expect(decide({ own: [] }, { now: at(110) }, unconfirmed)).toEqual({ kind: 'check-green', because: 'ended' });
    expect(decide({ own: [gone] }, {}, unconfirmed)).toEqual({ kind: 'check-green', because: 'ended' });
  });
});

describe('the time for cleaning up is over, and Spot does not answer', () => {
  const late = (state = cleaningUp()) => {
    const view = { ...viewOf({}), elastigroup: { ok: false, error: noAnswer('Spot', 'unavailable') } as const };
    return decideCleanup(state, view, { ...TERMS, isLate: true });
  };
  const over = { kind: 'check-green', because: 'late' };

  test('the first stop is still tried for a minute', () => {
    expect(late()).toMatchObject({ kind: 'wait', unanswered: true });
    expect(late(cleaningUp({ unseenSince: at(41) }))).toMatchObject({ kind: 'wait' });
    expect(late(cleaningUp({ unseenSince: at(40) }))).toEqual(over);
  });

  test('after a stop nothing more is', () => {
    expect(late(cleaningUp({ firstStopAt: at(99) }))).toEqual(over);
  });
});

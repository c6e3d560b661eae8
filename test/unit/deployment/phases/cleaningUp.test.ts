import { advance } from '../../../../src/deployment/advance';
import type { UpstreamErrorKind } from '../../../../src/clients/upstreamError';
import type { CleaningUp, State } from '../../../../src/deployment/state';
import {
  active,
  at,
  cleaningUp,
  codeDeploy,
  elastigroup,
  FAILURE,
  inPhase,
  instance,
  noAnswer,
  OTHER_TAG,
  target,
  UNTOUCHED_TARGETS,
} from '../../../support/deploymentSamples';
import { FakeContext, type Script } from '../../../support/fakeContext';
import { pollOnce } from '../../../support/pollOnce';

const inProgress = codeDeploy('d-OWN', 'InProgress');
const stopped = codeDeploy('d-OWN', 'Stopped');
const alive = elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH');
/** Traffic is on blue: where the deployment has ended, its targets, of which there are none, say so. */
const sees = (deployment: typeof inProgress, ...own: (typeof alive)[]): Script => ({
  getDeployment: [deployment],
  list: [own],
  ...(['Stopped', 'Failed'].includes(deployment.status) && { targets: [UNTOUCHED_TARGETS] }),
});
/** Right before the stop of Elastigroup, the deployment group is searched for a successor of the deployment. */
const stops = (deployment: typeof inProgress) =>
  ({ findDeployments: [[deployment]], stopElastigroup: ['accepted'] }) as const satisfies Script;
/** Once read, where the traffic is is known for good. */
const seesAgain = (...own: (typeof alive)[]): Script => ({ getDeployment: [stopped], list: [own] });
/** Of a group without a load balancer. */
const withoutTraffic = codeDeploy('d-OWN', 'InProgress', { hasTrafficControl: false });
/** As after a lost or unfinished start: no id is known. */
const knowingNothing = (() => {
  const { elastigroupDeploymentId: _fleet, deploymentId: _deployment, ...rest } = cleaningUp();
  return rest;
})();

describe('the order of cleaning up', () => {
  test('CodeDeploy is stopped first, then Elastigroup, and the end waits for green to be gone', async () => {
    const steps: { after: number; script: Script; changes: string[]; phase: State['phase'] }[] = [
      {
        after: 0,
        script: { ...sees(inProgress, alive), stopCodeDeploy: ['stopping'] },
        changes: ['stop CodeDeploy d-OWN'],
        phase: 'cleaningUp',
      },
      { after: 5, script: sees(inProgress, alive), changes: [], phase: 'cleaningUp' },
      {
        after: 10,
        script: { ...sees(stopped, alive), ...stops(stopped) },
        changes: ['stop Elastigroup cdbg-1'],
        phase: 'cleaningUp',
      },
      { after: 15, script: seesAgain(elastigroup('cdbg-1', 'STOPPING')), changes: [], phase: 'cleaningUp' },
      {
        after: 20,
        script: { ...seesAgain(elastigroup('cdbg-1', 'FINISHED_STOPPED')), green: [[instance('i-1')]] },
        changes: [],
        phase: 'cleaningUp',
      },
      {
        after: 25,
        script: {
          ...seesAgain(elastigroup('cdbg-1', 'FINISHED_STOPPED')),
          green: [[instance('i-1', { state: 'shutting-down' })]],
        },
        changes: [],
        phase: 'failed',
      },
    ];
    let state: State = cleaningUp();
    for (const { after, script, changes, phase } of steps) {
      const { next, context } = await pollOnce(active(state), { after }, script);
      expect({ after, changes: context.changes, phase: next.phase }).toEqual({ after, changes, phase });
      state = next;
    }
    expect(inPhase(state, 'failed')).toMatchObject({
      failure: FAILURE,
      cleaned: [
        'CodeDeploy d-OWN was stopped.',
        'Elastigroup deployment cdbg-1 was stopped.',
        'No green instances remain.',
      ],
      left: [],
    });
  });

  test('without a load balancer CodeDeploy gets a minute to end, then green is removed under it', async () => {
    const sent = cleaningUp({ firstStopAt: at(0), codeDeployStopSentAt: at(0) });
    const before = await pollOnce(
      sent,
      { after: 59 },
      { ...sees(withoutTraffic, alive), stopCodeDeploy: ['stopping'] },
    );
    expect(before.context.changes).toEqual(['stop CodeDeploy d-OWN']);

    const resent = { ...sent, codeDeployStopSentAt: at(59) };
    const after = await pollOnce(resent, { after: 60 }, { ...sees(withoutTraffic, alive), ...stops(withoutTraffic) });
    expect(after.context.changes).toEqual(['stop Elastigroup cdbg-1']);
  });

  test('of a short time for cleaning up, CodeDeploy gets a third', async () => {
    const sent = cleaningUp({ firstStopAt: at(0), codeDeployStopSentAt: at(0) });
    const { context } = await pollOnce(
      sent,
      { after: 4, cleanupTimeoutSeconds: 12 },
      { ...sees(withoutTraffic, alive), ...stops(withoutTraffic) },
    );
    expect(context.changes).toEqual(['stop Elastigroup cdbg-1']);
  });

  test('every fleet of the action is stopped, those that end by themselves are not, and no other is', async () => {
    const { next, context } = await pollOnce(
      cleaningUp(),
      {},
      {
        getDeployment: [stopped],
        findDeployments: [[stopped]],
        targets: [UNTOUCHED_TARGETS],
        list: [
          [
            elastigroup('cdbg-9', 'LAUNCHING_NEW_INSTANCES', [OTHER_TAG]),
            elastigroup('cdbg-1', 'AWAITING_USER_DEPLOYMENT'),
            elastigroup('cdbg-2', 'ERROR'),
            elastigroup('cdbg-3', 'STOPPING'),
            elastigroup('cdbg-4', 'FINISHED_STOPPED'),
            elastigroup('cdbg-5', 'A_NEW_STATE'),
            elastigroup('cdbg-6', 'LAUNCHING_NEW_INSTANCES', []),
          ],
        ],
        stopElastigroup: ['accepted', 'accepted', 'accepted'],
      },
    );

    expect(context.changes).toEqual(['stop Elastigroup cdbg-1', 'stop Elastigroup cdbg-2', 'stop Elastigroup cdbg-5']);
    expect(inPhase(next, 'cleaningUp').elastigroupStopSentAt).toBe(at(0));
  });
});

describe('the last reading before a stop decides', () => {
  test.each([0, 299, 5000])('Succeeded leads to finalizing, %d s in, and nothing is stopped', async (after) => {
    const { next, context } = await pollOnce(cleaningUp(), { after }, sees(codeDeploy('d-OWN', 'Succeeded'), alive));

    expect(inPhase(next, 'finalizing')).toMatchObject({ deploymentId: 'd-OWN', elastigroupDeploymentId: 'cdbg-1' });
    expect(context.changes).toEqual([]);
  });

  test('Succeeded leads to finalizing, also when Elastigroup goes wrong or cannot be queried', async () => {
    const { next } = await pollOnce(
      cleaningUp(),
      {},
      { getDeployment: [codeDeploy('d-OWN', 'Succeeded')], list: [noAnswer('Spot', 'denied')] },
    );

    expect(next.phase).toBe('finalizing');
  });

  test('a CodeDeploy deployment that this run does not know of, and that succeeded, is found and kept', async () => {
    const { next, context } = await pollOnce(
      knowingNothing,
      {},
      { findDeployments: [[codeDeploy('d-OWN', 'Succeeded')]], list: [[alive]] },
    );

    expect(inPhase(next, 'finalizing')).toMatchObject({ deploymentId: 'd-OWN', elastigroupDeploymentId: 'cdbg-1' });
    expect(context.changes).toEqual([]);
  });

  test('a deployment that ends between the reading and the stop is read again', async () => {
    const first = await pollOnce(cleaningUp(), {}, { ...sees(inProgress, alive), stopCodeDeploy: ['ended'] });
    expect(first.next.phase).toBe('cleaningUp');

    const second = await pollOnce(active(first.next), { after: 5 }, sees(codeDeploy('d-OWN', 'Succeeded'), alive));
    expect(second.next.phase).toBe('finalizing');
    expect(second.context.changes).toEqual([]);
  });

  test('nothing is stopped while CodeDeploy cannot be seen: it may have succeeded', async () => {
    const { next, context } = await pollOnce(
      cleaningUp(),
      { after: 10 },
      { getDeployment: [noAnswer('CodeDeploy', 'unavailable')], list: [[alive]] },
    );

    expect(inPhase(next, 'cleaningUp').progress).toContain('CodeDeploy cannot be queried');
    expect(context.changes).toEqual([]);
  });

  test.each(['denied', 'rejected'] as const)(
    'nothing is stopped when CodeDeploy cannot be read for good (%s), and all that may be left is named; a stray refusal is waited out',
    async (kind) => {
      const script = { getDeployment: [noAnswer('CodeDeploy', kind)], list: [[alive]] };
      const first = await pollOnce(cleaningUp(), {}, script);
      const patient = await pollOnce(active(first.next), { after: 119 }, script);
      const { next, context } = await pollOnce(
        active(patient.next),
        { after: 120 },
        { getDeployment: [noAnswer('CodeDeploy', kind)], list: [[alive]], green: [[instance('i-1')]] },
      );

      const { failure, left } = inPhase(next, 'failed');
      expect(failure).toEqual(FAILURE);
      for (const words of ['i-1', 'cdbg-1', 'd-OWN']) expect(left.join('\n')).toContain(words);
      expect(context.changes).toEqual([]);
    },
  );

  test('Elastigroup is not stopped unseen either, and CodeDeploy is stopped meanwhile', async () => {
    const unseen: Script = { getDeployment: [inProgress], list: [noAnswer('Spot', 'unavailable')] };
    const first = await pollOnce(cleaningUp(), {}, { ...unseen, stopCodeDeploy: ['stopping'] });
    expect(first.context.changes).toEqual(['stop CodeDeploy d-OWN']);

    const second = await pollOnce(
      active(first.next),
      { after: 20 },
      { getDeployment: [stopped], targets: [UNTOUCHED_TARGETS], list: [noAnswer('Spot', 'unavailable')] },
    );
    expect(inPhase(second.next, 'cleaningUp').progress).toContain('Spot cannot be queried');
    expect(second.context.changes).toEqual([]);
  });

  test("a rollback that CodeDeploy makes of the own deployment is not stopped, and is not the action's success", async () => {
    const rollback = codeDeploy('d-ROLLBACK', 'InProgress', { creator: 'codeDeployRollback' });
    const { context } = await pollOnce(
      knowingNothing,
      {},
      {
        findDeployments: [
          [rollback, codeDeploy('d-OWN', 'Failed')],
          [rollback, codeDeploy('d-OWN', 'Failed')],
        ],
        targets: [UNTOUCHED_TARGETS],
        list: [[alive]],
        stopElastigroup: ['accepted'],
      },
    );

    expect(context.changes).toEqual(['stop Elastigroup cdbg-1']);
  });

  test("another's deployment in the same CodeDeploy group is not stopped", async () => {
    const other = codeDeploy('d-OTHER', 'InProgress', { targetTags: [OTHER_TAG] });
    const ready = elastigroup('cdbg-1', 'AWAITING_USER_DEPLOYMENT');
    const { context } = await pollOnce(
      knowingNothing,
      {},
      { findDeployments: [[other]], list: [[ready]], stopElastigroup: ['accepted'] },
    );

    expect(context.changes).toEqual(['stop Elastigroup cdbg-1']);
  });

  test.each([
    ['AWAITING_DEPLOYMENT_TO_FINISH', 'keeps green'],
    ['REMOVE_OLD_INSTANCES', 'keeps green'],
    ['FINISHED', 'keeps green'],
    ['A_NEW_STATE', 'keeps green'],
    ['ERROR', 'stops it'],
  ])('an empty list of CodeDeploy for 60 s, where Elastigroup is in %s, %s', async (word, then) => {
    const none: Script = { findDeployments: [[]], list: [[elastigroup('cdbg-1', word)]] };
    const first = await pollOnce(knowingNothing, {}, none);
    expect(first.context.changes).toEqual([]);
    expect(inPhase(first.next, 'cleaningUp')).toMatchObject({ noCodeDeploySince: at(0) });

    const early = await pollOnce(active(first.next), { after: 59 }, none);
    expect(early.context.changes).toEqual([]);
    const isKept = then === 'keeps green';
    const end: Script = isKept
      ? { green: [[instance('i-g')]], groupInstances: [['i-g']] }
      : { stopElastigroup: ['accepted'] };
    const due = await pollOnce(active(early.next), { after: 60 }, { ...none, ...end });
    expect(due.context.changes).toEqual(isKept ? [] : ['stop Elastigroup cdbg-1']);
    if (isKept) expect(inPhase(due.next, 'failed').left.join()).toContain('i-g may be in service and were kept');
  });

  test('and the time begins anew when a deployment was listed in between', async () => {
    const listed: Script = { findDeployments: [[inProgress]], list: [[alive]], stopCodeDeploy: ['stopping'] };
    const { next } = await pollOnce({ ...knowingNothing, noCodeDeploySince: at(0) }, { after: 10 }, listed);
    expect(next).not.toHaveProperty('noCodeDeploySince');
  });
});

describe('Elastigroup replaces blue, although CodeDeploy has failed', () => {
  const failed = codeDeploy('d-OWN', 'Failed');
  const replacing = elastigroup('cdbg-1', 'REMOVE_OLD_INSTANCES');
  const end: Script = {
    targets: [UNTOUCHED_TARGETS, UNTOUCHED_TARGETS],
    green: [[instance('i-g')]],
    groupInstances: [['i-g']],
  };

  test('it is not stopped, and what it has put in service is kept', async () => {
    const first = await pollOnce(cleaningUp(), {}, sees(failed, replacing));
    expect(first.context.changes).toEqual([]);
    const { next, context } = await pollOnce(
      active(first.next),
      { after: 20 },
      { ...end, ...sees(failed, elastigroup('cdbg-1', 'FINISHED')), targets: [UNTOUCHED_TARGETS] },
    );
    expect(context.changes).toEqual([]);
    expect(inPhase(next, 'failed').left.join()).toContain('i-g may be in service and were kept: Elastigroup');
  });

  test('nor when the time for cleaning up is over', async () => {
    const { next, context } = await pollOnce(
      cleaningUp(),
      { after: 300 },
      { ...sees(failed, replacing), ...end, targets: [UNTOUCHED_TARGETS] },
    );
    expect(context.changes).toEqual([]);
    expect(next.phase).toBe('failed');
  });
});

describe('somebody retries the deployment in CodeDeploy, on the same green instances', () => {
  const failed = codeDeploy('d-OWN', 'Failed');
  const retry = (status: string) => codeDeploy('d-RETRY', status, { createdAt: at(50) });
  const found = async (status: string) =>
    active(
      (await pollOnce(cleaningUp(), {}, { ...sees(failed, alive), findDeployments: [[retry(status), failed]] })).next,
    );

  test('while that is active it is stopped first, with rollback', async () => {
    const { context } = await pollOnce(
      await found('InProgress'),
      { after: 5 },
      { getDeployment: [retry('InProgress')], list: [[alive]], stopCodeDeploy: ['stopping'] },
    );
    expect(context.changes).toEqual(['stop CodeDeploy d-RETRY']);
  });

  test('where that has succeeded, green is kept, and the action is no success', async () => {
    const { next, context } = await pollOnce(
      await found('Succeeded'),
      { after: 5 },
      {
        getDeployment: [retry('Succeeded')],
        list: [[alive]],
        targets: [UNTOUCHED_TARGETS],
        green: [[instance('i-g')]],
        groupInstances: [['i-g']],
      },
    );
    expect(context.changes).toEqual([]);
    const { failure, deploymentId, left } = inPhase(next, 'failed');
    expect({ failure, deploymentId }).toEqual({ failure: FAILURE, deploymentId: 'd-OWN' });
    expect(left.join()).toContain('i-g are in service and were kept: CodeDeploy d-RETRY');
  });

  test.each([
    ['before it moved traffic: Elastigroup is stopped', UNTOUCHED_TARGETS, ['stop Elastigroup cdbg-1']],
    ['after it has moved traffic: green is not removed', [target('i-g', 'Green', { AllowTraffic: 'Succeeded' })], []],
  ])('where that has failed too, %s', async (_what, targets, changes) => {
    const { context } = await pollOnce(
      await found('Failed'),
      { after: 5 },
      {
        getDeployment: [retry('Failed')],
        list: [[alive]],
        targets: [targets],
        findDeployments: [[retry('Failed'), failed]],
        ...(changes.length > 0 && { stopElastigroup: ['accepted'] as const }),
      },
    );
    expect(context.changes).toEqual(changes);
  });

  test('where that was retried in turn, the next one decides', async () => {
    const again = codeDeploy('d-AGAIN', 'InProgress', { createdAt: at(90) });
    const { next, context } = await pollOnce(
      await found('Failed'),
      { after: 5 },
      {
        getDeployment: [retry('Failed')],
        list: [[alive]],
        targets: [UNTOUCHED_TARGETS],
        findDeployments: [[again, retry('Failed'), failed]],
      },
    );
    expect(context.changes).toEqual([]);
    expect(inPhase(next, 'cleaningUp').successorId).toBe('d-AGAIN');
  });

  // A single denial may be a stray one, and green may serve by the successor that it hides.
  test.each(['throttled', 'denied'] as const)(
    'while it cannot be searched for (%s), nothing is stopped',
    async (kind) => {
      const { next, context } = await pollOnce(
        cleaningUp(),
        {},
        { ...sees(failed, alive), findDeployments: [noAnswer('CodeDeploy', kind)] },
      );
      expect(context.changes).toEqual([]);
      expect(inPhase(next, 'cleaningUp').progress).toContain('CodeDeploy cannot be queried at the moment');
    },
  );

  test.each([
    ['a denial that has lasted', { refused: { since: at(0), polls: 2 } }, { after: 120 }],
    ['the time that is over', { firstStopAt: at(0) }, { after: 3600 }],
  ])('%s ends the search, and green is kept: it may serve by what was not found', async (_name, known, when) => {
    const { next, context } = await pollOnce(cleaningUp(known), when, {
      ...sees(failed, alive),
      findDeployments: [noAnswer('CodeDeploy', 'denied')],
      green: [[instance('i-green')]],
      groupInstances: [[]],
    });
    expect(context.changes).toEqual([]);
    expect(inPhase(next, 'failed').left.join(' ')).toContain('i-green may be in service and were kept');
  });
});

describe('CodeDeploy cannot be read, and this action has started no deployment there', () => {
  const { deploymentId: _none, ...rest } = cleaningUp();
  const startedNone: CleaningUp = { ...rest, noCodeDeploySent: true };
  const lost = (state: string, kind: UpstreamErrorKind = 'denied'): Script => ({
    findDeployments: [noAnswer('CodeDeploy', kind)],
    list: [[elastigroup('cdbg-1', state)]],
  });

  test.each(['denied', 'rejected', 'unavailable'] as const)(
    'Elastigroup is stopped at once while it launches (%s), and the end says nothing of CodeDeploy',
    async (kind) => {
      const first = await pollOnce(
        startedNone,
        { after: 10 },
        { ...lost('LAUNCHING_NEW_INSTANCES', kind), stopElastigroup: ['accepted'] },
      );
      expect(first.context.changes).toEqual(['stop Elastigroup cdbg-1']);

      const wait = await pollOnce(active(first.next), { after: 15 }, lost('STOPPING', kind));
      expect(wait.context.changes).toEqual([]);

      const { next } = await pollOnce(
        active(wait.next),
        { after: 20 },
        { ...lost('FINISHED_STOPPED', kind), green: [[]] },
      );
      expect(inPhase(next, 'failed')).toMatchObject({
        failure: FAILURE,
        cleaned: ['Elastigroup deployment cdbg-1 was stopped.', 'No green instances remain.'],
        left: [],
      });
    },
  );

  test('where Elastigroup waits for CodeDeploy, a minute shows that no other delivery has just started it', async () => {
    const first = await pollOnce(startedNone, { cleanupTimeoutSeconds: 30 }, lost('AWAITING_USER_DEPLOYMENT'));
    const early = await pollOnce(
      active(first.next),
      { after: 59, cleanupTimeoutSeconds: 30 },
      lost('AWAITING_USER_DEPLOYMENT'),
    );
    expect([first, early].flatMap(({ context }) => context.changes)).toEqual([]);

    const due = await pollOnce(
      active(early.next),
      { after: 60, cleanupTimeoutSeconds: 30 },
      { ...lost('AWAITING_USER_DEPLOYMENT'), stopElastigroup: ['accepted'] },
    );
    expect(due.context.changes).toEqual(['stop Elastigroup cdbg-1']);

    const again = await pollOnce(active(due.next), { after: 65 }, lost('AWAITING_USER_DEPLOYMENT'));
    expect(again.context.changes).toEqual([]);
  });

  test('and an empty list of Spot in between does not begin that minute anew', async () => {
    const first = await pollOnce(startedNone, {}, lost('AWAITING_USER_DEPLOYMENT'));
    const odd = await pollOnce(active(first.next), { after: 30 }, { ...lost(''), list: [[]] });
    const due = await pollOnce(
      active(odd.next),
      { after: 60 },
      { ...lost('AWAITING_USER_DEPLOYMENT'), stopElastigroup: ['accepted'] },
    );
    expect(due.context.changes).toEqual(['stop Elastigroup cdbg-1']);
  });

  test.each([
    ['Elastigroup follows one', startedNone, 'AWAITING_DEPLOYMENT_TO_FINISH'],
    ['Elastigroup replaces blue', startedNone, 'REMOVE_OLD_INSTANCES'],
    ['Elastigroup errs', startedNone, 'ERROR'],
    ['the state of Elastigroup is unknown', startedNone, 'A_NEW_STATE'],
    ['the action may have started one', rest, 'AWAITING_USER_DEPLOYMENT'],
    ['an older version of the function does not say', rest, 'LAUNCHING_NEW_INSTANCES'],
  ] as const)('but nothing is stopped where %s', async (_name, before, word) => {
    let state: State = before;
    for (const after of [0, 61, 119]) {
      const { next, context } = await pollOnce(active(state), { after }, lost(word));
      expect(context.changes).toEqual([]);
      state = next;
    }
    expect(state.phase).toBe('cleaningUp');
  });

  test('and nothing is stopped that Spot does not show', async () => {
    const { next, context } = await pollOnce(
      startedNone,
      { after: 10 },
      { findDeployments: [noAnswer('CodeDeploy', 'denied')], list: [noAnswer('Spot', 'unavailable')] },
    );
    expect(context.changes).toEqual([]);
    expect(next.phase).toBe('cleaningUp');
  });
});

describe('a stop that fails', () => {
  test('is sent again at the next poll, where a busy service did not take it', async () => {
    const failing: Script = {
      ...sees(inProgress, alive),
      stopCodeDeploy: [noAnswer('CodeDeploy', 'throttled', 'busy')],
    };
    const first = await pollOnce(cleaningUp(), {}, failing);
    expect(inPhase(first.next, 'cleaningUp')).toMatchObject({ firstStopAt: at(0) });
    expect(first.next).not.toHaveProperty('codeDeployStopSentAt');

    const second = await pollOnce(
      active(first.next),
      { after: 5 },
      { ...sees(inProgress, alive), stopCodeDeploy: ['stopping'] },
    );
    expect(second.context.changes).toEqual(['stop CodeDeploy d-OWN']);
    expect(second.next).not.toHaveProperty('stopProblem');
  });

  test('or shows no effect is sent again after 30 s', async () => {
    const sent = cleaningUp({ firstStopAt: at(0), codeDeployStopSentAt: at(0) });
    const early = await pollOnce(sent, { after: 29 }, sees(inProgress, alive));
    expect(early.context.changes).toEqual([]);
    const due = await pollOnce(sent, { after: 30 }, { ...sees(inProgress, alive), stopCodeDeploy: ['stopping'] });
    expect(due.context.changes).toEqual(['stop CodeDeploy d-OWN']);
  });

  test('does not keep Elastigroup from being stopped, where there is no load balancer', async () => {
    const denied = cleaningUp({ firstStopAt: at(0), codeDeployStopSentAt: at(59), stopProblem: 'not allowed' });
    const { context } = await pollOnce(
      denied,
      { after: 60 },
      { ...sees(withoutTraffic, alive), ...stops(withoutTraffic) },
    );
    expect(context.changes).toEqual(['stop Elastigroup cdbg-1']);
  });

  test.each(['throttled', 'unavailable', 'denied', 'rejected'] as const)(
    'for ever (%s) ends within the time for cleaning up, with the problem and all that is left named',
    async (kind) => {
      let state: State = cleaningUp();
      let after = 0;
      let stops = 0;
      while (state.phase === 'cleaningUp') {
        const problem = noAnswer('CodeDeploy', kind, 'no stop today');
        const context = new FakeContext(
          {
            ...sees(withoutTraffic, alive),
            findDeployments: [[withoutTraffic]],
            stopCodeDeploy: [problem],
            stopElastigroup: [problem],
            green: [[instance('i-1')]],
          },
          { now: at(after) },
        );
        state = await advance(state, context);
        context.forgetUnused();
        stops += context.changes.length;
        after += 5;
        expect(after).toBeLessThan(400);
      }
      const { left, cleaned } = inPhase(state, 'failed');
      for (const words of ['i-1', 'cdbg-1', 'd-OWN', 'no stop today']) expect(left.join('\n')).toContain(words);
      expect(cleaned).toEqual([]);
      expect(stops).toBeGreaterThan(2);
    },
  );
});

describe('being late', () => {
  const LATE = 300;

  test('never prevents the first stop: after a long gap it is still sent', async () => {
    const first = await pollOnce(
      cleaningUp(),
      { after: 5000 },
      { ...sees(inProgress, alive), stopCodeDeploy: ['stopping'] },
    );
    expect(first.context.changes).toEqual(['stop CodeDeploy d-OWN']);
    expect(inPhase(first.next, 'cleaningUp').firstStopAt).toBe(at(5000));

    // And with it the time for cleaning up begins.
    const waiting = { ...inPhase(first.next, 'cleaningUp'), elastigroupStopSentAt: at(5010) };
    const stopping = sees(stopped, elastigroup('cdbg-1', 'STOPPING'));
    const second = await pollOnce(waiting, { after: 5299 }, stopping);
    expect(second.next.phase).toBe('cleaningUp');
    const third = await pollOnce(waiting, { after: 5300 }, { ...stopping, green: [[]] });
    expect(third.next.phase).toBe('failed');
  });

  test("never prevents Elastigroup's first stop, although CodeDeploy took all the time to stop", async () => {
    const state = cleaningUp({ firstStopAt: at(0), codeDeployStopSentAt: at(0) });
    const { next, context } = await pollOnce(state, { after: LATE }, { ...sees(stopped, alive), ...stops(stopped) });
    expect(context.changes).toEqual(['stop Elastigroup cdbg-1']);
    expect(next.phase).toBe('cleaningUp');
  });

  test('ends it, with what is left named', async () => {
    const state = cleaningUp({ firstStopAt: at(0), codeDeployStopSentAt: at(0), elastigroupStopSentAt: at(60) });
    const { next, context } = await pollOnce(
      state,
      { after: LATE },
      {
        ...sees(withoutTraffic, elastigroup('cdbg-1', 'STOPPING')),
        green: [[instance('i-1'), instance('i-2', { state: 'terminated' }), instance('i-3', { state: 'stopped' })]],
      },
    );

    const { left, cleaned } = inPhase(next, 'failed');
    expect(left.join('\n')).toContain('Green instances remain: i-1, i-3');
    expect(left.join('\n')).toContain('cdbg-1 has not ended: STOPPING');
    expect(left.join('\n')).toContain('d-OWN has not ended: InProgress');
    expect(cleaned).toEqual([]);
    expect(context.changes).toEqual([]);
  });

  // The gap between two invocations may be longer than CLEANUP_TIMEOUT_SECONDS.
  test('does not end it before the first reading that could be made', async () => {
    const { next } = await pollOnce(
      cleaningUp(),
      { after: 5000 },
      { getDeployment: [noAnswer('CodeDeploy', 'throttled')], list: [[alive]] },
    );
    expect(next.phase).toBe('cleaningUp');
  });

  test('one stray denial after an outage of two minutes does not end it', async () => {
    const answers = { getDeployment: [noAnswer('CodeDeploy', 'denied')], list: [[alive]] };
    const first = await pollOnce(cleaningUp({ unseenSince: at(0) }), { after: 125 }, answers);
    expect(first.next).toMatchObject({
      phase: 'cleaningUp',
      unseenSince: at(0),
      refused: { since: at(125), polls: 1 },
    });
    const away = { ...answers, getDeployment: [noAnswer('CodeDeploy', 'unavailable')] };
    const next = await pollOnce(active(first.next), { after: 130 }, away);
    expect(next.next).not.toHaveProperty('refused');
  });

  test('ends it also when nothing can be seen', async () => {
    const { next, context } = await pollOnce(
      cleaningUp({ unseenSince: at(0) }),
      { after: LATE },
      {
        getDeployment: [noAnswer('CodeDeploy', 'unavailable')],
        list: [noAnswer('Spot', 'unavailable')],
        green: [noAnswer('EC2', 'unavailable')],
      },
    );

    const { left } = inPhase(next, 'failed');
    for (const words of [
      'EC2 could not be queried',
      'Elastigroup could not be queried',
      'CodeDeploy could not be queried',
    ])
      expect(left.join('\n')).toContain(words);
    expect(context.changes).toEqual([]);
  });
});

describe('the end of cleaning up', () => {
  const ENDED = sees(stopped, elastigroup('cdbg-1', 'FINISHED_STOPPED'));

  test('waits for EC2, where it is busy', async () => {
    const { next } = await pollOnce(cleaningUp(), { after: 10 }, { ...ENDED, green: [noAnswer('EC2', 'throttled')] });
    expect(inPhase(next, 'cleaningUp').progress).toContain('EC2 cannot be queried');
  });

  test('does not wait for EC2, where it never will answer', async () => {
    const { next } = await pollOnce(cleaningUp(), { after: 10 }, { ...ENDED, green: [noAnswer('EC2', 'denied')] });
    expect(inPhase(next, 'failed').left.join()).toContain('check for the tag GreenIdentifier=');
  });

  test('waits a minute for an ERROR to move on: green that is not tagged yet does not show at EC2', async () => {
    const state = cleaningUp({ firstStopAt: at(0), elastigroupStopSentAt: at(40) });
    const { next } = await pollOnce(state, { after: 59 }, sees(stopped, elastigroup('cdbg-1', 'ERROR')));
    expect(inPhase(next, 'cleaningUp').progress).toContain('cdbg-1: ERROR');
  });

  test('then takes the ERROR for final: what EC2 shows decides', async () => {
    const state = cleaningUp({ firstStopAt: at(0), elastigroupStopSentAt: at(40) });
    const { next } = await pollOnce(
      state,
      { after: 60 },
      { ...sees(stopped, elastigroup('cdbg-1', 'ERROR')), green: [[instance('i-1', { state: 'terminated' })]] },
    );
    expect(inPhase(next, 'failed').left.join()).toContain('cdbg-1 has not ended: ERROR');
  });

  test('does not claim to have stopped what had ended by itself', async () => {
    const state = cleaningUp({ firstStopAt: at(0), codeDeployStopSentAt: at(0) });
    const { next } = await pollOnce(
      state,
      { after: 10 },
      { ...sees(codeDeploy('d-OWN', 'Failed'), elastigroup('cdbg-1', 'FINISHED_ERROR')), green: [[]] },
    );
    expect(inPhase(next, 'failed').cleaned).toEqual(['No green instances remain.']);
  });

  test('is at once, where the action has nothing', async () => {
    const { next, context } = await pollOnce(knowingNothing, {}, { findDeployments: [[]], list: [[]], green: [[]] });

    expect(inPhase(next, 'failed')).toMatchObject({
      failure: FAILURE,
      cleaned: ['No green instances remain.'],
      left: [],
    });
    expect(context.changes).toEqual([]);
  });

  test('waits 30 s for a start whose answer was lost', async () => {
    const unconfirmed = { ...knowingNothing, unconfirmedSince: at(0) };
    const early = await pollOnce(unconfirmed, { after: 29 }, { findDeployments: [[]], list: [[]] });
    expect(inPhase(early.next, 'cleaningUp').progress).toContain('start was not confirmed');

    const late = await pollOnce(unconfirmed, { after: 30 }, { findDeployments: [[]], list: [[]], green: [[]] });
    expect(late.next.phase).toBe('failed');
  });

  test('stops and names a start that comes to light only now', async () => {
    const { next, context } = await pollOnce(
      { ...knowingNothing, unconfirmedSince: at(0) },
      { after: 10 },
      { findDeployments: [[]], list: [[elastigroup('cdbg-7', 'STARTING')]], stopElastigroup: ['accepted'] },
    );

    expect(context.changes).toEqual(['stop Elastigroup cdbg-7']);
    expect(inPhase(next, 'cleaningUp').elastigroupDeploymentId).toBe('cdbg-7');
  });

  test('keeps the failure that led to it', async () => {
    const { next } = await pollOnce(cleaningUp(), {}, { ...ENDED, green: [[]] });
    expect(inPhase(next, 'failed').failure).toEqual(FAILURE);
  });
});

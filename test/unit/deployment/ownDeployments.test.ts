import fc from 'fast-check';
import { electPrimary, duplicatesOf } from '../../../src/deployment/ownDeployments';
import {
  elastigroup,
  launching,
  inPhase,
  noAnswer,
  target,
  active,
  installing,
  codeDeploy,
  finalizing,
} from '../../support/deploymentSamples';
import type { ActiveState } from '../../../src/deployment/state';
import type { Script } from '../../support/fakeContext';
import { pollOnce } from '../../support/pollOnce';

const STATES = [
  'STARTING',
  'LAUNCHING_NEW_INSTANCES',
  'AWAITING_USER_DEPLOYMENT',
  'AWAITING_DEPLOYMENT_TO_FINISH',
  'REMOVE_OLD_INSTANCES',
  'FINISHED',
  'ERROR',
  'UNSTABLE_DEPLOYMENT',
  'STOPPING',
  'ROLLBACK_START',
  'FINISHED_ERROR',
  'FINISHED_STOPPED',
  'A_NEW_STATE',
  '',
];
const deployments = fc
  .uniqueArray(fc.record({ id: fc.stringMatching(/^cdbg-[a-z0-9]{1,6}$/), state: fc.constantFrom(...STATES) }), {
    selector: ({ id }) => id,
    maxLength: 6,
  })
  .map((items) => items.map(({ id, state }) => elastigroup(id, state)));

describe('settling on one of two fleets', () => {
  test('every order of the list gives the same one to keep and the same ones to stop', () => {
    const twoOrders = deployments.chain((items) =>
      fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length })),
    );
    fc.assert(
      fc.property(twoOrders, ([items, shuffled]) => {
        const a = electPrimary(items);
        const b = electPrimary(shuffled);
        expect(b.primary?.id).toBe(a.primary?.id);
        expect(new Set(b.duplicates)).toEqual(new Set(a.duplicates));
      }),
    );
  });

  test('one is kept wherever there is any, and it is never among those to stop', () => {
    fc.assert(
      fc.property(deployments, (items) => {
        const { primary, duplicates } = electPrimary(items);
        expect(primary === undefined).toBe(items.length === 0);
        expect(duplicates.map(({ id }) => id)).not.toContain(primary?.id);
      }),
    );
  });

  test.each([
    { of: ['cdbg-2 STARTING', 'cdbg-1 STARTING'], keeps: 'cdbg-1', because: 'of two alike the smaller id' },
    { of: ['cdbg-1 STARTING', 'cdbg-2 AWAITING_USER_DEPLOYMENT'], keeps: 'cdbg-2', because: 'it is ready' },
    { of: ['cdbg-1 STARTING', 'cdbg-2 REMOVE_OLD_INSTANCES'], keeps: 'cdbg-2', because: 'it replaces blue already' },
    { of: ['cdbg-1 ERROR', 'cdbg-2 STARTING'], keeps: 'cdbg-2', because: 'the other one errs' },
    { of: ['cdbg-1 STOPPING', 'cdbg-2 ERROR'], keeps: 'cdbg-2', because: 'the other one is being stopped' },
    { of: ['cdbg-1 FINISHED_STOPPED', 'cdbg-2 A_NEW_STATE'], keeps: 'cdbg-2', because: 'the other one was stopped' },
    { of: ['cdbg-2 FINISHED_STOPPED', 'cdbg-1 FINISHED_ERROR'], keeps: 'cdbg-1', because: 'there is no better one' },
  ])('of $of it keeps $keeps: $because', ({ of, keeps }) => {
    const items = of.map((text) => elastigroup(text.split(' ')[0] ?? '', text.split(' ')[1] ?? ''));
    expect(electPrimary(items).primary?.id).toBe(keeps);
  });

  test.each([
    ['STARTING', true],
    ['AWAITING_USER_DEPLOYMENT', true],
    ['REMOVE_OLD_INSTANCES', true],
    ['ERROR', true],
    ['A_NEW_STATE', true],
    ['', true],
    ['STOPPING', false],
    ['ROLLBACK_START', false],
    ['FINISHED', false],
    ['FINISHED_ERROR', false],
    ['FINISHED_STOPPED', false],
  ])('a stray in %p is to be stopped: %s', (state, isToBeStopped) => {
    const stray = elastigroup('cdbg-2', state);
    expect(duplicatesOf([elastigroup('cdbg-1', 'STARTING'), stray], 'cdbg-1')).toEqual(isToBeStopped ? [stray] : []);
  });
});

describe('a second fleet of the action', () => {
  test('is stopped while green is being launched, and the kept one goes on', async () => {
    const { next, context } = await pollOnce(
      launching(),
      {},
      {
        list: [[elastigroup('cdbg-2', 'STARTING'), elastigroup('cdbg-1', 'LAUNCHING_NEW_INSTANCES')]],
        stopElastigroup: ['accepted'],
      },
    );

    expect(inPhase(next, 'launching').elastigroupDeploymentId).toBe('cdbg-1');
    expect(context.changes).toEqual(['stop Elastigroup cdbg-2']);
  });

  test.each(['STOPPING', 'REMOVE_NEW_INSTANCES', 'ROLLBACK_START'])(
    'keeps CodeDeploy from being started while it still lives (%s), and is not stopped again',
    async (state) => {
      const { next, context } = await pollOnce(
        launching(),
        {},
        { list: [[elastigroup('cdbg-1', 'AWAITING_USER_DEPLOYMENT'), elastigroup('cdbg-2', state)]] },
      );

      expect(inPhase(next, 'launching').progress).toContain('a duplicate of');
      expect(context.changes).toEqual([]);
    },
  );

  test('keeps CodeDeploy from being started in the poll that stops it', async () => {
    const { next, context } = await pollOnce(
      launching(),
      {},
      {
        list: [[elastigroup('cdbg-1', 'AWAITING_USER_DEPLOYMENT'), elastigroup('cdbg-2', 'STARTING')]],
        stopElastigroup: ['accepted'],
      },
    );

    expect(next.phase).toBe('launching');
    expect(context.changes).toEqual(['stop Elastigroup cdbg-2']);
  });

  test('is no obstacle once it has ended', async () => {
    const { context } = await pollOnce(
      launching(),
      {},
      {
        list: [[elastigroup('cdbg-1', 'AWAITING_USER_DEPLOYMENT'), elastigroup('cdbg-2', 'FINISHED_STOPPED')]],
        green: [[]],
      },
    );

    expect(context.changes).toEqual([]);
  });

  test('becomes the kept one, where the own one was stopped as a stray by another run', async () => {
    const { next, context } = await pollOnce(
      launching({ elastigroupDeploymentId: 'cdbg-2' }),
      {},
      { list: [[elastigroup('cdbg-2', 'STOPPING'), elastigroup('cdbg-1', 'LAUNCHING_NEW_INSTANCES')]] },
    );

    expect(inPhase(next, 'launching').elastigroupDeploymentId).toBe('cdbg-1');
    expect(context.changes).toEqual([]);
  });

  test('is stopped while CodeDeploy installs', async () => {
    const { next, context } = await pollOnce(
      installing(),
      {},
      {
        getDeployment: [codeDeploy('d-OWN', 'InProgress')],
        list: [[elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH'), elastigroup('cdbg-0', 'STARTING')]],
        stopElastigroup: ['accepted'],
      },
    );

    expect(inPhase(next, 'installing').elastigroupDeploymentId).toBe('cdbg-1');
    expect(context.changes).toEqual(['stop Elastigroup cdbg-0']);
  });

  test('is stopped while blue is being replaced', async () => {
    const { next, context } = await pollOnce(
      finalizing(),
      {},
      {
        list: [[elastigroup('cdbg-1', 'REMOVE_OLD_INSTANCES'), elastigroup('cdbg-2', 'STARTING')]],
        stopElastigroup: ['accepted'],
      },
    );

    expect(next.phase).toBe('finalizing');
    expect(context.changes).toEqual(['stop Elastigroup cdbg-2']);
  });

  test('is stopped also when the kept one has finished by then', async () => {
    const { next, context } = await pollOnce(
      finalizing(),
      {},
      {
        list: [[elastigroup('cdbg-1', 'FINISHED'), elastigroup('cdbg-2', 'LAUNCHING_NEW_INSTANCES')]],
        stopElastigroup: ['accepted'],
        green: [[]],
        groupInstances: [[]],
      },
    );

    expect(next.phase).toBe('succeeded');
    expect(context.changes).toEqual(['stop Elastigroup cdbg-2']);
  });

  describe.each(['rejected', 'denied', 'unavailable'] as const)('that Spot does not stop (%s)', (kind) => {
    const stray = elastigroup('cdbg-2', 'ERROR');
    const stopElastigroup = [noAnswer('Spot', kind, 'it is not active')];

    test('does not end the launch of the kept one', async () => {
      const list = [[elastigroup('cdbg-1', 'LAUNCHING_NEW_INSTANCES'), stray]];
      const { next, context } = await pollOnce(launching(), {}, { list, stopElastigroup });
      expect(active(next)).toMatchObject({ phase: 'launching', elastigroupDeploymentId: 'cdbg-1' });
      expect(context.log.lines.filter(({ level }) => level === 'warn').map(({ sentence }) => sentence)).toContainEqual(
        expect.stringContaining('it is not active'),
      );
    });

    test('does not end the deployment of the kept one', async () => {
      const list = [[elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH'), elastigroup('cdbg-2', 'STARTING')]];
      const getDeployment = [codeDeploy('d-OWN', 'InProgress')];
      const { next } = await pollOnce(installing(), {}, { list, getDeployment, stopElastigroup });
      expect(next.phase).toBe('installing');
      expect(next).not.toHaveProperty('outageSince');
    });

    test('does not make a success fail', async () => {
      const list = [[elastigroup('cdbg-1', 'REMOVE_OLD_INSTANCES'), elastigroup('cdbg-2', 'STARTING')]];
      const { next } = await pollOnce(finalizing(), {}, { list, stopElastigroup });
      expect(next.phase).toBe('finalizing');
    });
  });
});

describe('a second fleet that errs, or that Spot did not stop', () => {
  const inProgress = codeDeploy('d-OWN', 'InProgress');
  const onBlue = [target('i-1', 'Green', { Install: 'InProgress', AllowTraffic: 'Pending' })];
  const launchingOne = [elastigroup('cdbg-1', 'LAUNCHING_NEW_INSTANCES'), elastigroup('cdbg-2', 'ERROR')];
  const installingOne = [elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH'), elastigroup('cdbg-2', 'ERROR')];
  const finalizingOne = [elastigroup('cdbg-1', 'REMOVE_OLD_INSTANCES'), elastigroup('cdbg-2', 'STARTING')];
  const phases: [string, ActiveState, Script, Script][] = [
    ['launching', launching(), { list: [launchingOne] }, {}],
    ['installing', installing(), { list: [installingOne], getDeployment: [inProgress] }, { targets: [onBlue] }],
    ['finalizing', finalizing(), { list: [finalizingOne] }, {}],
  ];

  test.each(phases)(
    'is stopped again after 30 s, and no call is made for it before (%s)',
    async (_, state, ...reads) => {
      const [always, beforeStop] = reads;
      const refused = [noAnswer('Spot', 'rejected', 'it is not active')];
      const first = await pollOnce(state, { after: 5 }, { ...always, ...beforeStop, stopElastigroup: refused });
      expect(first.context.changes).toEqual(['stop Elastigroup cdbg-2']);
      const early = await pollOnce(active(first.next), { after: 34 }, always);
      expect(early.context.changes).toEqual([]);
      const due = await pollOnce(
        active(early.next),
        { after: 35 },
        { ...always, ...beforeStop, stopElastigroup: ['accepted'] },
      );
      expect(due.context.changes).toEqual(['stop Elastigroup cdbg-2']);
    },
  );
});

describe('a second fleet whose instances CodeDeploy may have deployed to', () => {
  const inProgress = codeDeploy('d-OWN', 'InProgress', { instances: { total: 8, done: 0, failed: 0, skipped: 0 } });
  const list = [
    [elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH'), elastigroup('cdbg-2', 'AWAITING_USER_DEPLOYMENT')],
  ];

  test('is stopped while traffic is on blue', async () => {
    const targets = [[target('i-1', 'Green', { Install: 'InProgress', AllowTraffic: 'Pending' })]];
    const { context } = await pollOnce(
      installing(),
      {},
      { getDeployment: [inProgress], list, targets, stopElastigroup: ['accepted'] },
    );
    expect(context.changes).toEqual(['stop Elastigroup cdbg-2']);
  });

  test.each([
    ['traffic moves', [target('i-1', 'Green', { AllowTraffic: 'InProgress' })]],
    ['it cannot be read where the traffic is', noAnswer('CodeDeploy', 'throttled')],
  ])('is left alone when %s', async (_name, targets) => {
    const { context } = await pollOnce(installing(), {}, { getDeployment: [inProgress], list, targets: [targets] });
    expect(context.changes).toEqual([]);
  });

  test('is left alone once CodeDeploy has succeeded, and while another delivery has started CodeDeploy', async () => {
    const after = await pollOnce(
      finalizing(),
      {},
      { list: [[elastigroup('cdbg-1', 'REMOVE_OLD_INSTANCES'), elastigroup('cdbg-2', 'AWAITING_USER_DEPLOYMENT')]] },
    );
    expect(after.context.changes).toEqual([]);

    const before = await pollOnce(
      launching(),
      {},
      {
        list: [
          [elastigroup('cdbg-1', 'LAUNCHING_NEW_INSTANCES'), elastigroup('cdbg-2', 'AWAITING_DEPLOYMENT_TO_FINISH')],
        ],
        findDeployments: [[inProgress]],
        stopElastigroup: ['accepted'],
      },
    );
    expect(before.context.changes).toEqual(['stop Elastigroup cdbg-1']);
    expect(before.next.phase).toBe('installing');
  });
});

import type { CreateOutcome } from '../../../../src/clients/codeDeploy/codeDeploy';
import { UpstreamError, type UpstreamErrorKind } from '../../../../src/clients/upstreamError';
import {
  active,
  at,
  codeDeploy,
  elastigroup,
  inPhase,
  instance,
  launching,
  noAnswer,
  OTHER_TAG,
} from '../../../support/deploymentSamples';
import { launch } from '../../../../src/deployment/phases/launching';
import type { RunMemory } from '../../../../src/deployment/runMemory';
import { FakeContext, type Script } from '../../../support/fakeContext';
import { pollOnce } from '../../../support/pollOnce';

const READY = { list: [[elastigroup('cdbg-1', 'AWAITING_USER_DEPLOYMENT')]] };
const READY_AND_RUNNING = { ...READY, green: [[instance('i-1'), instance('i-2')]] };
const CREATED: CreateOutcome = { kind: 'created', deploymentId: 'd-OWN' };
const otherCodeDeploy = (status: string) => codeDeploy('d-OTHER', status, { targetTags: [OTHER_TAG] });
const conflicts = (deploymentId: string | undefined): CreateOutcome => ({
  kind: 'other-active',
  deploymentId,
  message: "The Deployment Group 'shop-green' is already deploying",
});

describe('while Elastigroup launches green', () => {
  test.each([
    'STARTING',
    'VALIDATE_TAGS',
    'LAUNCHING_NEW_INSTANCES',
    'AWAITING_INSTANCES_LAUNCH',
    'TAG_INSTANCES_WITH_GREEN_TAG',
    'A_STATE_OF_NEXT_YEAR',
    'awaiting_user_deployment',
    '',
  ])('it is only waited for in %p', async (state) => {
    const { next, context } = await pollOnce(launching(), {}, { list: [[elastigroup('cdbg-1', state)]] });

    expect(inPhase(next, 'launching').progress).toContain(state || 'no state');
    expect(context.changes).toEqual([]);
  });

  test('the percentage grows with every state, and never goes back', async () => {
    let state = launching();
    const percents: number[] = [];
    for (const word of ['STARTING', 'LAUNCHING_NEW_INSTANCES', 'TAG_INSTANCES_WITH_GREEN_TAG', '', 'STARTING']) {
      const { next } = await pollOnce(state, {}, { list: [[elastigroup('cdbg-1', word)]] });
      state = inPhase(next, 'launching');
      percents.push(state.percent);
    }
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(new Set(percents).size).toBe(3);
    expect(Math.max(...percents)).toBeLessThan(40);
  });

  test.each([
    ['STARTING', undefined],
    ['VALIDATE_TAGS', 'far'],
    ['LAUNCHING_NEW_INSTANCES', 'far'],
    ['AWAITING_INSTANCES_LAUNCH', undefined],
    ['TAG_INSTANCES_WITH_GREEN_TAG', 'near'],
    ['A_STATE_OF_NEXT_YEAR', undefined],
  ] as const)('how soon the end can come follows from the state seen now alone: %s, %s', async (word, pace) => {
    for (const before of [launching(), launching({ pace: 'far' }), launching({ pace: 'near', percent: 30 })]) {
      const { next } = await pollOnce(before, {}, { list: [[elastigroup('cdbg-1', word)]] });
      expect(inPhase(next, 'launching').pace).toBe(pace);
    }
  });

  test('it is near while EC2 does not show the tagged instances yet, and not carried into installing', async () => {
    const waiting = await pollOnce(launching(), {}, { ...READY, green: [[]] });
    expect(inPhase(waiting.next, 'launching').pace).toBe('near');

    const { next } = await pollOnce(
      launching({ pace: 'near' }),
      {},
      { ...READY_AND_RUNNING, findDeployments: [[]], create: [CREATED] },
    );
    expect(inPhase(next, 'installing')).not.toHaveProperty('pace');
  });

  test('TIMEOUT ends it, without a further reading', async () => {
    const { next } = await pollOnce(launching(), { after: 1800 }, {});

    const { failure, elastigroupDeploymentId } = inPhase(next, 'cleaningUp');
    expect(failure).toMatchObject({ type: 'JobFailed', timedOut: true });
    expect(failure.headline).toContain('TIMEOUT (30m)');
    expect(elastigroupDeploymentId).toBe('cdbg-1');
  });

  test.each(['ERROR', 'UNSTABLE_DEPLOYMENT', 'ROLLBACK_START', 'STOPPING', 'FINISHED_ERROR', 'FINISHED_STOPPED'])(
    '%s ends it at once, and is named',
    async (state) => {
      const { next } = await pollOnce(
        launching(),
        {},
        { list: [[elastigroup('cdbg-1', state)]], findDeployments: [[otherCodeDeploy('InProgress')]] },
      );

      expect(inPhase(next, 'cleaningUp').failure.headline).toContain(state);
    },
  );

  test('FINISHED without a CodeDeploy deployment of the action is no success', async () => {
    const { next } = await pollOnce(
      launching(),
      {},
      { list: [[elastigroup('cdbg-1', 'FINISHED')]], findDeployments: [[]] },
    );

    expect(inPhase(next, 'cleaningUp').failure.headline).toContain('was not deployed');
  });

  test.each(['AWAITING_DEPLOYMENT_TO_FINISH', 'REMOVE_OLD_INSTANCES', 'FINISHED', 'ERROR', 'ROLLBACK_START'])(
    'in %s, the CodeDeploy deployment that a duplicate or a crashed run made is followed',
    async (state) => {
      const { next, context } = await pollOnce(
        launching(),
        { after: 100 },
        { list: [[elastigroup('cdbg-1', state)]], findDeployments: [[codeDeploy('d-OWN', 'InProgress')]] },
      );

      expect(inPhase(next, 'installing')).toMatchObject({ deploymentId: 'd-OWN', elastigroupDeploymentId: 'cdbg-1' });
      expect(context.changes).toEqual([]);
    },
  );

  test('a deployment that Spot no longer lists goes on by its CodeDeploy deployment', async () => {
    const { next } = await pollOnce(
      launching(),
      { after: 100 },
      { list: [[]], findDeployments: [[codeDeploy('d-OWN', 'InProgress', { createdAt: at(-30) })]] },
    );

    expect(inPhase(next, 'installing')).toMatchObject({ deploymentId: 'd-OWN', startedAt: at(-30) });
  });

  test('a deployment that Spot does not list yet is no answer: it costs the poll', async () => {
    const { next } = await pollOnce(launching(), { after: 3 }, { list: [[]], findDeployments: [[]] });

    expect(inPhase(next, 'launching').outageSince).toBe(at(3));
  });

  test('only the own deployment counts, not one of the same group', async () => {
    const { next } = await pollOnce(
      launching(),
      {},
      { list: [[elastigroup('cdbg-0', 'ERROR', [OTHER_TAG]), elastigroup('cdbg-1', 'STARTING')]] },
    );

    expect(next.phase).toBe('launching');
  });
});

describe('once Elastigroup waits for CodeDeploy', () => {
  test.each([
    { sees: 'nothing', green: [], says: '0 of 2' },
    { sees: 'pending ones', green: [instance('i-1', { state: 'pending' })], says: '0 of 2' },
    { sees: 'some running', green: [instance('i-1'), instance('i-2', { state: 'pending' })], says: '1 of 2' },
    { sees: 'terminated ones only', green: [instance('i-1', { state: 'terminated' })], says: '0 of 2' },
    { sees: 'stopped ones only', green: [instance('i-1', { state: 'stopped' })], says: '0 of 2' },
  ])('CodeDeploy is not created while EC2 shows $sees', async ({ green, says }) => {
    const { next, context } = await pollOnce(launching(), {}, { ...READY, green: [green] });

    expect(inPhase(next, 'launching').progress).toContain(says);
    expect(context.changes).toEqual([]);
  });

  test('CodeDeploy is created when all tagged instances run; those on their way out do not count', async () => {
    const green = [
      instance('i-1'),
      instance('i-2'),
      instance('i-3', { state: 'terminated' }),
      instance('i-4', { state: 'shutting-down' }),
    ];
    const { next, context } = await pollOnce(
      launching(),
      { after: 60 },
      { ...READY, green: [green], findDeployments: [[]], create: [CREATED] },
    );

    expect(inPhase(next, 'installing')).toMatchObject({ deploymentId: 'd-OWN', elastigroupDeploymentId: 'cdbg-1' });
    expect(context.changes).toEqual(['create CodeDeploy']);
    expect(context.findSince).toEqual([at(60 - 109 * 3600)]);
  });

  test('the start of the action moves back to its oldest instance: a crash may have lost it', async () => {
    const green = [
      instance('i-1', { launchedAt: at(-100) }),
      instance('i-2', { launchedAt: at(-300) }),
      instance('i-3'),
    ];
    const { next } = await pollOnce(
      launching(),
      {},
      { ...READY, green: [green], findDeployments: [[]], create: [CREATED] },
    );

    expect(inPhase(next, 'installing').startedAt).toBe(at(-300));
  });

  test('the start of the action never moves forward, and an unknown time is no evidence', async () => {
    const green = [instance('i-1', { launchedAt: at(50) }), { ...instance('i-2'), launchedAt: undefined }];
    const { next } = await pollOnce(
      launching(),
      { after: 60 },
      { ...READY, green: [green], findDeployments: [[]], create: [CREATED] },
    );

    expect(inPhase(next, 'installing').startedAt).toBe(at(0));
  });

  test.each(['Created', 'InProgress', 'Ready', 'Succeeded', 'Failed', 'Stopped'])(
    'an own CodeDeploy deployment (%s) is adopted, and no second one is created',
    async (status) => {
      const { next, context } = await pollOnce(
        launching(),
        {},
        { ...READY_AND_RUNNING, findDeployments: [[otherCodeDeploy('Succeeded'), codeDeploy('d-OWN', status)]] },
      );

      expect(inPhase(next, 'installing').deploymentId).toBe('d-OWN');
      expect(context.changes).toEqual([]);
    },
  );

  test("another's active CodeDeploy deployment is a conflict, and is not stopped", async () => {
    const { next, context } = await pollOnce(
      launching(),
      {},
      { ...READY_AND_RUNNING, findDeployments: [[otherCodeDeploy('InProgress')]] },
    );

    expect(inPhase(next, 'cleaningUp').failure.headline).toContain('d-OTHER created by a user (InProgress)');
    expect(context.changes).toEqual([]);
  });

  test.each(['timeout', 'connection', 'unavailable', 'throttled', 'unreadable'] as const)(
    'a create without an answer (%s) is searched for at the next poll before it is repeated',
    async (kind) => {
      const first = await pollOnce(
        launching(),
        {},
        { ...READY_AND_RUNNING, findDeployments: [[]], create: [noAnswer('CodeDeploy', kind)] },
      );
      expect(first.next.phase).toBe('launching');

      const second = await pollOnce(
        active(first.next),
        { after: 5 },
        { ...READY_AND_RUNNING, findDeployments: [[codeDeploy('d-OWN', 'Created')]] },
      );
      expect(inPhase(second.next, 'installing').deploymentId).toBe('d-OWN');
      expect(second.context.changes).toEqual([]);
    },
  );

  test.each([
    ['RevisionDoesNotExistException', 'RevisionUnavailable'],
    ['DeploymentConfigDoesNotExistException', 'ConfigurationError'],
    ['InvalidRoleException', 'ConfigurationError'],
    ['SomethingNewException', 'JobFailed'],
  ])('%s ends it as %s', async (code, type) => {
    const { next } = await pollOnce(
      launching(),
      {},
      { ...READY_AND_RUNNING, findDeployments: [[]], create: [noAnswer('CodeDeploy', 'rejected', 'no', code)] },
    );

    expect(inPhase(next, 'cleaningUp').failure.type).toBe(type);
  });

  test('a missing permission is named', async () => {
    const words = 'User: x is not authorized to perform: codedeploy:CreateDeployment on resource: y';
    const { next } = await pollOnce(
      launching(),
      {},
      { ...READY_AND_RUNNING, findDeployments: [[]], create: [noAnswer('CodeDeploy', 'denied', words)] },
    );

    const { failure } = inPhase(next, 'cleaningUp');
    expect(failure.type).toBe('PermissionError');
    expect(failure.known).toEqual({ cause: 'missing-permission', action: 'codedeploy:CreateDeployment' });
  });
});

describe("CodeDeploy's description names the pipeline", () => {
  const run = { pipeline: 'shop', executionId: 'e-1' };

  test.each<[string, Partial<RunMemory>, string | undefined]>([
    ['and its execution', { run }, 'pipeline shop, execution e-1'],
    ['alone', { run: { pipeline: 'shop' } }, 'pipeline shop'],
    ['only by the execution that is given', { givenExecutionId: 'e-2' }, 'pipeline execution e-2'],
    ['as CodePipeline tells it', { run, givenExecutionId: 'e-2' }, 'pipeline shop, execution e-1'],
    ['not, where nothing is known', {}, undefined],
  ])('%s', async (_name, memory, description) => {
    const context = new FakeContext({ ...READY_AND_RUNNING, findDeployments: [[]], create: [CREATED] });
    Object.assign(context.runMemory, memory);
    await launch(launching(), context);
    expect(context.descriptions).toEqual([description]);
  });
});

describe('that no CodeDeploy deployment can be there', () => {
  const launched = launching({ noCodeDeploySent: true });
  const failing = (operation: string, kind: UpstreamErrorKind) =>
    new UpstreamError({ service: 'CodeDeploy', operation, kind, detail: `${kind} for this test` });

  test.each(['timeout', 'connection', 'unavailable', 'unreadable'] as const)(
    'is not known after a CreateDeployment whose answer was lost (%s)',
    async (kind) => {
      const create = [failing('CreateDeployment', kind)];
      const { next } = await pollOnce(launched, {}, { ...READY_AND_RUNNING, findDeployments: [[]], create });
      expect(inPhase(next, 'launching')).not.toHaveProperty('noCodeDeploySent');
    },
  );

  test('is not known after a bug of ours', async () => {
    const create = [new TypeError('undefined is not a function')];
    const { next } = await pollOnce(launched, {}, { ...READY_AND_RUNNING, findDeployments: [[]], create });
    expect(inPhase(next, 'cleaningUp')).not.toHaveProperty('noCodeDeploySent');
  });

  test('is not known while another delivery of the event has a fleet of its own', async () => {
    const list = [[elastigroup('cdbg-1', 'LAUNCHING_NEW_INSTANCES'), elastigroup('cdbg-2', 'FINISHED_STOPPED')]];
    const { next } = await pollOnce(launched, {}, { list });
    expect(inPhase(next, 'launching')).not.toHaveProperty('noCodeDeploySent');
  });

  test.each(['unreachable', 'throttled'] as const)(
    'is known after a CreateDeployment that was surely not processed (%s)',
    async (kind) => {
      const create = [failing('CreateDeployment', kind)];
      const { next } = await pollOnce(launched, {}, { ...READY_AND_RUNNING, findDeployments: [[]], create });
      expect(inPhase(next, 'launching').noCodeDeploySent).toBe(true);
    },
  );

  test.each(['denied', 'rejected'] as const)('and cleaning up knows it after one that was %s', async (kind) => {
    const create = [failing('CreateDeployment', kind)];
    const { next } = await pollOnce(launched, {}, { ...READY_AND_RUNNING, findDeployments: [[]], create });
    expect(inPhase(next, 'cleaningUp').noCodeDeploySent).toBe(true);
  });

  test('is known while Elastigroup is still launching the only fleet, and not for a fleet that is up', async () => {
    const before = await pollOnce(launching(), {}, { list: [[elastigroup('cdbg-1', 'LAUNCHING_NEW_INSTANCES')]] });
    expect(inPhase(before.next, 'launching').noCodeDeploySent).toBe(true);
    const stray = launching({ duplicateStopSentAt: at(0) });
    const beside = await pollOnce(stray, {}, { list: [[elastigroup('cdbg-1', 'LAUNCHING_NEW_INSTANCES')]] });
    expect(beside.next).not.toHaveProperty('noCodeDeploySent');
    const findDeployments = [failing('ListDeployments', 'timeout')];
    const up = await pollOnce(launching(), {}, { ...READY_AND_RUNNING, findDeployments });
    expect(up.next).not.toHaveProperty('noCodeDeploySent');
  });

  test('is known while it cannot be read, and beyond TIMEOUT', async () => {
    const findDeployments = [failing('ListDeployments', 'timeout')];
    const { next } = await pollOnce(launched, {}, { ...READY_AND_RUNNING, findDeployments });
    expect(inPhase(next, 'launching').noCodeDeploySent).toBe(true);
    const late = await pollOnce(active(next), { after: 1800 }, {});
    expect(inPhase(late.next, 'cleaningUp').noCodeDeploySent).toBe(true);
  });
});

describe('DeploymentLimitExceeded', () => {
  const limited = (outcome: CreateOutcome, more: Partial<Script>): Script => ({
    ...READY_AND_RUNNING,
    findDeployments: [[]],
    create: [outcome],
    ...more,
  });

  test('that names our own deployment is adoption', async () => {
    const { next, context } = await pollOnce(
      launching(),
      {},
      limited(conflicts('d-OWN'), { getDeployment: [codeDeploy('d-OWN', 'Created')] }),
    );

    expect(inPhase(next, 'installing').deploymentId).toBe('d-OWN');
    expect(context.changes).toEqual(['create CodeDeploy']);
  });

  test("that names another's is a conflict, and the other is not stopped", async () => {
    const { next, context } = await pollOnce(
      launching(),
      {},
      limited(conflicts('d-OTHER'), { getDeployment: [otherCodeDeploy('InProgress')] }),
    );

    expect(inPhase(next, 'cleaningUp').failure.headline).toContain('d-OTHER created by a user (InProgress)');
    expect(context.changes).toEqual(['create CodeDeploy']);
  });

  test("that names another's that has just ended is tried again at the next poll", async () => {
    const { next } = await pollOnce(
      launching(),
      {},
      limited(conflicts('d-OTHER'), { getDeployment: [otherCodeDeploy('Succeeded')] }),
    );

    expect(inPhase(next, 'launching').progress).toContain('d-OTHER');
  });

  test('that names none leads to another search, which finds our own', async () => {
    const { next } = await pollOnce(
      launching(),
      {},
      limited(conflicts(undefined), { findDeployments: [[], [codeDeploy('d-OWN', 'Created')]] }),
    );

    expect(inPhase(next, 'installing').deploymentId).toBe('d-OWN');
  });

  test("that names none leads to another search, which finds another's", async () => {
    const { next } = await pollOnce(
      launching(),
      {},
      limited(conflicts(undefined), { findDeployments: [[], [otherCodeDeploy('Queued')]] }),
    );

    expect(inPhase(next, 'cleaningUp').failure.headline).toContain('d-OTHER created by a user (Queued)');
  });

  test("that names none, with none to be found, is quoted in CodeDeploy's words", async () => {
    const { next } = await pollOnce(launching(), {}, limited(conflicts(undefined), { findDeployments: [[], []] }));

    expect(inPhase(next, 'cleaningUp').failure.headline).toContain('is already deploying');
  });
});

describe('InvalidTargetInstances', () => {
  const noTargets: Script = {
    ...READY_AND_RUNNING,
    findDeployments: [[]],
    create: [{ kind: 'no-targets', message: 'no instance has the tag' }],
  };

  test('is a tag that CodeDeploy does not see yet: the next poll tries again', async () => {
    const first = await pollOnce(launching(), { after: 60 }, noTargets);
    expect(inPhase(first.next, 'launching').noTargetsSince).toBe(at(60));

    const second = await pollOnce(active(first.next), { after: 65 }, noTargets);
    expect(inPhase(second.next, 'launching').noTargetsSince).toBe(at(60));
  });

  test.each([
    [179.999, 'launching'],
    [180, 'cleaningUp'],
  ] as const)('after %s s of it the phase is %s', async (seconds, phase) => {
    const { next } = await pollOnce(launching({ noTargetsSince: at(0) }), { after: seconds }, noTargets);

    expect(next.phase).toBe(phase);
  });

  test('for good is explained', async () => {
    const { next } = await pollOnce(launching({ noTargetsSince: at(0) }), { after: 180 }, noTargets);

    const { headline, known } = inPhase(next, 'cleaningUp').failure;
    expect(headline).toContain('no instance has the tag');
    expect(known).toEqual({ cause: 'in-place-group' });
  });
});

import { advance } from '../../../../src/deployment/advance';
import {
  active,
  at,
  BLUE_GREEN_GROUP,
  checked,
  codeDeploy,
  elastigroup,
  inPhase,
  instance,
  JOB,
  noAnswer,
  OTHER_TAG,
  OWN_TAG,
  starting,
} from '../../../support/deploymentSamples';
import { FakeContext, type Script } from '../../../support/fakeContext';
import { pollOnce } from '../../../support/pollOnce';

const NOTHING = { list: [[]], findDeployments: [[]] };
/** What is read before a start after preflight: EC2 shows no instance of an earlier delivery of the event, Spot tells the capacity, and lists twice. */
const FREE = { list: [[], []], findDeployments: [[]], green: [[]], integration: [[]] };
const other = (state: string) => elastigroup('cdbg-other', state, [OTHER_TAG]);
const otherCodeDeploy = (status: string) => codeDeploy('d-OTHER', status, { targetTags: [OTHER_TAG] });

describe('where nothing of the action is under way', () => {
  test('one deployment is started, with the tag, application and group of the action', async () => {
    const { next, context } = await pollOnce(checked(), {}, { ...FREE, start: [elastigroup('cdbg-1', 'STARTING')] });

    expect(inPhase(next, 'launching')).toMatchObject({ elastigroupDeploymentId: 'cdbg-1', noCodeDeploySent: true });
    expect(context.startRequests).toEqual([
      { greenTag: OWN_TAG, applicationName: 'shop', deploymentGroupName: 'shop-green', timeoutMinutes: 95 },
    ]);
  });

  test.each([
    { timeoutSeconds: 1, cleanupTimeoutSeconds: 1, minutes: 61 },
    { timeoutSeconds: 60, cleanupTimeoutSeconds: 60, minutes: 62 },
    { timeoutSeconds: 60, cleanupTimeoutSeconds: 61, minutes: 63 },
    { timeoutSeconds: 1800, cleanupTimeoutSeconds: 300, minutes: 95 },
    { timeoutSeconds: 85_500, cleanupTimeoutSeconds: 800, minutes: 1499 },
  ])(
    'Elastigroup gets a limit of $minutes min for TIMEOUT $timeoutSeconds s and $cleanupTimeoutSeconds s of cleaning up',
    async ({ timeoutSeconds, cleanupTimeoutSeconds, minutes }) => {
      const { context } = await pollOnce(
        checked(),
        { parameters: { timeoutSeconds }, cleanupTimeoutSeconds },
        { ...FREE, start: [elastigroup('cdbg-1', 'STARTING')] },
      );

      expect(context.startRequests.map((request) => request.timeoutMinutes)).toEqual([minutes]);
    },
  );

  test('CodeDeploy is asked for what is as old as a blue/green deployment can become: 109 hours', async () => {
    const { context } = await pollOnce(checked(), {}, { ...FREE, start: [elastigroup('cdbg-1', 'STARTING')] });

    expect(context.findSince).toEqual([at(-109 * 3600)]);
  });

  test('nothing is started once TIMEOUT is reached', async () => {
    const { next, context } = await pollOnce(checked(), { after: 1800 }, {});

    expect(inPhase(next, 'cleaningUp').failure).toMatchObject({ type: 'JobFailed', timedOut: true });
    expect(context.changes).toEqual([]);
  });
});

describe('what is under way already is adopted', () => {
  const own = elastigroup('cdbg-1', 'LAUNCHING_NEW_INSTANCES');
  const lists = {
    alone: [own],
    first: [own, other('FINISHED'), elastigroup('cdbg-old', 'FINISHED_ERROR', [])],
    last: [elastigroup('cdbg-old', 'FINISHED', [OTHER_TAG]), other('LAUNCHING_NEW_INSTANCES'), own],
    'in the middle of many': [
      ...Array.from({ length: 60 }, (_, index) => elastigroup(`cdbg-0${index}`, 'FINISHED', [OTHER_TAG])),
      own,
      ...Array.from({ length: 60 }, (_, index) => elastigroup(`cdbg-9${index}`, 'FINISHED_STOPPED', [])),
    ],
    'with more tags than ours': [{ ...own, tags: [OTHER_TAG, { key: 'team', value: 'web' }, OWN_TAG] }],
  };

  test.each(Object.entries(lists))('found by its tag: %s', async (_where, list) => {
    const { next, context } = await pollOnce(checked(), {}, { list: [list] });
    // An earlier delivery may have started CodeDeploy.
    expect(next).not.toHaveProperty('noCodeDeploySent');

    expect(inPhase(next, 'launching').elastigroupDeploymentId).toBe('cdbg-1');
    expect(context.changes).toEqual([]);
  });

  test.each([
    ['the value of another key', { key: 'Name', value: JOB }],
    ['the beginning of another value', { key: 'GreenIdentifier', value: `${JOB}-2` }],
    ['another case', { key: 'greenidentifier', value: JOB }],
  ])('not by a tag that is only alike: %s', async (_how, tag) => {
    const { next } = await pollOnce(
      checked(),
      {},
      { list: [[elastigroup('cdbg-7', 'STARTING', [tag])]], findDeployments: [[]], green: [[]] },
    );

    expect(inPhase(next, 'failed').failure.headline).toContain('cdbg-7');
  });

  test.each(['InProgress', 'Succeeded', 'Failed', 'Stopped', 'Ready'])(
    'by its CodeDeploy deployment (%s), when Spot no longer lists its own',
    async (status) => {
      const own = codeDeploy('d-OWN', status, { createdAt: at(-90) });
      const { next, context } = await pollOnce(
        checked(),
        {},
        { list: [[]], findDeployments: [[otherCodeDeploy('Failed'), own]] },
      );

      expect(inPhase(next, 'installing')).toMatchObject({ deploymentId: 'd-OWN', startedAt: at(-90) });
      expect(next).not.toHaveProperty('elastigroupDeploymentId');
      expect(context.changes).toEqual([]);
    },
  );

  test.each([
    { statuses: ['Failed', 'Succeeded'], adopts: 'Succeeded' },
    { statuses: ['Succeeded', 'Stopped'], adopts: 'Succeeded' },
    { statuses: ['Failed', 'Succeeded', 'InProgress'], adopts: 'InProgress' },
  ])('of CodeDeploy deployments that are $statuses, the one that is $adopts', async ({ statuses, adopts }) => {
    const own = statuses.map((status) => codeDeploy(`d-${status}`, status));
    const { next } = await pollOnce(checked(), {}, { list: [[]], findDeployments: [own] });

    expect(inPhase(next, 'installing').deploymentId).toBe(`d-${adopts}`);
  });

  test('after TIMEOUT by cleaning up, which reads all anew', async () => {
    const { next } = await pollOnce(checked(), { after: 4000 }, {});

    expect(next.phase).toBe('cleaningUp');
  });

  test('a rollback that CodeDeploy made of it is not it', async () => {
    const rollback = codeDeploy('d-ROLLBACK', 'Succeeded', { creator: 'codeDeployRollback' });
    const { next } = await pollOnce(
      checked(),
      {},
      { list: [[]], findDeployments: [[rollback, codeDeploy('d-OWN', 'Failed')]] },
    );

    expect(inPhase(next, 'installing').deploymentId).toBe('d-OWN');
  });
});

describe('a start whose answer was lost', () => {
  const lost = ['connection', 'timeout', 'unavailable', 'unreadable'] as const;

  test.each(lost)('is not repeated at once (%s)', async (kind) => {
    const { next, context } = await pollOnce(checked(), { after: 7 }, { ...FREE, start: [noAnswer('Spot', kind)] });

    expect(inPhase(next, 'starting').unconfirmedSince).toBe(at(7));
    expect(context.changes).toEqual(['start Elastigroup']);
  });

  test.each([0, 1, 15, 29.999])('is only searched for, %s s later', async (seconds) => {
    const { next, context } = await pollOnce(checked({ unconfirmedSince: at(0) }), { after: seconds }, NOTHING);

    expect(inPhase(next, 'starting').unconfirmedSince).toBe(at(0));
    expect(context.changes).toEqual([]);
  });

  test('is repeated after 30 s, and the search begins anew', async () => {
    const { next, context } = await pollOnce(
      checked({ unconfirmedSince: at(0) }),
      { after: 30 },
      { ...FREE, start: [noAnswer('Spot', 'timeout')] },
    );

    expect(context.changes).toEqual(['start Elastigroup']);
    expect(inPhase(next, 'starting').unconfirmedSince).toBe(at(30));
  });

  test('is adopted when it comes to light', async () => {
    const { next, context } = await pollOnce(
      checked({ unconfirmedSince: at(0) }),
      { after: 5 },
      { list: [[elastigroup('cdbg-1', 'STARTING')]] },
    );

    expect(inPhase(next, 'launching').elastigroupDeploymentId).toBe('cdbg-1');
    expect(context.changes).toEqual([]);
  });

  test('is cleaned up after, when TIMEOUT comes before it has come to light', async () => {
    const { next } = await pollOnce(checked({ unconfirmedSince: at(1790) }), { after: 1800 }, {});

    expect(inPhase(next, 'cleaningUp').unconfirmedSince).toBe(at(1790));
  });

  test('takes precedence over a conflict: the other one may be what is not yet tagged', async () => {
    const { next } = await pollOnce(
      checked({ unconfirmedSince: at(0) }),
      { after: 5 },
      { list: [[elastigroup('cdbg-2', 'STARTING', [])]], findDeployments: [[]] },
    );

    expect(next.phase).toBe('starting');
  });
});

describe('a start that surely was not processed', () => {
  test.each(['unreachable', 'throttled', 'rate-limited'] as const)(
    'is repeated at the next poll (%s)',
    async (kind) => {
      const first = await pollOnce(checked(), {}, { ...FREE, start: [noAnswer('Spot', kind)] });
      expect(inPhase(first.next, 'starting')).not.toHaveProperty('unconfirmedSince');

      const second = await pollOnce(
        active(first.next),
        { after: 5 },
        { ...FREE, start: [elastigroup('cdbg-1', 'STARTING')] },
      );
      expect(second.next.phase).toBe('launching');
    },
  );

  test('for lack of a permission ends the action; what a duplicate may have started is named by its tag', async () => {
    const { next } = await pollOnce(checked(), {}, { ...FREE, start: [noAnswer('Spot', 'denied', 'Invalid token')] });

    const { failure, cleaned, left } = inPhase(next, 'failed');
    expect(failure.type).toBe('ConfigurationError');
    expect(failure.headline).toContain('Invalid token');
    expect(cleaned).toEqual([]);
    expect(left.join()).toContain(`GreenIdentifier=${JOB}`);
  });
});

describe('a start that Spot refuses', () => {
  const refusal = noAnswer('Spot', 'rejected', 'the group already has a deployment');
  const refused = checked({ refusal: 'the group already has a deployment', unconfirmedSince: at(0) });

  test('is followed by another search, and never by another start', async () => {
    const { next, context } = await pollOnce(checked(), { after: 3 }, { ...FREE, start: [refusal] });

    expect(inPhase(next, 'starting')).toMatchObject({ refusal: refusal.detail, unconfirmedSince: at(3) });
    expect(context.changes).toEqual(['start Elastigroup']);
  });

  test("leads to the deployment of this event's duplicate, where there is one", async () => {
    const { next } = await pollOnce(refused, { after: 5 }, { list: [[elastigroup('cdbg-1', 'STARTING')]] });

    expect(inPhase(next, 'launching').elastigroupDeploymentId).toBe('cdbg-1');
  });

  test("is not believed for 30 s, since the duplicate's deployment may not be listed yet", async () => {
    const { next, context } = await pollOnce(refused, { after: 29 }, NOTHING);

    expect(next.phase).toBe('starting');
    expect(context.changes).toEqual([]);
  });

  test("then fails with Spot's words, naming the group and its integration", async () => {
    const { next, context } = await pollOnce(refused, { after: 30 }, { ...NOTHING, green: [[]] });

    const { failure } = inPhase(next, 'cleaningUp');
    expect(failure.type).toBe('JobFailed');
    for (const words of ['the group already has a deployment', 'sig-1', 'shop/shop-green'])
      expect(failure.headline).toContain(words);
    expect(context.changes).toEqual([]);
  });

  test('then names the conflicting deployment, and leaves it alone', async () => {
    const { next, context } = await pollOnce(
      refused,
      { after: 30 },
      { list: [[other('STARTING')]], findDeployments: [[]], green: [[]] },
    );

    expect(inPhase(next, 'cleaningUp').failure.headline).toContain('cdbg-other (STARTING, GreenIdentifier=');
    expect(context.changes).toEqual([]);
  });
});

describe('green instances of the action, of which no service lists a deployment', () => {
  const orphans = {
    ...NOTHING,
    green: [
      [instance('i-1', { state: 'terminated', launchedAt: at(-400) }), instance('i-2', { launchedAt: at(-300) })],
    ],
  };

  test('are searched for during 30 s: one empty list says nothing', async () => {
    const first = await pollOnce(checked(), { after: 2 }, orphans);
    expect(inPhase(first.next, 'starting')).toMatchObject({ unconfirmedSince: at(2), startedAt: at(-400) });
    expect(first.context.changes).toEqual([]);

    const second = await pollOnce(active(first.next), { after: 7 }, { list: [[elastigroup('cdbg-1', 'STARTING')]] });
    expect(inPhase(second.next, 'launching').elastigroupDeploymentId).toBe('cdbg-1');
  });

  const denied = { list: [[]], findDeployments: [noAnswer('CodeDeploy', 'denied')] };

  test('are searched for before a list that is rejected ends the action: another delivery may have launched them', async () => {
    const first = await pollOnce(starting(), { after: 2 }, { ...denied, green: orphans.green });
    expect(inPhase(first.next, 'starting')).toMatchObject({ unconfirmedSince: at(2), startedAt: at(-400) });

    const second = await pollOnce(active(first.next), { after: 122 }, denied);
    expect(inPhase(second.next, 'starting').deniedSince).toBe(at(122));
  });

  test.each<[string, [] | Error]>([
    ['shows none', []],
    ['cannot be read', noAnswer('EC2', 'unavailable')],
  ])('do not keep it from ending where EC2 %s', async (_, green) => {
    const late = checked({ deniedSince: at(0) });
    const { next } = await pollOnce(late, { after: 120 }, { ...denied, green: [green] });
    expect(inPhase(next, 'failed').left.join()).toContain(`GreenIdentifier=${JOB}`);
  });

  test('keep green from being launched a second time', async () => {
    const { next, context } = await pollOnce(checked({ unconfirmedSince: at(0) }), { after: 30 }, orphans);

    expect(inPhase(next, 'cleaningUp').failure.headline).toContain('2 green instances exist');
    expect(context.changes).toEqual([]);
  });

  test('must be searched for before a start: EC2 being down costs the poll', async () => {
    const { next, context } = await pollOnce(
      checked(),
      { after: 2 },
      { ...NOTHING, green: [noAnswer('EC2', 'unavailable')] },
    );

    expect(inPhase(next, 'starting').outageSince).toBe(at(2));
    expect(context.changes).toEqual([]);
  });
});

describe("another's deployment", () => {
  test.each([
    'STARTING',
    'LAUNCHING_NEW_INSTANCES',
    'AWAITING_USER_DEPLOYMENT',
    'REMOVE_OLD_INSTANCES',
    'STOPPING',
    'ROLLBACK_START',
  ])('that is under way (%p) is a conflict, and is not touched', async (state) => {
    const { next, context } = await pollOnce(
      checked(),
      {},
      { list: [[other(state)]], findDeployments: [[]], green: [[]] },
    );

    const { failure, left } = inPhase(next, 'failed');
    expect(failure.headline).toContain('cdbg-other');
    expect(failure.headline).toContain('Nothing was started.');
    expect(left).toEqual([]);
    expect(context.changes).toEqual([]);
  });

  test.each(['FINISHED', 'FINISHED_ERROR', 'FINISHED_STOPPED', 'ERROR', 'UNSTABLE_DEPLOYMENT', 'A_NEW_STATE', ''])(
    'that has ended, or of whose state nobody knows whether it has (%p), is left to Spot to judge',
    async (state) => {
      const { context } = await pollOnce(
        checked(),
        {},
        {
          list: [[other(state)], [other(state)]],
          findDeployments: [[]],
          integration: [[]],
          green: [[]],
          start: [elastigroup('cdbg-1', 'STARTING')],
        },
      );

      expect(context.changes).toEqual(['start Elastigroup']);
    },
  );

  test('in CodeDeploy is a conflict before anything is launched', async () => {
    const { next, context } = await pollOnce(
      checked(),
      {},
      { list: [[]], findDeployments: [[otherCodeDeploy('Ready')]], green: [[]] },
    );

    expect(inPhase(next, 'failed').failure.headline).toContain('d-OTHER created by a user (Ready)');
    expect(context.changes).toEqual([]);
  });

  test('that Spot answers a start with is a conflict, and does not become ours', async () => {
    const { next } = await pollOnce(checked(), {}, { ...FREE, start: [other('STARTING')] });

    expect(inPhase(next, 'failed').failure.headline).toContain('cdbg-other');
  });
});

test('two polls in a row never start twice, whatever the first one answered', async () => {
  const context = new FakeContext({
    list: [[], [], [elastigroup('cdbg-1', 'STARTING')]],
    findDeployments: [[]],
    green: [[]],
    integration: [[]],
    start: [noAnswer('Spot', 'connection')],
  });
  const first = await advance(checked(), context);
  context.clock.advance(5);
  const second = await advance(active(first), context);

  expect(second.phase).toBe('launching');
  expect(context.changes).toEqual(['start Elastigroup']);
});

describe('preflight, before the first start', () => {
  const integration = [[{ applicationName: 'shop', deploymentGroupName: 'shop-green' }]];
  const checks: Script = {
    integration,
    deploymentGroup: [BLUE_GREEN_GROUP],
    revision: [{ kind: 'found', eTag: '"e"' }],
  };
  /** A group without a history is read further back. */
  const good: Script = { ...checks, findDeployments: [[], []] };

  test('that finds nothing lets the deployment start', async () => {
    const { context } = await pollOnce(
      starting(),
      {},
      { ...FREE, ...good, start: [elastigroup('cdbg-1', 'STARTING')] },
    );
    expect(context.changes).toEqual(['start Elastigroup']);
  });

  test("has Elastigroup's own limit come after the wait before CodeDeploy terminates blue: TIMEOUT may fall into that", async () => {
    const start = [elastigroup('cdbg-1', 'STARTING')];
    const waits = { ...good, deploymentGroup: [{ ...BLUE_GREEN_GROUP, blueTerminationWaitMinutes: 20 }] };
    const first = await pollOnce(starting(), {}, { ...FREE, ...waits, start });
    const later = await pollOnce(checked({ blueWaitMinutes: 20 }), {}, { ...FREE, start });
    const limits = [first, later].flatMap(({ context }) => context.startRequests);
    expect(limits.map(({ timeoutMinutes }) => timeoutMinutes)).toEqual([115, 115]);
  });

  test('is not made again once it has passed', async () => {
    const first = await pollOnce(starting(), {}, { ...FREE, ...good, start: [noAnswer('Spot', 'timeout')] });
    expect(inPhase(first.next, 'starting').checked).toBe(true);
    await pollOnce(active(first.next), { after: 5 }, NOTHING);
  });

  test('tells all problems at once, and starts nothing', async () => {
    const script: Script = {
      list: [[]],
      findDeployments: [[], []],
      green: [[]],
      integration: ['none'],
      deploymentGroup: [{ ...BLUE_GREEN_GROUP, deploymentType: 'IN_PLACE' }],
      revision: [{ kind: 'missing' }],
    };
    const { next, context } = await pollOnce(starting(), {}, script);
    const { failure, cleaned, left } = inPhase(next, 'failed');
    expect(failure.type).toBe('ConfigurationError');
    for (const words of ['3 problems', 'no CodeDeploy integration', 'is IN_PLACE', 'does not exist'])
      expect(failure.headline).toContain(words);
    expect([...cleaned, ...left, ...context.changes]).toEqual([]);
  });

  test('tells a refusal of the first reading together with what it finds', async () => {
    const denied = noAnswer('Spot', 'denied', 'Invalid token');
    const refused: Script = { list: [denied], green: [[]], integration: [denied] };
    const script: Script = { ...checks, ...refused, revision: [{ kind: 'missing' }] };
    const { headline } = inPhase((await pollOnce(starting(), {}, script)).next, 'failed').failure;
    for (const words of ['2 problems', 'Invalid token', 'does not exist']) expect(headline).toContain(words);
  });

  test('without an answer costs the poll', async () => {
    const { next, context } = await pollOnce(
      starting(),
      { after: 3 },
      { ...NOTHING, green: [[]], ...good, deploymentGroup: [noAnswer('CodeDeploy', 'unavailable')] },
    );
    expect(inPhase(next, 'starting').outageSince).toBe(at(3));
    expect(next).not.toHaveProperty('checked');
    expect(context.changes).toEqual([]);
  });

  describe("learns how long the group's deployments take", () => {
    const took = (seconds: number) =>
      codeDeploy('d-EARLIER', 'Succeeded', {
        targetTags: [OTHER_TAG],
        createdAt: at(-9000),
        endedAt: at(seconds - 9000),
      });
    const begun = { start: [elastigroup('cdbg-1', 'STARTING')] };

    test('from what it reads anyway', async () => {
      const { next, context } = await pollOnce(
        starting(),
        {},
        { ...FREE, ...checks, ...begun, findDeployments: [[took(370)]] },
      );
      expect(inPhase(next, 'launching').usual).toEqual({ median: 370, high: 370, count: 1 });
      expect(context.findSince).toEqual([at(-109 * 3600)]);
    });

    test('a group that deploys once a week is read further back, once', async () => {
      const { next, context } = await pollOnce(
        starting(),
        {},
        { ...FREE, ...checks, ...begun, findDeployments: [[], [took(370)]] },
      );
      expect(inPhase(next, 'launching').usual).toEqual({ median: 370, high: 370, count: 1 });
      expect(context.findSince).toEqual([at(-109 * 3600), at(-14 * 24 * 3600)]);
    });

    test.each([
      ['none', []],
      ['a read that is refused', noAnswer('CodeDeploy', 'denied')],
      ['a read that fails', noAnswer('CodeDeploy', 'unavailable')],
    ])('%s: it goes on without', async (_name, older) => {
      const { next } = await pollOnce(
        starting(),
        {},
        { ...FREE, ...checks, ...begun, findDeployments: [[took(-5)], older] },
      );
      expect(inPhase(next, 'launching')).not.toHaveProperty('usual');
    });

    test('and warns where TIMEOUT is shorter, with both numbers', async () => {
      const { context } = await pollOnce(
        starting(),
        { parameters: { timeoutSeconds: 300 } },
        { ...FREE, ...checks, ...begun, findDeployments: [[took(370), took(540)]] },
      );
      const [warning] = context.log.lines.filter(({ level }) => level === 'warn');
      expect(warning?.sentence).toBe(
        'Preflight: TIMEOUT is 5m, but recent CodeDeploy deployments of shop/shop-green took as long or longer: the last 2 took ' +
          'a median of 7m35s, up to 9m; and green is launched before. Set TIMEOUT to at least 840.',
      );
    });

    test('and says it in a dry run', async () => {
      const script: Script = { list: [[]], green: [[]], ...checks, findDeployments: [[took(370)]] };
      const { next } = await pollOnce(starting(), { parameters: { dryRun: true } }, script);
      expect(inPhase(next, 'dryRun').usual).toEqual({ median: 370, high: 370, count: 1 });
    });
  });

  test('is all that DRY_RUN does', async () => {
    const script: Script = { list: [[other('STARTING')]], green: [[]], ...good };
    const { next, context } = await pollOnce(starting(), { parameters: { dryRun: true } }, script);
    expect(inPhase(next, 'dryRun').conflicts.join()).toContain('cdbg-other');
    expect(context.changes).toEqual([]);
  });
});

describe('ON_CONFLICT WAIT', () => {
  test('waits for the conflicting deployment, and starts when it has ended', async () => {
    const parameters = { onConflict: 'WAIT' as const };
    const conflicts = { list: [[other('STARTING')]], findDeployments: [[otherCodeDeploy('InProgress')]], green: [[]] };
    const first = await pollOnce(checked(), { parameters }, conflicts);
    expect(inPhase(first.next, 'starting')).toMatchObject({
      waitsForOther: { since: at(0) },
      progress: expect.stringMatching(/^waiting for .*cdbg-other.* and CodeDeploy d-OTHER created by a user/) as string,
    });
    expect(first.context.changes).toEqual([]);

    const free = { ...FREE, start: [elastigroup('cdbg-1', 'STARTING')] };
    const second = await pollOnce(active(first.next), { after: 60, parameters }, free);
    expect(inPhase(second.next, 'launching')).not.toHaveProperty('waitsForOther');
  });

  test.each([
    { timeoutSeconds: 1800, least: 360, says: 'Only 5m59s of TIMEOUT (30m) were left .* at least 6m\\.' },
    { timeoutSeconds: 300, least: 60, says: 'Only 59s of TIMEOUT (5m) were left .* at least 1m\\.' },
    { timeoutSeconds: 90, least: 45, says: 'Only 44s of TIMEOUT (1m30s) were left .* at least 45s\\.' },
  ])('starts nothing when too little of TIMEOUT is left: $least s of $timeoutSeconds', async (row) => {
    const parameters = { onConflict: 'WAIT' as const, timeoutSeconds: row.timeoutSeconds };
    const waiting = checked({ waitsForOther: {} });
    const last = row.timeoutSeconds - row.least;
    const start = [elastigroup('cdbg-1', 'STARTING')];
    const inTime = await pollOnce(waiting, { after: last, parameters }, { ...FREE, start });
    expect(inTime.next.phase).toBe('launching');

    const { next, context } = await pollOnce(waiting, { after: last + 1, parameters }, FREE);
    const { failure, left } = inPhase(next, 'failed');
    expect(failure.type).toBe('JobFailed');
    expect(failure.headline).toMatch(new RegExp(row.says.replaceAll('(', '\\(').replaceAll(')', '\\)')));
    expect(left).toEqual([]);
    expect(context.changes).toEqual([]);
  });

  test('nor after an outage that took so much of it', async () => {
    const away = checked({ outageSince: at(100) });
    const { next, context } = await pollOnce(away, { after: 1500 }, FREE);
    const { failure } = inPhase(next, 'failed');
    expect(failure.type).toBe('SystemUnavailable');
    expect(failure.headline).toContain('gave no usable response for the last 23m20s');
    expect(context.changes).toEqual([]);
  });

  test('the group is read again before a start that preflight was long before: it may not be readable for a while', async () => {
    const script = { ...FREE, integration: [noAnswer('Spot', 'unavailable')] };
    const { next, context } = await pollOnce(checked({ waitsForOther: {} }), {}, script);
    expect(inPhase(next, 'starting').outageSince).toBe(at(0));
    expect(context.changes).toEqual([]);
  });

  test('the last reading before the start decides: who came in between is waited for', async () => {
    const { next, context } = await pollOnce(
      checked(),
      { parameters: { onConflict: 'WAIT' } },
      { ...FREE, integration: [], list: [[], [other('STARTING')]] },
    );
    expect(inPhase(next, 'starting').progress).toContain('cdbg-other');
    expect(context.changes).toEqual([]);
  });
});

describe("a rollback of an earlier deployment's", () => {
  const back = codeDeploy('d-BACK', 'InProgress', {
    creator: 'codeDeployRollback',
    targetTags: [],
    rollsBackDeploymentId: 'd-EARLIER',
  });

  test('is waited for also with ON_CONFLICT FAIL, and said', async () => {
    const { next, context } = await pollOnce(checked(), {}, { list: [[]], findDeployments: [[back]], green: [[]] });
    expect(inPhase(next, 'starting').progress).toContain('waiting for rollback d-BACK of CodeDeploy d-EARLIER');
    expect(context.changes).toEqual([]);
  });

  test('lets the start go on when it has ended', async () => {
    const waiting = checked({ waitsForOther: {} });
    const ended = { ...back, status: 'Succeeded' };
    const { context } = await pollOnce(
      waiting,
      { after: 60 },
      { ...FREE, findDeployments: [[ended]], start: [elastigroup('cdbg-1', 'STARTING')] },
    );
    expect(context.changes).toEqual(['start Elastigroup']);
  });
});

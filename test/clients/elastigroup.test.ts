import { elastigroupClient, SPOT_OPERATIONS } from '../../src/clients/spot/elastigroup';
import { SpotRateLimit } from '../../src/clients/spot/rateLimit';
import { SpotApi } from '../../src/clients/spot/spotApi';
import { json, respond, useLoopbackServer, type Answer } from '../support/loopbackServer';
import { AMPLE_MS, budgetFor } from './callBudget';
import { upstreamErrorOf } from './caught';

const server = useLoopbackServer();
const DEPLOYMENTS = '/aws/ec2/group/sig-1a2b/codeDeploy/blueGreenDeployment';
const START = {
  greenTag: { key: 'GreenIdentifier', value: '0c2e5d3a-1111-4222-8333-444455556666' },
  applicationName: 'shop',
  deploymentGroupName: 'web servers',
  timeoutMinutes: 45,
};
const ITEM = {
  id: 'cdbg-1',
  groupId: 'sig-1a2b',
  state: 'STARTING',
  config: { timeout: 45, tags: [{ tagKey: 'GreenIdentifier', tagValue: 'u-1' }], deploymentGroups: [] },
};

const warned: string[] = [];
const OWN = { key: 'GreenIdentifier', value: 'u-1' };
beforeEach(() => {
  warned.length = 0;
});

function elastigroup(groupId = 'sig-1a2b') {
  const options = {
    url: server.url,
    token: () => Promise.resolve('token'),
    accountId: 'act-9',
    budget: budgetFor(AMPLE_MS),
    rateLimit: new SpotRateLimit(),
  };
  return elastigroupClient(new SpotApi(options), groupId, (sentence) => warned.push(sentence));
}

function items(...list: readonly unknown[]): Answer {
  return json({
    request: { id: 'r' },
    response: { status: { code: 200, message: 'OK' }, items: list, count: list.length },
  });
}

describe('the requests are the ones that Spot documents', () => {
  test('start: tags, deployment groups and whole minutes', async () => {
    server.script(items(ITEM));
    await expect(elastigroup().startDeployment(START)).resolves.toEqual({
      id: 'cdbg-1',
      state: 'STARTING',
      tags: [{ key: 'GreenIdentifier', value: 'u-1' }],
    });
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: DEPLOYMENTS,
      query: { accountId: 'act-9' },
      headers: { authorization: 'Bearer token' },
    });
    const body: unknown = JSON.parse(request?.body ?? '');
    expect(body).toEqual({
      deployment: {
        timeout: 45,
        tags: [{ tagKey: 'GreenIdentifier', tagValue: '0c2e5d3a-1111-4222-8333-444455556666' }],
        deploymentGroups: [{ applicationName: 'shop', deploymentGroupName: 'web servers' }],
      },
    });
    // An integer on the wire: neither a text nor a fraction.
    expect(request?.body).toMatch(/"timeout":45[,}]/);
  });

  test.each<[string, (client: ReturnType<typeof elastigroup>) => Promise<unknown>, string, string]>([
    ['list', (client) => client.listDeployments(OWN), 'GET', DEPLOYMENTS],
    ['stop', (client) => client.stopDeployment('cdbg-1'), 'PUT', `${DEPLOYMENTS}/cdbg-1/stop`],
    ['group status', (client) => client.listInstances(), 'GET', '/aws/ec2/group/sig-1a2b/status'],
  ])('%s: no body', async (_name, call, method, path) => {
    server.script(items());
    await call(elastigroup());
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method,
      path,
      query: { accountId: 'act-9' },
      headers: { authorization: 'Bearer token' },
      body: '',
    });
  });

  test('an id cannot leave its place in the path', async () => {
    server.script(items(), items());
    await elastigroup('../sig?a').listDeployments(OWN);
    await elastigroup().stopDeployment('x/../../y?z#');
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/aws/ec2/group/..%2Fsig%3Fa/codeDeploy/blueGreenDeployment',
      `${DEPLOYMENTS}/x%2F..%2F..%2Fy%3Fz%23/stop`,
    ]);
    expect(server.requests.map(({ query }) => query)).toEqual([{ accountId: 'act-9' }, { accountId: 'act-9' }]);
  });
});

describe('a deployment is read as far as it is there', () => {
  test.each<[string, unknown, unknown]>([
    [
      'unknown fields',
      { ...ITEM, status: 'x', novelty: { deep: [1] } },
      { id: 'cdbg-1', state: 'STARTING', tags: [{ key: 'GreenIdentifier', value: 'u-1' }] },
    ],
    [
      'an unknown state',
      { ...ITEM, state: 'A_NEW_STATE' },
      { id: 'cdbg-1', state: 'A_NEW_STATE', tags: [{ key: 'GreenIdentifier', value: 'u-1' }] },
    ],
    ['no state: an unknown one', { id: 'cdbg-1' }, { id: 'cdbg-1', state: '', tags: [] }],
    ['config: null', { ...ITEM, config: null }, { id: 'cdbg-1', state: 'STARTING', tags: [] }],
    ['tags: null', { ...ITEM, config: { tags: null } }, { id: 'cdbg-1', state: 'STARTING', tags: [] }],
    ['no tags', { ...ITEM, config: {} }, { id: 'cdbg-1', state: 'STARTING', tags: [] }],
    ['tags that are no list', { ...ITEM, config: { tags: {} } }, { id: 'cdbg-1', state: 'STARTING', tags: [] }],
    ['state: null', { id: 'cdbg-1', state: null }, { id: 'cdbg-1', state: '', tags: [] }],
    ['a state that is an object', { id: 'cdbg-1', state: {} }, { id: 'cdbg-1', state: '', tags: [] }],
    [
      'a tag without a value, beside a good one',
      { ...ITEM, config: { tags: [{ tagKey: 'x' }, null, { tagKey: 'a', tagValue: 'b' }] } },
      { id: 'cdbg-1', state: 'STARTING', tags: [{ key: 'a', value: 'b' }] },
    ],
  ])('%s', async (_name, item, expected) => {
    server.script(items(item));
    await expect(elastigroup().listDeployments(OWN)).resolves.toEqual([expected]);
  });

  test('several, in the order of the answer', async () => {
    server.script(items(ITEM, { ...ITEM, id: 'cdbg-0', state: 'FINISHED' }));
    const found = await elastigroup().listDeployments(OWN);
    expect(found.map(({ id, state }) => [id, state])).toEqual([
      ['cdbg-1', 'STARTING'],
      ['cdbg-0', 'FINISHED'],
    ]);
  });

  test.each<[string, Answer]>([
    ['[]', items()],
    ['null', json({ response: { items: null } })],
    ['missing', json({ response: { status: { code: 200 } } })],
  ])('items %s: none', async (_name, answer) => {
    server.script(answer);
    await expect(elastigroup().listDeployments(OWN)).resolves.toEqual([]);
  });
});

describe('what cannot be read is said, by the name of the field', () => {
  test.each<[string, unknown, string]>([
    ['no id', { ...ITEM, id: undefined }, '"id"'],
    ['an empty id', { ...ITEM, id: '' }, '"id"'],
    ['an id that is a number', { ...ITEM, id: 7 }, '"id"'],
    ['a text', 'cdbg-1 of u-1', 'item'],
  ])('%s', async (_name, item, field) => {
    server.script(items(item), items(item));
    for (const [operation, call] of [
      [SPOT_OPERATIONS.list, () => elastigroup().listDeployments(OWN)],
      [SPOT_OPERATIONS.start, () => elastigroup().startDeployment(START)],
    ] as const) {
      const error = await upstreamErrorOf(call());
      expect(error).toMatchObject({ kind: 'unreadable', operation, transient: true, isSafeToRepeat: false });
      if (operation === SPOT_OPERATIONS.start) expect(error.detail).toContain(field);
      else expect(error.detail).toContain('an item with the tag of this action');
    }
    // Neither was repeated.
    expect(server.requests).toHaveLength(2);
  });

  test.each<[string, Answer]>([
    ['no items', json({ response: { status: { code: 200 } } })],
    ['items: null', json({ response: { items: null } })],
    ['items: []', items()],
  ])('a start that is answered with %s may have been processed', async (_name, answer) => {
    server.script(answer);
    const error = await upstreamErrorOf(elastigroup().startDeployment(START));
    expect(error).toMatchObject({ kind: 'unreadable', isSafeToRepeat: false });
    expect(server.requests).toHaveLength(1);
  });
});

describe('one odd item does not hide the others', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['a number', 7],
    ['a text', 'cdbg-0'],
    ['no id', { state: 'FINISHED', config: { tags: [{ tagKey: 'GreenIdentifier', tagValue: 'u-0' }] } }],
    ['an id that is a number', { id: 7 }],
    ['an endless id', { id: 'x'.repeat(129) }],
  ])('%s: skipped, with one WARN', async (_name, odd) => {
    server.script(items(odd, ITEM), items(odd, ITEM));
    const client = elastigroup();
    const polls = [await client.listDeployments(OWN), await client.listDeployments(OWN)];
    expect(polls.map((found) => found.map(({ id }) => id))).toEqual([['cdbg-1'], ['cdbg-1']]);
    expect(warned).toEqual([expect.stringMatching(/^Skipped an item without a readable ID/)]);
  });

  test.each<[string, unknown]>([
    ['a key that is null', { ...ITEM, config: { tags: [{ tagKey: null, tagValue: 'u-1' }] } }],
    ['fields of other names', { ...ITEM, config: { tags: [{ key: 'GreenIdentifier', value: 'u-1' }] } }],
    ['another place', { id: 'cdbg-1', state: 'STARTING', tags: [{ tagKey: 'GreenIdentifier', tagValue: 'u-1' }] }],
    ['an object', { ...ITEM, config: { tags: { GreenIdentifier: 'u-1' } } }],
  ])('an own deployment whose tags cannot be read (%s) is known as own', async (_name, item) => {
    server.script(items(item));
    await expect(elastigroup().listDeployments(OWN)).resolves.toEqual([
      { id: 'cdbg-1', state: 'STARTING', tags: [OWN] },
    ]);
  });

  test("another's deployment that names the own tag outside of its tags is another's", async () => {
    const tags = [{ tagKey: 'GreenIdentifier', tagValue: 'u-0' }];
    server.script(items({ ...ITEM, state: 'FINISHED', config: { tags }, replacedBy: { tag: 'u-1' } }));
    const [other] = await elastigroup().listDeployments(OWN);
    expect(other?.tags).toEqual([{ key: 'GreenIdentifier', value: 'u-0' }]);
  });

  test('an answer of more than 5 MB is read', async () => {
    const long = { ...ITEM, id: 'cdbg-0', status: 'x'.repeat(6_000_000) };
    server.script(items(long, ITEM));
    await expect(elastigroup().listDeployments(OWN)).resolves.toHaveLength(2);
  });

  test('null names in the CodeDeploy integration', async () => {
    const named = { applicationName: 'shop', deploymentGroupName: 'web' };
    const odd = [null, { applicationName: 'shop', deploymentGroupName: null }, named];
    server.script(
      items({ capacity: { target: 2 }, thirdPartiesIntegration: { codeDeploy: { deploymentGroups: odd } } }),
    );
    const { deploymentGroups, targetCapacity } = await elastigroup().readGroup();
    expect({ deploymentGroups, targetCapacity }).toEqual({ deploymentGroups: [named], targetCapacity: 2 });
  });
});

test.each<[string, unknown, number | undefined, number | undefined]>([
  ['numbers', { target: 4 }, 4, 240],
  ['texts', { target: '4' }, 4, 240],
  ['zero as a text', { target: '0', unit: 'weight' }, 0, 240],
  ['null', { target: null, unit: null }, undefined, 240],
  ['words', { target: 'four' }, undefined, 240],
  ['an empty text', { target: '' }, undefined, 240],
  ['no capacity', null, undefined, 240],
])('capacity and grace period: %s', async (name, capacity, target, grace) => {
  const healthCheckGracePeriod = name === 'numbers' ? 240 : '240';
  server.script(items({ capacity, compute: { launchSpecification: { healthCheckGracePeriod } } }));
  const { targetCapacity, gracePeriodSeconds } = await elastigroup().readGroup();
  expect({ targetCapacity, gracePeriodSeconds }).toEqual({ targetCapacity: target, gracePeriodSeconds: grace });
});

describe('a start is never sent twice where it may have been processed; a stop is', () => {
  const lost: readonly (readonly [string, Answer])[] = [
    ['500', respond(500)],
    ['503', respond(503)],
    ['a reset', { does: 'reset' }],
  ];
  test.each(lost)('%s: start', async (_name, answer) => {
    server.script(answer);
    expect(await upstreamErrorOf(elastigroup().startDeployment(START))).toMatchObject({ isSafeToRepeat: false });
    expect(server.requests).toHaveLength(1);
  });

  test.each(lost)('%s: stop', async (_name, answer) => {
    server.script(answer, answer, items());
    await elastigroup().stopDeployment('cdbg-1');
    expect(server.requests).toHaveLength(3);
  });
});

describe('the rate limit is one of a route and a method', () => {
  test('a 429 on the list does not hold up a stop, and holds up the next list', async () => {
    const client = elastigroup();
    server.script(respond(429, '', { 'X-RateLimit-Reset': '30' }), items());
    expect((await upstreamErrorOf(client.listDeployments(OWN))).kind).toBe('rate-limited');
    await client.stopDeployment('cdbg-1');
    expect((await upstreamErrorOf(client.listDeployments(OWN))).kind).toBe('rate-limited');
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'PUT']);
  });
});

test('the instances of the group: their ids, without those that have none yet', async () => {
  server.script(
    items(
      { instanceId: 'i-1', status: 'fulfilled', createdAt: '2026-11-21T11:49:00.000Z', lockStatus: 'unlocked' },
      { instanceId: null },
      { spotRequestId: 'sir-1' },
      { instanceId: '' },
      { instanceId: 'i-2', createdAt: Date.UTC(2026, 10, 21), lockStatus: 'locked' },
      { instanceId: 'i-3', createdAt: 'yesterday', lockStatus: 7 },
      { instanceId: 'i-4', createdAt: null, lockStatus: null },
    ),
  );
  await expect(elastigroup().listInstances()).resolves.toEqual([
    { id: 'i-1', createdAt: Date.UTC(2026, 10, 21, 11, 49), isLocked: false },
    { id: 'i-2', createdAt: Date.UTC(2026, 10, 21), isLocked: true },
    { id: 'i-3', createdAt: undefined, isLocked: false },
    { id: 'i-4', createdAt: undefined, isLocked: false },
  ]);
  expect(server.requests).toHaveLength(1);
});

import { EC2Client } from '@aws-sdk/client-ec2';
import { ec2InstancesClient, isLeft, type Ec2Instance } from '../../src/clients/ec2Instances';
import { missingActionOf } from '../../src/clients/awsCall';
import { respond, useLoopbackServer, type Answer } from '../support/loopbackServer';
import { awsSettings } from './awsSettings';
import { AMPLE_MS, budgetFor, SCARCE_MS } from './callBudget';
import { upstreamErrorOf } from './caught';

const server = useLoopbackServer();
const GREEN = { key: 'GreenIdentifier', value: 'u-1' };

function ec2Instances(milliseconds = AMPLE_MS) {
  return ec2InstancesClient(async () => new EC2Client(awsSettings(server.url)), budgetFor(milliseconds));
}

function xml(body: string, status = 200): Answer {
  return respond(status, `<?xml version="1.0" encoding="UTF-8"?>\n${body}`, { 'content-type': 'text/xml' });
}

/** A page of DescribeInstances; each argument is a reservation with its instances. */
function page(reservations: readonly (readonly string[])[], nextToken = ''): Answer {
  const items = reservations.map((instances) => `<item><instancesSet>${instances.join('')}</instancesSet></item>`);
  return xml(
    `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r-1</requestId>` +
      `<reservationSet>${items.join('')}</reservationSet>` +
      `${nextToken && `<nextToken>${nextToken}</nextToken>`}</DescribeInstancesResponse>`,
  );
}

function instance(id: string, state = 'running', more = ''): string {
  return `<item><instanceId>${id}</instanceId><instanceState><code>16</code><name>${state}</name></instanceState>${more}</item>`;
}

function ec2Error(code: string, message: string, status: number): Answer {
  return xml(
    `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>r</RequestID></Response>`,
    status,
  );
}

test('every page is read, every reservation and every instance in it', async () => {
  server.script(
    page([[instance('i-1'), instance('i-2')], [instance('i-3')]], 'token+/= 2'),
    page([], 'token-3'),
    page([[instance('i-4')]]),
  );
  const found = await ec2Instances().find(GREEN);
  expect(found.map(({ id }) => id)).toEqual(['i-1', 'i-2', 'i-3', 'i-4']);
  const forms = server.requests.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
  const first = {
    Action: 'DescribeInstances',
    Version: '2016-11-15',
    'Filter.1.Name': 'tag:GreenIdentifier',
    'Filter.1.Value.1': 'u-1',
    MaxResults: '1000',
  };
  expect(forms).toEqual([first, { ...first, NextToken: 'token+/= 2' }, { ...first, NextToken: 'token-3' }]);
});

test('any instances are described by their ids, at most 200 in a call, without those that EC2 does not know', async () => {
  const ids = Array.from({ length: 250 }, (_, index) => `i-${index}`);
  server.script(page([[instance('i-1'), instance('i-2')]]), page([[instance('i-201', 'pending')]]));
  const found = await ec2Instances().describe(ids);
  expect(found.map(({ id }) => id)).toEqual(['i-1', 'i-2', 'i-201']);
  const asked = server.requests.map(({ body }) => [...new URLSearchParams(body)]);
  expect(asked.map((form) => form.find(([name]) => name === 'Filter.1.Name')?.[1])).toEqual([
    'instance-id',
    'instance-id',
  ]);
  const values = asked.map((form) => form.filter(([name]) => name.startsWith('Filter.1.Value')).map(([, id]) => id));
  expect(values).toEqual([ids.slice(0, 200), ids.slice(200)]);
});

test('no instance has the tag: none', async () => {
  server.script(page([]));
  await expect(ec2Instances().find(GREEN)).resolves.toEqual([]);
  expect(server.requests).toHaveLength(1);
});

test('an instance is read as far as it is there', async () => {
  const reason = '<stateReason><code>Server.SpotInstanceTermination</code><message>m</message></stateReason>';
  const spot = `<instanceLifecycle>spot</instanceLifecycle><launchTime>2026-11-21T02:00:00.000Z</launchTime>${reason}`;
  server.script(
    page([
      [
        instance('i-1', 'shutting-down', spot),
        instance('i-2', 'pending'),
        instance('i-3', 'running', '<instanceLifecycle>scheduled</instanceLifecycle><novelty>1</novelty>'),
        '<item/>',
      ],
    ]),
  );
  await expect(ec2Instances().find(GREEN)).resolves.toEqual([
    {
      id: 'i-1',
      state: 'shutting-down',
      lifecycle: 'spot',
      launchedAt: Date.UTC(2026, 10, 21, 2),
      stateReason: 'Server.SpotInstanceTermination',
      shutDownAt: undefined,
    },
    {
      id: 'i-2',
      state: 'pending',
      lifecycle: 'on-demand',
      launchedAt: undefined,
      stateReason: undefined,
      shutDownAt: undefined,
    },
    {
      id: 'i-3',
      state: 'running',
      lifecycle: 'on-demand',
      launchedAt: undefined,
      stateReason: undefined,
      shutDownAt: undefined,
    },
    {
      id: 'unknown',
      state: 'unknown',
      lifecycle: 'on-demand',
      launchedAt: undefined,
      stateReason: undefined,
      shutDownAt: undefined,
    },
  ]);
});

test.each([
  ['User initiated (2026-11-21 02:03:04 GMT)', Date.UTC(2026, 10, 21, 2, 3, 4)],
  ['User initiated', undefined],
  ['', undefined],
  ['Server.SpotInstanceTermination', undefined],
  ['User initiated (yesterday)', undefined],
  ['User initiated (2026-99-99 02:03:04 GMT)', undefined],
])('when it was shut down is in the reason of its transition: "%s"', async (reason, at) => {
  server.script(page([[instance('i-1', 'terminated', `<reason>${reason}</reason>`)]]));
  await expect(ec2Instances().find(GREEN)).resolves.toMatchObject([{ shutDownAt: at }]);
});

test.each<[string, boolean]>([
  ['pending', true],
  ['running', true],
  ['stopping', true],
  ['stopped', true],
  ['unknown', true],
  ['shutting-down', false],
  ['terminated', false],
])('an instance that is %s is left: %s', (state, left) => {
  const of: Ec2Instance = {
    id: 'i',
    state,
    lifecycle: 'spot',
    launchedAt: undefined,
    stateReason: undefined,
    shutDownAt: undefined,
  };
  expect(isLeft(of)).toBe(left);
});

describe('an answer without the set of instances is unreadable, never "none", and is not repeated', () => {
  test.each<[string, Answer]>([
    ['an HTML page', respond(200, '<html><body>Sign in</body></html>', { 'content-type': 'text/html' })],
    ['an empty body', respond(200)],
    ['plain text', respond(200, 'OK')],
    ['JSON', respond(200, '{"Reservations": []}')],
    ['truncated XML', xml('<DescribeInstancesResponse><reservationSet><item>')],
    ['no set', xml('<DescribeInstancesResponse><requestId>r</requestId></DescribeInstancesResponse>')],
  ])('%s', async (_name, answer) => {
    server.script(answer);
    const error = await upstreamErrorOf(ec2Instances().find(GREEN));
    expect(error).toMatchObject({
      service: 'EC2',
      operation: 'DescribeInstances',
      kind: 'unreadable',
      transient: true,
    });
    expect(server.requests).toHaveLength(1);
  });

  test('on a later page too', async () => {
    server.script(page([[instance('i-1')]], 'more'), respond(200));
    expect(await upstreamErrorOf(ec2Instances().find(GREEN))).toMatchObject({ kind: 'unreadable' });
    expect(server.requests).toHaveLength(2);
  });
});

describe('an error of EC2 is told apart', () => {
  const unauthorized =
    'You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action';
  test.each<[string, number, string]>([
    ['UnauthorizedOperation', 403, unauthorized],
    ['AuthFailure', 401, 'AWS was not able to validate the provided access credentials'],
  ])('%s: denied, repeated once', async (code, status, message) => {
    server.repeat(2, ec2Error(code, message, status));
    const error = await upstreamErrorOf(ec2Instances().find(GREEN));
    expect(error).toMatchObject({ kind: 'denied', code, detail: message, transient: false });
    expect(missingActionOf(error)).toBe(code === 'AuthFailure' ? undefined : 'ec2:DescribeInstances');
    expect(server.requests).toHaveLength(2);
  });

  test('RequestLimitExceeded: throttled, repeated twice', async () => {
    server.repeat(3, ec2Error('RequestLimitExceeded', 'Request limit exceeded.', 503));
    const error = await upstreamErrorOf(ec2Instances().find(GREEN));
    expect(error).toMatchObject({ kind: 'throttled', code: 'RequestLimitExceeded', transient: true });
    expect(server.requests).toHaveLength(3);
  });

  test('a repeat begins at the page that was throttled: those before it are not asked for again', async () => {
    const throttled = ec2Error('RequestLimitExceeded', 'Request limit exceeded.', 503);
    server.script(
      throttled,
      page([[instance('i-1')]], 'two'),
      throttled,
      throttled,
      page([[instance('i-2')]], 'three'),
      throttled,
      page([[instance('i-3')]]),
    );
    const found = await ec2Instances().find(GREEN);
    expect(found.map(({ id }) => id)).toEqual(['i-1', 'i-2', 'i-3']);
    const tokens = server.requests.map(({ body }) => new URLSearchParams(body).get('NextToken'));
    expect(tokens).toEqual([null, null, 'two', 'two', 'two', 'three', 'three']);
  });

  test('a token that comes again is not followed for ever', async () => {
    server.script(page([[instance('i-1')]], 'again'), page([[instance('i-2')]], 'again'));
    expect((await ec2Instances().find(GREEN)).map(({ id }) => id)).toEqual(['i-1', 'i-2']);
    expect(server.requests).toHaveLength(2);
  });

  test('a bad filter: rejected, not repeated', async () => {
    server.script(ec2Error('InvalidParameterValue', 'bad', 400));
    expect(await upstreamErrorOf(ec2Instances().find(GREEN))).toMatchObject({ kind: 'rejected', transient: false });
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, Answer]>([
    ['500 in XML', ec2Error('InternalError', 'An internal error has occurred', 500)],
    ['502 in HTML', respond(502, '<html><body><hr></body>')],
    ['503 with an empty body', respond(503)],
  ])('%s: unavailable, repeated twice', async (_name, answer) => {
    server.repeat(3, answer);
    expect(await upstreamErrorOf(ec2Instances().find(GREEN))).toMatchObject({ kind: 'unavailable' });
    expect(server.requests).toHaveLength(3);
  });

  test('silence ends at the limit of the call', async () => {
    server.script({ does: 'hang' });
    expect(await upstreamErrorOf(ec2Instances(SCARCE_MS).find(GREEN))).toMatchObject({ kind: 'timeout' });
    expect(server.requests).toHaveLength(1);
  });
});

import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../src/lib/clock';
import { elastigroupEventsClient } from '../../src/clients/spot/elastigroupEvents';
import { RetryQuota } from '../../src/clients/callPolicy';
import { SpotRateLimit } from '../../src/clients/spot/rateLimit';
import { SpotApi } from '../../src/clients/spot/spotApi';
import type { UpstreamError } from '../../src/clients/upstreamError';

let server: Server;
let requests: { method: string | undefined; url: string | undefined; token: string | undefined }[];
let answer: { status: number; body: unknown; headers?: Record<string, string> };

beforeEach(async () => {
  requests = [];
  server = createServer(({ method, url, headers }, response) => {
    requests.push({ method, url, token: headers.authorization });
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function events() {
  const budget = {
    clock: systemClock,
    until: Date.now() + 5000,
    jitter: () => 0,
    retries: new RetryQuota(),
    redact: (text: string) => text,
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return elastigroupEventsClient(
    new SpotApi({
      url,
      token: () => Promise.resolve('test-token'),
      accountId: 'act-1',
      budget,
      rateLimit: new SpotRateLimit(),
    }),
    'sig-1',
  );
}

const answered = (items: unknown) => ({ status: 200, body: { response: { status: { code: 200 }, items } } });

test('one request, with the times in milliseconds', async () => {
  answer = answered([]);
  expect(await events().problemsBetween(1678719600000.4, 1678806000000.4)).toEqual([]);
  expect(requests).toEqual([
    {
      method: 'GET',
      url: '/aws/ec2/group/sig-1/logs?fromDate=1678719600000&toDate=1678806000001&severity=ALL&limit=1000&accountId=act-1',
      token: 'Bearer test-token',
    },
  ]);
});

test('warnings and errors are kept, oldest first; other shapes are left out', async () => {
  answer = answered([
    { message: 'last', severity: 'ERROR', createdAt: '2023-03-14T14:38:03.000Z' },
    { message: 'launched', severity: 'INFO', createdAt: '2023-03-14T14:38:02.000Z' },
    { message: 'second', severity: 'warning', createdAt: 1678804681000 },
    { message: 'undated', severity: 'WARN', createdAt: null },
    { message: 'no date', severity: 'WARN', createdAt: 1e300 },
    { severity: 'ERROR', createdAt: '2023-03-14T14:38:00.000Z' },
    { message: { text: 'no text' }, severity: 'ERROR' },
    'text',
    null,
  ]);
  expect(await events().problemsBetween(0, 1)).toEqual([
    { at: undefined, severity: 'WARN', message: 'undated' },
    { at: undefined, severity: 'WARN', message: 'no date' },
    { at: 1678804681000, severity: 'WARN', message: 'second' },
    { at: 1678804683000, severity: 'ERROR', message: 'last' },
  ]);
});

test.each<[number, unknown, Partial<UpstreamError>]>([
  [400, { response: { errors: [{ code: 'X', message: 'words' }] } }, { kind: 'rejected', code: 'X', detail: 'words' }],
  [429, { response: { status: { code: 429 } } }, { kind: 'rate-limited' }],
  [200, 'no envelope', { kind: 'unreadable' }],
])('%d is an error, asked for once', async (status, body, error) => {
  answer = { status, body };
  await expect(events().problemsBetween(0, 1)).rejects.toMatchObject({ operation: 'group logs', ...error });
  expect(requests).toHaveLength(1);
});

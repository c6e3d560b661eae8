import { inspect } from 'node:util';
import { SpotRateLimit } from '../../src/clients/spot/rateLimit';
import { SpotApi, type SpotRequest } from '../../src/clients/spot/spotApi';
import type { CallBudget } from '../../src/clients/callPolicy';
import { Redactor } from '../../src/lib/redaction';
import { json, respond, useLoopbackServer, type Answer } from '../support/loopbackServer';
import { ManualClock } from '../support/manualClock';
import { AMPLE_MS, budgetFor, SCARCE_MS } from './callBudget';
import { everythingShownOf, upstreamErrorOf } from './caught';

const TOKEN = 'f5a1c0ffee00d15ea5e0123456789abcdef0123456789abcdef0123456789abc';
const READ: SpotRequest = { operation: 'read', kind: 'read', method: 'GET', path: '/aws/ec2/group/sig-1/status' };
const WRITE: SpotRequest = { operation: 'start', kind: 'write', method: 'POST', path: '/aws/start', body: { a: 1 } };

const server = useLoopbackServer();

interface Setup {
  readonly url?: string;
  readonly budget?: CallBudget;
  readonly rateLimit?: SpotRateLimit;
  readonly accountId?: string;
}

function spotApi({
  url = server.url,
  budget = budgetFor(AMPLE_MS),
  rateLimit = new SpotRateLimit(),
  accountId,
}: Setup = {}) {
  return new SpotApi({
    url,
    token: () => Promise.resolve(TOKEN),
    accountId: accountId ?? 'act-1a2b3c',
    budget,
    rateLimit,
  });
}

function redactingBudget(milliseconds = AMPLE_MS): CallBudget {
  const redactor = new Redactor();
  redactor.add(TOKEN);
  return budgetFor(milliseconds, { redact: (text) => redactor.redact(text) });
}

/** Spot's envelope. */
function envelope(response: Record<string, unknown>, status = 200, headers?: Record<string, string>): Answer {
  return json({ request: { id: 'r-1', method: 'GET' }, response }, status, headers);
}

describe('a request carries the token, the account and nothing more than it needs', () => {
  test('a read: method, path, accountId, Authorization; no body', async () => {
    server.script(envelope({ items: [{ a: 1 }] }));
    await expect(spotApi().items(READ)).resolves.toEqual([{ a: 1 }]);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      path: '/aws/ec2/group/sig-1/status',
      query: { accountId: 'act-1a2b3c' },
      headers: { authorization: `Bearer ${TOKEN}` },
      body: '',
    });
  });

  test('a write: its body is JSON and says so', async () => {
    server.script(envelope({ items: [] }));
    await spotApi().items(WRITE);
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect(request?.method).toBe('POST');
    expect(request?.headers['content-type']).toMatch(/^application\/json\b/);
    expect(JSON.parse(request?.body ?? '')).toEqual({ a: 1 });
  });

  test.each([
    ['GET', READ, ''],
    ['POST', WRITE, '{"a":1}'],
    // What stops a deployment: axios by itself would call it application/x-www-form-urlencoded.
    ['PUT without a body', { ...READ, method: 'PUT', path: '/aws/stop' } as const, ''],
  ])('says JSON, as Spot’s own SDK does: %s', async (_name, request, body) => {
    server.script(envelope({ items: [] }));
    await spotApi().items(request);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({ headers: { 'content-type': 'application/json' }, body });
    expect(server.requests[0]?.headers['content-length'] ?? '0').toBe(String(body.length));
  });

  test('a query of its own goes beside the account, which nobody can replace', async () => {
    server.script(envelope({ items: [] }));
    await spotApi({ accountId: 'act-1&x=2' }).items({ ...READ, query: { severity: 'ERROR', accountId: 'act-other' } });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.query).toEqual({ severity: 'ERROR', accountId: 'act-1&x=2' });
  });

  test('a root with a path of its own keeps it', async () => {
    server.script(envelope({ items: [] }));
    await spotApi({ url: `${server.url}/proxy/spot` }).items(READ);
    expect(server.requests.map(({ path }) => path)).toEqual(['/proxy/spot/aws/ec2/group/sig-1/status']);
  });
});

describe('no items are an empty list', () => {
  test.each([
    ['items: []', { status: { code: 200, message: 'OK' }, items: [], count: 0 }],
    ['items: null', { status: { code: 200, message: 'OK' }, items: null }],
    ['no items', { status: { code: 200, message: 'OK' } }],
    ['no status, no errors', { items: [] }],
    ['errors: [] and null', { items: [], errors: [] }],
    ['errors: null', { items: [], errors: null }],
    ['status: null', { status: null, items: [] }],
    ['a status with null in it', { status: { code: null, message: null }, items: [] }],
    ['a status whose code is a text', { status: { code: '200', message: 7 }, items: [] }],
    ['a status that is a text', { status: 'OK', items: [] }],
  ])('%s', async (_name, response) => {
    server.script(envelope(response));
    await expect(spotApi().items(READ)).resolves.toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test('a byte order mark is no part of the JSON', async () => {
    server.script(respond(200, '\uFEFF{"response": {"items": [1]}}'));
    await expect(spotApi().items(READ)).resolves.toEqual([1]);
  });
});

describe('a refusal is told apart, in Spot’s own words, and is not repeated; a denial once', () => {
  const noGroup = [{ code: 'GROUP_DOESNT_EXIST', message: 'Group sig-1 does not exist' }];
  test.each<[string, Answer, string, string, string]>([
    [
      '401',
      envelope({ errors: [{ code: 'UNAUTHORIZED', message: 'bad token' }] }, 401),
      'denied',
      'UNAUTHORIZED',
      'bad token',
    ],
    ['403', envelope({ status: { code: 403, message: 'Forbidden' } }, 403), 'denied', 'HTTP 403', 'Forbidden'],
    ['401 with an empty body', respond(401), 'denied', 'HTTP 401', 'no explanation given'],
    [
      '400 with errors',
      envelope({ status: { code: 400, message: 'Bad Request' }, errors: noGroup }, 400),
      'rejected',
      'GROUP_DOESNT_EXIST',
      'Group sig-1 does not exist',
    ],
    [
      'errors with HTTP 200',
      envelope({ status: { code: 200 }, errors: noGroup, items: [{ id: 'cdbg-1' }] }),
      'rejected',
      'GROUP_DOESNT_EXIST',
      'Group sig-1 does not exist',
    ],
    [
      'an error that says nothing, with HTTP 200',
      envelope({ errors: [{}], items: [] }),
      'rejected',
      'HTTP 200',
      '{"request',
    ],
    [
      'several errors',
      envelope({ errors: [{ code: 'A', message: 'one' }, { code: 'B' }] }, 400),
      'rejected',
      'A',
      'one; B',
    ],
    [
      '400 only in the envelope',
      envelope({ status: { code: 400, message: 'Bad Request' }, items: [] }),
      'rejected',
      'HTTP 400',
      'Bad Request',
    ],
    [
      '401 only in the envelope',
      envelope({ status: { code: 401, message: 'Unauthorized' } }),
      'denied',
      'HTTP 401',
      'Unauthorized',
    ],
    [
      '400 whose error code is a number',
      json({ response: { errors: [{ code: 4, message: 'odd' }] } }, 400),
      'rejected',
      '4',
      'odd',
    ],
    [
      '400 whose error has null in it',
      envelope({ status: { code: 400, message: null }, errors: [{ code: null, message: 'odd' }, null] }, 400),
      'rejected',
      'HTTP 400',
      'odd',
    ],
    ['400 whose error is a text', envelope({ errors: ['odd'] }, 400), 'rejected', 'HTTP 400', 'odd'],
    [
      'errors that are null, with HTTP 200',
      envelope({ errors: [null], items: [] }),
      'rejected',
      'HTTP 200',
      '{"request',
    ],
    [
      '401 with null in it',
      envelope({ status: null, errors: [{ code: 'UNAUTHORIZED', message: null }] }, 401),
      'denied',
      'UNAUTHORIZED',
      'UNAUTHORIZED',
    ],
    ['403 whose status is null', envelope({ status: null }, 403), 'denied', 'HTTP 403', '{"request'],
    [
      '400 as a text in the envelope',
      envelope({ status: { code: '400', message: 'Bad Request' }, items: [] }),
      'rejected',
      'HTTP 400',
      'Bad Request',
    ],
  ])('%s', async (_name, answer, kind, code, detail) => {
    const attempts = kind === 'denied' ? 2 : 1;
    server.repeat(attempts, answer);
    const error = await upstreamErrorOf(spotApi().items(READ));
    expect(error).toMatchObject({ service: 'Spot', operation: 'read', kind, code, transient: false });
    expect(error.detail).toContain(detail);
    expect(server.requests).toHaveLength(attempts);
  });

  test.each(['errors', 'body'])('a secret across the cut is masked as a whole: in the %s', async (where) => {
    const spotted = 'f3Kd9sLq/2Vx8Zt7';
    for (const before of [430, 460, 470, 480, 490]) {
      const words = `${'x'.repeat(before)} postgres://shop:${spotted}@db-1/shop`;
      server.script(where === 'errors' ? envelope({ errors: [{ message: words }] }, 400) : respond(400, words));
      const error = await upstreamErrorOf(spotApi({ budget: redactingBudget() }).items(WRITE));
      for (let from = 0; from + 4 <= spotted.length; from += 1)
        expect(error.detail).not.toContain(spotted.slice(from, from + 4));
    }
  });

  test('an endless explanation is cut', async () => {
    server.script(envelope({ errors: [{ message: 'x'.repeat(100_000) }] }, 400));
    const error = await upstreamErrorOf(spotApi().items(READ));
    expect(error.detail).toHaveLength(500);
    expect(error.detail.endsWith('x…')).toBe(true);
  });
});

describe('an answer that Spot does not document is unreadable, never an empty list, and is not repeated', () => {
  test.each<[string, Answer]>([
    ['plain text', respond(200, 'OK')],
    ['HTML', respond(200, '<!doctype html><title>Login</title>', { 'content-type': 'text/html' })],
    ['an empty body', respond(200)],
    ['204', respond(204)],
    ['truncated JSON', respond(200, '{"response": {"items": [{"id": "cdbg')],
    ['null', json(null)],
    ['a list', json([])],
    ['no response', json({ items: [] })],
    ['response: null', json({ response: null })],
    ['items is an object', envelope({ items: { id: 'cdbg-1' } })],
    ['items is a text', envelope({ items: '' })],
    ['errors is an object', envelope({ items: [], errors: { code: 'X' } })],
    ['a redirect', respond(302, '', { location: '/elsewhere' })],
    ['a redirect whose body looks like an answer', envelope({ items: [] }, 302, { location: '/elsewhere' })],
    ['not modified', respond(304)],
  ])('%s', async (_name, answer) => {
    server.script(answer);
    const error = await upstreamErrorOf(spotApi().items(READ));
    expect(error).toMatchObject({ kind: 'unreadable', transient: true, isSafeToRepeat: false });
    expect(server.requests).toHaveLength(1);
  });
});

describe('the token stays with its host', () => {
  test.each([301, 302, 303, 307, 308])('a redirect (%i) to another host is not followed', async (status) => {
    const other = await server.refusingPort();
    await other.open(envelope({ items: [] }));
    server.script(respond(status, '', { location: `${other.url}/aws` }));
    const error = await upstreamErrorOf(spotApi().items(READ));
    expect(error.kind).toBe('unreadable');
    expect(server.requests).toHaveLength(1);
    expect(other.requests).toHaveLength(0);
  });
});

describe('a lost or failing answer: a read is repeated twice, a write that may have been processed is not', () => {
  const FAILURES: readonly (readonly [string, Answer, string])[] = [
    ['500', envelope({ status: { code: 500, message: 'boom' } }, 500), 'unavailable'],
    ["a proxy's 403", respond(403, '<h1>Forbidden</h1>'), 'unavailable'],
    ["a proxy's 404", respond(404, 'no such route'), 'unavailable'],
    ["a proxy's 408 in JSON", json({ message: 'Request Timeout' }, 408), 'unavailable'],
    ['503 in HTML', respond(503, '<h1>503</h1>'), 'unavailable'],
    ['500 only in the envelope', envelope({ status: { code: 500, message: 'boom' }, items: [] }), 'unavailable'],
    ['a reset', { does: 'reset' }, 'connection'],
    ['a reset in the body', { does: 'reset-in-body', part: '{"response": {"items": [' }, 'connection'],
  ];

  test.each(FAILURES)('%s, a read: three requests', async (_name, answer, kind) => {
    server.repeat(3, answer);
    expect(await upstreamErrorOf(spotApi().items(READ))).toMatchObject({ kind, transient: true });
    expect(server.requests).toHaveLength(3);
  });

  test.each(FAILURES)('%s, a write: one request, and it may have been processed', async (_name, answer, kind) => {
    server.script(answer);
    const error = await upstreamErrorOf(spotApi().items(WRITE));
    expect(error).toMatchObject({ kind, transient: true, isSafeToRepeat: false });
    expect(server.requests).toHaveLength(1);
  });

  test.each(FAILURES)('%s, then an answer: the read succeeds', async (_name, answer) => {
    server.script(answer, envelope({ items: [1] }));
    await expect(spotApi().items(READ)).resolves.toEqual([1]);
    expect(server.requests).toHaveLength(2);
  });
});

describe('a refused connection cannot have been processed', () => {
  test.each([READ, WRITE])('a $kind is repeated, and arrives once', async (request) => {
    const port = await server.refusingPort();
    // The first pause lasts 150 ms, and the port opens while it lasts.
    const answer = spotApi({ url: port.url, budget: budgetFor(AMPLE_MS, { jitter: () => 0 }) }).items(request);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await port.open(envelope({ items: [7] }));
    await expect(answer).resolves.toEqual([7]);
    expect(port.requests).toHaveLength(1);
  });

  test('it is given up after the repeats, as surely not processed', async () => {
    const port = await server.refusingPort();
    const error = await upstreamErrorOf(spotApi({ url: port.url }).items(WRITE));
    expect(error).toMatchObject({ kind: 'unreachable', code: 'ECONNREFUSED', transient: true, isSafeToRepeat: true });
  });
});

describe('an answer that does not come ends at the limit of the call, and the call is not repeated', () => {
  test.each<[string, SpotRequest, Answer]>([
    ['silence on a read', READ, { does: 'hang' }],
    ['silence on a write', WRITE, { does: 'hang' }],
    ['silence in the body', READ, { does: 'hang-in-body', part: '{"response": {"items": [' }],
  ])('%s', async (_name, request, answer) => {
    server.script(answer);
    const start = performance.now();
    const error = await upstreamErrorOf(spotApi({ budget: budgetFor(SCARCE_MS) }).items(request));
    expect(performance.now() - start).toBeLessThan(SCARCE_MS + 150);
    expect(error).toMatchObject({ kind: 'timeout', transient: true, isSafeToRepeat: false });
    expect(server.requests).toHaveLength(1);
  });

  test('without time nothing is sent', async () => {
    const error = await upstreamErrorOf(spotApi({ budget: budgetFor(0) }).items(WRITE));
    expect(error).toMatchObject({ service: 'Spot', operation: 'start', transient: true, isSafeToRepeat: true });
    expect(server.requests).toHaveLength(0);
  });
});

describe('after a 429 no request is sent before the reset', () => {
  const START = 1_790_000_000_000;

  function frozen() {
    const clock = new ManualClock(START);
    return { clock, budget: budgetFor(0, { clock, until: START + 3_600_000, jitter: () => 0 }) };
  }

  test('nor after an answer that says that none is left', async () => {
    const { budget, clock } = frozen();
    const rateLimit = new SpotRateLimit();
    const api = spotApi({ budget, rateLimit });
    const headers = { 'X-RateLimit-Limit': '10', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '17' };
    server.script(envelope({ items: [1] }, 200, headers));
    await expect(api.items(READ)).resolves.toEqual([1]);

    clock.advanceTo(START + 17_999);
    expect(await upstreamErrorOf(api.items(READ))).toMatchObject({ kind: 'rate-limited', retryAt: START + 18_000 });
    expect(server.requests).toHaveLength(1);

    clock.advanceTo(START + 18_000);
    server.script(envelope({ items: [2] }, 200, { ...headers, 'X-RateLimit-Remaining': '9' }));
    await expect(api.items(READ)).resolves.toEqual([2]);
    expect(rateLimit.allowedAt(READ.operation)).toBe(START + 18_000);
  });

  test.each<[string, Record<string, string>, number]>([
    ['with the header, whose seconds are cut to whole ones', { 'X-RateLimit-Reset': '17' }, 18],
    ['with a fraction of a second', { 'x-ratelimit-reset': '0.5' }, 1.5],
    ['with a reset of 0', { 'X-RateLimit-Reset': '0' }, 1],
    ['without the header: the whole window', {}, 61],
    ['with a header that is no number', { 'X-RateLimit-Reset': 'soon' }, 61],
    ['with an empty header', { 'X-RateLimit-Reset': '' }, 61],
    ['with a negative one', { 'X-RateLimit-Reset': '-5' }, 61],
  ])('%s', async (_name, headers, seconds) => {
    const { budget, clock } = frozen();
    const rateLimit = new SpotRateLimit();
    const api = spotApi({ budget, rateLimit });
    const retryAt = START + seconds * 1000;
    server.script(envelope({ status: { code: 429, message: 'Too many requests' } }, 429, headers));
    const refusal = await upstreamErrorOf(api.items(READ));
    expect(refusal).toMatchObject({ kind: 'rate-limited', retryAt, transient: true, isSafeToRepeat: true });
    expect(server.requests).toHaveLength(1);
    expect(rateLimit.blocks).toEqual({ read: retryAt });

    clock.advanceTo(retryAt - 1);
    expect(await upstreamErrorOf(api.items(READ))).toMatchObject({ kind: 'rate-limited', retryAt });
    expect(server.requests).toHaveLength(1);

    clock.advanceTo(retryAt);
    server.script(envelope({ items: [1] }));
    await expect(api.items(READ)).resolves.toEqual([1]);
    expect(server.requests).toHaveLength(2);
  });

  test.each<[string, Answer]>([
    ['only in the envelope', envelope({ status: { code: 429 } })],
    ['in plain text', respond(429, 'slow down')],
  ])('it is known %s', async (_name, answer) => {
    const { budget } = frozen();
    server.script(answer);
    expect(await upstreamErrorOf(spotApi({ budget }).items(WRITE))).toMatchObject({
      kind: 'rate-limited',
      retryAt: START + 61_000,
    });
    expect(server.requests).toHaveLength(1);
  });

  test('a block that an earlier invocation handed on is respected; other operations are not blocked by it', async () => {
    const { budget } = frozen();
    const api = spotApi({ budget, rateLimit: new SpotRateLimit({ read: START + 1 }) });
    expect((await upstreamErrorOf(api.items(READ))).kind).toBe('rate-limited');
    expect(server.requests).toHaveLength(0);
    server.script(envelope({ items: [] }));
    await api.items(WRITE);
    expect(server.requests).toHaveLength(1);
  });
});

describe('the token is in no error, whatever way it is shown', () => {
  /** A service, or a proxy before it, that shows the request that it did not like. */
  const echoes: readonly (readonly [string, string])[] = [
    ['as headers in text', `GET /x HTTP/1.1\r\nAuthorization: Bearer ${TOKEN}\r\n`],
    ['as JSON', JSON.stringify({ headers: { Authorization: `Bearer ${TOKEN}` } })],
    ['as JSON in JSON', JSON.stringify(JSON.stringify({ headers: { authorization: `Bearer ${TOKEN}` } }))],
    ['bare', TOKEN],
    ['across the end of the quotation', `${'.'.repeat(470)}${TOKEN}`],
  ];
  const bodies: readonly (readonly [string, (echo: string) => Answer])[] = [
    ['the body', (echo) => respond(400, echo)],
    ['errors.message', (echo) => envelope({ errors: [{ code: 'X', message: echo }] }, 400)],
    ['errors.code', (echo) => envelope({ errors: [{ code: echo }] })],
    ['status.message', (echo) => envelope({ status: { code: 400, message: echo } })],
    ['an HTML page', (echo) => respond(502, `<pre>${echo}</pre>`)],
    ['an unreadable answer', (echo) => respond(200, echo)],
  ];

  test.each(echoes.flatMap(([how, echo]) => bodies.map(([where, answer]) => [how, where, answer(echo)] as const)))(
    'echoed %s in %s',
    async (_how, _where, answer) => {
      server.script(answer);
      const error = await upstreamErrorOf(spotApi({ budget: redactingBudget() }).items(WRITE));
      expect(server.requests[0]?.headers['authorization']).toBe(`Bearer ${TOKEN}`);
      // No beginning of it either: half a secret is still one.
      expect(everythingShownOf(error)).not.toContain(TOKEN.slice(0, 10));
    },
  );

  // Without a redactor: the errors of axios hold the request, and none of that may get through in the first place.
  test.each<[string, Answer]>([
    ['a reset', { does: 'reset' }],
    ['a reset in the body', { does: 'reset-in-body', part: '{' }],
    ['a time-out', { does: 'hang' }],
    ['an unreadable answer', respond(200, '{')],
    ['a server error', respond(500)],
    ['a redirect', respond(302, '', { location: '/' })],
    ['a broken compression', respond(200, 'no gzip', { 'content-encoding': 'gzip' })],
  ])('not after %s', async (_name, answer) => {
    server.script(answer);
    const error = await upstreamErrorOf(spotApi({ budget: budgetFor(SCARCE_MS) }).items(WRITE));
    expect(server.requests).toHaveLength(1);
    expect(everythingShownOf(error)).not.toContain(TOKEN.slice(0, 10));
    expect(error.cause).toBeUndefined();
  });

  test('not after a refused connection', async () => {
    const { url } = await server.refusingPort();
    const error = await upstreamErrorOf(spotApi({ url }).items(WRITE));
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('Bearer');
    expect(everythingShownOf(error)).not.toContain(TOKEN.slice(0, 10));
  });
});

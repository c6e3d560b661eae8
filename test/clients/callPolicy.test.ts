import FakeTimers, { type Clock as FakeClock } from '@sinonjs/fake-timers';
import fc from 'fast-check';
import {
  CALL_TIME_LIMIT_MS,
  callUpstream,
  RetryQuota,
  type CallBudget,
  type CallKind,
} from '../../src/clients/callPolicy';
import { jitterFrom } from '../../src/lib/jitter';
import { UpstreamError, type ServiceName, type UpstreamErrorKind } from '../../src/clients/upstreamError';
import { systemClock } from '../../src/lib/clock';
import { everythingShownOf, upstreamErrorOf, caught } from './caught';

const NOW = Date.UTC(2026, 10, 21, 9);
const AMPLE_MS = 120_000;

let time: FakeClock;
beforeEach(() => {
  time = FakeTimers.install({ now: NOW, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});
afterEach(() => {
  // A timer that outlives its call would keep Lambda from freezing the process at rest.
  const left = time.countTimers();
  time.uninstall();
  if (left > 0) throw new Error(`${left} timers are left`);
});

function budgetFor(milliseconds: number, more: Partial<CallBudget> = {}): CallBudget {
  return {
    clock: systemClock,
    until: NOW + milliseconds,
    jitter: () => 0.5,
    retries: new RetryQuota(),
    redact: (text) => text,
    ...more,
  };
}

function callOf(kind: CallKind) {
  return { service: 'Spot', operation: 'list', kind } as const;
}

function failure(kind: UpstreamErrorKind): UpstreamError {
  return new UpstreamError({ service: 'Spot', operation: 'list', kind, detail: 'for the test' });
}

/** When attempts began and when they were cut off, in ms since the start of the test. */
interface Attempts {
  readonly begun: number[];
  readonly cutOff: number[];
}

/** Makes a call of which every attempt fails, after `takes` ms or when it is cut off, and waits for its end. */
async function failing(
  budget: CallBudget,
  kind: CallKind,
  errorKind: UpstreamErrorKind,
  takes: (attempt: number) => number = () => 0,
): Promise<Attempts & { readonly error: UpstreamError; readonly ended: number }> {
  const attempts: Attempts = { begun: [], cutOff: [] };
  const ended = upstreamErrorOf(
    callUpstream(budget, callOf(kind), async (signal) => {
      attempts.begun.push(Date.now() - NOW);
      await cutOffOr(takes(attempts.begun.length - 1), signal, () => attempts.cutOff.push(Date.now() - NOW));
      throw failure(errorKind);
    }),
  );
  await time.runAllAsync();
  return { ...attempts, error: await ended, ended: Date.now() - NOW };
}

function cutOffOr(milliseconds: number, signal: AbortSignal, tell: () => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      tell();
      resolve();
    });
  });
}

describe('how often a call is attempted follows from its kind and the kind of the error alone', () => {
  // A row for every kind of call and a column for every kind of error: the type allows no gap.
  const ATTEMPTS: Record<CallKind, Record<UpstreamErrorKind, number>> = {
    read: {
      unreachable: 3,
      connection: 3,
      timeout: 1,
      unavailable: 3,
      unreadable: 1,
      throttled: 3,
      'rate-limited': 1,
      'clock-skew': 2,
      denied: 2,
      rejected: 1,
    },
    write: {
      unreachable: 3,
      connection: 1,
      timeout: 1,
      unavailable: 1,
      unreadable: 1,
      throttled: 3,
      'rate-limited': 1,
      'clock-skew': 2,
      denied: 2,
      rejected: 1,
    },
    report: {
      unreachable: 9,
      connection: 9,
      timeout: 9,
      unavailable: 9,
      unreadable: 9,
      throttled: 9,
      'rate-limited': 1,
      'clock-skew': 9,
      denied: 9,
      rejected: 1,
    },
  };
  const rows = Object.entries(ATTEMPTS).flatMap(([kind, byError]) =>
    Object.entries(byError).map(([errorKind, attempts]) => [kind, errorKind, attempts]),
  ) as [CallKind, UpstreamErrorKind, number][];

  test.each(rows)('%s, %s: %i attempts', async (kind, errorKind, attempts) => {
    const { begun, error } = await failing(budgetFor(AMPLE_MS), kind, errorKind);
    expect(begun).toHaveLength(attempts);
    expect(error).toMatchObject({ kind: errorKind, detail: 'for the test' });
  });

  test.each(rows.filter(([kind]) => kind === 'write'))(
    'a %s that failed with %s is repeated only where it surely was not processed',
    (_kind, errorKind, attempts) => {
      if (attempts > 1) expect(failure(errorKind)).toMatchObject({ isSafeToRepeat: true });
      else expect(failure(errorKind).isSafeToRepeat).toBe(['rate-limited', 'rejected'].includes(errorKind));
    },
  );

  test.each<CallKind>(['read', 'write', 'report'])(
    'a %s that succeeds is made once, and one that recovers is over',
    async (kind) => {
      const attempt = vi.fn<() => Promise<string>>();
      attempt.mockResolvedValueOnce('good');
      await expect(callUpstream(budgetFor(AMPLE_MS), callOf(kind), attempt)).resolves.toBe('good');
      expect(attempt).toHaveBeenCalledTimes(1);

      attempt.mockRejectedValueOnce(failure('throttled')).mockResolvedValueOnce('better');
      const answer = callUpstream(budgetFor(AMPLE_MS), callOf(kind), attempt);
      await time.runAllAsync();
      await expect(answer).resolves.toBe('better');
      expect(attempt).toHaveBeenCalledTimes(3);
    },
  );

  test('the error of the last attempt is told, and each attempt decides anew', async () => {
    const kinds: UpstreamErrorKind[] = ['throttled', 'rejected'];
    const ended = upstreamErrorOf(
      callUpstream(budgetFor(AMPLE_MS), callOf('write'), () => Promise.reject(failure(kinds.shift() ?? 'timeout'))),
    );
    await time.runAllAsync();
    expect((await ended).kind).toBe('rejected');
    expect(kinds).toEqual([]);
  });

  test.each([new Error('a bug'), new TypeError('a bug of the usual kind'), new RangeError('another')])(
    '%s of ours is not repeated, and stays what it is',
    async (bug) => {
      const attempt = vi.fn(() => Promise.reject(bug));
      const ended = caught(callUpstream(budgetFor(AMPLE_MS), callOf('report'), attempt));
      await time.runAllAsync();
      expect(await ended).toBe(bug);
      expect(attempt).toHaveBeenCalledTimes(1);
    },
  );
});

describe('the pauses', () => {
  test.each([
    [0, [0, 150, 450]],
    [0.5, [0, 300, 900]],
    [0.9, [0, 420, 1260]],
  ])('a jitter of %f: attempts at %j ms', async (jitter, expected) => {
    const { begun } = await failing(budgetFor(AMPLE_MS, { jitter: () => jitter }), 'read', 'unavailable');
    expect(begun).toEqual(expected);
  });

  test('none is longer than 4 s', async () => {
    const { begun } = await failing(budgetFor(AMPLE_MS), 'report', 'unavailable');
    const pauses = begun.slice(1).map((start, index) => start - (begun[index] ?? 0));
    expect(pauses).toEqual([300, 600, 1200, 2400, 4000, 4000, 4000, 4000]);
  });

  test('a jitter depends on its seed alone', () => {
    const take = (seed: string) => Array.from({ length: 50 }, jitterFrom(seed));
    expect(take('job-1')).toEqual(take('job-1'));
    expect(take('job-1')).not.toEqual(take('job-2'));
    expect(new Set([...take('job-1'), ...take('job-2')]).size).toBe(100);
  });

  test('and makes a first pause of 0.5 to 1.5 times 300 ms', async () => {
    const jitter = jitterFrom('11111111-2222-3333-4444-555555555555');
    const numbers = Array.from({ length: 2000 }, jitter);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    // They fill the range: a constant would be in it as well.
    expect(Math.min(...numbers)).toBeLessThan(0.01);
    expect(Math.max(...numbers)).toBeGreaterThan(0.99);

    const firstPauses: number[] = [];
    for (let call = 0; call < 20; call += 1) {
      const start = Date.now() - NOW;
      const { begun } = await failing(budgetFor(AMPLE_MS * 10, { jitter }), 'write', 'throttled');
      firstPauses.push((begun[1] ?? 0) - start);
    }
    expect(Math.min(...firstPauses)).toBeGreaterThanOrEqual(150);
    expect(Math.max(...firstPauses)).toBeLessThanOrEqual(450);
    expect(new Set(firstPauses).size).toBeGreaterThan(10);
  });
});

describe('the repeats of an invocation', () => {
  const reads = async (count: number, budget: CallBudget, kind: CallKind = 'read') => {
    const attempts: number[] = [];
    for (let call = 0; call < count; call += 1) attempts.push((await failing(budget, kind, 'throttled')).begun.length);
    return attempts;
  };
  const answered = (budget: CallBudget, service: ServiceName = 'Spot') =>
    callUpstream(budget, { service, operation: 'list', kind: 'read' }, () => Promise.resolve('an answer'));

  test.each<CallKind>(['read', 'write'])(
    'six of a service that answers no %s, then one request for each call',
    async (kind) => {
      expect(await reads(6, budgetFor(AMPLE_MS), kind)).toEqual([3, 3, 3, 1, 1, 1]);
    },
  );

  test('one more for each answer, and never more than six', async () => {
    const budget = budgetFor(AMPLE_MS);
    await answered(budget);
    expect(await reads(4, budget)).toEqual([3, 3, 3, 1]);
    await answered(budget);
    expect(await reads(2, budget)).toEqual([2, 1]);
  });

  test('another service has its own', async () => {
    const budget = budgetFor(AMPLE_MS);
    await reads(3, budget);
    await answered(budget, 'EC2');
    expect(await reads(1, budget)).toEqual([1]);
  });

  test('the report is not bound by them: there is no next poll for it', async () => {
    const budget = budgetFor(AMPLE_MS);
    await reads(3, budget);
    expect(await reads(1, budget, 'report')).toEqual([9]);
  });

  test('what is not repeated uses up none', async () => {
    const budget = budgetFor(AMPLE_MS);
    for (let call = 0; call < 10; call += 1) await failing(budget, 'read', 'rejected');
    expect(await reads(1, budget)).toEqual([3]);
  });
});

describe('time limits', () => {
  const NEVER = () => 3_600_000;

  test.each<CallKind>(['read', 'write'])('a %s is cut off after 10 s, and not repeated', async (kind) => {
    const { begun, cutOff, ended } = await failing(budgetFor(AMPLE_MS), kind, 'timeout', NEVER);
    expect(CALL_TIME_LIMIT_MS).toBe(10_000);
    expect({ begun, cutOff, ended }).toEqual({ begun: [0], cutOff: [10_000], ended: 10_000 });
  });

  test('and before the end of the budget', async () => {
    const { cutOff } = await failing(budgetFor(3_000), 'read', 'timeout', NEVER);
    expect(cutOff).toEqual([3_000]);
  });

  test('a report is repeated until the budget ends, and not beyond', async () => {
    const { begun, cutOff, error } = await failing(budgetFor(28_000), 'report', 'timeout', NEVER);
    expect(begun).toEqual([0, 10_300, 20_900]);
    expect(cutOff).toEqual([10_000, 20_300, 28_000]);
    expect(error.kind).toBe('timeout');
  });

  test.each<[CallKind, number]>([
    ['read', 0],
    ['read', -5_000],
    ['write', 0],
    ['write', -1],
  ])('no %s begins %i ms before the end', async (kind, milliseconds) => {
    const { begun, error } = await failing(budgetFor(milliseconds), kind, 'timeout');
    expect(begun).toEqual([]);
    expect(error).toMatchObject({ service: 'Spot', operation: 'list', transient: true, isSafeToRepeat: true });
  });

  test('a report is tried once even then', async () => {
    const { begun, cutOff } = await failing(budgetFor(-1), 'report', 'timeout', NEVER);
    expect({ begun, cutOff }).toEqual({ begun: [0], cutOff: [250] });
  });

  test('no attempt begins after the end, and no repeat lasts beyond it', async () => {
    const kinds = fc.constantFrom<CallKind>('read', 'write', 'report');
    const takings = fc.array(fc.integer({ min: 0, max: 15_000 }), { minLength: 9, maxLength: 9 });
    const jitters = fc.double({ min: 0, max: 0.999, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        kinds,
        fc.integer({ min: 1, max: 60_000 }),
        takings,
        jitters,
        async (kind, room, takes, jitter) => {
          const start = Date.now() - NOW;
          const until = start + room;
          const budget = budgetFor(until, { jitter: () => jitter });
          const { begun, ended } = await failing(budget, kind, 'throttled', (attempt) => takes[attempt] ?? 0);
          expect(begun.length).toBeGreaterThan(0);
          expect(begun.every((at) => at < until)).toBe(true);
          // The first attempt has 250 ms in any case.
          expect(ended).toBeLessThanOrEqual(Math.max(until, start + 250));
        },
      ),
      { numRuns: 100 },
    );
  });
});

test('what a service says loses its secrets, wherever it stands in the error', async () => {
  const budget = budgetFor(AMPLE_MS, { redact: (text) => text.replaceAll('hush', '***') });
  const cause = new Error('the hush of axios');
  const error = await upstreamErrorOf(
    callUpstream(budget, callOf('write'), () =>
      Promise.reject(
        new UpstreamError(
          { service: 'Spot', operation: 'list', kind: 'rate-limited', code: 'X-hush', detail: 'no hush', retryAt: 7 },
          { cause },
        ),
      ),
    ),
  );
  expect(everythingShownOf(error)).not.toContain('hush');
  expect(error).toMatchObject({
    service: 'Spot',
    operation: 'list',
    kind: 'rate-limited',
    code: 'X-***',
    detail: 'no ***',
    message: 'Spot list: X-***: no ***',
    retryAt: 7,
  });
});

import fc from 'fast-check';
import { SpotRateLimit } from '../../src/clients/spot/rateLimit';
import { jitterFrom } from '../../src/lib/jitter';
import { ManualClock } from '../support/manualClock';

const NOW = Date.UTC(2026, 10, 21, 9);
const MINUTE = 60_000;
const TURN = 100_000;
const TURN_SPREAD = 30_000;
const WAITS = fc.integer({ min: 0, max: 3600 });
const CHANCES = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** A 429 at a time; `waitedUntil`: the run has met the limit before, and has waited until then. */
function refused(now: number, resetHeader: unknown, waitedUntil?: number, jitter = 0.5) {
  const limit = new SpotRateLimit(waitedUntil === undefined ? {} : { list: waitedUntil });
  const refusal = limit.block('list', resetHeader, { clock: new ManualClock(now), jitter: () => jitter });
  return { limit, ...refusal };
}

function retryAt(now: number, wait: number, waitedUntil?: number, jitter?: number): number {
  return refused(now, String(wait), waitedUntil, jitter).retryAt;
}

describe('a 429 blocks its operation', () => {
  test('until the reset, and no other operation', () => {
    const { limit } = refused(NOW, '17', undefined, 0);
    expect(limit.allowedAt('list')).toBe(NOW + 18_000);
    expect(limit.allowedAt('start')).toBe(0);
  });

  test('several operations are allowed when the last of them is', () => {
    const limit = new SpotRateLimit({ list: NOW + 1, start: NOW + 2 });
    expect(limit.allowedAt('list', 'group', 'start')).toBe(NOW + 2);
  });

  test.each<[unknown, number]>([
    ['0', 0],
    ['0.5', 0.5],
    ['17', 17],
    ['3600', 3600],
    ['3601', 60],
    ['-1', 60],
    ['soon', 60],
    ['', 60],
    [undefined, 60],
  ])('a header of %p means a wait of %d s', (header, seconds) => {
    expect(refused(NOW, header).wait).toBe(seconds);
  });

  test('the next invocation knows of it', () => {
    const { limit } = refused(NOW, '17');
    expect(new SpotRateLimit(limit.blocks).allowedAt('list')).toBe(limit.allowedAt('list'));
  });
});

describe('when a run that is refused may continue', () => {
  test('never before the reset, and at most 15 s or a quarter of the wait after it', () => {
    fc.assert(
      fc.property(WAITS, CHANCES, (wait, jitter) => {
        const beyond = retryAt(NOW, wait, undefined, jitter) - (NOW + (wait + 1) * 1000);
        expect(beyond).toBeGreaterThanOrEqual(0);
        expect(beyond).toBeLessThanOrEqual(Math.min(15, wait / 4) * 1000);
      }),
    );
  });

  test('runs that were told the same reset continue spread over all of that time', () => {
    const runs = Array.from({ length: 1000 }, (_, run) => retryAt(NOW, 60, undefined, jitterFrom(`job-${run}`)()));
    const perSecond = new Map<number, number>();
    for (const at of runs) perSecond.set(Math.floor(at / 1000), (perSecond.get(Math.floor(at / 1000)) ?? 0) + 1);
    expect(perSecond.size).toBe(15);
    expect(Math.max(...perSecond.values())).toBeLessThan(100);
  });

  test('refused again within 200 s, at whatever time: all within the 30 s of the same turn', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 38_999 }), fc.integer({ min: 0, max: 60 }), CHANCES, (ms, wait, jitter) => {
        const now = NOW + ms;
        const back = retryAt(now, wait, now - 1000, jitter);
        expect(back).toBeGreaterThanOrEqual(NOW + TURN);
        expect(back).toBeLessThan(NOW + TURN + TURN_SPREAD + 1);
      }),
    );
  });

  test('who sends in its turn extends a block to its end before the next turn', () => {
    const lastOfTurn = retryAt(NOW, 60, NOW - 1000, 0.999);
    const { limit } = refused(NOW, '60', NOW - 1000);
    expect(limit.untilTurn('list', lastOfTurn, () => 0)).toBeGreaterThan(MINUTE + 10_000);
  });

  test('that is never before the reset either', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 600_000 }), WAITS, CHANCES, (ms, wait, jitter) => {
        expect(retryAt(NOW + ms, wait, NOW + ms, jitter)).toBeGreaterThanOrEqual(NOW + ms + (wait + 1) * 1000);
      }),
    );
  });

  test.each([
    [199_999, TURN],
    [200_000, 16_000],
  ])('a refusal %d ms after the last wait counts as one of a shared limit or not', (ago, expected) => {
    expect(retryAt(NOW, 15, NOW - ago, 0) - NOW).toBe(expected);
  });
});

describe('what each answer tells of the limit is heeded before there is a 429', () => {
  const observed = (remaining: unknown, reset: unknown = '0', limit: unknown = '100', blocks = {}) => {
    const rateLimit = new SpotRateLimit(blocks);
    rateLimit.observe('list', { limit, remaining, reset }, { clock: new ManualClock(NOW), jitter: () => 0.5 });
    return rateLimit;
  };

  test.each<[string, unknown, unknown, boolean]>([
    ['plenty', '11', '100', false],
    ['a tenth', '10', '100', true],
    ['one of a small limit', '1', '6', true],
    ['two of a small limit', '2', '6', false],
    ['five, and no limit told', '5', null, true],
    ['six, and no limit told', '6', null, false],
    ['no number', 'many', '100', false],
    ['nothing', undefined, undefined, false],
    ['a negative number', '-1', '100', false],
  ])('%s left: slow %p', (_what, remaining, limit, isTight) => {
    const rateLimit = observed(remaining, '0', limit);
    expect(rateLimit.isTight('list', NOW)).toBe(isTight);
    expect(rateLimit.allowedAt('list')).toBe(0);
    expect(rateLimit.isTight('start', NOW)).toBe(false);
  });

  test('it is slow for a window, and until an answer tells of more', () => {
    const rateLimit = observed('3');
    expect(rateLimit.isTight('list', NOW + 59_999)).toBe(true);
    expect(rateLimit.isTight('list', NOW + MINUTE)).toBe(false);
    rateLimit.observe(
      'list',
      { limit: '100', remaining: '80', reset: '0' },
      { clock: new ManualClock(NOW), jitter: () => 0 },
    );
    expect(rateLimit.isTight('list', NOW)).toBe(false);
  });

  test.each<[string, unknown, number]>([
    ['20', '20', 23_500],
    ['the whole window', '60', 68_500],
    ['none', '0', 0],
    ['beyond the window', '61', 0],
    ['a date', '1795251600', 0],
    ['no number', 'soon', 0],
    ['nothing', undefined, 0],
  ])('none left and a reset of %s: the next request waits', (_what, reset, expected) => {
    const allowedAt = observed('0', reset).allowedAt('list');
    expect(allowedAt === 0 ? 0 : allowedAt - NOW).toBe(expected);
  });

  // Waiting for its own reset alone, such a run would come back while others have extended the block.
  test('none left soon after a wait: as after a 429 of a shared limit, it comes back at the next turn', () => {
    expect(observed('0', '20', '100', { list: NOW - 1000 }).allowedAt('list') - NOW).toBe(TURN + TURN_SPREAD / 2);
  });

  test('the next invocation knows of that wait', () => {
    expect(new SpotRateLimit(observed('0', '20').blocks).allowedAt('list')).toBe(NOW + 23_500);
  });
});

describe('a limit seems to be shared', () => {
  test.each([
    [-1, true],
    [0, true],
    [199_999, true],
    [200_000, false],
  ])('%d ms after the end of a block: %p', (ago, isShared) => {
    expect(new SpotRateLimit({ list: NOW - ago }).isShared('list', NOW)).toBe(isShared);
  });

  test('not one that was never met', () => {
    expect(new SpotRateLimit({ start: NOW }).isShared('list', NOW)).toBe(false);
  });
});

describe('where a limit has proven to be shared', () => {
  const HALF = () => 0.5;

  test('who gets through waits for the next turn, too, for 200 s after its last wait', () => {
    const { limit, retryAt: turn } = refused(NOW, '60', NOW - 1000);
    expect(turn).toBe(NOW + TURN + TURN_SPREAD / 2);
    expect(limit.untilTurn('list', turn, HALF)).toBe(TURN);
    expect(limit.untilTurn('list', turn + 199_999, HALF)).toBeGreaterThan(0);
    expect(limit.untilTurn('list', turn + 200_000, HALF)).toBeUndefined();
    expect(limit.untilTurn('start', turn, HALF)).toBeUndefined();
  });

  test('the next invocation knows of it', () => {
    const { limit, retryAt: turn } = refused(NOW, '60', NOW - 1000);
    expect(new SpotRateLimit(limit.blocks).untilTurn('list', turn, HALF)).toBe(TURN);
  });

  test('one refusal alone proves nothing', () => {
    const { limit, retryAt: again } = refused(NOW, '60');
    expect(limit.untilTurn('list', again, HALF)).toBeUndefined();
  });

  test('a turn is ahead, and within a period and its spread, whatever the time', () => {
    const { limit } = refused(NOW, '60', NOW - 1000);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 180_000 }), CHANCES, (ms, jitter) => {
        const until = limit.untilTurn('list', NOW + ms, () => jitter) ?? 0;
        expect(until).toBeGreaterThan(0);
        expect(until).toBeLessThan(TURN + TURN_SPREAD + 1);
      }),
    );
  });
});

import fc from 'fast-check';
import { codeDeploy } from '../../support/deploymentSamples';
import { jittered, nextPause, type Circumstances } from '../../../src/deployment/pollInterval';
import type { ActiveState } from '../../../src/deployment/state';
import { firstState, toCleaningUp, toFinalizing, toInstalling, toLaunching } from '../../../src/deployment/transitions';

const SETTING = 5000;

const starting = firstState('11111111-2222-3333-4444-555555555555', 0);
const launching = toLaunching(starting, 0, 'cdbg-1');
const installing = toInstalling(launching, 0, 'd-OWN');
const finalizing = toFinalizing(installing, 0, codeDeploy('d-OWN', 'Succeeded'));
const cleaningUp = toCleaningUp(installing, 0, { type: 'JobFailed', headline: 'it failed' });

function pauseOf(state: ActiveState, more: Partial<Circumstances> = {}) {
  return nextPause(state, { setting: SETTING, isLimitTight: false, now: 0, ...more });
}

function interval(state: ActiveState, more: Partial<Circumstances> = {}): number {
  return pauseOf(state, more).interval;
}

test.each<[string, ActiveState, number]>([
  ['starting', starting, 1],
  ['launching, neither far nor near', launching, 1],
  ['launching, far: instances have still to boot', { ...launching, pace: 'far' }, 2],
  ['launching, near', { ...launching, pace: 'near' }, 0.5],
  ['launching, but waiting for the deployment of another', { ...launching, pace: 'near', waitsForOther: {} }, 1],
  ['installing: Elastigroup follows CodeDeploy by itself', installing, 2],
  ['finalizing, neither far nor near', finalizing, 1],
  ['finalizing, far: blue has still to go', { ...finalizing, pace: 'far' }, 2],
  ['finalizing, near', { ...finalizing, pace: 'near' }, 0.5],
  ['cleaning up', cleaningUp, 1],
])('%s', (_name, state, times) => {
  expect(interval(state)).toBe(times * SETTING);
});

const TEN_MINUTES = { median: 600, high: 700, count: 5 };
/** The pause that lasts 15 s at most, jitter included. */
const SPARSE = 15_000 / 1.02;

describe("where the group's history is known", () => {
  const usual = TEN_MINUTES;

  test.each<[string, ActiveState, number]>([
    ['starting', { ...starting, usual }, SETTING],
    ['launching', { ...launching, usual }, SPARSE],
    ['launching, far', { ...launching, usual, pace: 'far' }, SPARSE],
    ['launching, near: as without', { ...launching, usual, pace: 'near' }, SETTING / 2],
    ['launching, but waiting for the deployment of another', { ...launching, usual, waitsForOther: {} }, SETTING],
    ['finalizing', { ...finalizing, usual }, SPARSE],
    ['finalizing, near: as without', { ...finalizing, usual, pace: 'near' }, SETTING / 2],
    ['cleaning up', { ...cleaningUp, usual }, SETTING],
  ])('%s', (_name, state, expected) => {
    expect(interval(state)).toBe(expected);
  });

  test.each([
    ['just begun: sparse', 0, SPARSE],
    ['half of it is over', 300, SPARSE],
    ['no pause reaches into the time around the expected end', 558, 12_000],
    ['the expected end: as without', 570, 2 * SETTING],
    ['longer than usual', 5000, 2 * SETTING],
  ])('installing, %s', (_name, seconds, expected) => {
    expect(interval({ ...installing, usual, createdAt: 0 }, { now: seconds * 1000 })).toBeCloseTo(expected);
  });

  test('a deployment that takes a minute is polled as without', () => {
    const short = { median: 60, high: 70, count: 5 };
    expect(interval({ ...launching, usual: short })).toBe(SETTING);
    expect(interval({ ...installing, usual: short })).toBe(2 * SETTING);
  });

  test('one that takes two: a pause is a fifteenth of it', () => {
    expect(interval({ ...launching, usual: { median: 120, high: 130, count: 5 } })).toBe(8000);
  });

  test('a setting that is shorter shortens it, one that is longer stays', () => {
    expect(interval({ ...launching, usual }, { setting: 1000 })).toBe(3000);
    expect(interval({ ...launching, usual }, { setting: 40_000 })).toBe(40_000);
  });

  test('whatever the history: no pause is longer than 15 s, and none is shorter than without', () => {
    const states: readonly ActiveState[] = [
      ...[starting, launching, installing, finalizing, cleaningUp],
      ...(['far', 'near'] as const).flatMap((pace) => [
        { ...launching, pace },
        { ...finalizing, pace },
      ]),
    ];
    const history = fc
      .tuple(fc.double({ min: 0.1, max: 400_000, noNaN: true }), fc.double({ min: 0, max: 9999, noNaN: true }))
      .map(([median, more]) => ({ median, high: median + more, count: 5 }));
    const jitter = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom(...states),
        history,
        fc.integer({ min: -99, max: 9e8 }),
        jitter,
        (state, known, now, draw) => {
          const pause = pauseOf({ ...state, usual: known }, { now });
          expect(jittered(pause, draw)).toBeLessThanOrEqual(15_000);
          expect(pause.interval).toBeGreaterThanOrEqual(interval(state, { now }));
        },
      ),
    );
  });

  const median = fc.double({ min: 1, max: 20_000, noNaN: true });
  const draws = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));

  test('whatever CodeDeploy usually takes: polls in that time are as few as pauses of 15 s allow, or fewer than without', () => {
    fc.assert(
      fc.property(median, draws, (seconds, jitters) => {
        const { sparse, dense } = { sparse: seconds * 0.95, dense: seconds * 0.05 };
        const mostWith = Math.ceil(sparse / Math.min(14, seconds / 16)) + Math.ceil(dense / 9) + 1;
        const mostWithout = Math.ceil(seconds / 9) + 1;
        const polls = pollsOf(seconds, jitters);
        expect(polls.length).toBeLessThanOrEqual(Math.min(mostWith, mostWithout));
      }),
    );
  });

  test('whatever CodeDeploy usually takes: its end, and the time before it, is polled as densely as without', () => {
    fc.assert(
      fc.property(median, draws, (seconds, jitters) => {
        const around = pollsOf(1.5 * seconds, jitters, seconds).filter((at) => at >= seconds * 0.96);
        const gaps = around.slice(1).map((at, index) => Math.round(1000 * (at - (around[index] ?? at))));
        expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(2 * SETTING * 1.1);
      }),
    );
  });
});

/** When CodeDeploy is polled (s), up to then. */
function pollsOf(until: number, jitters: fc.Stream<number>, median = until): number[] {
  const usual = { median, high: median, count: 5 };
  const polls: number[] = [];
  let now = 0;
  for (const jitter of jitters) {
    now += jittered(pauseOf({ ...installing, usual, createdAt: 0 }, { now: now * 1000 }), jitter) / 1000;
    if (now > until) break;
    polls.push(now);
  }
  return polls;
}

describe('while nothing can be seen', () => {
  const blind: readonly ActiveState[] = [
    ...[starting, { ...launching, pace: 'near' } as const, installing, finalizing, cleaningUp].map((state) => ({
      ...state,
      outageSince: 0,
    })),
    { ...cleaningUp, unseenSince: 0 },
  ];

  test.each(blind)('the first pause is the setting, whatever the phase ($phase)', (state) => {
    expect(interval(state)).toBe(SETTING);
  });

  test.each(blind)('a pause grows with the outage, to 30 s ($phase)', (state) => {
    const pauses = [4, 6, 12, 29, 31, 500].map((seconds) => interval(state, { now: seconds * 1000 }));
    expect(pauses).toEqual([5000, 6000, 12_000, 29_000, 30_000, 30_000]);
  });

  test('a setting that is longer stays', () => {
    expect(interval({ ...installing, outageSince: 0 }, { setting: 300_000, now: 400_000 })).toBe(300_000);
  });

  test('pauses differ by half to either side, that deployments which met the same outage do not come back in step', () => {
    const pause = pauseOf({ ...launching, outageSince: 0 }, { now: 20_000 });
    expect([0, 0.5, 1].map((jitter) => jittered(pause, jitter))).toEqual([10_000, 20_000, 30_000]);
  });

  test('otherwise by a tenth', () => {
    const pause = pauseOf(launching);
    expect([0, 0.5, 1].map((jitter) => jittered(pause, jitter))).toEqual([4500, 5000, 5500]);
  });
});

describe("while Spot's rate limit is tight", () => {
  test('a pause lasts 30 s', () => {
    expect(interval(launching, { isLimitTight: true })).toBe(30_000);
  });

  test('CodeDeploy is followed meanwhile as always', () => {
    expect(pauseOf(installing, { isLimitTight: true })).toEqual(pauseOf(installing));
  });

  test('a setting that is longer stays, with the wide jitter', () => {
    const pause = pauseOf(launching, { setting: 40_000, isLimitTight: true });
    expect(pause).toEqual({ interval: 40_000, spread: 0.5 });
  });
});

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

  test('a setting that is longer stays, with the wide jitter', () => {
    const pause = pauseOf(launching, { setting: 40_000, isLimitTight: true });
    expect(pause).toEqual({ interval: 40_000, spread: 0.5 });
  });
});

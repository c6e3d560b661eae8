import fc from 'fast-check';
import { pollInterval } from '../../../src/deployment/pollInterval';
import type { ActiveState } from '../../../src/deployment/state';
import { firstState, toCleaningUp, toFinalizing, toInstalling, toLaunching } from '../../../src/deployment/transitions';

const SETTING = 5000;
const AMPLE = 60_000;

const starting = firstState('11111111-2222-3333-4444-555555555555', 0);
const launching = toLaunching(starting, 0, 'cdbg-1');
const installing = toInstalling(launching, 0, 'd-OWN');
const finalizing = toFinalizing(installing, 0, 'd-OWN');
const cleaningUp = toCleaningUp(installing, 0, { type: 'JobFailed', headline: 'it failed' });

test.each<[string, ActiveState, number]>([
  ['starting', starting, 1],
  ['STARTING', launching, 1],
  ['VALIDATE_TAGS: instances have still to boot', { ...launching, percent: 10 }, 2],
  ['LAUNCHING_NEW_INSTANCES: the same', { ...launching, percent: 15 }, 2],
  ['AWAITING_INSTANCES_LAUNCH: it may be over soon', { ...launching, percent: 20 }, 1],
  ['TAG_INSTANCES_WITH_GREEN_TAG: the next state is the one that is waited for', { ...launching, percent: 25 }, 0.5],
  ['AWAITING_USER_DEPLOYMENT: EC2 or CodeDeploy does not see the tags yet', { ...launching, percent: 30 }, 0.5],
  ['installing: Elastigroup follows CodeDeploy by itself', installing, 2],
  ['finalizing: Elastigroup has not noticed yet', finalizing, 1],
  ['AWAITING_DEPLOYMENT_TO_FINISH', { ...finalizing, percent: 91 }, 1],
  ['WAIT_BEFORE_TERMINATION: blue has still to go', { ...finalizing, percent: 93 }, 2],
  ['REMOVE_OLD_INSTANCES', { ...finalizing, percent: 95 }, 0.5],
  ['REMOVE_ALL_SUSPENSIONS', { ...finalizing, percent: 97 }, 0.5],
  ['cleaning up', cleaningUp, 1],
])('%s', (_name, state, times) => {
  expect(pollInterval(state, SETTING, AMPLE)).toBe(times * SETTING);
});

test('waiting for the deployment of another is neither far nor near', () => {
  expect(pollInterval({ ...launching, percent: 30, waitsForOther: {} }, SETTING, AMPLE)).toBe(SETTING);
});

test('an outage is neither far nor near', () => {
  expect(pollInterval({ ...installing, outageSince: 1 }, SETTING, AMPLE)).toBe(SETTING);
});

test.each([
  [0, 5000],
  [1000, 4000],
  [2500, 2500],
  [9000, 2500],
  [-1, 5000],
])('with %d ms saved, a look near the end comes after %d ms', (saved, pause) => {
  expect(pollInterval({ ...finalizing, percent: 97 }, SETTING, saved)).toBe(pause);
});

test('on average, no walk through the phases looks more often than the setting says', () => {
  const states: readonly ActiveState[] = [
    starting,
    ...[5, 10, 15, 20, 25, 30].map((percent) => ({ ...launching, percent })),
    installing,
    ...[85, 91, 93, 95, 97].map((percent) => ({ ...finalizing, percent })),
    cleaningUp,
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...states), { minLength: 1 }), fc.integer({ min: 10 }), (walk, setting) => {
      let saved = 0;
      for (const state of walk) {
        saved += pollInterval(state, setting, saved) - setting;
        expect(saved).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

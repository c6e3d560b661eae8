import { timedOut } from '../../../src/deployment/failures';
import type { BoundByTimeout } from '../../../src/deployment/state';
import { at, checked, installing, launching } from '../../support/deploymentSamples';
import { FakeContext } from '../../support/fakeContext';

const usual = { median: 370, high: 540, count: 5 };
const TOOK = 'Earlier CodeDeploy deployments of the group: the last 5 took a median of 6m10s, up to 9m';

function headline(state: BoundByTimeout): string {
  return timedOut(state, new FakeContext({}, { now: at(600), parameters: { timeoutSeconds: 600 } })).headline;
}

test.each<[string, BoundByTimeout, string]>([
  [
    'CodeDeploy had less time than the slow ones took: a TIMEOUT that is long enough for the launch and for them',
    installing({ usual, createdAt: at(120) }),
    `${TOOK}. Set TIMEOUT to at least 960.`,
  ],
  ['the launch has used it up', launching({ usual }), `${TOOK}. Set TIMEOUT to at least 1440.`],
  [
    "another's deployment has used it up",
    checked({ usual, waitsForOther: {} }),
    `${TOOK}. Set TIMEOUT to at least 1440.`,
  ],
  [
    'CodeDeploy had as much time as they took: a longer TIMEOUT is no remedy',
    installing({ usual, createdAt: at(50) }),
    `${TOOK}; this one had 9m10s, so check what it waits for.`,
  ],
  [
    'the service has another date: no time before CodeDeploy is longer than TIMEOUT',
    installing({ usual, createdAt: at(9000) }),
    `${TOOK}. Set TIMEOUT to at least 1440.`,
  ],
])('%s', (_name, state, sentence) => {
  expect(headline(state)).toMatch(/^TIMEOUT \(10m\) reached after 10m, /);
  expect(headline(state).endsWith(sentence)).toBe(true);
});

test.each<[string, BoundByTimeout]>([
  ['without a history', installing({ createdAt: at(120) })],
  ['where the start itself failed', checked({ usual })],
  ['where a service did not answer', installing({ usual, createdAt: at(120), outageSince: at(300) })],
])('%s it says nothing of earlier ones', (_name, state) => {
  expect(headline(state)).not.toContain('Earlier');
});

test('a gap between two invocations does not count as time that the next deployment needs', () => {
  const context = new FakeContext({}, { now: at(90_000), parameters: { timeoutSeconds: 600 } });
  expect(timedOut(launching({ usual }), context).headline).toMatch(/Set TIMEOUT to at least 1440\.$/);
});

test('a TIMEOUT that is the longest already is not proposed', () => {
  const context = new FakeContext({}, { now: at(85_500), parameters: { timeoutSeconds: 85_500 } });
  const slow = { median: 90_000, high: 90_000, count: 3 };
  expect(timedOut(installing({ usual: slow, createdAt: at(120) }), context).headline).toMatch(
    /up to 25h\. TIMEOUT cannot exceed 85500: choose a DEPLOYMENT_CONFIG that deploys to more instances at once\.$/,
  );
});

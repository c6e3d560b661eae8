import fc from 'fast-check';
import type { CodeDeployDeployment } from '../../../src/clients/codeDeploy/codeDeploy';
import { suggestedTimeout, tookSeconds, usualTimeOf, withHistory } from '../../../src/deployment/history';
import { at, codeDeploy, launching, OTHER_TAG } from '../../support/deploymentSamples';
import { FakeContext } from '../../support/fakeContext';

const NOW = at(0);
const CONFIG = 'CodeDeployDefault.OneAtATime';

/** One that succeeded, began so many minutes ago and took so many seconds. */
function took(seconds: number, { ago = 600, ...overrides }: Partial<CodeDeployDeployment> & { ago?: number } = {}) {
  const createdAt = NOW - ago * 60_000;
  return codeDeploy('d-EARLIER', 'Succeeded', { createdAt, endedAt: createdAt + seconds * 1000, ...overrides });
}

describe('what counts', () => {
  test('the median, what nine of ten took at most, and how many', () => {
    expect(
      usualTimeOf(
        [300, 100, 200, 900, 400].map((seconds) => took(seconds)),
        CONFIG,
        NOW,
      ),
    ).toEqual({
      median: 300,
      high: 900,
      count: 5,
    });
    const twenty = Array.from({ length: 20 }, (_, index) => took(100 + index));
    expect(usualTimeOf(twenty, CONFIG, NOW)).toEqual({ median: 109.5, high: 117, count: 20 });
  });

  test('one that took ten hours, among many, is an exception', () => {
    const many = Array.from({ length: 12 }, () => took(360));
    expect(usualTimeOf([...many, took(36_000)], CONFIG, NOW)?.high).toBe(360);
  });

  test('those of this deployment configuration; others where it has none', () => {
    const others = [took(100, { configName: 'CodeDeployDefault.AllAtOnce' }), took(120, { configName: undefined })];
    expect(usualTimeOf([...others, took(370)], CONFIG, NOW)).toEqual({ median: 370, high: 370, count: 1 });
    expect(usualTimeOf(others, CONFIG, NOW)).toMatchObject({ median: 110, count: 2 });
  });

  test('all where the configuration is not known', () => {
    const mixed = [took(100, { configName: 'CodeDeployDefault.AllAtOnce' }), took(300)];
    expect(usualTimeOf(mixed, undefined, NOW)).toMatchObject({ median: 200, count: 2 });
  });

  test('the 25 newest', () => {
    const old = Array.from({ length: 30 }, () => took(9000, { ago: 6000 }));
    const recent = Array.from({ length: 25 }, () => took(60));
    expect(usualTimeOf([...old, ...recent], CONFIG, NOW)).toEqual({ median: 60, high: 60, count: 25 });
  });

  test.each<[string, CodeDeployDeployment]>([
    ['failed', took(300, { status: 'Failed' })],
    ['was stopped', took(300, { status: 'Stopped' })],
    ['is still active', took(300, { status: 'InProgress' })],
    ['is a rollback', took(300, { creator: 'codeDeployRollback' })],
    ['was in place', took(300, { deploymentType: 'IN_PLACE' })],
    ['ended before it began', took(-5)],
    ['took no time', took(0)],
    ['has ended in the future', took(40_000)],
    ['lasted longer than CodeDeploy allows', took(120 * 3600, { ago: 200 * 60 })],
    ['has no end', took(300, { endedAt: undefined })],
    ['has no beginning', took(300, { createdAt: undefined })],
  ])('not one that %s', (_name, deployment) => {
    expect(usualTimeOf([deployment], CONFIG, NOW)).toBeUndefined();
  });

  test('a clock that is a few seconds ahead is not odd', () => {
    expect(tookSeconds({ createdAt: NOW - 60_000, endedAt: NOW + 3000 }, NOW)).toBe(63);
  });
});

test("an action's own deployment, found again after a crash, is no history of it", () => {
  const own = took(300);
  const earlier = took(100, { targetTags: [OTHER_TAG] });
  const context = new FakeContext({}, { now: NOW });
  expect(withHistory(launching(), [own], context).usual).toBeUndefined();
  expect(withHistory(launching(), [own, earlier], context).usual).toEqual({ median: 100, high: 100, count: 1 });
});

const anyTime = fc.option(fc.integer({ min: -400_000, max: 400_000 }), { nil: undefined });
const anyDeployment = fc
  .record({
    createdAt: anyTime,
    endedAt: anyTime,
    status: fc.constantFrom('Succeeded', 'Succeeded', 'Failed', 'InProgress'),
    configName: fc.constantFrom(CONFIG, 'CodeDeployDefault.AllAtOnce', undefined),
    creator: fc.constantFrom('user', 'codeDeployRollback', undefined),
  })
  .map(({ createdAt, endedAt, status, ...more }) =>
    codeDeploy('d-ANY', status, {
      ...more,
      createdAt: createdAt === undefined ? undefined : at(createdAt),
      endedAt: endedAt === undefined ? undefined : at(endedAt),
    }),
  );

test('whatever CodeDeploy tells: at most three numbers, above 0 and within what was measured', () => {
  fc.assert(
    fc.property(fc.array(anyDeployment, { maxLength: 60 }), fc.constantFrom(CONFIG, undefined), (all, config) => {
      const usual = usualTimeOf(all, config, NOW);
      const measured = all.flatMap((deployment) => tookSeconds(deployment, NOW) ?? []);
      if (!usual) return;
      const { median, high, count } = usual;
      expect(Object.keys(usual)).toHaveLength(3);
      expect(median).toBeGreaterThan(0);
      expect(high).toBeGreaterThanOrEqual(median);
      expect(high).toBeLessThanOrEqual(Math.max(...measured) + 0.1);
      expect(median).toBeGreaterThanOrEqual(Math.min(...measured) - 0.1);
      expect(count).toBeGreaterThan(0);
      expect(count).toBeLessThanOrEqual(25);
    }),
  );
});

test('in no order that matters', () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyDeployment, { maxLength: 20, selector: ({ createdAt }) => createdAt }), (all) => {
      expect(usualTimeOf(all.toReversed(), CONFIG, NOW)).toEqual(usualTimeOf(all, CONFIG, NOW));
    }),
  );
});

test('the suggested TIMEOUT has room for the slow ones, in whole minutes, and is one that the parameter takes', () => {
  expect(suggestedTimeout({ median: 370, high: 540, count: 5 }, 130)).toBe(960);
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 400_000, noNaN: true }), fc.nat(90_000), (high, before) => {
      const seconds = suggestedTimeout({ median: high, high, count: 1 }, before);
      expect(seconds % 60 === 0 || seconds === 85_500).toBe(true);
      expect(seconds).toBeGreaterThanOrEqual(Math.min(85_500, high + before));
      expect(seconds).toBeLessThanOrEqual(85_500);
    }),
  );
});

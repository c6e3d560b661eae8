import fc from 'fast-check';
import { decodeToken, encodeToken } from '../../../src/deployment/continuationToken';
import { SpotRateLimit } from '../../../src/clients/spot/rateLimit';
import { fractionDone, timeLeft, timeText } from '../../../src/deployment/timeLeft';
import { isInCatalogue } from '../../support/catalogue';
import {
  active,
  at,
  checked,
  codeDeploy,
  elastigroup,
  finalizing,
  inPhase,
  installing,
  launching,
  parametersWith,
} from '../../support/deploymentSamples';
import { pollOnce } from '../../support/pollOnce';

const USUAL = { median: 370, high: 480, count: 5 };

describe('what the summary and the log say', () => {
  const text = (seconds: number, usual = USUAL) => timeText(installing({ usual, createdAt: at(0) }), at(seconds));

  test.each([
    [0, ', about 6m30s left (the last 5 took a median of 6m10s)'],
    [190, ', about 3m left (the last 5 took a median of 6m10s)'],
    [320, ', about 50s left (the last 5 took a median of 6m10s)'],
    [362, ', about 10s left (the last 5 took a median of 6m10s)'],
    [369.9, ', about 5s left (the last 5 took a median of 6m10s)'],
    [370, ', usually done by now (the last 5 took a median of 6m10s)'],
    [480, ', usually done by now (the last 5 took a median of 6m10s)'],
    [540, ', longer than usual: 9m, usually 6m10s'],
    // The service's clock is ahead.
    [-30, ', about 6m30s left (the last 5 took a median of 6m10s)'],
  ])('%d s after CodeDeploy has begun: %s', (seconds, expected) => {
    expect(text(seconds)).toBe(expected);
  });

  test('of one deployment alone', () => {
    expect(text(10, { median: 4000, high: 4000, count: 1 })).toBe(', about 1h07m left (the last one took 1h06m)');
  });

  test('before CodeDeploy has begun: what it usually takes', () => {
    expect(timeText(launching({ usual: USUAL }), at(50))).toBe(', CodeDeploy then usually takes 6m10s');
  });

  test.each([
    ['without a history', installing({ createdAt: at(0) })],
    ['in a phase that it says nothing of', finalizing({ usual: USUAL })],
    ['before the start', checked({ usual: USUAL })],
    ["while it waits for another's deployment", launching({ usual: USUAL, waitsForOther: {} })],
  ])('nothing %s', (_name, state) => {
    expect(timeText(state, at(60))).toBe('');
  });
});

const anyUsual = fc
  .tuple(fc.double({ min: 0.1, max: 400_000, noNaN: true }), fc.double({ min: 0, max: 400_000, noNaN: true }))
  .chain(([median, more]) =>
    fc.record({ count: fc.integer({ min: 1, max: 25 }) }).map(({ count }) => ({ median, high: median + more, count })),
  );
const anySeconds = fc.double({ min: -100_000, max: 500_000, noNaN: true });

test('it is never negative, and never more than a whole deployment', () => {
  fc.assert(
    fc.property(anyUsual, anySeconds, (usual, elapsed) => {
      const left = timeLeft(usual, elapsed);
      if (left.kind === 'about') {
        expect(left.seconds).toBeGreaterThan(0);
        expect(left.seconds).toBeLessThanOrEqual(usual.median);
      }
      const text = timeText(installing({ usual, createdAt: at(0) }), at(elapsed));
      expect(text).not.toMatch(/-|NaN|Infinity|about 0s/);
      expect(isInCatalogue(text)).toBe(true);
    }),
  );
});

test('CodeDeploy is never done before it says so', () => {
  fc.assert(
    fc.property(anyUsual, anySeconds, (usual, elapsed) => {
      const fraction = fractionDone(usual, elapsed);
      expect(fraction).toBeGreaterThanOrEqual(0);
      expect(fraction).toBeLessThan(1);
    }),
  );
});

/** Polls at any time, each in an invocation of its own, from the token of the one before. */
test('the percentage never goes back, from poll to poll and from token to token, whatever the clocks say', async () => {
  const parameters = parametersWith();
  const poll = fc.record({
    seconds: fc.integer({ min: -60, max: 1500 }),
    done: fc.nat(4),
    createdAt: fc.option(fc.integer({ min: -600, max: 600 }), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(anyUsual, fc.array(poll, { maxLength: 12 }), async (usual, polls) => {
      let state = active(installing({ usual }));
      for (const { seconds, done, createdAt } of polls) {
        const deployment = codeDeploy('d-OWN', 'InProgress', {
          createdAt: createdAt === undefined ? undefined : at(createdAt),
          instances: { total: 4, done, failed: 0, skipped: 0 },
        });
        const { next, context } = await pollOnce(
          state,
          { after: seconds },
          { getDeployment: [deployment], list: [[elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH')]] },
        );
        context.forgetUnused();
        if (next.phase !== 'installing') return;
        expect(next.percent).toBeGreaterThanOrEqual(state.percent);
        expect(next.percent).toBeLessThan(85);
        const token = encodeToken({ state: next, rateLimit: new SpotRateLimit() }, parameters);
        const read = decodeToken(token, parameters, at(seconds));
        if (!read.ok) throw new Error('the token cannot be read');
        state = read.value.state;
      }
    }),
  );
});

test('within its phase the percentage follows from the time that is left', async () => {
  const percentAt = async (seconds: number) => {
    const { next } = await pollOnce(
      installing({ usual: USUAL }),
      { after: seconds },
      {
        getDeployment: [codeDeploy('d-OWN', 'InProgress', { createdAt: at(0) })],
        list: [[elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH')]],
      },
    );
    return inPhase(next, 'installing').percent;
  };
  expect(await Promise.all([0, 185, 370, 600].map(percentAt))).toEqual([40, 63, 83, 83]);
});

test('the success is compared with what is usual: CodeDeploy beside CodeDeploy', async () => {
  const { next } = await pollOnce(
    installing({ usual: USUAL }),
    { after: 375 },
    {
      getDeployment: [codeDeploy('d-OWN', 'Succeeded', { createdAt: at(2), endedAt: at(364) })],
      list: [[elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH')]],
    },
  );
  expect(inPhase(next, 'finalizing')).toMatchObject({ tookSeconds: 362, usual: USUAL });
});

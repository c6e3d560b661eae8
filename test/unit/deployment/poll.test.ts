import fc from 'fast-check';
import { SPOT_OPERATIONS } from '../../../src/clients/spot/elastigroup';
import type { Tag } from '../../../src/clients/tag';
import { SpotRateLimit } from '../../../src/clients/spot/rateLimit';
import type { Pacing } from '../../../src/deployment/pacing';
import { poll } from '../../../src/deployment/poll';
import type { DeploymentContext } from '../../../src/deployment/context';
import type { ActiveState } from '../../../src/deployment/state';
import {
  at,
  checked,
  cleaningUp,
  codeDeploy,
  elastigroup,
  finalizing,
  inPhase,
  installing,
  instance,
  launching,
  noAnswer,
  OTHER_TAG,
  starting,
  target,
  UNTOUCHED_TARGETS,
} from '../../support/deploymentSamples';
import { FakeContext, type Script } from '../../support/fakeContext';
import { contextStoppedAt, pacing, RUN } from '../../support/pacing';

const LAUNCHING = [elastigroup('cdbg-1', 'STARTING')];
const GOING = [elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH')];
const inProgress = codeDeploy('d-OWN', 'InProgress');

function blocked(operation: keyof typeof SPOT_OPERATIONS, untilSeconds: number) {
  return new SpotRateLimit({ [SPOT_OPERATIONS[operation]]: at(untilSeconds) });
}

async function run(state: ActiveState, script: Script, how: Partial<Pacing> = {}, parameters = {}) {
  const context = new FakeContext(script, { parameters });
  const next = await poll(state, context, pacing(how));
  return { next, context };
}

/** The same context, in which something happens while Spot is asked for its list. */
function beforeEveryList(context: FakeContext, happens: () => void): DeploymentContext {
  const listDeployments = (own: Tag) => {
    happens();
    return context.elastigroup.listDeployments(own);
  };
  return Object.assign(Object.create(context) as FakeContext, {
    elastigroup: { ...context.elastigroup, listDeployments },
  });
}

describe('the poll window', () => {
  test.each([0, -10])('that is over (%d s) still allows one poll, without a pause', async (seconds) => {
    const { context } = await run(launching(), { list: [LAUNCHING] }, { until: at(seconds) });

    expect(context.clock.sleeps).toEqual([]);
  });

  test('ends when the next pause would reach it, and not by sleeping until then', async () => {
    const { next, context } = await run(launching(), { list: [LAUNCHING, LAUNCHING, LAUNCHING] }, { until: at(12) });

    expect(next.phase).toBe('launching');
    expect(context.clock.sleeps).toEqual([5000, 5000]);
    expect(context.clock.now()).toBe(at(10));
  });

  test('is not begun again for a poll that took it all', async () => {
    const context = new FakeContext({ list: [LAUNCHING] });
    const slow = beforeEveryList(context, () => {
      context.clock.advance(70);
    });
    expect((await poll(launching(), slow, pacing())).phase).toBe('launching');
    expect(context.clock.sleeps).toEqual([]);
  });

  test('that is over hands even the beginning of cleaning up over', async () => {
    const { next, context } = await run(
      installing(),
      { getDeployment: [codeDeploy('d-OWN', 'Failed')], list: [GOING] },
      { until: at(0) },
    );

    expect(next.phase).toBe('cleaningUp');
    expect(context.changes).toEqual([]);
  });

  test('does not outlive the result', async () => {
    const { next, context } = await run(finalizing(), {
      list: [GOING, [elastigroup('cdbg-1', 'FINISHED')]],
      green: [[instance('i-1')]],
      groupInstances: [['i-1']],
    });

    expect(next.phase).toBe('succeeded');
    expect(context.clock.sleeps).toEqual([5000]);
  });

  test('lets a conflict end at once', async () => {
    const { next, context } = await run(checked(), {
      list: [[elastigroup('cdbg-9', 'STARTING', [OTHER_TAG])]],
      findDeployments: [[]],
      green: [[]],
    });

    expect(next.phase).toBe('failed');
    expect(context.clock.sleeps).toEqual([]);
  });
});

describe('the pause between two polls', () => {
  test('is the interval, jittered by a tenth at most, whatever the jitter', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.double({ min: 0.01, max: 300, noNaN: true }),
        async (chance, pollIntervalSeconds) => {
          const { context } = await run(
            launching(),
            { list: [LAUNCHING, LAUNCHING] },
            { jitter: () => chance, pollIntervalSeconds, until: at(1.15 * pollIntervalSeconds) },
            { timeoutSeconds: 85_500 },
          );
          expect(context.clock.sleeps).toHaveLength(1);
          const [pause = Number.NaN] = context.clock.sleeps;
          expect(pause).toBeGreaterThanOrEqual(900 * pollIntervalSeconds * 0.999999);
          expect(pause).toBeLessThanOrEqual(1100 * pollIntervalSeconds * 1.000001);
        },
      ),
    );
  });

  test('differs from poll to poll', async () => {
    const chances = [0, 0.75, 0.25];
    const { context } = await run(
      launching(),
      { list: [LAUNCHING, LAUNCHING, LAUNCHING, LAUNCHING] },
      { jitter: () => chances.shift() ?? 1, until: at(17) },
    );

    expect(context.clock.sleeps).toEqual([4500, 5250, 4750]);
  });

  test('does not sleep over TIMEOUT', async () => {
    const context = new FakeContext(
      { list: [LAUNCHING, LAUNCHING], findDeployments: [[]], stopElastigroup: ['accepted'] },
      { now: at(1798) },
    );
    const next = await poll(launching(), context, pacing({ until: at(1801) }));

    expect(context.clock.sleeps).toEqual([2000]);
    expect(inPhase(next, 'cleaningUp').firstStopAt).toBe(at(1800));
  });

  test('does not sleep over the end of finalizing', async () => {
    const context = new FakeContext({ list: [GOING, GOING], green: [[instance('i-1')]] }, { now: at(2098) });
    const next = await poll(finalizing(), context, pacing({ until: at(2200) }));

    expect(context.clock.sleeps).toEqual([2000]);
    expect(next.phase).toBe('failed');
  });

  test('is none before cleaning up: what runs costs money', async () => {
    const { context } = await run(
      installing(),
      {
        getDeployment: [codeDeploy('d-OWN', 'Failed'), codeDeploy('d-OWN', 'Failed')],
        list: [GOING, GOING],
        targets: [UNTOUCHED_TARGETS],
        findDeployments: [[codeDeploy('d-OWN', 'Failed')]],
        stopElastigroup: ['accepted'],
      },
      { until: at(3) },
    );

    expect(context.changes).toEqual(['stop Elastigroup cdbg-1']);
    expect(context.clock.now()).toBe(at(0));
  });
});

describe('while nothing can be seen', () => {
  const throttled = noAnswer('CodeDeploy', 'throttled');
  const denied = noAnswer('CodeDeploy', 'denied');
  const blind = (polls: number): Script => ({
    getDeployment: Array<Error>(polls).fill(throttled),
    list: Array<typeof GOING>(polls).fill(GOING),
  });

  test('an error that comes alone costs one poll', async () => {
    const { context } = await run(
      launching(),
      { list: [LAUNCHING, noAnswer('Spot', 'unavailable'), LAUNCHING, LAUNCHING] },
      { until: at(16) },
    );
    expect(context.clock.sleeps).toEqual([5000, 5000, 5000]);
  });

  test('the pauses grow with the outage, to 30 s', async () => {
    const { context } = await run(installing(), blind(7), { until: at(130) });
    expect(context.clock.sleeps).toEqual([5000, 5000, 10_000, 20_000, 30_000, 30_000]);
  });

  test('they are as short as before when it is over', async () => {
    const { context } = await run(
      installing(),
      {
        getDeployment: [throttled, throttled, throttled, inProgress, inProgress],
        // The last poll finds nothing amiss any more, and so does not ask Spot.
        list: Array<typeof GOING>(4).fill(GOING),
      },
      { until: at(32) },
    );
    expect(context.clock.sleeps).toEqual([5000, 5000, 10_000, 10_000]);
  });

  test.each([0, 0.5, 0.999])(
    'no pause goes beyond the 120 s after which a denial is believed (jitter %d)',
    async (jitter) => {
      const context = new FakeContext(
        { getDeployment: [denied, denied, inProgress], list: [GOING, GOING, GOING], stopCodeDeploy: ['stopping'] },
        { now: at(110) },
      );
      const state = installing({ deniedSince: at(0) });
      const next = await poll(state, context, pacing({ until: at(121), jitter: () => jitter }));

      expect(context.clock.sleeps).toEqual([10_000]);
      expect(inPhase(next, 'cleaningUp').failure.type).toBe('PermissionError');
    },
  );

  test('nor beyond TIMEOUT', async () => {
    const context = new FakeContext(blind(3), { now: at(1790) });
    const next = await poll(installing({ outageSince: at(1500) }), context, pacing({ until: at(1801) }));

    expect(context.clock.sleeps).toEqual([10_000]);
    expect(inPhase(next, 'cleaningUp').failure.timedOut).toBe(true);
  });
});

describe("a block by Spot's rate limit", () => {
  const followed: readonly (readonly [ActiveState, Script])[] = [
    [starting(), { list: [LAUNCHING] }],
    [launching(), { list: [LAUNCHING] }],
    [finalizing(), { list: [GOING] }],
  ];

  test.each(followed)('is waited for before the first poll while $phase', async (state, script) => {
    const { context } = await run(state, script, { rateLimit: blocked('list', 40), until: at(44) });

    expect(context.clock.sleeps).toEqual([40_000]);
  });

  test.each(followed)(
    'that outlasts the invocation becomes a continuation, without a poll, while $phase',
    async (state) => {
      const { next, context } = await run(state, {}, { rateLimit: blocked('list', 60) });

      expect(next).toBe(state);
      expect(context.clock.sleeps).toEqual([]);
    },
  );

  test('of the start alone is waited for too, while nothing is started', async () => {
    const { context } = await run(
      starting(),
      { list: [LAUNCHING] },
      { rateLimit: blocked('start', 20), until: at(24) },
    );

    expect(context.clock.sleeps).toEqual([20_000]);
  });

  test('of the start alone holds up nothing once it is started', async () => {
    const { context } = await run(
      launching(),
      { list: [LAUNCHING] },
      { rateLimit: blocked('start', 20), until: at(4) },
    );

    expect(context.clock.sleeps).toEqual([]);
  });

  test('holds up neither installing nor cleaning up: CodeDeploy can be followed meanwhile', async () => {
    const limited = noAnswer('Spot', 'rate-limited');
    const install = await run(
      installing(),
      { list: [limited], getDeployment: [inProgress] },
      { rateLimit: blocked('list', 50), until: at(4) },
    );
    expect(install.context.clock.sleeps).toEqual([]);

    const cleanUp = await run(
      cleaningUp(),
      { list: [limited], getDeployment: [inProgress], stopCodeDeploy: ['stopping'] },
      { rateLimit: blocked('list', 50), until: at(4) },
    );
    expect(cleanUp.context.changes).toEqual(['stop CodeDeploy d-OWN']);
  });

  test('between two polls lasts until its end, and never shorter', async () => {
    const rateLimit = new SpotRateLimit();
    const context = new FakeContext({ list: [noAnswer('Spot', 'rate-limited'), LAUNCHING] });
    const limiting = beforeEveryList(context, () => {
      const isFirst = rateLimit.allowedAt(SPOT_OPERATIONS.list) === 0;
      if (isFirst) rateLimit.block(SPOT_OPERATIONS.list, '30', { clock: context.clock, jitter: () => 0 });
    });
    await poll(launching(), limiting, pacing({ rateLimit, until: at(35) }));

    expect(context.clock.sleeps).toEqual([31_000]);
  });

  test('that is over holds up nothing', async () => {
    const { context } = await run(launching(), { list: [LAUNCHING] }, { rateLimit: blocked('list', -1), until: at(4) });

    expect(context.clock.sleeps).toEqual([]);
  });

  test('of absurd length does not keep TIMEOUT from ending the launch', async () => {
    const absurd = blocked('list', 1e9);
    const { next, context } = await run(
      launching(),
      { findDeployments: [[]], list: [noAnswer('Spot', 'rate-limited')] },
      { rateLimit: absurd, until: at(1803) },
    );

    expect(context.clock.sleeps).toEqual([1_800_000]);
    expect(inPhase(next, 'cleaningUp').failure.timedOut).toBe(true);
  });

  test('of absurd length does not keep finalizing from ending', async () => {
    const { next } = await run(
      finalizing(),
      { list: [noAnswer('Spot', 'rate-limited')], green: [[instance('i-1')]] },
      { rateLimit: blocked('list', 1e9), until: at(3000) },
    );

    expect(inPhase(next, 'failed').left.join()).toContain('i-1');
  });
});

describe('the log', () => {
  test('has a line for every change, and none for a poll without one', async () => {
    const tagging = [elastigroup('cdbg-1', 'TAG_INSTANCES_WITH_GREEN_TAG')];
    const { context } = await run(
      launching(),
      { list: [LAUNCHING, LAUNCHING, LAUNCHING, tagging, tagging] },
      { until: at(19) },
    );

    expect(context.log.lines.map(({ sentence }) => sentence)).toEqual([
      'Elastigroup cdbg-1: STARTING',
      'Elastigroup cdbg-1: TAG_INSTANCES_WITH_GREEN_TAG',
    ]);
  });

  test('says the new phase with its percentage', async () => {
    const { context } = await run(
      installing(),
      { list: [GOING], getDeployment: [codeDeploy('d-OWN', 'Succeeded')] },
      { until: at(0) },
    );

    expect(context.log.lines).toEqual([
      {
        level: 'info',
        sentence: 'CodeDeploy d-OWN: succeeded; Elastigroup is replacing blue',
        fields: { percent: 85 },
      },
    ]);
  });

  test('has the phase, and the deployments as soon as they are known, on all later lines', async () => {
    const { context } = await run(installing(), { list: [GOING], getDeployment: [inProgress] }, { until: at(0) });

    expect(context.log.remembered).toEqual([
      { phase: 'installing', deploymentId: 'd-OWN', elastigroupDeploymentId: 'cdbg-1' },
    ]);
    expect(context.log.startedAt).toBe(installing().startedAt);
  });
});

describe('a stop of the pipeline execution', () => {
  test('is noticed in a pause that is longer than half a minute', async () => {
    const context = contextStoppedAt(40, {
      list: [[elastigroup('cdbg-1', 'FINISHED_STOPPED')]],
      findDeployments: [[]],
      green: [[]],
    });
    const how = { rateLimit: blocked('list', 300), until: at(400), latest: at(600) };
    const end = await poll(launching(), context, pacing(how));
    expect(inPhase(end, 'failed').failure.headline).toMatch(/^The pipeline execution was stopped/);
    // The first check is due at once, the next ones at 60 s and, to confirm it, at 65 s.
    expect(context.clock.now()).toBe(at(65));
  });

  test.each([
    [1, 1080],
    [2, 1100],
  ])(
    "is CodePipeline's own after 20 minutes: in invocation %d no poll begins after %d s",
    async (invocations, last) => {
      const context = contextStoppedAt(1e9, { list: Array<typeof LAUNCHING>(20).fill(LAUNCHING) });
      context.forgetUnused();
      context.clock.advance(1050);
      const own = { ...RUN, status: 'InProgress', startedAt: at(0), names: () => true };
      Object.assign(context.pipelineRuns, { listActions: () => Promise.resolve([own]) });
      const polled: number[] = [];
      const watched = beforeEveryList(context, () => polled.push((context.clock.now() - at(0)) / 1000));
      await poll(launching({ invocations }), watched, pacing({ until: at(1100), latest: at(1800) }));
      expect(polled.at(-1)).toBeLessThanOrEqual(last);
      expect(polled.at(-1)).toBeGreaterThan(last - 10);
    },
  );

  test('that is checked for without an answer lengthens no pause', async () => {
    const context = contextStoppedAt(1e9, { list: [LAUNCHING] });
    const silent = () => context.clock.sleep(5000).then(() => Promise.reject(noAnswer('CodePipeline', 'timeout')));
    const limited = () => Promise.reject(noAnswer('CodePipeline', 'throttled'));
    Object.assign(context.pipelineRuns, { executionStatus: silent, listActions: limited });
    const polled: number[] = [];
    const watched = beforeEveryList(context, () => polled.push(context.clock.now()));
    await poll(launching(), watched, pacing({ rateLimit: blocked('list', 300), until: at(301) }));
    expect(polled[0]).toBeLessThanOrEqual(at(305));
  });

  test('is checked for once more before the invocation ends, and then all of its time is used', async () => {
    const context = contextStoppedAt(5, {
      // So early that its rollback would have appeared.
      getDeployment: [
        ...Array<typeof inProgress>(4).fill(inProgress),
        codeDeploy('d-OWN', 'Stopped', { endedAt: at(1) }),
      ],
      // While CodeDeploy is at work, Spot is asked once.
      list: [GOING, GOING, [elastigroup('cdbg-1', 'FINISHED_STOPPED')]],
      stopCodeDeploy: ['stopping'],
      targets: [[target('i-1', 'Green', { Install: 'Skipped' }), target('i-0', 'Blue', { BlockTraffic: 'Pending' })]],
      green: [[]],
    });
    const next = await poll(installing(), context, pacing({ until: at(20), latest: at(600) }));
    expect(inPhase(next, 'failed').failure).toMatchObject({ isUnfollowed: true });
    expect(context.changes).toEqual(['stop CodeDeploy d-OWN']);
    expect(context.clock.now()).toBeGreaterThan(at(15));
  });

  test('that one reading shows is confirmed before the invocation ends', async () => {
    const context = contextStoppedAt(0, {
      list: [[], [elastigroup('cdbg-1', 'FINISHED_STOPPED')]],
      findDeployments: [[], []],
      green: [[]],
    });
    const next = await poll(launching(), context, pacing({ until: at(0), latest: at(600) }));
    expect(inPhase(next, 'failed').failure.headline).toMatch(/^The pipeline execution was stopped/);
  });
});

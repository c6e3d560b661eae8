import { UpstreamError } from '../../../src/clients/upstreamError';
import { SpotTokenError } from '../../../src/clients/spot/spotToken';
import { advance } from '../../../src/deployment/advance';
import type { ActiveState, State } from '../../../src/deployment/state';
import { ActionError } from '../../../src/errors';
import {
  active,
  at,
  checked,
  cleaningUp,
  codeDeploy,
  elastigroup,
  FAILURE,
  finalizing,
  inPhase,
  installing,
  instance,
  JOB,
  launching,
  noAnswer,
  starting,
  UNTOUCHED_TARGETS,
} from '../../support/deploymentSamples';
import { FakeContext, type Script } from '../../support/fakeContext';
import { pollOnce } from '../../support/pollOnce';

const TRANSIENT = ['unreachable', 'connection', 'timeout', 'unavailable', 'unreadable', 'throttled'] as const;

/** A poll that fails, in each phase that follows something. */
const failingPolls: readonly { state: ActiveState; script: (error: Error) => Script; after: State['phase'] }[] = [
  {
    state: checked(),
    // A list that is rejected for good has EC2 asked for what another delivery may have launched.
    script: (error) => ({
      list: [error],
      ...(error instanceof UpstreamError && !error.transient && { green: [[]] }),
    }),
    after: 'failed',
  },
  { state: launching(), script: (error) => ({ list: [error] }), after: 'cleaningUp' },
  {
    state: installing(),
    script: (error) => ({ list: [[]], getDeployment: [error] }),
    after: 'cleaningUp',
  },
];

describe.each(failingPolls)('a poll that fails while $state.phase', ({ state, script, after }) => {
  test.each(TRANSIENT)('costs a poll, and no more (%s)', async (kind) => {
    const { next, context } = await pollOnce(state, { after: 60 }, script(noAnswer('Spot', kind)));

    expect(next).toEqual({ ...state, outageSince: at(60) });
    expect(context.changes).toEqual([]);
  });

  test("is no outage where Spot's rate limit is the reason: TIMEOUT is its bound", async () => {
    const limited = noAnswer('Spot', 'rate-limited');
    const { next, context } = await pollOnce({ ...state, outageSince: at(0) }, { after: 1700 }, script(limited));

    expect(next).toEqual({ ...state, progress: 'Spot rate limit exhausted, waiting for its reset' });
    expect(context.changes).toEqual([]);
  });

  test('is told once, not at every poll', async () => {
    const first = await pollOnce(state, {}, script(noAnswer('Spot', 'unavailable')));
    const second = await pollOnce(active(first.next), { after: 5 }, script(noAnswer('Spot', 'unavailable')));

    expect(first.context.log.lines.map(({ level }) => level)).toEqual(['warn']);
    expect(second.context.log.lines.map(({ level }) => level)).toEqual(['debug']);
  });

  test('keeps the time of the first failure, and ends the action at TIMEOUT, not sooner', async () => {
    const out = { ...state, outageSince: at(60) };
    const early = await pollOnce(out, { after: 1799 }, script(noAnswer('Spot', 'unavailable')));
    expect(early.next).toEqual(out);

    const late = await pollOnce(
      out,
      { after: 1800 },
      state.phase === 'installing' ? script(noAnswer('Spot', 'unavailable')) : {},
    );
    expect(late.next.phase).toBe('cleaningUp');
    expect(late.next).toMatchObject({ failure: { type: 'SystemUnavailable', timedOut: true } });
    expect(late.next).toHaveProperty('failure.headline', expect.stringMatching(/no usable response for the last 29m/));
  });

  test.each(['denied', 'rejected'] as const)(
    'for good (%s) ends the action when it has lasted for 120 s',
    async (kind) => {
      const script1 = script(noAnswer('Spot', kind));
      const first = await pollOnce(state, { after: 60 }, script1);
      expect(first.next).toEqual({ ...state, deniedSince: at(60), deniedPolls: 1 });
      const patient = await pollOnce(active(first.next), { after: 179 }, script1);
      expect(patient.next).toEqual({ ...state, deniedSince: at(60), deniedPolls: 2 });
      const { next } = await pollOnce(active(patient.next), { after: 180 }, script1);

      expect(next.phase).toBe(after);
      expect(next).toMatchObject({ failure: { type: kind === 'denied' ? 'ConfigurationError' : 'JobFailed' } });
    },
  );

  test('for good before and after a gap between two invocations is no denial that has lasted', async () => {
    const script1 = script(noAnswer('Spot', 'denied'));
    const before = await pollOnce(state, { after: 60 }, script1);
    const after = await pollOnce(active(before.next), { after: 360 }, script1);
    expect(after.next).toEqual({ ...state, deniedSince: at(60), deniedPolls: 2 });
  });

  test('by an outage is no part of a denial that lasts', async () => {
    const { next } = await pollOnce(
      { ...state, deniedSince: at(0), deniedPolls: 2 },
      { after: 60 },
      script(noAnswer('Spot', 'unavailable')),
    );
    expect(next).toEqual({ ...state, outageSince: at(60) });
  });

  test('for a bug of ours ends the action, with what may have been started cleaned up', async () => {
    const { next, context } = await pollOnce(state, {}, script(new TypeError('x is not a function')));
    context.forgetUnused();

    expect(next.phase).toBe('cleaningUp');
    expect(next).toHaveProperty('failure.headline', expect.stringContaining('x is not a function'));
    expect(context.log.lines.map(({ level }) => level)).toEqual(['error']);
  });
});

// An earlier delivery of this event may have died right after its start; then the message must name the tag.
test('a first poll that never succeeds does not claim that nothing was started', async () => {
  const first = { list: [noAnswer('Spot', 'denied')], green: [[]] };
  const { next } = await pollOnce(checked({ deniedSince: at(0) }), { after: 120 }, first);

  expect(JSON.stringify(next)).toContain(`GreenIdentifier=${JOB}`);
});

test('an outage ends when a poll succeeds', async () => {
  const { next } = await pollOnce(
    launching({ outageSince: at(0) }),
    { after: 599 },
    { list: [[elastigroup('cdbg-1', 'STARTING')]] },
  );

  expect(next).not.toHaveProperty('outageSince');
});

test('an outage is not carried into the next phase', async () => {
  const { next } = await pollOnce(
    installing({ outageSince: at(0) }),
    { after: 20 },
    { list: [noAnswer('Spot', 'unavailable')], getDeployment: [codeDeploy('d-OWN', 'Failed')] },
  );

  expect(inPhase(next, 'cleaningUp')).not.toHaveProperty('outageSince');
});

test('the durations of the phases add up, in seconds', async () => {
  const { next } = await pollOnce(
    installing({ phaseStartedAt: at(40), durations: { launch: 40 } }),
    { after: 100 },
    { list: [[]], getDeployment: [codeDeploy('d-OWN', 'Succeeded')] },
  );

  expect(inPhase(next, 'finalizing')).toMatchObject({
    phaseStartedAt: at(100),
    startedAt: at(0),
    durations: { launch: 40, install: 60 },
  });
});

describe('a lasting outage', () => {
  test('while finalizing stops nothing, and names green', async () => {
    const { next, context } = await pollOnce(
      finalizing({ outageSince: at(0) }),
      { after: 2100 },
      { list: [noAnswer('Spot', 'unavailable')], green: [[instance('i-1')]] },
    );

    expect(inPhase(next, 'failed').failure.timedOut).toBe(true);
    expect(inPhase(next, 'failed').left.join()).toContain('i-1');
    expect(context.changes).toEqual([]);
  });

  test('after a start that was not confirmed is cleaned up after', async () => {
    const state = starting({ unconfirmedSince: at(0), outageSince: at(0) });
    const { next } = await pollOnce(state, { after: 1800 }, {});

    expect(inPhase(next, 'cleaningUp')).toMatchObject({
      unconfirmedSince: at(0),
      failure: { type: 'SystemUnavailable' },
    });
  });
});

test('a bug while cleaning up keeps the failure, and names all that may be left', async () => {
  const { next } = await pollOnce(cleaningUp(), {}, { getDeployment: [new TypeError('no')], list: [[]] });

  const { failure, left } = inPhase(next, 'failed');
  expect(failure).toEqual(FAILURE);
  for (const words of ['cdbg-1', 'd-OWN', JOB]) expect(left.join()).toContain(words);
});

test.each([starting(), launching(), installing(), finalizing(), cleaningUp()])(
  'never throws, however many bugs meet ($phase)',
  async (state) => {
    const context = new FakeContext({
      list: [new RangeError('1')],
      getDeployment: [new RangeError('2')],
      green: [new RangeError('3')],
    });
    const next = await advance(state, context);
    context.forgetUnused();
    expect(next).toHaveProperty('failure.headline');
  },
);

describe('without the Spot token', () => {
  const gone = new SpotTokenError(new ActionError('ConfigurationError', 'There is no secret spot/token.'));

  test('the secret is what the message names, not Spot', async () => {
    const { next } = await pollOnce(launching({ deniedSince: at(0) }), { after: 120 }, { list: [gone] });
    expect(inPhase(next, 'cleaningUp').failure).toEqual({
      type: 'ConfigurationError',
      headline: 'There is no secret spot/token.',
    });
  });

  test('CodeDeploy is still stopped, and Elastigroup named', async () => {
    const inProgress = codeDeploy('d-OWN', 'InProgress');
    const stopped = await pollOnce(
      cleaningUp(),
      {},
      { list: [gone], getDeployment: [inProgress], stopCodeDeploy: ['stopping'] },
    );
    expect(stopped.context.changes).toEqual(['stop CodeDeploy d-OWN']);

    // Its rollback would have appeared by then.
    const ended = codeDeploy('d-OWN', 'Stopped', { endedAt: at(3) });
    const waiting = await pollOnce(
      active(stopped.next),
      { after: 15 },
      { list: [gone], getDeployment: [ended], targets: [UNTOUCHED_TARGETS] },
    );
    const again = await pollOnce(active(waiting.next), { after: 75 }, { list: [gone], getDeployment: [ended] });
    const last = await pollOnce(
      active(again.next),
      { after: 135 },
      { list: [gone], getDeployment: [ended], green: [[instance('i-1')]] },
    );
    const { failure, left, cleaned } = inPhase(last.next, 'failed');
    expect(failure).toEqual(FAILURE);
    expect(cleaned).toEqual(['CodeDeploy d-OWN was stopped.']);
    expect(left.join()).toMatch(
      /Green instances remain: i-1\..*Elastigroup could not be queried .*no secret spot\/token/,
    );
  });

  test('nothing is stopped once CodeDeploy has succeeded', async () => {
    const { next, context } = await pollOnce(
      finalizing({ deniedSince: at(0) }),
      { after: 120 },
      { list: [gone], green: [[instance('i-1')]] },
    );
    expect(context.changes).toEqual([]);
    expect(inPhase(next, 'failed').left.join()).toContain(
      'Green instances i-1 are in service: CodeDeploy d-OWN succeeded',
    );
  });
});

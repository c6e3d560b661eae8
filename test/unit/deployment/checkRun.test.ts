import type { JobDetails, ListedAction, PipelineRun, PipelineRuns } from '../../../src/clients/pipelineRun';
import { checkRun, insteadOfStart, mayBeUnfollowed, type Occasion } from '../../../src/deployment/checkRun';
import type { ActiveState } from '../../../src/deployment/state';
import {
  at,
  checked,
  cleaningUp,
  finalizing,
  installing,
  JOB,
  launching,
  listedAction,
  noAnswer,
  START,
  starting,
} from '../../support/deploymentSamples';
import { FakeContext, type FakeContextOptions } from '../../support/fakeContext';

const RUN: PipelineRun = {
  pipeline: 'shop-release',
  stage: 'Deploy',
  action: 'BlueGreen',
  executionId: 'e-1',
  actionExecutionId: 'a-1',
};
const DENIED = noAnswer('CodePipeline', 'denied', 'is not authorized to perform: codepipeline:X');
const BUSY = noAnswer('CodePipeline', 'throttled');

type Identity = PipelineRun | 'unknown-job' | undefined | Error;

/** A CodePipeline that can be changed between two readings, and notes what it was asked for. */
class FakeRuns implements PipelineRuns {
  readonly calls: string[] = [];
  identity: Identity = RUN;
  execution: string | Error = 'InProgress';
  action: string | Error = 'InProgress';
  others: readonly ListedAction[] | Error = [];
  startedAt = START;

  async identify(jobId: string): Promise<JobDetails | 'unknown-job'> {
    this.calls.push(jobId === JOB ? 'job' : `another job: ${jobId}`);
    const run = orThrow(this.identity);
    return run === 'unknown-job' ? run : { run, data: undefined };
  }

  async executionStatus(): Promise<string> {
    this.calls.push('execution');
    return orThrow(this.execution);
  }

  async listActions(_run: PipelineRun, executionId: string | undefined): Promise<readonly ListedAction[]> {
    this.calls.push(executionId === undefined ? 'all' : 'actions');
    if (executionId === undefined) return orThrow(this.others);
    return [listedAction({ status: orThrow(this.action), startedAt: this.startedAt })];
  }

  take(): string[] {
    return this.calls.splice(0);
  }
}

function orThrow<T>(value: T | Error): T {
  if (value instanceof Error) throw value;
  return value;
}

function setUp(changes: Partial<FakeRuns> = {}, options: FakeContextOptions = {}) {
  const runs = Object.assign(new FakeRuns(), changes);
  const context = new FakeContext({}, { pipelineRuns: runs, ...options });
  const check = (state: ActiveState, occasion: Occasion = 'poll') => checkRun(state, context, occasion);
  return { runs, context, check };
}

/** Reads twice, as far apart as confirms an end. */
async function checkTwice({ context, check }: ReturnType<typeof setUp>, state: ActiveState) {
  const first = await check(state);
  if (first.kind !== 'doubt') throw new Error(`the first reading says ${first.kind}`);
  context.clock.advance(state.phase === 'starting' ? 30 : 5);
  return check(first.state);
}

describe('when the pipeline execution is read', () => {
  test('with its actions at the start of an invocation, then every 30 s, by one call', async () => {
    const { runs, context, check } = setUp();
    await check(installing());
    expect(runs.take()).toEqual(['job', 'execution', 'actions']);
    context.clock.advance(29);
    await check(installing());
    expect(runs.take()).toEqual([]);
    context.clock.advance(1);
    await check(installing());
    expect(runs.take()).toEqual(['execution']);
  });

  test('before a start, with its actions, unless that was read within the last 5 s', async () => {
    const { runs, context, check } = setUp();
    await check(checked());
    runs.take();
    context.clock.advance(4.9);
    await check(checked(), 'start');
    expect(runs.take()).toEqual([]);
    context.clock.advance(0.1);
    await check(checked(), 'start');
    expect(runs.take()).toEqual(['execution', 'actions']);
  });

  test('before the invocation ends, by one call', async () => {
    const { runs, context, check } = setUp();
    await check(installing());
    runs.take();
    context.clock.advance(5);
    await check(installing(), 'continuation');
    expect(runs.take()).toEqual(['execution']);
  });

  test('at once, with its actions, where CodePipeline refuses the continuation', async () => {
    const { runs, check } = setUp();
    await check(installing());
    runs.take();
    await check(installing(), 'over');
    expect(runs.take()).toEqual(['execution', 'actions']);
  });

  test('its job is asked for beside it where the continuation token names the run, once in an invocation', async () => {
    const { runs, context, check } = setUp({ identity: BUSY });
    context.runMemory.run = RUN;
    expect(await check(installing())).toMatchObject({ kind: 'goes-on' });
    expect(runs.take().toSorted()).toEqual(['actions', 'execution', 'job']);
    for (const [identity, calls] of [
      ['unknown-job', ['execution', 'job']],
      [RUN, ['execution', 'job']],
      [RUN, ['execution']],
    ] as const) {
      runs.identity = identity;
      context.clock.advance(30);
      expect(await check(installing())).toMatchObject({ kind: 'goes-on' });
      expect(runs.take().toSorted()).toEqual(calls);
    }
  });

  test.each<[string, ActiveState, FakeContextOptions]>([
    ['while green serves', finalizing(), {}],
    [
      'while an action that nobody follows is cleaned up',
      cleaningUp({ failure: { type: 'JobFailed', headline: 'x', isUnfollowed: true } }),
      {},
    ],
    ['by a dry run', starting(), { parameters: { dryRun: true } }],
  ])('never %s', async (_name, state, options) => {
    const { runs, check } = setUp({ action: 'Abandoned' }, options);
    for (const occasion of ['poll', 'start', 'continuation', 'over'] as const)
      expect(await check(state, occasion)).toEqual({ kind: 'goes-on', state });
    expect(runs.calls).toEqual([]);
  });
});

describe('an end counts when a second reading, at least 5 s later, says so too', () => {
  test.each<[string, Partial<FakeRuns>, string]>([
    ['the action is Abandoned', { action: 'Abandoned', execution: 'Stopped' }, 'its action is Abandoned'],
    ['the execution is Stopped', { execution: 'Stopped', action: DENIED }, 'the execution is Stopped'],
    ['the execution is Cancelled', { execution: 'Cancelled' }, 'the execution is Cancelled'],
    [
      'the action is Abandoned, and of the execution nothing is known',
      { action: 'Abandoned', execution: DENIED },
      'its',
    ],
  ])('%s', async (_name, changes, why) => {
    const set = setUp(changes);
    const first = await set.check(installing());
    expect(first.kind).toBe('doubt');
    set.context.clock.advance(4.9);
    expect((await set.check(first.state as ActiveState)).kind).toBe('doubt');
    set.context.clock.advance(0.1);
    const second = await set.check(first.state as ActiveState);
    expect(second).toMatchObject({
      kind: 'ended',
      state: { phase: 'cleaningUp', deploymentId: 'd-OWN', failure: { type: 'JobFailed', isUnfollowed: true } },
    });
    expect(set.context.log.lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        sentence: expect.stringMatching(`^The pipeline execution was stopped: ${why}`) as string,
      }),
    ]);
  });

  test('the action has Failed: it is cleaned up', async () => {
    const { state } = await checkTwice(setUp({ action: 'Failed' }), launching());
    expect(state).toMatchObject({
      phase: 'cleaningUp',
      failure: { headline: expect.stringContaining('ended already') as string },
    });
  });

  test('the action has Succeeded: nothing is stopped', async () => {
    const { state } = await checkTwice(setUp({ action: 'Succeeded' }), installing());
    expect(state).toMatchObject({ phase: 'failed', left: [], cleaned: [] });
  });

  test('one odd reading ends nothing', async () => {
    const { runs, context, check } = setUp({ action: 'Abandoned' });
    const first = await check(installing());
    expect(first.kind).toBe('doubt');
    runs.action = 'InProgress';
    context.clock.advance(5);
    expect(await check(first.state as ActiveState)).toEqual({ kind: 'goes-on', state: installing() });
  });

  test.each(['Stopping', 'Superseded', 'Failed', 'Paused'])('the execution is %s: it goes on', async (execution) => {
    const { check } = setUp({ execution });
    expect(await check(installing())).toEqual({ kind: 'goes-on', state: installing() });
  });

  test('while nothing is started, it has to last for 30 s: of a retried stage the reads may still show the earlier attempt', async () => {
    const { runs, context, check } = setUp({ action: 'Failed' });
    const first = await check(starting());
    context.clock.advance(29.9);
    const second = await check(first.state as ActiveState);
    expect(second).toEqual({ kind: 'doubt', state: starting({ runEndedSince: START }) });
    runs.action = 'InProgress';
    context.clock.advance(5);
    expect(await check(second.state as ActiveState)).toEqual({ kind: 'goes-on', state: starting() });
  });

  test('an action without an id has the one that is listed: a later attempt of the stage is another action', async () => {
    const { runs, context, check } = setUp({ identity: { ...RUN, actionExecutionId: undefined } });
    await check(installing());
    expect(context.runMemory.run?.actionExecutionId).toBe('a-1');
    const retry = listedAction({ actionExecutionId: 'a-2', startedAt: at(60) });
    vi.spyOn(runs, 'listActions').mockResolvedValue([retry, listedAction({ status: 'Failed' })]);
    expect((await check(installing(), 'over')).kind).toBe('doubt');
  });

  test('before anything is started, an action whose id is not listed is known by its name', async () => {
    const { runs, context, check } = setUp({ identity: { ...RUN, actionExecutionId: 'unlisted' }, action: 'Failed' });
    expect((await check(starting())).kind).toBe('doubt');
    expect((await check(installing(), 'over')).kind).toBe('goes-on');
    runs.action = 'InProgress';
    expect((await check(checked(), 'over')).kind).toBe('goes-on');
    expect(context.runMemory.run?.actionExecutionId).toBe('a-1');
  });

  test('the doubt is over where the permission is taken away in between', async () => {
    const { context, check } = setUp({ identity: DENIED });
    context.clock.advance(60);
    expect(await check(starting({ runEndedSince: START }))).toEqual({ kind: 'goes-on', state: starting() });
  });
});

describe('what cannot be read costs one line of the log, and never the deployment', () => {
  test.each<[string, Partial<FakeRuns>]>([
    ['GetJobDetails is denied', { identity: DENIED }],
    ['the executions are denied', { execution: DENIED, action: DENIED }],
    ['the pipeline is not told', { identity: undefined }],
    ['no id is told', { identity: { ...RUN, executionId: undefined, actionExecutionId: undefined } }],
  ])('%s', async (_name, changes) => {
    const { runs, context, check } = setUp(changes);
    for (const occasion of ['poll', 'start', 'continuation', 'over'] as const) {
      expect(await check(checked(), occasion)).toEqual({ kind: 'goes-on', state: checked() });
      context.clock.advance(60);
    }
    expect(context.log.lines.map(({ level }) => level)).toEqual(['info']);
    expect(runs.calls.length).toBeLessThanOrEqual(3);
  });

  test('the line is written once for an action', async () => {
    const { context, check } = setUp({ identity: DENIED });
    await check(installing({ invocations: 2 }));
    expect(context.log.lines).toEqual([]);
  });

  test('PIPELINE_EXECUTION_ID helps where CodePipeline tells no id', async () => {
    const { context, check } = setUp({ identity: { ...RUN, executionId: undefined, actionExecutionId: undefined } });
    Object.assign(context.runMemory, { givenExecutionId: 'e-1' });
    expect((await check(installing())).kind).toBe('goes-on');
    expect(context.runMemory.run?.executionId).toBe('e-1');
    expect(context.log.remembered).toContainEqual({ pipeline: 'shop-release', execution: 'e-1' });
  });

  test('a denial of what was readable before is an outage: the next check reads again', async () => {
    const { runs, context, check } = setUp();
    await check(installing());
    Object.assign(runs, { execution: DENIED, action: DENIED });
    context.clock.advance(30);
    expect((await check(installing())).kind).toBe('unread');
    Object.assign(runs, { execution: 'Stopped', action: 'Abandoned' });
    context.clock.advance(30);
    expect((await check(installing())).kind).toBe('doubt');
  });

  test('one part that is busy may tell more at the next check, although the other one is denied', async () => {
    const { runs, context, check } = setUp({ execution: DENIED, action: BUSY });
    expect((await check(installing())).kind).toBe('unread');
    runs.action = 'Abandoned';
    context.clock.advance(30);
    expect((await check(installing())).kind).toBe('doubt');
  });

  test('a busy CodePipeline is read again at the next check', async () => {
    const { runs, context, check } = setUp({ identity: BUSY });
    expect(await check(installing())).toEqual({ kind: 'unread', state: installing() });
    runs.identity = RUN;
    context.clock.advance(30);
    expect((await check(installing())).kind).toBe('goes-on');
    expect(context.log.lines.map(({ level }) => level)).toEqual(['debug']);
  });
});

// Readings that are wrong now and then must not add up over the gap between two invocations.
test('an end that an earlier invocation has read is read twice again', async () => {
  const { context, check } = setUp({ action: 'Abandoned' });
  const earlier = { ...installing(), runEndedSince: START - 45_000 };
  const first = await check(earlier);
  expect(first).toMatchObject({ kind: 'doubt', state: { runEndedSince: START } });
  context.clock.advance(5);
  expect(await check(first.state as ActiveState)).toMatchObject({ kind: 'ended' });
});

describe('before a start', () => {
  test('nothing is started while an end is to be confirmed', async () => {
    const { context } = setUp({ action: 'Failed' });
    const waiting = await insteadOfStart(checked(), context);
    expect(waiting).toMatchObject({ phase: 'starting', runEndedSince: START });
  });

  test('a start waits up to 30 s for an execution that cannot be read', async () => {
    const { runs, context } = setUp({ action: BUSY });
    expect(await insteadOfStart(checked(), context)).toMatchObject({ phase: 'starting', checked: true });
    context.clock.advance(29);
    expect(await insteadOfStart(checked(), context)).toMatchObject({ phase: 'starting' });
    context.clock.advance(5);
    expect(await insteadOfStart(checked(), context)).toBeUndefined();
    runs.action = 'InProgress';
    context.clock.advance(5);
    expect(await insteadOfStart(checked(), context)).toBeUndefined();
    runs.action = BUSY;
    context.clock.advance(5);
    expect(await insteadOfStart(checked(), context)).toMatchObject({ phase: 'starting' });
  });

  test('an unknown job starts nothing, and has nothing to clean up', async () => {
    const set = setUp({ identity: 'unknown-job' });
    const { state } = await checkTwice(set, starting());
    expect(state).toMatchObject({ phase: 'failed', cleaned: [], left: [] });
  });

  test('a job that is unknown for a moment is asked for again', async () => {
    const { runs, context, check } = setUp({ identity: 'unknown-job' });
    const { kind, state } = await check(starting());
    expect(kind).toBe('doubt');
    runs.identity = RUN;
    context.clock.advance(5);
    expect(await check(state as ActiveState)).toEqual({ kind: 'goes-on', state: starting() });
  });

  test('an unknown job is played where ALLOW_UNKNOWN_JOB says so, and where it has started already', async () => {
    const allowed = setUp({ identity: 'unknown-job' });
    Object.assign(allowed.context.runMemory, { isUnknownJobAllowed: true });
    expect((await allowed.check(starting())).kind).toBe('goes-on');
    for (const state of [installing(), starting({ unconfirmedSince: START })])
      expect((await setUp({ identity: 'unknown-job' }).check(state)).kind).toBe('goes-on');
  });

  test('a first event that comes when little of the 20 minutes is left starts nothing; what exists is followed', async () => {
    const late = setUp({ startedAt: START - 1_021_000 });
    expect(await insteadOfStart(checked(), late.context)).toMatchObject({
      phase: 'failed',
      failure: { headline: expect.stringContaining('17m01s after its action had started') as string },
    });
    const again = setUp({ startedAt: START - 1_021_000 });
    expect(await insteadOfStart(checked({ invocations: 2 }), again.context)).toBeUndefined();
    expect(await insteadOfStart(launching(), again.context)).toBeUndefined();
  });

  test('one that waits for a conflict yields to a newer execution', async () => {
    const newer = listedAction({ executionId: 'e-2', actionExecutionId: 'a-2', startedAt: at(10) });
    const set = setUp({ others: [newer] });
    const { state } = await checkTwice(set, checked({ waitsForOther: {} }));
    expect(state).toMatchObject({
      phase: 'failed',
      failure: { headline: expect.stringContaining('A newer execution of this pipeline, e-2') as string },
    });
  });

  test('one that waits tries again for a while where the other executions cannot be read', async () => {
    const { runs, context } = setUp({ others: BUSY });
    expect(await insteadOfStart(checked({ waitsForOther: {} }), context)).toMatchObject({ phase: 'starting' });
    runs.others = [];
    context.clock.advance(5);
    expect(await insteadOfStart(checked({ waitsForOther: {} }), context)).toBeUndefined();
  });
});

describe('an action that is being cleaned up', () => {
  test('learns that nobody comes after this invocation; its failure stays', async () => {
    const set = setUp({ action: 'Abandoned', execution: 'Stopped' });
    const before = cleaningUp();
    expect(mayBeUnfollowed(before)).toBe(false);
    const { kind, state } = await checkTwice(set, before);
    expect(kind).toBe('ended');
    expect(state).toEqual({ ...before, failure: { ...before.failure, isUnfollowed: true } });
    expect(mayBeUnfollowed(state)).toBe(true);
  });
});

import type { ListedAction, PipelineRun } from '../../../src/clients/pipelineRun';
import { judgeRun, ownAction, withListedId, type RunVerdict } from '../../../src/deployment/judgeRun';
import { listedAction } from '../../support/deploymentSamples';

const RUN: PipelineRun = {
  pipeline: 'shop',
  stage: 'Deploy',
  action: 'BlueGreen',
  executionId: 'e-1',
  actionExecutionId: 'a-1',
};
const NAMELESS: PipelineRun = { ...RUN, actionExecutionId: undefined };
const GROUP = 'sig-1';

const listed = (changes: Partial<ListedAction> = {}) =>
  listedAction({ startedAt: 1000, names: (text) => text === GROUP, ...changes });

function judge(run: PipelineRun, executionStatus: string | undefined, ...actions: ListedAction[]): RunVerdict {
  return judgeRun({ run, executionStatus, actions, groupId: GROUP });
}

describe('only the end of the action, or of its execution, ends it', () => {
  test.each(['InProgress', 'Stopping', 'Superseded', 'Failed', 'Succeeded', undefined, 'SomethingNew'])(
    'execution %s and the action InProgress: it goes on',
    (status) => {
      expect(judge(RUN, status, listed()).kind).toBe('goes-on');
      expect(judge(RUN, status).kind).toBe('goes-on');
    },
  );

  test.each(['Stopped', 'Cancelled'])('execution %s: stopped', (status) => {
    expect(judge(RUN, status, listed())).toMatchObject({ kind: 'stopped' });
    expect(judge(RUN, status)).toMatchObject({ kind: 'stopped' });
  });

  test.each(['InProgress', 'Stopping', undefined])('the action, whatever the execution shows: %s', (status) => {
    expect(judge(RUN, status, listed({ status: 'Abandoned' }))).toMatchObject({ kind: 'stopped' });
    expect(judge(RUN, status, listed({ status: 'Failed' }))).toEqual({ kind: 'ended', status: 'Failed' });
    expect(judge(RUN, status, listed({ status: 'Succeeded' }))).toEqual({ kind: 'ended', status: 'Succeeded' });
  });

  test('another action, and another try of the stage, is not this one', () => {
    expect(judge(RUN, 'InProgress', listed({ actionExecutionId: 'a-0', status: 'Abandoned' })).kind).toBe('goes-on');
    expect(judge(NAMELESS, 'InProgress', listed({ action: 'Other', status: 'Failed' })).kind).toBe('goes-on');
  });

  test('without an id, the newest of that name counts', () => {
    const before = listed({ actionExecutionId: 'a-0', status: 'Failed', startedAt: 10 });
    expect(judge(NAMELESS, 'InProgress', before, listed()).kind).toBe('goes-on');
    expect(judge(NAMELESS, 'InProgress', listed(), before).kind).toBe('goes-on');
    expect(judge(NAMELESS, 'InProgress', { ...before, startedAt: undefined }, listed()).kind).toBe('goes-on');
    expect(judge(NAMELESS, 'InProgress', before)).toMatchObject({ kind: 'ended' });
  });

  test('without an id, an action of the same name in another stage, or in another execution, is not this one', () => {
    for (const other of [{ stage: 'Other' }, { executionId: 'e-0' }])
      expect(judge(NAMELESS, 'InProgress', listed({ ...other, status: 'Failed', startedAt: 2000 })).kind).toBe(
        'goes-on',
      );
  });

  test.each(['stage', 'action', 'executionId'] as const)('without an id and without the %s none is', (missing) => {
    const unknown = { ...NAMELESS, [missing]: undefined };
    expect(ownAction(unknown, [listed({ [missing]: undefined })])).toBeUndefined();
  });

  test('before anything is started, an id that the list does not know gives way to the name', () => {
    const others = [listed({ actionExecutionId: 'a-0' }), listed()];
    expect(withListedId(RUN, others)).toBe(RUN);
    const { actionExecutionId: _unlisted, ...nameless } = RUN;
    expect(withListedId(RUN, others.slice(0, 1))).toEqual(nameless);
  });
});

describe('an action that waits yields to a newer execution that deploys to the same Elastigroup', () => {
  const kindOf = (changes: Partial<ListedAction>) =>
    judgeRun({
      run: RUN,
      executionStatus: 'InProgress',
      actions: [listed()],
      newest: [listed({ executionId: 'e-2', actionExecutionId: 'a-2', startedAt: 2000, ...changes }), listed()],
      groupId: GROUP,
    }).kind;

  test.each<[string, Partial<ListedAction>]>([
    ['InProgress', {}],
    ['it has deployed meanwhile', { status: 'Succeeded' }],
    ['its parameters are not told', { names: () => undefined }],
    ['of a pair of the same moment, one', { startedAt: 1000 }],
  ])('%s', (_name, changes) => {
    expect(kindOf(changes)).toBe('newer');
  });

  test.each<[string, Partial<ListedAction>]>([
    ['it is older', { startedAt: 500 }],
    ['it has failed', { status: 'Failed' }],
    ['it deploys elsewhere', { names: () => false }],
    ['it is another action', { action: 'Other' }],
    ['of a pair of the same moment, the other', { startedAt: 1000, executionId: 'e-0' }],
  ])('but not where %s', (_name, changes) => {
    expect(kindOf(changes)).toBe('goes-on');
  });

  describe('newer is what was released later, whenever it came here', () => {
    const source = (executionId: string, startedAt: number) =>
      listed({
        executionId,
        actionExecutionId: `s-${executionId}`,
        stage: 'Source',
        action: 'Source',
        status: 'Succeeded',
        startedAt,
      });
    const other = (startedAt: number) => listed({ executionId: 'e-2', actionExecutionId: 'a-2', startedAt });
    const judgeBoth = (actions: readonly ListedAction[], newest: readonly ListedAction[]) =>
      judgeRun({ run: RUN, executionStatus: 'InProgress', actions, newest, groupId: GROUP }).kind;

    test('a newer one that was built sooner', () => {
      const own = [listed({ startedAt: 900 }), source('e-1', 10)];
      expect(judgeBoth(own, [other(500), source('e-2', 20), ...own])).toBe('newer');
    });

    test('an older one that was built later', () => {
      const own = [listed({ startedAt: 500 }), source('e-1', 20)];
      expect(judgeBoth(own, [other(900), source('e-2', 10), ...own])).toBe('goes-on');
    });

    test('a retry of an older one counts as what somebody wants now', () => {
      const tries = [
        listed({ startedAt: 900 }),
        listed({ actionExecutionId: 'a-0', status: 'Failed', startedAt: 100 }),
      ];
      const own = [...tries, source('e-1', 10)];
      expect(judgeBoth(own, [other(500), source('e-2', 20), ...own])).toBe('goes-on');
    });
  });
});

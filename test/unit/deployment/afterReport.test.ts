import { cleanUpAfterReport } from '../../../src/deployment/afterReport';
import type { ActiveState } from '../../../src/deployment/state';
import { at, cleaningUp, codeDeploy, elastigroup, installing, noAnswer } from '../../support/deploymentSamples';
import { FakeContext, type Script } from '../../support/fakeContext';
import { contextStoppedAt, pacing } from '../../support/pacing';

const GOING = [elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH')];
const inProgress = codeDeploy('d-OWN', 'InProgress');

describe('a stop of the pipeline execution', () => {
  test('that CodePipeline shows only a while after it has refused the continuation is noticed', async () => {
    const context = contextStoppedAt(12, { getDeployment: [inProgress], list: [GOING], stopCodeDeploy: ['stopping'] });
    const left = await cleanUpAfterReport(installing(), context, pacing({ until: at(22), latest: at(22) }), false);
    expect(left?.phase).toBe('cleaningUp');
    expect(context.changes).toEqual(['stop CodeDeploy d-OWN']);
  });

  test.each<[string, () => Promise<string>]>([
    ['cannot be read', () => Promise.reject(noAnswer('CodePipeline', 'timeout'))],
    ['goes on, since another delivery has given the continuation', () => Promise.resolve('InProgress')],
  ])(
    'is checked for during half a minute where a continuation is refused, and the execution %s',
    async (_name, read) => {
      const context = contextStoppedAt(0, {});
      Object.assign(context.pipelineRuns, { executionStatus: read, listActions: () => read().then(() => []) });
      expect(await cleanUpAfterReport(installing(), context, pacing({ until: at(600) }), false)).toBeUndefined();
      expect(context.clock.now()).toBe(at(30));
    },
  );

  describe('of a delivery that is cleaning up, and whose continuation is refused', () => {
    const after = async (state: ActiveState, read: () => Promise<string>, script: Script, until = at(6)) => {
      const context = contextStoppedAt(0, script);
      Object.assign(context.pipelineRuns, { executionStatus: read, listActions: () => read().then(() => []) });
      await cleanUpAfterReport(state, context, pacing({ until, latest: until }), false);
      return context.changes;
    };
    const stops: Script = { getDeployment: [inProgress], list: [GOING], stopCodeDeploy: ['stopping'] };
    const goesOn = () => Promise.resolve('InProgress');
    const unread = () => Promise.reject(noAnswer('CodePipeline', 'timeout'));

    test('leaves to the other one what it has not begun to stop, where the action goes on', async () => {
      expect(await after(cleaningUp(), goesOn, {})).toEqual([]);
    });

    test.each([
      ['it has begun to stop it', cleaningUp({ deploymentId: 'd-OWN', firstStopAt: at(-40) }), goesOn, at(1)],
      ['CodePipeline cannot be read', cleaningUp({ deploymentId: 'd-OWN' }), unread, at(6)],
    ])('continues where %s', async (_why, state, read, until) => {
      expect(await after(state, read, stops, until)).toEqual(['stop CodeDeploy d-OWN']);
    });
  });

  test('that is to be confirmed is, in the time that is left after a continuation that was accepted', async () => {
    const context = contextStoppedAt(0, { getDeployment: [inProgress], list: [GOING], stopCodeDeploy: ['stopping'] });
    const doubtful = installing({ runEndedSince: at(-1) });
    const left = await cleanUpAfterReport(doubtful, context, pacing({ until: at(9), latest: at(9) }), true);
    expect(left?.phase).toBe('cleaningUp');
    expect(context.changes).toEqual(['stop CodeDeploy d-OWN']);
  });

  test('that the next reading does not confirm leaves the deployment to the next invocation', async () => {
    const context = contextStoppedAt(100, {});
    const doubtful = installing({ runEndedSince: at(-1) });
    expect(await cleanUpAfterReport(doubtful, context, pacing(), true)).toBeUndefined();
    expect(context.clock.sleeps).toEqual([]);
  });

  test('is not checked for where it cannot be read at all', async () => {
    const context = new FakeContext({});
    expect(await cleanUpAfterReport(installing(), context, pacing({ until: at(600) }), false)).toBeUndefined();
    expect(context.clock.sleeps).toEqual([]);
  });

  test('is cleaned up after a refused continuation, in the time that is left', async () => {
    const context = contextStoppedAt(0, {
      getDeployment: [codeDeploy('d-OWN', 'InProgress')],
      list: [GOING],
      stopCodeDeploy: ['stopping'],
    });
    const left = await cleanUpAfterReport(installing(), context, pacing({ until: at(9), latest: at(9) }), false);
    expect(left?.phase).toBe('cleaningUp');
    expect(context.changes).toEqual(['stop CodeDeploy d-OWN']);
  });
});

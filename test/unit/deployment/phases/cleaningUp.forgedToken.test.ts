import {
  active,
  cleaningUp,
  codeDeploy,
  elastigroup,
  inPhase,
  instance,
  launching,
  noAnswer,
  OTHER_TAG,
  OWN_TAG,
  UNTOUCHED_TARGETS,
} from '../../../support/deploymentSamples';
import type { JobDetails } from '../../../../src/clients/pipelineRun';
import type { ActiveState } from '../../../../src/deployment/state';
import { FakeContext, JOB_AT_HAND, type Script } from '../../../support/fakeContext';
import { pollOnce } from '../../../support/pollOnce';
import { advance } from '../../../../src/deployment/advance';
import { at } from '../../../support/deploymentSamples';

/*
 * A continuation token is not signed: who may invoke the function can have it name any deployment. What it names is stopped
 * only where it is of the action's application and group, and carries the action's green tag.
 */

const alive = elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH');
const green = [instance('i-1')];
const inGroup = { groupInstances: [['i-1']], targets: [UNTOUCHED_TARGETS] };
const KEPT = { failure: { headline: 'CodeDeploy d-OWN failed.' } };

describe('of CodeDeploy, a deployment stays untouched that is', () => {
  test.each([
    ['of another application', { applicationName: 'payments' }],
    ['of another deployment group', { deploymentGroupName: 'shop-production' }],
    ['for the green instances of another action', { targetTags: [OTHER_TAG] }],
    ["CodeDeploy's own rollback", { creator: 'codeDeployRollback' }],
    ['of an application that CodeDeploy does not tell', { applicationName: undefined }],
  ])('%s, and so does Elastigroup', async (_what, overrides) => {
    const { next, context } = await pollOnce(
      cleaningUp(),
      {},
      { getDeployment: [codeDeploy('d-OWN', 'InProgress', overrides)], list: [[alive]], green: [green], ...inGroup },
    );

    expect(context.changes).toEqual([]);
    const failed = inPhase(next, 'failed');
    expect(failed).toMatchObject(KEPT);
    expect(failed.left.join(' ')).toMatch(
      /^Nothing was stopped: CodeDeploy d-OWN is not for the application, deployment group and green instances of this action\. .* Check who changed the continuation token/,
    );
  });

  test('that is its own is stopped', async () => {
    const { context } = await pollOnce(
      cleaningUp(),
      {},
      { getDeployment: [codeDeploy('d-OWN', 'InProgress')], list: [[alive]], stopCodeDeploy: ['stopping'] },
    );
    expect(context.changes).toEqual(['stop CodeDeploy d-OWN']);
  });
});

describe("of Elastigroup, a deployment that carries another action's green tag stays untouched", () => {
  const foreign = elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH', [OTHER_TAG]);

  test.each([
    ['before CodeDeploy is stopped', 'InProgress'],
    ['after CodeDeploy has ended', 'Stopped'],
  ])('%s', async (_when, status) => {
    const { next, context } = await pollOnce(
      cleaningUp(),
      {},
      { getDeployment: [codeDeploy('d-OWN', status)], list: [[foreign]], green: [green], ...inGroup },
    );

    expect(context.changes).toEqual([]);
    const words = inPhase(next, 'failed').left.join(' ');
    expect(words).toMatch(/^Nothing was stopped: Elastigroup deployment cdbg-1 has the green tag of another action\./);
    // It is the other action's, which nobody should decide about.
    expect(words).toMatch(/Elastigroup ends its deployment at its own timeout/);
  });

  test('one without readable tags is stopped by the id that Spot gave for it', async () => {
    const { context } = await pollOnce(
      cleaningUp(),
      {},
      {
        getDeployment: [codeDeploy('d-OWN', 'Stopped')],
        list: [[elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH', [])]],
        targets: [UNTOUCHED_TARGETS],
        findDeployments: [[]],
        stopElastigroup: ['accepted'],
      },
    );
    expect(context.changes).toEqual(['stop Elastigroup cdbg-1']);
  });

  test('one with further tags beside its own is stopped', async () => {
    const tags = [OWN_TAG, { key: 'Team', value: 'shop' }];
    const { context } = await pollOnce(
      cleaningUp(),
      {},
      {
        getDeployment: [codeDeploy('d-OWN', 'Stopped')],
        list: [[elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH', tags)]],
        targets: [UNTOUCHED_TARGETS],
        findDeployments: [[]],
        stopElastigroup: ['accepted'],
      },
    );
    expect(context.changes).toEqual(['stop Elastigroup cdbg-1']);
  });
});

/** A poll of an event of which GetJobDetails says this. */
async function pollWith(job: JobDetails | 'unknown-job' | Error, state: ActiveState, script: Script, after = 0) {
  const context = new FakeContext(script, { now: at(after) });
  context.runMemory.details =
    job instanceof Error
      ? Promise.resolve({ ok: false, error: noAnswer('CodePipeline', 'throttled') })
      : Promise.resolve({ ok: true, value: job });
  // The first time was before.
  if (job === 'unknown-job') context.runMemory.unknownSince = at(after - 5);
  return { next: await advance(state, context), context };
}

describe('an event that CodePipeline does not have so, although all that it names carries the green tag', () => {
  const forged = { run: undefined, data: { ...JOB_AT_HAND, continuationToken: 'v1.of.another' } };
  const words =
    /^Nothing was stopped: CodePipeline does not know this job, or has another continuation token or other UserParameters for it than this event\. .*Check who invoked the function with this event/;

  test.each<[string, JobDetails | 'unknown-job', string]>([
    ['a job that is not known', 'unknown-job', 'InProgress'],
    ['a job with another token', forged, 'InProgress'],
    ['after CodeDeploy has ended', forged, 'Stopped'],
  ])('stops nothing: %s', async (_name, job, status) => {
    const script = { getDeployment: [codeDeploy('d-OWN', status)], list: [[alive]], green: [green], ...inGroup };
    const { next, context } = await pollWith(job, cleaningUp(), script);
    context.forgetUnused();
    expect(context.changes).toEqual([]);
    expect(inPhase(next, 'failed').left.join(' ')).toMatch(words);
  });

  test('does not have a duplicate stopped either', async () => {
    const list = [[elastigroup('cdbg-2', 'STARTING'), elastigroup('cdbg-1', 'LAUNCHING_NEW_INSTANCES')]];
    const { next, context } = await pollWith('unknown-job', launching(), { list });
    expect(next.phase).toBe('launching');
    expect(context.changes).toEqual([]);
  });
});

describe('while CodePipeline cannot say whether it has the job', () => {
  const busy = noAnswer('CodePipeline', 'throttled');
  const read = { getDeployment: [codeDeploy('d-OWN', 'InProgress')], list: [[alive]] };

  test('nothing is stopped, and cleaning up goes on as soon as it does', async () => {
    const first = await pollWith(busy, cleaningUp(), read);
    expect(first.context.changes).toEqual([]);
    expect(first.next).toMatchObject({
      phase: 'cleaningUp',
      progress: 'cleaning up: CodePipeline cannot be queried at the moment',
    });
    const genuine = { run: undefined, data: JOB_AT_HAND };
    const second = await pollWith(genuine, active(first.next), { ...read, stopCodeDeploy: ['stopping'] }, 5);
    expect(second.context.changes).toEqual(['stop CodeDeploy d-OWN']);
  });

  test('cleaning up waits no longer than CLEANUP_TIMEOUT_SECONDS, and says what is left', async () => {
    const first = await pollWith(busy, cleaningUp(), read);
    const { next, context } = await pollWith(busy, active(first.next), { ...read, green: [green] }, 301);
    expect(context.changes).toEqual([]);
    expect(inPhase(next, 'failed').left.join(' ')).toContain('CodeDeploy d-OWN has not ended: InProgress.');
  });
});

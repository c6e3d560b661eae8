import {
  cleaningUp,
  codeDeploy,
  elastigroup,
  inPhase,
  instance,
  OTHER_TAG,
  OWN_TAG,
} from '../../../support/deploymentSamples';
import { pollOnce } from '../../../support/pollOnce';
import '../../../support/fakeContext';

/*
 * A continuation token is not signed: who may invoke the function can have it name any deployment. What it names is stopped
 * only where it is of the action's application and group, and carries the action's green tag.
 */

const alive = elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH');
const green = [instance('i-1')];
const inGroup = { groupInstances: [['i-1']], targets: [[]] };
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
        targets: [[]],
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
        targets: [[]],
        findDeployments: [[]],
        stopElastigroup: ['accepted'],
      },
    );
    expect(context.changes).toEqual(['stop Elastigroup cdbg-1']);
  });
});

import type { Deployments } from './codedeploy/deployments';
import type { DeploymentRequest } from './codedeploy/model';
import type { Context } from './context';
import type { BlueGreenRequest } from './spot/deployment';
import type { Elastigroup } from './spot/elastigroup';

/** What somebody else has left in the group, or has active there (scenarios conflict-…). */
export function seedOthers(context: Context, spot: Elastigroup, codeDeploy: Deployments): void {
  const { options, random, script, schedule, durations, account } = context;
  if (options.oldDeploymentState !== undefined)
    spot.seedOld(
      elastigroupRequest(context, { key: account.tagKey, value: random.uuid() }),
      options.oldDeploymentState,
    );
  if (script.others === undefined) return;
  const tag = { key: account.tagKey, value: random.uuid() };
  if (script.others === 'elastigroup-and-codedeploy') spot.seedActive(elastigroupRequest(context, tag));
  const begin = (): void => {
    // One active deployment per group: somebody else is refused as well.
    if (codeDeploy.activeIn(account.deploymentGroupName)) return;
    const deployment = codeDeploy.seedActive(otherRequest(context, tag));
    if (script.othersEnd) {
      schedule.after(durations.othersLast, () => {
        codeDeploy.endSeeded(deployment);
      });
    }
  };
  if (script.others === 'codedeploy-late') schedule.after(durations.othersBegin, begin);
  else begin();
}

function elastigroupRequest({ account }: Context, tag: BlueGreenRequest['tag']): BlueGreenRequest {
  const deploymentGroups = [
    { applicationName: account.applicationName, deploymentGroupName: account.deploymentGroupName },
  ];
  const tags = [{ tagKey: tag.key, tagValue: tag.value }];
  const config = { timeout: 60, tags, deploymentGroups };
  return { timeoutMinutes: 60, tag, groupNames: [account.deploymentGroupName], config };
}

function otherRequest({ account }: Context, tag: { key: string; value: string }): DeploymentRequest {
  return {
    applicationName: account.applicationName,
    groupName: account.deploymentGroupName,
    configName: account.deploymentConfigName,
    revision: {
      revisionType: 'S3',
      s3Location: { bucket: 'shop-releases', key: 'hotfix.zip', bundleType: 'zip' },
    },
    description: 'A hotfix of somebody else',
    fileExistsBehavior: 'DISALLOW',
    ignoreApplicationStopFailures: false,
    autoRollback: undefined,
    tagFilters: [{ ...tag, type: 'KEY_AND_VALUE' }],
  };
}

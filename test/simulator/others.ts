import type { Deployments } from './codedeploy/deployments';
import type { DeploymentRequest } from './codedeploy/model';
import type { Context } from './context';
import type { Elastigroup } from './spot/elastigroup';

/** What somebody else has active in the group from the start (scenarios conflict and conflict-codedeploy). */
export function seedOthers(context: Context, spot: Elastigroup, codeDeploy: Deployments): void {
  const { account, random, script } = context;
  if (script.others === undefined) return;
  const tag = { key: account.tagKey, value: random.uuid() };
  const deploymentGroups = [
    { applicationName: account.applicationName, deploymentGroupName: account.deploymentGroupName },
  ];
  if (script.others === 'elastigroup-and-codedeploy') {
    const tags = [{ tagKey: tag.key, tagValue: tag.value }];
    const config = { timeout: 60, tags, deploymentGroups };
    spot.seedActive({ timeoutMinutes: 60, tag, groupNames: [account.deploymentGroupName], config });
  }
  codeDeploy.seedActive(otherRequest(context, tag));
}

function otherRequest({ account }: Context, tag: { key: string; value: string }): DeploymentRequest {
  return {
    applicationName: account.applicationName,
    groupName: account.deploymentGroupName,
    configName: account.deploymentConfigName,
    revision: {
      revisionType: 'S3',
      s3Location: { bucket: 'web-shop-releases', key: 'hotfix.zip', bundleType: 'zip' },
    },
    description: 'A hotfix of somebody else',
    fileExistsBehavior: 'DISALLOW',
    ignoreApplicationStopFailures: false,
    autoRollback: undefined,
    tagFilters: [{ ...tag, type: 'KEY_AND_VALUE' }],
  };
}

import type { Deployments } from './codedeploy/deployments';
import type { DeploymentRequest } from './codedeploy/model';
import type { Context } from './context';
import type { Elastigroup } from './spot/elastigroup';

/** What somebody else has active in the group (scenarios conflict-…). */
export function seedOthers(context: Context, spot: Elastigroup, codeDeploy: Deployments): void {
  const { random, script, schedule, durations, account } = context;
  if (script.others === undefined) return;
  const tag = { key: account.tagKey, value: random.uuid() };
  if (script.others === 'elastigroup-and-codedeploy') seedElastigroup(context, spot, tag);
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

function seedElastigroup({ account }: Context, spot: Elastigroup, tag: { key: string; value: string }): void {
  const deploymentGroups = [
    { applicationName: account.applicationName, deploymentGroupName: account.deploymentGroupName },
  ];
  const tags = [{ tagKey: tag.key, tagValue: tag.value }];
  const config = { timeout: 60, tags, deploymentGroups };
  spot.seedActive({ timeoutMinutes: 60, tag, groupNames: [account.deploymentGroupName], config });
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

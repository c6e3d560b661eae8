import type { DeploymentGroupName } from '../../clients/spot/elastigroup';
import type { UserParameters } from '../../input/userParameters/userParameters';
import { listing } from '../../lib/wording';
import { problem, type Finding } from './finding';

type Wanted = Pick<UserParameters, 'groupId' | 'applicationName' | 'deploymentGroupName'>;

/** Elastigroup follows CodeDeploy's deployments only in the groups that its CodeDeploy integration names (docs/services.md, Spot). */
export function elastigroupFindings(
  integration: readonly DeploymentGroupName[] | undefined,
  wanted: Wanted,
): Finding[] {
  const { groupId, applicationName, deploymentGroupName } = wanted;
  const name = `${applicationName}/${deploymentGroupName}`;
  if (integration === undefined || integration.length === 0) {
    const what = integration
      ? 'names no deployment group in its CodeDeploy integration'
      : 'has no CodeDeploy integration';
    return [
      problem(
        `Elastigroup ${groupId} ${what}. Add application ${applicationName} with deployment group ` +
          `${deploymentGroupName} to it in the Spot console (the group's integrations, CodeDeploy).`,
      ),
    ];
  }
  const named = integration.map((group) => `${group.applicationName}/${group.deploymentGroupName}`);
  if (named.includes(name)) return [];
  return [
    problem(
      `The CodeDeploy integration of Elastigroup ${groupId} does not name ${name}, but ${listing(named, 5)}. ` +
        'Add it in the Spot console, or correct APP_NAME and DEPLOYMENT_GROUP.',
    ),
  ];
}

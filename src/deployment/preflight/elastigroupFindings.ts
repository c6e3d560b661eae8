import type { DeploymentGroupName } from '../../clients/spot/elastigroup';
import type { UserParameters } from '../../input/userParameters/userParameters';
import { listing } from '../../lib/wording';
import { PREFLIGHT_MESSAGES } from './messages';
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
    const message = integration ? PREFLIGHT_MESSAGES.emptyIntegration : PREFLIGHT_MESSAGES.noIntegration;
    return [problem(message(groupId, applicationName, deploymentGroupName))];
  }
  const named = integration.map((group) => `${group.applicationName}/${group.deploymentGroupName}`);
  if (named.includes(name)) return [];
  return [problem(PREFLIGHT_MESSAGES.otherIntegration(groupId, name, listing(named, 5)))];
}

import type { ElastigroupConfiguration } from '../../clients/spot/elastigroup';
import type { UserParameters } from '../../input/userParameters/userParameters';
import { duration, listing } from '../../lib/wording';
import { GREEN_TAG_KEY } from '../greenTag';
import { PREFLIGHT_MESSAGES, PREFLIGHT_WARNINGS } from './messages';
import { problem, warning, type Finding } from './finding';

type Wanted = Pick<UserParameters, 'groupId' | 'applicationName' | 'deploymentGroupName' | 'acceptOtherGroups'>;

/** What of the Elastigroup's configuration prevents a blue/green deployment, or may (docs/services.md, Spot). */
export function elastigroupFindings(group: ElastigroupConfiguration, wanted: Wanted): Finding[] {
  return [
    ...capacityFindings(group, wanted.groupId),
    ...integrationFindings(group.deploymentGroups, wanted),
    ...tagFindings(group, wanted.groupId),
    ...loadBalancerFindings(group, wanted.groupId),
  ];
}

/** Without this, TIMEOUT would pass with "0 of 0 instances". */
export function capacityFindings(
  { targetCapacity }: Pick<ElastigroupConfiguration, 'targetCapacity'>,
  groupId: string,
): Finding[] {
  if (targetCapacity !== 0) return [];
  return [problem(PREFLIGHT_MESSAGES.noCapacity(groupId))];
}

/** Elastigroup follows CodeDeploy's deployments only in the groups that its CodeDeploy integration names. */
function integrationFindings(integration: ElastigroupConfiguration['deploymentGroups'], wanted: Wanted): Finding[] {
  const { groupId, applicationName, deploymentGroupName } = wanted;
  const name = `${applicationName}/${deploymentGroupName}`;
  if (integration === undefined || integration.length === 0) {
    const message = integration ? PREFLIGHT_MESSAGES.emptyIntegration : PREFLIGHT_MESSAGES.noIntegration;
    return [problem(message(groupId, applicationName, deploymentGroupName))];
  }
  const named = integration.map((group) => `${group.applicationName}/${group.deploymentGroupName}`);
  if (named.includes(name))
    return otherGroupFindings(
      [...new Set(named)].filter((other) => other !== name),
      wanted,
    );
  return [problem(PREFLIGHT_MESSAGES.otherIntegration(groupId, name, listing(named, 5)))];
}

/** Green gets this action's revision only, and replaces blue, which has the applications of all groups. */
function otherGroupFindings(others: readonly string[], { groupId, acceptOtherGroups, ...wanted }: Wanted): Finding[] {
  if (others.length === 0) return [];
  const named = listing(others, 5);
  if (acceptOtherGroups) return [warning(PREFLIGHT_WARNINGS.otherGroupsAccepted(groupId, named))];
  return [
    problem(PREFLIGHT_MESSAGES.otherGroups(groupId, named, `${wanted.applicationName}/${wanted.deploymentGroupName}`)),
  ];
}

/** "Make sure that green and blue have the same tag key but a different tag value" (docs/services.md, Spot; VALIDATE_TAGS). */
function tagFindings({ tagKeys }: ElastigroupConfiguration, groupId: string): Finding[] {
  if (tagKeys === undefined || tagKeys.includes(GREEN_TAG_KEY)) return [];
  return [warning(PREFLIGHT_WARNINGS.blueUntagged(groupId, GREEN_TAG_KEY))];
}

/** Whether these pause during a blue/green deployment is undocumented (docs/services.md, Spot). */
function loadBalancerFindings({ hasLoadBalancers }: ElastigroupConfiguration, groupId: string): Finding[] {
  return hasLoadBalancers ? [warning(PREFLIGHT_WARNINGS.ownLoadBalancers(groupId))] : [];
}

/** The health checks of the application, which fail until the revision is installed; EC2's own check does not. */
const CHECKS_APPLICATION: ReadonlySet<string> = new Set(['ELB', 'TARGET_GROUP', 'MLB', 'MULTAI_TARGET_SET', 'HCS']);

export function checksApplication({ healthCheckType }: ElastigroupConfiguration): boolean {
  return healthCheckType !== undefined && CHECKS_APPLICATION.has(healthCheckType);
}

/** `installSeconds`: how long each recent successful deployment took; without any there is nothing to compare with. */
export function gracePeriodFindings(
  { healthCheckType, gracePeriodSeconds }: ElastigroupConfiguration,
  installSeconds: readonly number[],
  groupId: string,
): Finding[] {
  const check = healthCheckType ?? 'unknown';
  const grace = gracePeriodSeconds ?? DEFAULT_GRACE_PERIOD_S;
  if (installSeconds.length === 0)
    return [warning(PREFLIGHT_WARNINGS.gracePeriodUnknown(groupId, check, duration(grace)))];
  const longest = Math.max(...installSeconds);
  if (grace >= longest) return [];
  const least = String(Math.ceil(longest));
  return [warning(PREFLIGHT_WARNINGS.shortGracePeriod(groupId, check, duration(grace), duration(longest), least))];
}

/** Spot's API reference: healthCheckGracePeriod, default 300. */
const DEFAULT_GRACE_PERIOD_S = 300;

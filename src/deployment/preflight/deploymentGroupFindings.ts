import type { DeploymentGroup } from '../../clients/codeDeploy/deploymentGroup';
import type { UserParameters } from '../../input/userParameters/userParameters';
import { duration } from '../../lib/wording';
import { PREFLIGHT_MESSAGES, PREFLIGHT_WARNINGS } from './messages';
import { problem, warning, type Finding } from './finding';

type Wanted = Pick<UserParameters, 'applicationName' | 'deploymentGroupName' | 'timeoutSeconds'>;

/** CodeDeploy must replace blue by instances that are there already: those that Elastigroup launches (docs/services.md, CodeDeploy). */
export function deploymentGroupFindings(group: DeploymentGroup, wanted: Wanted): Finding[] {
  const name = `${wanted.applicationName}/${wanted.deploymentGroupName}`;
  // A Lambda or ECS application deploys to no instance: nothing else that it says has a meaning here.
  if (group.computePlatform !== undefined && group.computePlatform !== 'Server')
    return [problem(PREFLIGHT_MESSAGES.otherPlatform(name, group.computePlatform))];
  // Whatever else an in-place group says has no meaning here.
  if (group.deploymentType === 'IN_PLACE') {
    return [problem(PREFLIGHT_MESSAGES.inPlace(name))];
  }
  return [...greenFleetFindings(group, name), ...waitFindings(group, name, wanted.timeoutSeconds)];
}

function greenFleetFindings({ deploymentType, greenFleet }: DeploymentGroup, name: string): Finding[] {
  if (greenFleet === 'DISCOVER_EXISTING') return [];
  if (deploymentType === undefined || greenFleet === undefined) {
    return [warning(PREFLIGHT_WARNINGS.typeUnknown(name))];
  }
  return [problem(PREFLIGHT_MESSAGES.ownGreen(name, greenFleet))];
}

/** The part of TIMEOUT that launching and installing are assumed to need before blue's wait begins. */
const SHARE_BEFORE_WAIT = 0.25;

/** CodeDeploy's deployment, and so TIMEOUT, continues until these waits are over. */
function waitFindings(group: DeploymentGroup, name: string, timeoutSeconds: number): Finding[] {
  const { blueTerminationWaitMinutes: blue, rerouteWaitMinutes: reroute } = group;
  const timeout = duration(timeoutSeconds);
  const findings: Finding[] = [];
  const needed = (blue ?? 0) * 60 + timeoutSeconds * SHARE_BEFORE_WAIT;
  if (blue !== undefined) findings.push(warning(PREFLIGHT_WARNINGS.terminatesBlue(name, duration(blue * 60))));
  if (blue !== undefined && needed > timeoutSeconds) {
    const before = duration(timeoutSeconds * SHARE_BEFORE_WAIT);
    const least = String(Math.ceil((blue * 60) / (1 - SHARE_BEFORE_WAIT)));
    findings.push(problem(PREFLIGHT_MESSAGES.lateTermination(name, duration(blue * 60), timeout, before, least)));
  }
  if (reroute !== undefined) {
    findings.push(warning(PREFLIGHT_WARNINGS.manualRerouting(name, duration(reroute * 60), timeout)));
  }
  return findings;
}

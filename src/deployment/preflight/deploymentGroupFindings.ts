import type { DeploymentGroup } from '../../clients/codeDeploy/deploymentGroup';
import type { UserParameters } from '../../input/userParameters/userParameters';
import { duration } from '../../lib/wording';
import { problem, warning, type Finding } from './finding';

type Wanted = Pick<UserParameters, 'applicationName' | 'deploymentGroupName' | 'timeoutSeconds'>;

/** CodeDeploy must replace blue by instances that are there already: those that Elastigroup launches (docs/services.md, CodeDeploy). */
export function deploymentGroupFindings(group: DeploymentGroup, wanted: Wanted): Finding[] {
  const name = `Deployment group ${wanted.applicationName}/${wanted.deploymentGroupName}`;
  // Whatever else an in-place group says has no meaning here.
  if (group.deploymentType === 'IN_PLACE') {
    return [
      problem(
        `${name} is IN_PLACE. Make it a blue/green one in the CodeDeploy console (deployment type), ` +
          'with instances that are provisioned already (DISCOVER_EXISTING), or correct DEPLOYMENT_GROUP.',
      ),
    ];
  }
  return [...greenFleetFindings(group, name), ...waitFindings(group, name, wanted.timeoutSeconds)];
}

function greenFleetFindings({ deploymentType, greenFleet }: DeploymentGroup, name: string): Finding[] {
  if (greenFleet === 'DISCOVER_EXISTING') return [];
  if (deploymentType === undefined || greenFleet === undefined) {
    return [warning(`${name} does not say that it is BLUE_GREEN with DISCOVER_EXISTING; CodeDeploy may refuse it.`)];
  }
  return [
    problem(
      `${name} provisions its green instances itself (${greenFleet}), but Elastigroup launches them. ` +
        'Set greenFleetProvisioningOption to DISCOVER_EXISTING (in the CodeDeploy console: manually provision instances).',
    ),
  ];
}

/** The part of TIMEOUT that launching and installing are assumed to need before blue's wait begins. */
const SHARE_BEFORE_WAIT = 0.25;

/** CodeDeploy's deployment goes on until these waits are over, and TIMEOUT with it. */
function waitFindings(group: DeploymentGroup, name: string, timeoutSeconds: number): Finding[] {
  const { blueTerminationWaitMinutes: blue, rerouteWaitMinutes: reroute } = group;
  const timeout = `TIMEOUT (${duration(timeoutSeconds)})`;
  const findings: Finding[] = [];
  const needed = (blue ?? 0) * 60 + timeoutSeconds * SHARE_BEFORE_WAIT;
  if (blue !== undefined && needed > timeoutSeconds) {
    findings.push(
      problem(
        `${name} terminates blue only after ${duration(blue * 60)}; ${timeout} has to contain that wait and about ` +
          `${duration(timeoutSeconds * SHARE_BEFORE_WAIT)} for the deployment before it. Set the deployment group to keep blue ` +
          `alive (KEEP_ALIVE; Elastigroup removes blue), or set TIMEOUT to at least ${Math.ceil((blue * 60) / (1 - SHARE_BEFORE_WAIT))}.`,
      ),
    );
  }
  if (reroute !== undefined) {
    findings.push(
      warning(
        `${name} waits for somebody to reroute the traffic by hand, and stops the deployment after ` +
          `${duration(reroute * 60)} (STOP_DEPLOYMENT). Somebody must do it within that time and within ${timeout}.`,
      ),
    );
  }
  return findings;
}

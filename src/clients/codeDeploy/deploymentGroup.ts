import { GetDeploymentGroupCommand, type CodeDeployClient, type DeploymentGroupInfo } from '@aws-sdk/client-codedeploy';
import type { UserParameters } from '../../input/userParameters/userParameters';
import { callAws } from '../awsCall';
import type { CallBudget } from '../callPolicy';
import { lacks, unreadable } from '../upstreamError';

/** How a CodeDeploy deployment group deploys, as far as preflight checks it (docs/services.md, CodeDeploy). */
export interface DeploymentGroup {
  /** Server | Lambda | ECS; undefined where CodeDeploy does not say. */
  readonly computePlatform: string | undefined;
  /** IN_PLACE | BLUE_GREEN */
  readonly deploymentType: string | undefined;
  /** The deployment configuration of a deployment that names none. */
  readonly configName: string | undefined;
  /** Where green comes from: DISCOVER_EXISTING | COPY_AUTO_SCALING_GROUP */
  readonly greenFleet: string | undefined;
  /** Minutes before CodeDeploy terminates blue; undefined where it keeps blue alive, or does not say. */
  readonly blueTerminationWaitMinutes: number | undefined;
  /** Minutes for which a person has to reroute the traffic (STOP_DEPLOYMENT); undefined where that happens by itself. */
  readonly rerouteWaitMinutes: number | undefined;
}

export interface DeploymentGroupReader {
  /** Throws UpstreamError. */
  read(): Promise<DeploymentGroup>;
}

const OPERATION = 'GetDeploymentGroup';

export function deploymentGroupClient(
  client: CodeDeployClient,
  { applicationName, deploymentGroupName }: UserParameters,
  budget: CallBudget,
): DeploymentGroupReader {
  const command = new GetDeploymentGroupCommand({ applicationName, deploymentGroupName });
  return {
    read: () =>
      callAws(budget, { service: 'CodeDeploy', operation: OPERATION, kind: 'read' }, async (abortSignal) =>
        readGroup((await client.send(command, { abortSignal })).deploymentGroupInfo),
      ),
  };
}

function readGroup(info: DeploymentGroupInfo | undefined): DeploymentGroup {
  if (info === undefined) throw unreadable('CodeDeploy', OPERATION, lacks('deploymentGroupInfo'));
  const blueGreen = info.blueGreenDeploymentConfiguration;
  const blue = blueGreen?.terminateBlueInstancesOnDeploymentSuccess;
  const ready = blueGreen?.deploymentReadyOption;
  return {
    computePlatform: info.computePlatform,
    deploymentType: info.deploymentStyle?.deploymentType,
    configName: info.deploymentConfigName,
    greenFleet: blueGreen?.greenFleetProvisioningOption?.action,
    blueTerminationWaitMinutes: blue?.action === 'TERMINATE' ? (blue.terminationWaitTimeInMinutes ?? 0) : undefined,
    rerouteWaitMinutes: ready?.actionOnTimeout === 'STOP_DEPLOYMENT' ? (ready.waitTimeInMinutes ?? 0) : undefined,
  };
}

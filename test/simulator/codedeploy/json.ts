import { epochSeconds } from '../awsJson';
import type { Context } from '../context';
import type { JsonRecord } from '../input';
import type { CodeDeployTells } from '../options';
import { hasLoadBalancer, isInPlaceGroup } from './group';
import type { Deployment, LifecycleEvent, Target, TargetStatus } from './model';

/** `deploymentInfo`, as GetDeployment and BatchGetDeployments give it (service model, codedeploy 2014-10-06). */
export function deploymentInfo(deployment: Deployment, context: Context): JsonRecord {
  const { tagFilters, error } = deployment;
  const tells = tellsOf(context);
  return {
    deploymentId: deployment.id,
    applicationName: deployment.applicationName,
    deploymentGroupName: deployment.groupName,
    deploymentConfigName: deployment.configName,
    revision: deployment.revision,
    status: deployment.status,
    creator: deployment.creator,
    description: deployment.description,
    createTime: epochSeconds(deployment.createTime),
    startTime: seconds(deployment.startTime),
    completeTime: tells.completeTime ? seconds(deployment.completeTime) : undefined,
    deploymentOverview: overview(deployment, tells),
    errorInformation: error && { code: error.code, message: error.message },
    rollbackInfo: rollbackInfo(deployment, tells),
    autoRollbackConfiguration: deployment.autoRollback ?? groupRollback(context),
    ignoreApplicationStopFailures: deployment.ignoreApplicationStopFailures,
    fileExistsBehavior: deployment.fileExistsBehavior,
    updateOutdatedInstancesOnly: false,
    deploymentStyle: deploymentStyle(isInPlaceGroup(deployment.groupName, context), context),
    blueGreenDeploymentConfiguration: blueGreen(context),
    loadBalancerInfo: loadBalancerInfo(context),
    targetInstances:
      tagFilters.length === 0 || !tells.targetTags ? undefined : { tagFilters: tagFilters.map(filterJson) },
    computePlatform: context.options.deploymentGroup.computePlatform ?? 'Server',
    instanceTerminationWaitTimeStarted: deployment.terminationWaitStarted,
  };
}

export function deploymentGroupInfo(groupName: string, context: Context): JsonRecord {
  const { account } = context;
  const isInPlace = isInPlaceGroup(groupName, context);
  return {
    applicationName: account.applicationName,
    deploymentGroupId: '11111111-2222-4333-8444-555555555555',
    deploymentGroupName: groupName,
    deploymentConfigName: account.deploymentConfigName,
    serviceRoleArn: `arn:aws:iam::${account.awsAccountId}:role/codedeploy-service-role`,
    deploymentStyle: deploymentStyle(isInPlace, context),
    blueGreenDeploymentConfiguration: isInPlace ? undefined : blueGreen(context),
    loadBalancerInfo: loadBalancerInfo(context),
    autoRollbackConfiguration: groupRollback(context),
    computePlatform: context.options.deploymentGroup.computePlatform ?? 'Server',
  };
}

function differentBlueGreen({ options }: Context): JsonRecord {
  const { greenFleet, blueTerminationWaitMinutes, rerouteWaitMinutes } = options.deploymentGroup;
  return {
    ...(greenFleet !== undefined && { greenFleetProvisioningOption: { action: greenFleet } }),
    ...(blueTerminationWaitMinutes !== undefined && {
      terminateBlueInstancesOnDeploymentSuccess: {
        action: 'TERMINATE',
        terminationWaitTimeInMinutes: blueTerminationWaitMinutes,
      },
    }),
    ...(rerouteWaitMinutes !== undefined && {
      deploymentReadyOption: { actionOnTimeout: 'STOP_DEPLOYMENT', waitTimeInMinutes: rerouteWaitMinutes },
    }),
  };
}

/** `deploymentTarget` of BatchGetDeploymentTargets. */
export function deploymentTarget(target: Target, deployment: Deployment, context: Context): JsonRecord {
  const { region, awsAccountId } = context.account;
  const tells = tellsOf(context);
  return {
    deploymentTargetType: 'InstanceTarget',
    instanceTarget: {
      deploymentId: deployment.id,
      targetId: target.instanceId,
      targetArn: `arn:aws:ec2:${region}:${awsAccountId}:instance/${target.instanceId}`,
      status: target.status,
      lastUpdatedAt: epochSeconds(target.updatedAt),
      lifecycleEvents: eventsTold(target, tells),
      instanceLabel: tells.labels ? labelTold(target, deployment, tells) : undefined,
    },
  };
}

const TELLS_ALL: CodeDeployTells = {
  overview: 'green',
  labels: true,
  rollbackLabels: 'kept',
  idleRollback: 'none',
  events: 'all',
  listsTargets: true,
  unbegun: 'targets',
  leavesOut: 0,
  rollbackId: true,
  rolledBackId: true,
  targetTags: true,
  completeTime: true,
  lagSeconds: 0,
};

export function tellsOf({ options }: Context): CodeDeployTells {
  return { ...TELLS_ALL, ...options.codeDeployTells };
}

function labelTold({ label }: Target, { rollsBack }: Deployment, { rollbackLabels }: CodeDeployTells): Target['label'] {
  if (rollsBack === undefined || rollbackLabels === 'kept') return label;
  return label === 'Blue' ? 'Green' : 'Blue';
}

function eventsTold({ events }: Target, tells: CodeDeployTells): JsonRecord[] | undefined {
  if (tells.events === 'none') return undefined;
  return events.filter(({ startTime }) => tells.events === 'all' || startTime !== undefined).map(lifecycleEvent);
}

function lifecycleEvent(event: LifecycleEvent): JsonRecord {
  const succeeded = { errorCode: 'Success', scriptName: '', message: 'Succeeded', logTail: '' };
  return {
    lifecycleEventName: event.name,
    status: event.status,
    startTime: seconds(event.startTime),
    endTime: seconds(event.endTime),
    diagnostics: event.diagnostics ?? (event.status === 'Succeeded' ? succeeded : undefined),
  };
}

/** Counts of the instances; `Ready` is installed and waiting for traffic (API reference, DeploymentOverview). */
function overview(deployment: Deployment, tells: CodeDeployTells): JsonRecord | undefined {
  if (deployment.startTime === undefined || tells.overview === 'nothing') return undefined;
  const counted = deployment.targets.filter(({ label }) => tells.overview === 'both' || label === 'Green');
  const statuses: readonly TargetStatus[] = ['Pending', 'InProgress', 'Succeeded', 'Failed', 'Skipped', 'Ready'];
  return Object.fromEntries(
    statuses.map((status) => [status, counted.filter((target) => target.status === status).length]),
  );
}

function rollbackInfo(deployment: Deployment, tells: CodeDeployTells): JsonRecord | undefined {
  const { rolledBackBy, rollbackMessage, rollsBack } = deployment;
  if (rollsBack !== undefined) return tells.rolledBackId ? { rollbackTriggeringDeploymentId: rollsBack } : undefined;
  if (rollbackMessage === undefined || !tells.rollbackId) return undefined;
  return { rollbackDeploymentId: rolledBackBy, rollbackMessage };
}

function deploymentStyle(isInPlace: boolean, context: Context): JsonRecord {
  return {
    deploymentType: isInPlace ? 'IN_PLACE' : 'BLUE_GREEN',
    deploymentOption: hasLoadBalancer(context) ? 'WITH_TRAFFIC_CONTROL' : 'WITHOUT_TRAFFIC_CONTROL',
  };
}

function loadBalancerInfo(context: Context): JsonRecord | undefined {
  return hasLoadBalancer(context) ? { targetGroupInfoList: [{ name: 'shop-targets' }] } : undefined;
}

/** Elastigroup removes blue itself, so that CodeDeploy keeps it; and it finds green by tags (docs/services.md, CodeDeploy and Spot). */
function blueGreen(context: Context): JsonRecord {
  return {
    terminateBlueInstancesOnDeploymentSuccess: { action: 'KEEP_ALIVE' },
    deploymentReadyOption: { actionOnTimeout: 'CONTINUE_DEPLOYMENT', waitTimeInMinutes: 0 },
    greenFleetProvisioningOption: { action: 'DISCOVER_EXISTING' },
    ...differentBlueGreen(context),
  };
}

function groupRollback(context: Context): JsonRecord {
  const enabled = context.options.groupAutoRollback;
  const events = ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'];
  return { enabled, events: enabled ? events : [] };
}

function filterJson(filter: Deployment['tagFilters'][number]): JsonRecord {
  return { Key: filter.key, Value: filter.value, Type: filter.type };
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : epochSeconds(ms);
}

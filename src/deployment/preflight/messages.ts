import type { Messages } from '../../lib/wording';

/** Problems, because of which nothing is started. */
export const PREFLIGHT_MESSAGES = {
  startedNothing: 'Nothing was started.',
  severalProblems: (count) => `${count} problems found; nothing was started.`,
  severalProblemsOfDelivery: (count) => `${count} problems found; this delivery started nothing, another may have.`,
  noIntegration: (groupId, application, group) =>
    `Elastigroup ${groupId} has no CodeDeploy integration. Add application ${application} with deployment group ${group} in the Spot console (the group's integrations, CodeDeploy).`,
  emptyIntegration: (groupId, application, group) =>
    `The CodeDeploy integration of Elastigroup ${groupId} names no deployment group. Add application ${application} with deployment group ${group} in the Spot console (the group's integrations, CodeDeploy).`,
  otherIntegration: (groupId, group, named) =>
    `The CodeDeploy integration of Elastigroup ${groupId} names ${named}, not ${group}. Add it in the Spot console, or correct APP_NAME and DEPLOYMENT_GROUP.`,
  noCapacity: (groupId) =>
    `Elastigroup ${groupId} has target capacity 0, so a deployment would launch no instances. Scale it up (a schedule may have scaled it down), then retry the stage.`,
  otherGroups: (groupId, others, group) =>
    `The CodeDeploy integration of Elastigroup ${groupId} also names ${others}. Green instances get ${group} only, and replace blue instances, which may run the others as well. ` +
    'Give each application its own Elastigroup, or set ACCEPT_OTHER_GROUPS to true if instances get the others in another way.',
  otherPlatform: (group, platform) =>
    `Deployment group ${group} has the compute platform ${platform}, but Elastigroup launches instances, which require EC2/On-premises (Server). Correct APP_NAME and DEPLOYMENT_GROUP.`,
  inPlace: (group) =>
    `Deployment group ${group} is IN_PLACE. Make it blue/green with manually provisioned instances (DISCOVER_EXISTING) in the CodeDeploy console, or correct DEPLOYMENT_GROUP.`,
  ownGreen: (group, option) =>
    `Deployment group ${group} provisions its own green instances (${option}), but Elastigroup launches them. Set greenFleetProvisioningOption to DISCOVER_EXISTING (in the CodeDeploy console: manually provision instances).`,
  lateTermination: (group, wait, timeout, before, least) =>
    `Deployment group ${group} terminates blue only after ${wait}; TIMEOUT is ${timeout} and must cover that wait and about ${before} for the deployment before it. ` +
    `Set the deployment group to keep blue alive (KEEP_ALIVE; Elastigroup removes blue), or TIMEOUT to at least ${least}.`,
  noRevision: (address, advice) => `Revision ${address} does not exist (S3 404). ${advice}`,
  checkArtifact: (artifact) =>
    `It is the input artifact ${artifact}: check whether the artifact bucket's lifecycle rules removed it, then release the change again.`,
  checkUpload: (names) => `Check ${names}, and that the revision is uploaded before this action runs.`,
  otherRegion: (address) =>
    `The bucket of revision ${address} is in another Region than this function (S3 redirect), and the instances cannot download from there. Copy the revision to a bucket in this Region.`,
  malformedRevision: (address, names) => `S3 cannot read the location of revision ${address} (S3 400). Check ${names}.`,
  otherETag: (address, actual, wanted) =>
    `Object's ETag differs from S3_ETAG (${address} has ${actual}, not ${wanted}). Update S3_ETAG or set S3_VERSION.`,
} as const satisfies Messages;

/** What may make the deployment fail, or could not be checked. */
export const PREFLIGHT_WARNINGS = {
  typeUnknown: (group) =>
    `Deployment group ${group} does not state BLUE_GREEN with DISCOVER_EXISTING; CodeDeploy may reject it.`,
  manualRerouting: (group, wait, timeout) =>
    `Deployment group ${group} requires manual traffic rerouting, and stops the deployment after ${wait} (STOP_DEPLOYMENT). Reroute within that time and within TIMEOUT (${timeout}).`,
  otherGroupsAccepted: (groupId, others) =>
    `The CodeDeploy integration of Elastigroup ${groupId} also names ${others}, which green instances do not get; ACCEPT_OTHER_GROUPS is true.`,
  blueUntagged: (groupId, key) =>
    `The launch specification of Elastigroup ${groupId} has no tag ${key}. Spot requires the tag key of green on blue too, with another value, and may refuse the deployment (VALIDATE_TAGS). Add the tag to the group.`,
  ownLoadBalancers: (groupId) =>
    `Elastigroup ${groupId} has its own load balancers: it may register green instances before CodeDeploy has installed the revision. Leave registration to the deployment group.`,
  shortGracePeriod: (groupId, check, grace, longest, least) =>
    `Elastigroup ${groupId} replaces instances that fail its health check (${check}) from ${grace} after their launch, but recent deployments took up to ${longest}: it may terminate green instances before the revision is installed. ` +
    `Raise the group's health check grace period to at least ${least} seconds.`,
  gracePeriodUnknown: (groupId, check, grace) =>
    `Elastigroup ${groupId} replaces instances that fail its health check (${check}) from ${grace} after their launch, and no deployment of the last two weeks shows how long an install takes. It must not take longer than that.`,
  shortTimeout: (timeout, group, usual, high, advice) =>
    `TIMEOUT is ${timeout}, but recent CodeDeploy deployments of ${group} took as long or longer: ${usual}, up to ${high}; and green is launched before. ${advice}`,
  terminatesBlue: (group, wait) =>
    `Deployment group ${group} also terminates blue (TERMINATE, after ${wait}), as Elastigroup does; one may find instances gone, or replace those that the other terminates. Set it to keep blue alive (KEEP_ALIVE).`,
  notPermitted: (what, action, error) =>
    `${what} could not be checked. Allow ${action} in the function's role (${error}).`,
  revisionForbidden: (address, action) =>
    `Could not verify revision ${address} (S3 403); it may not exist. Allow ${action} and s3:ListBucket in the function's role.`,
  revisionUnchecked: (error) => `Could not verify the revision: ${error}.`,
} as const satisfies Messages;

/** What the function was set up not to check. */
export const PREFLIGHT_NOTES = {
  revisionNotChecked: (address) =>
    `Revision ${address} is not checked: CHECK_REVISION is false. The stack parameter RevisionBucketArns allows the check.`,
} as const satisfies Messages;

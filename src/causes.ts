/** The well-known causes of a failure, each with what to do about it. */
export const FIXES = {
  // Known from the error itself.
  'wrong-token':
    'Check the Spot API token and its access to ACCOUNT_ID. Personal tokens stop working when the user is deleted; use a programmatic token.',
  'elastigroup-missing': 'Check GROUP_ID and ACCOUNT_ID.',
  'no-integration':
    "Check that the Elastigroup's CodeDeploy integration names this APP_NAME and DEPLOYMENT_GROUP, and that the group has no other active deployment.",
  'in-place-group':
    "Check that the deployment group is BLUE_GREEN with DISCOVER_EXISTING (not in-place), and that Elastigroup launches in this function's account and Region.",
  'missing-permission': (action: string) => `Allow ${action} in the function's role.`,
  'role-refused': "Check the function's role.",
  'application-missing': "Check APP_NAME and this function's Region.",
  'deployment-group-missing': 'Check DEPLOYMENT_GROUP.',
  'deployment-config-missing': 'Check DEPLOYMENT_CONFIG.',
  'github-connection': 'Reconnect CodeDeploy to the GitHub account.',
  'too-slow': 'Raise TIMEOUT if the deployment needs longer.',
  // Known from the error, or from what CodeDeploy says.
  'alarm-active':
    "A CloudWatch alarm of the deployment group is active. Wait until it is OK, or disable the group's alarm configuration for this deployment.",
  'load-balancer':
    'CodeDeploy cannot use the load balancer of the deployment group. Check that its target group exists, has the type instance, and is in the VPC of the instances.',
  'resource-limit':
    'A quota of CodeDeploy is reached. End other deployments, or request a higher quota (Service Quotas, CodeDeploy).',
  'revision-missing': "Check the revision's location: S3_* or GITHUB_REPO and COMMIT_ID.",
  'service-role':
    "Check the deployment group's service role: it must trust codedeploy.amazonaws.com and have the policy AWSCodeDeployRole.",
  // Known from the evidence that was gathered after the failure.
  'spot-reclaimed':
    'AWS reclaimed Spot Instances during deployment. Retry the stage. If it happens again, give the Elastigroup more instance types and Availability Zones, or let it fall back to On-Demand.',
  'green-removed':
    "Green instances were terminated through the EC2 API during deployment, probably by the Elastigroup's auto-healing: set its health check type to EC2, or its grace period to more than an install takes. If not, CloudTrail shows who called TerminateInstances.",
  'blue-failed':
    'Only blue instances failed, while traffic was being moved off them: usually AWS has reclaimed one, or it was terminated. The revision is not the cause. Unless green was kept, retry the stage.',
  'launch-failed':
    "Elastigroup could not launch green instances; its events are below. Common causes: no Spot capacity (add instance types and Availability Zones, or let it fall back to On-Demand), the account's vCPU quota, or a deleted AMI, subnet or role.",
  'no-instances':
    "CodeDeploy found no instances to deploy to. Check that Elastigroup launches in this function's account and Region, and that nothing removes the instances' tags.",
  'agent-not-running':
    'The CodeDeploy agent does not respond. Install and start it in the AMI or user data, give the instances an instance profile, and let them reach CodeDeploy and S3 (route, proxy or VPC endpoint). Its log: /var/log/aws/codedeploy-agent/codedeploy-agent.log.',
  'bundle-not-fetched':
    'The instances could not download the revision. Allow s3:GetObject (and kms:Decrypt for a bucket with a customer managed key) in their instance profile, and let them reach S3 or GitHub.',
  'script-failed': 'Fix the script; log below.',
  'event-unfinished':
    'Lifecycle event still running. Check its script or, for AllowTraffic, target health. Raise TIMEOUT if it only needs longer.',
  'health-constraints': 'Too few healthy instances for DEPLOYMENT_CONFIG. Fix the failures or lower its minimum.',
} as const satisfies Record<string, string | ((action: string) => string)>;

export type CauseName = keyof typeof FIXES;

export const CAUSE_NAMES: readonly CauseName[] = Object.keys(FIXES).filter((name): name is CauseName =>
  Object.hasOwn(FIXES, name),
);

export interface KnownCause {
  readonly cause: CauseName;
  /** The permission that is missing, e.g. `codedeploy:CreateDeployment`, where it is known. */
  readonly action?: string;
}

export function fixFor({ cause, action }: KnownCause): string {
  const fix = FIXES[cause];
  return typeof fix === 'string' ? fix : fix(action ?? 'the action that the message names');
}

/** The well-known causes of a failure, each with what to do about it. `{action}` stands for the permission that is missing. */
const FIXES = {
  // Known from the error itself.
  'wrong-token':
    'Check the Spot API token (a personal one dies with its user; use a programmatic token), and that it may act in ACCOUNT_ID.',
  'elastigroup-missing': 'Check GROUP_ID and ACCOUNT_ID.',
  'no-integration':
    "Check that the Elastigroup's CodeDeploy integration names this APP_NAME and DEPLOYMENT_GROUP, and that no other deployment of the group is under way.",
  'in-place-group':
    'Check that the deployment group is BLUE_GREEN with DISCOVER_EXISTING (not in-place), and that Elastigroup launches in the account and region of this function.',
  'missing-permission': "Allow {action} in the function's role.",
  'role-refused': "Check the function's role.",
  'application-missing': 'Check APP_NAME, and the region of this function.',
  'deployment-group-missing': 'Check DEPLOYMENT_GROUP.',
  'deployment-config-missing': 'Check DEPLOYMENT_CONFIG.',
  'github-connection': 'Connect CodeDeploy to the GitHub account again.',
  'too-slow': 'Raise TIMEOUT if the deployment needs longer.',
  // Known from the error, or from what CodeDeploy says.
  'revision-missing': 'Check where the revision is: S3_* or GITHUB_REPO and COMMIT_ID.',
  'service-role':
    "Check the deployment group's service role. It must trust codedeploy.amazonaws.com and have the policy AWSCodeDeployRole.",
  // Known from what was found out after the failure.
  'spot-reclaimed':
    'Spot took back capacity in the middle of the deployment: retry the stage. If it comes again, give the Elastigroup more instance types and availability zones, or let it fall back to on-demand.',
  'launch-failed':
    "Elastigroup could not launch green; its events below say why. Often: no spot capacity (add instance types and availability zones, or let it fall back to on-demand), the account's vCPU quota, or an AMI, subnet or role that is gone.",
  'no-instances':
    "CodeDeploy saw no instance to deploy to: check that Elastigroup launches in the account and region of this function, and that nothing removes the instances' tags.",
  'agent-not-running':
    'The CodeDeploy agent does not answer: install and start it in the AMI or user data, let the instances reach CodeDeploy and S3 (route, proxy or VPC endpoint), and give them an instance profile; its log is /var/log/aws/codedeploy-agent/codedeploy-agent.log.',
  'bundle-not-fetched':
    'The instances could not fetch the revision: allow s3:GetObject (and kms:Decrypt, where the bucket has a key of its own) in their instance profile, and let them reach S3 or GitHub.',
  'script-failed': 'Mend the script; the end of its log is below.',
  'event-unfinished':
    'A lifecycle event had not ended, see below: look what its script waits for, or, in AllowTraffic, why the target group does not call the instance healthy. Raise TIMEOUT if it only needs longer.',
  'health-constraints':
    'Fewer instances stayed healthy than the deployment configuration asks for: mend what failed on them, or choose a DEPLOYMENT_CONFIG that asks for fewer.',
} as const satisfies Record<string, string>;

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
  return FIXES[cause].replace('{action}', action ?? 'the action that the message names');
}

import type { AwsLimits } from './awsThrottle';
import type { WorldOptions } from './options';
import type { Durations, Scenario } from './scenario';
import { FIELD_SCENARIOS } from './fieldScenarios';
import { SCRIPT_FAILS, scenario } from './scenarioBase';
import { TRAFFIC_SCENARIOS } from './trafficScenarios';

const REVISION_MISSING = {
  kind: 'fails-at-once',
  code: 'REVISION_MISSING',
  message: 'The revision could not be found. Check the S3 bucket and key, or the GitHub repository and commit.',
} as const;

export const SCENARIOS: readonly Scenario[] = [
  scenario({ name: 'success', title: 'All goes well: green is installed and blue is removed.', expected: 'Succeeded' }),
  scenario({
    name: 'script-fails',
    title: 'The AfterInstall script exits with 1 on one green instance.',
    expected: 'Failed',
    script: { deployment: SCRIPT_FAILS },
  }),
  scenario({
    name: 'script-fails-rolled-back',
    title: 'A script fails; CodeDeploy rolls back by itself, and so does Elastigroup.',
    expected: 'Failed',
    script: { deployment: SCRIPT_FAILS },
    options: { groupAutoRollback: true, reactsToFailure: true },
  }),
  scenario({
    name: 'launch-fails',
    title: 'There is no Spot capacity: Elastigroup cannot launch the green instances.',
    expected: 'Failed',
    script: { noSpotCapacity: true },
  }),
  scenario({
    name: 'never-finishes',
    title: 'A script hangs on one instance, CodeDeploy stays InProgress, and TIMEOUT is reached.',
    expected: 'Failed',
    script: { deployment: { kind: 'hangs', instance: 2, lifecycleEvent: 'ApplicationStart' } },
    userParameters: { TIMEOUT: 90 },
  }),
  scenario({
    name: 'spot-interruption',
    title: 'AWS reclaims a green Spot Instance while the revision is being installed on it.',
    expected: 'Failed',
    script: { deployment: { kind: 'spot-interruption', instance: 1, lifecycleEvent: 'Install' } },
  }),
  scenario({
    name: 'stopped-by-hand',
    title: 'Somebody stops the CodeDeploy deployment in the console.',
    expected: 'Failed',
    script: { deployment: { kind: 'stopped-by-hand', instance: 1, lifecycleEvent: 'Install' } },
  }),
  scenario({
    name: 'stopped-in-codepipeline',
    title: 'Somebody stops the pipeline execution, and abandons its action, while a script hangs.',
    expected: 'Failed',
    script: {
      stopInCodePipeline: 'abandon',
      deployment: { kind: 'hangs', instance: 2, lifecycleEvent: 'ApplicationStart' },
    },
  }),
  scenario({
    name: 'stop-and-wait',
    title: 'Somebody stops the pipeline execution, and lets its action finish.',
    expected: 'Succeeded',
    script: { stopInCodePipeline: 'wait' },
  }),
  scenario({
    name: 'elastigroup-error',
    title: 'Elastigroup fails and rolls back while CodeDeploy is in progress.',
    expected: 'Failed',
    script: { elastigroupErrs: true },
  }),
  scenario({
    name: 'conflict',
    title: "Somebody else's Elastigroup and CodeDeploy deployments are active in the group.",
    expected: 'Failed',
    script: { others: 'elastigroup-and-codedeploy' },
  }),
  scenario({
    name: 'conflict-codedeploy',
    title: "Somebody else's CodeDeploy deployment is active in the group.",
    expected: 'Failed',
    script: { others: 'codedeploy' },
  }),
  scenario({
    name: 'conflict-ends',
    title: "Somebody else's deployments end after a while, and ON_CONFLICT is WAIT.",
    expected: 'Succeeded',
    script: { others: 'elastigroup-and-codedeploy', othersEnd: true },
    userParameters: { ON_CONFLICT: 'WAIT' },
  }),
  scenario({
    name: 'conflict-late',
    title: "Somebody else's CodeDeploy deployment begins while green is launched, and ends; ON_CONFLICT is WAIT.",
    expected: 'Succeeded',
    script: { others: 'codedeploy-late', othersEnd: true },
    userParameters: { ON_CONFLICT: 'WAIT' },
  }),
  scenario({
    name: 'conflict-outlasts-timeout',
    title: "The action waits for somebody else's deployments, which do not end within TIMEOUT.",
    expected: 'Failed',
    script: { others: 'elastigroup-and-codedeploy' },
    userParameters: { ON_CONFLICT: 'WAIT', TIMEOUT: 90 },
  }),
  scenario({
    name: 'conflict-ends-too-late',
    title: "Somebody else's deployments end, but too little of TIMEOUT is left to launch green.",
    expected: 'Failed',
    script: { others: 'elastigroup-and-codedeploy', othersEnd: true },
    userParameters: { ON_CONFLICT: 'WAIT', TIMEOUT: 90 },
  }),
  scenario({
    name: 'group-not-integrated',
    title: 'The Elastigroup has no CodeDeploy integration.',
    expected: 'Failed',
    options: { integration: 'none' },
  }),
  scenario({
    name: 'in-place-group',
    title: 'The deployment group deploys in place.',
    expected: 'Failed',
    options: { deploymentGroup: { deploymentType: 'IN_PLACE' } },
  }),
  scenario({
    name: 'copies-auto-scaling-group',
    title:
      'The deployment group copies an Auto Scaling group instead of using the instances that Elastigroup launches.',
    expected: 'Failed',
    options: { deploymentGroup: { greenFleet: 'COPY_AUTO_SCALING_GROUP' } },
  }),
  scenario({
    name: 'checks-denied',
    title: "The function's role may read neither the deployment group nor the revision: that only gives warnings.",
    expected: 'Succeeded',
    options: { deploymentGroupAccess: 'denied', headObject: 'forbidden' },
  }),
  scenario({
    name: 'waits-for-traffic',
    title: 'CodeDeploy stays Ready for a while, until traffic is rerouted.',
    expected: 'Succeeded',
    script: { deployment: { kind: 'waits-for-traffic' } },
  }),
  scenario({
    name: 'slow-tags',
    title: 'EC2 and CodeDeploy see the green tag late.',
    expected: 'Succeeded',
    options: { tagVisibilitySeconds: 12, codeDeployTagLagSeconds: 4 },
  }),
  scenario({
    name: 'revision-missing',
    title: 'The revision is not in the bucket, and S3 says so before anything is launched.',
    expected: 'Failed',
    script: { deployment: REVISION_MISSING },
    options: { headObject: 'missing' },
  }),
  scenario({
    name: 'revision-missing-unseen',
    title: 'The revision is not in the bucket, but the function may not check: CodeDeploy finds out.',
    expected: 'Failed',
    script: { deployment: REVISION_MISSING },
    options: { headObject: 'forbidden' },
  }),
  scenario({
    name: 'revision-refused',
    title: 'CodeDeploy does not know the revision and creates no deployment.',
    expected: 'Failed',
    script: {
      createDeploymentRefused: {
        status: 400,
        code: 'RevisionDoesNotExistException',
        message: () => 'The named revision does not exist with the IAM user or AWS account.',
      },
    },
  }),
  scenario({
    name: 'wrong-token',
    title: 'Spot refuses the API token, and its error repeats the token.',
    expected: 'Failed',
    script: { tokenRejected: true },
    options: { errorsEchoSecrets: true },
  }),
  scenario({
    name: 'missing-permission',
    title: "The function's role may not call codedeploy:CreateDeployment.",
    expected: 'Failed',
    script: {
      createDeploymentRefused: {
        status: 400,
        code: 'AccessDeniedException',
        message: (account) =>
          `User: arn:aws:sts::${account.awsAccountId}:assumed-role/${account.roleName}/${account.functionName} is not ` +
          'authorized to perform: codedeploy:CreateDeployment on resource: ' +
          `arn:aws:codedeploy:${account.region}:${account.awsAccountId}:deploymentgroup:` +
          `${account.applicationName}/${account.deploymentGroupName} because no identity-based policy allows the ` +
          'codedeploy:CreateDeployment action',
      },
    },
  }),
  scenario({
    name: 'throttled-account',
    title: 'EC2 and CodeDeploy throttle: the account makes more calls than they take.',
    expected: 'Succeeded',
    options: {
      // Reads that come one soon after the other, of one page each.
      tagVisibilitySeconds: 6,
      reservationsPerPage: 1000,
      awsLimits: { ec2: { perSecond: 0.1, atOnce: 1 }, codedeploy: { perSecond: 0.05, atOnce: 1 } },
    },
  }),
  scenario({
    name: 'odd-states',
    title: 'Elastigroup reports unknown states, and sometimes an empty list.',
    expected: 'Succeeded',
    script: { oddStates: true },
    options: { emptyListEvery: 4 },
  }),
  ...FIELD_SCENARIOS,
  ...TRAFFIC_SCENARIOS,
];

/** Too slow for the soak, and for a test of every scenario. */
const SLOW_SCENARIOS: readonly Scenario[] = [
  scenario({
    name: 'large-fleet',
    title: 'The AfterInstall script exits with 1 on one of 500 green instances, next to 500 blue ones.',
    expected: 'Failed',
    script: { deployment: SCRIPT_FAILS },
    options: { account: { capacityTarget: 500 }, idsPerPage: 100, reservationsPerPage: 1000 },
  }),
];

export const ALL_SCENARIOS: readonly Scenario[] = [...SCENARIOS, ...SLOW_SCENARIOS];

/** @throws when there is none of that name; the message lists those there are. */
export function scenarioNamed(name: string): Scenario {
  const found = ALL_SCENARIOS.find((candidate) => candidate.name === name);
  if (found) return found;
  const names = ALL_SCENARIOS.map((candidate) => candidate.name).join(', ');
  throw new Error(`There is no scenario "${name}". The scenarios are: ${names}.`);
}

/** The same scenario with all upstream durations, and its TIMEOUT, multiplied by `factor`. */
export function scaled(original: Scenario, factor: number): Scenario {
  const { TIMEOUT, ...others } = original.userParameters;
  const { tagVisibilitySeconds, codeDeployTagLagSeconds, lateTags, awsLimits, groupHealthCheck, listLagSeconds } =
    original.options;
  const { codeDeployLost } = original.options;
  return {
    ...original,
    durations: scaledDurations(original.durations, factor),
    options: {
      ...original.options,
      ...(tagVisibilitySeconds !== undefined && { tagVisibilitySeconds: tagVisibilitySeconds * factor }),
      ...(codeDeployTagLagSeconds !== undefined && { codeDeployTagLagSeconds: codeDeployTagLagSeconds * factor }),
      ...(listLagSeconds !== undefined && { listLagSeconds: listLagSeconds * factor }),
      ...(lateTags !== undefined && { lateTags: { ...lateTags, seconds: lateTags.seconds * factor } }),
      ...(groupHealthCheck !== undefined && { groupHealthCheck: scaledCheck(groupHealthCheck, factor) }),
      ...(awsLimits !== undefined && { awsLimits: scaledLimits(awsLimits, factor) }),
      ...(codeDeployLost !== undefined && {
        codeDeployLost: { ...codeDeployLost, afterSeconds: codeDeployLost.afterSeconds * factor },
      }),
    },
    userParameters: {
      ...others,
      ...(TIMEOUT !== undefined && { TIMEOUT: Math.max(1, Math.round(Number(TIMEOUT) * factor)) }),
    },
  };
}

function scaledCheck(check: WorldOptions['groupHealthCheck'], factor: number): WorldOptions['groupHealthCheck'] {
  return check === 'none' ? check : { ...check, graceSeconds: check.graceSeconds * factor };
}

function scaledLimits(limits: AwsLimits, factor: number): AwsLimits {
  const scaledOnes = Object.entries(limits).map(([service, { perSecond, atOnce }]) => [
    service,
    { perSecond: perSecond / factor, atOnce },
  ]);
  return Object.fromEntries(scaledOnes) as AwsLimits;
}

function scaledDurations(durations: Durations, factor: number): Durations {
  const result: Record<keyof Durations, number> = { ...durations };
  for (const name of Object.keys(durations) as (keyof Durations)[]) result[name] = durations[name] * factor;
  return result;
}

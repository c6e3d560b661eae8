import type { CallDescription } from '../simulator/calls';
import type { FaultKind } from '../simulator/faults';
import { isInCatalogue } from '../support/catalogue';
import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun, type RunPlan, type RunTrace } from './playRun';

const REGION = { AWS_REGION: 'us-east-1' };

async function play(scenario: string, difference: Partial<RunPlan> = {}): Promise<RunTrace> {
  const trace = await playRun({ seed: 1, scenario: scenarioNamed(scenario), env: REGION, ...difference });
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.action.status).toBe('Failed');
  expect(ownLines(trace.action.message).filter((line) => !isInCatalogue(line))).toEqual([]);
  return trace;
}

/** Without the logs of scripts and of the Elastigroup, and the links: what the function says in its own words. */
function ownLines(message: string): readonly string[] {
  return message.split('\n').filter((line) => !/^ {2}|: https:|^Tag of the green instances/.test(line));
}

let scriptFails: RunTrace;

beforeAll(async () => {
  scriptFails = await play('script-fails');
});

/**
 * The lines, with the ids of this world by what they are, since they depend on the seed. After how long it failed depends
 * on when the function polled; test/unit/failureMessage.test.ts has that.
 */
function linesOf({ action, world }: RunTrace): readonly string[] {
  const spot = world.spot.deployments.find(({ owner }) => owner === 'product');
  const [codeDeploy, rollback] = world.codeDeploy.all.filter(({ owner }) => owner === 'product');
  const names: readonly (readonly [string | undefined, string])[] = [
    [action.jobs[0]?.id, 'JOB'],
    [spot?.id, 'CDBG'],
    [codeDeploy?.id, 'DEPLOYMENT'],
    [rollback?.id, 'ROLLBACK'],
    ...(spot?.greenInstanceIds ?? []).map((id, index) => [id, `GREEN-${index}`] as const),
  ];
  return names
    .reduce((text, [id, name]) => (id === undefined ? text : text.replaceAll(id, name)), action.message)
    .replace(/(Failed after )\d+s\./, '$1N s.')
    .split('\n');
}

const UNHEALTHY =
  'CodeDeploy DEPLOYMENT failed (HEALTH_CONSTRAINTS: The overall deployment failed because too many individual instances ' +
  'failed deployment, too few healthy instances are available for deployment, or some instances in your deployment group ' +
  'are experiencing problems.).';
const TO_CODEDEPLOY =
  'CodeDeploy DEPLOYMENT: https://us-east-1.console.aws.amazon.com/codesuite/codedeploy/deployments/DEPLOYMENT?region=us-east-1';
const TO_ELASTIGROUP =
  'Elastigroup sig-1a2b3c4d, deployment CDBG: https://console.spotinst.com/#/aws/ec2/elastigroup/view/sig-1a2b3c4d';
const TAG = 'Tag of the green instances: GreenIdentifier=JOB';
const CLEANED = ['Elastigroup deployment CDBG was stopped.', 'No green instances remain.'];
const TO_PIPELINE = expect.stringMatching(
  /^Pipeline shop-pipeline, execution [\w-]+: https:\/\/us-east-1\.console\.aws\.amazon\.com\/codesuite\/codepipeline\/pipelines\/shop-pipeline\/executions\/[\w-]+\/timeline\?region=us-east-1$/,
) as string;
const LINKS = [TO_CODEDEPLOY, TO_ELASTIGROUP, TAG, TO_PIPELINE];

describe('what the developer reads in CodePipeline', () => {
  test('script-fails', () => {
    expect(linesOf(scriptFails)).toEqual([
      `${UNHEALTHY} Failed after N s.`,
      'Likely fix: Fix the script; log below.',
      'Failed: GREEN-1 (spot), lifecycle event AfterInstall, script scripts/after_install.sh: ScriptFailed: Script at specified location: scripts/after_install.sh failed with exit code 1',
      '  | LifecycleEvent - AfterInstall',
      '  | Script - scripts/after_install.sh',
      '  | [stdout]Installing dependencies',
      '  | [stderr]npm ERR! code ENOSPC',
      '  | [stderr]npm ERR! nospc There is not enough space on the disk',
      ...CLEANED,
      ...LINKS,
    ]);
  });

  test('launch-fails', async () => {
    const reason =
      "Can't spin up spot instances: code: MaxSpotInstanceCountExceeded, message: Max spot instance count exceeded";
    expect(linesOf(await play('launch-fails'))).toEqual([
      'Elastigroup deployment CDBG failed while launching green instances (state: REMOVE_NEW_INSTANCES). Failed after N s.',
      expect.stringMatching(
        /^Likely fix: Elastigroup could not launch green instances; its events are below\. Common causes: no Spot/,
      ),
      'Elastigroup deployment CDBG (now FINISHED_ERROR); group events:',
      `  09:00:11Z WARN ${reason}`,
      `  09:00:17Z ERROR ${reason}`,
      'No green instances remain.',
      TO_ELASTIGROUP,
      TAG,
      TO_PIPELINE,
    ]);
  });

  test('spot-interruption', async () => {
    expect(linesOf(await play('spot-interruption'))).toEqual([
      `${UNHEALTHY} Failed after N s.`,
      expect.stringMatching(/^Likely fix: AWS reclaimed Spot Instances during deployment\. Retry the stage\./),
      'Failed: GREEN-1 (spot), lifecycle event Install: UnknownError: CodeDeploy agent was not able to receive the lifecycle event: the instance is no longer running.',
      'AWS reclaimed 1 Spot Instance during deployment: GREEN-1 (Server.SpotInstanceTermination).',
      ...CLEANED,
      ...LINKS,
    ]);
  });

  test('stopped-by-hand', async () => {
    expect(linesOf(await play('stopped-by-hand'))).toEqual([
      'CodeDeploy DEPLOYMENT was stopped outside this action (MANUAL_STOP: The deployment was stopped by a user.). Failed after N s.',
      ...CLEANED,
      ...LINKS,
    ]);
  });

  test('never-finishes', async () => {
    expect(linesOf(await play('never-finishes'))).toEqual([
      expect.stringMatching(
        /^TIMEOUT \(1m30s\) reached after 1m30s, while installing the revision \(CodeDeploy DEPLOYMENT: 2 of 4 instances done\)\. Earlier CodeDeploy deployments of the group: the last 3 took a median of 27s, up to 27s; this one had 1m\d\ds, so check what it waits for\.$/,
      ),
      expect.stringMatching(
        /^Likely fix: Lifecycle event still running\. Check its script or, for AllowTraffic, target health\./,
      ),
      expect.stringMatching(/^Still running: GREEN-2 \(spot\) in ApplicationStart since 09:00:\d\dZ\.$/),
      'CodeDeploy DEPLOYMENT is rolled back by ROLLBACK.',
      'CodeDeploy DEPLOYMENT was stopped.',
      ...CLEANED,
      ...LINKS,
    ]);
  });

  test('missing-permission', async () => {
    expect(linesOf(await play('missing-permission'))).toEqual([
      expect.stringMatching(
        /^CodeDeploy CreateDeployment: AccessDeniedException: User: arn:.* is not authorized to perform: codedeploy:CreateDeployment on resource: .* action\. Failed after N s\.$/,
      ),
      "Likely fix: Allow codedeploy:CreateDeployment in the function's role.",
      ...CLEANED,
      TO_ELASTIGROUP,
      TAG,
      TO_PIPELINE,
    ]);
  });

  test('wrong-token', async () => {
    const trace = await play('wrong-token');
    // Preflight finds it, so that what to do about it is part of its finding.
    expect(linesOf(trace)).toEqual([
      expect.stringMatching(
        /^Spot rejected the API token: Failed to authenticate: the token is invalid .* Check the Spot API token and its access to ACCOUNT_ID\. .*use a programmatic token\. This delivery started nothing; another may have\.$/,
      ),
      'If another delivery of this event launched instances, they carry the tag GreenIdentifier=JOB.',
      TO_ELASTIGROUP.replace(', deployment CDBG', ''),
      TO_PIPELINE,
    ]);
    // Nothing was started (EC2 is asked for that once), so that no cause is searched for.
    const searches = ['GetDeployment', 'ListDeploymentTargets', 'GET logs'];
    expect(trace.calls.filter(({ operation }) => searches.includes(operation))).toEqual([]);
  });

  test('elastigroup-error', async () => {
    // Polled so often that each of its states is seen.
    expect(linesOf(await play('elastigroup-error', { env: { ...REGION, POLL_INTERVAL_SECONDS: '1' } }))).toEqual([
      'Elastigroup deployment CDBG failed while CodeDeploy was deploying (state: UNSTABLE_DEPLOYMENT). Failed after N s.',
      'CodeDeploy DEPLOYMENT is rolled back by ROLLBACK.',
      'Elastigroup deployment CDBG (now FINISHED_ERROR); group events:',
      '  09:00:35Z ERROR Blue-Green deployment CDBG: green instances are unstable, rolling back.',
      'CodeDeploy DEPLOYMENT was stopped.',
      // Elastigroup has rolled back by itself, before CodeDeploy had ended.
      'No green instances remain.',
      ...LINKS,
    ]);
  });

  test('the log has the same message', () => {
    const { action, logs } = scriptFails;
    expect(logs.filter((line) => line.includes(JSON.stringify(`The action failed: ${action.message}`)))).toHaveLength(
      1,
    );
  });
});

describe('a query that fails hides neither the failure nor the rest', () => {
  /** Calls of ListDeploymentTargets for 8 targets, 3 a page. */
  const TARGET_PAGES = 3;
  const QUERIES = ['ListDeploymentTargets', 'BatchGetDeploymentTargets', 'GET logs'] as const;

  test.each(
    QUERIES.flatMap((operation) =>
      (['timeout', 'error-500', 'not-json', 'refused'] as const).map((kind) => [operation, kind] as const),
    ),
  )('%s: %s', async (operation, kind: FaultKind) => {
    // Cleaning up reads the targets, too, and waits for them: only what the diagnosis reads fails here.
    let targetsRead = 0;
    const isOfDiagnosis = (call: CallDescription) => {
      if (call.operation === 'ListDeploymentTargets') targetsRead += 1;
      return operation === 'GET logs' || targetsRead > TARGET_PAGES;
    };
    const trace = await play('script-fails', {
      inject: (_index, call) => (isOfDiagnosis(call) && call.operation === operation ? kind : undefined),
    });
    const lines = linesOf(trace);
    const what = operation === 'GET logs' ? 'The Elastigroup event log' : 'Per-instance failure details';
    expect(lines[0]).toBe(`${UNHEALTHY} Failed after N s.`);
    expect(lines.filter((line) => line.startsWith(`${what} could not be read (`))).toHaveLength(1);
    expect(lines.slice(-LINKS.length)).toEqual(LINKS);
    const lateness = (trace.world.time - scriptFails.world.time) / 1000;
    expect(lateness).toBeLessThanOrEqual(10.1);
  });
});

import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun, type RunPlan, type RunTrace } from './playRun';

function play(scenario: string, plan: Partial<RunPlan> = {}): Promise<RunTrace> {
  return playRun({ seed: 1, scenario: scenarioNamed(scenario), ...plan });
}

/** What the action has started: nothing, where preflight stopped it. */
function started({ world }: RunTrace) {
  return [...world.spot.deployments, ...world.codeDeploy.all].filter(({ owner }) => owner === 'product');
}

/** Calls that change something, but for the report. */
function changes({ calls }: RunTrace): string[] {
  return calls.filter(({ write, service }) => write && service !== 'codepipeline').map(({ operation }) => operation);
}

function secondsOf({ action }: RunTrace): number {
  const [first] = action.invocations;
  return ((first?.endedAt ?? Number.NaN) - (first?.startedAt ?? Number.NaN)) / 1000;
}

function count({ calls }: RunTrace, operation: string): number {
  return calls.filter((call) => call.operation === operation).length;
}

/** The calls that only preflight makes. */
const CHECKS = ['GET group', 'GetDeploymentGroup', 'HeadObject'];
const warningsOf = ({ logs }: RunTrace) => logs.filter((line) => line.includes('Preflight: '));

/** Where Spot's list could not be seen. */
const OF_A_DUPLICATE = /^If another delivery of this event launched instances, they carry the tag Green/;

describe('what is wrong is said within two seconds, and nothing is launched', () => {
  test.each<[string, Partial<RunPlan>, string, RegExp[]]>([
    [
      'group-not-integrated',
      {},
      'ConfigurationError',
      [/^Elastigroup sig-1a2b3c4d has no CodeDeploy integration\..* Nothing was started\.$/],
    ],
    [
      'success',
      { options: { integration: 'another' } },
      'ConfigurationError',
      [/names shop\/shop-staging, not shop\/shop-production\./],
    ],
    ['in-place-group', {}, 'ConfigurationError', [/^Deployment group shop\/shop-production is IN_PLACE\./]],
    [
      'copies-auto-scaling-group',
      {},
      'ConfigurationError',
      [/\(COPY_AUTO_SCALING_GROUP\), but Elastigroup launches them\./],
    ],
    [
      'revision-missing',
      {},
      'RevisionUnavailable',
      [/^Revision s3:\/\/shop-releases\/shop-1\.4\.2\.zip does not exist \(S3 404\)\./],
    ],
    [
      'success',
      { options: { headObject: 'other-region' } },
      'RevisionUnavailable',
      [/is in another Region than this function/],
    ],
    [
      'revision-missing',
      { userParameters: { S3_BUCKET: undefined, S3_KEY: undefined } },
      'RevisionUnavailable',
      [/It is the input artifact SourceOutput/],
    ],
    ['wrong-token', {}, 'ConfigurationError', [/^Spot rejected the API token: /, OF_A_DUPLICATE]],
    [
      'success',
      { userParameters: { GROUP_ID: 'sig-99999999' } },
      'ConfigurationError',
      [/^Spot has no such Elastigroup: .* Check GROUP_ID and ACCOUNT_ID\. Nothing/],
    ],
    [
      'success',
      { userParameters: { APP_NAME: 'nonsense' } },
      'ConfigurationError',
      [
        /^2 problems found; nothing was started\.$/,
        /^- CodeDeploy ListDeployments: ApplicationDoesNotExistException: .* Check APP_NAME/,
        /^- The CodeDeploy integration of Elastigroup sig-1a2b3c4d names .*, not nonsense\/shop-production\./,
      ],
    ],
    [
      'success',
      { userParameters: { DEPLOYMENT_GROUP: 'shop-in-place' } },
      'ConfigurationError',
      [
        /^2 problems/,
        /^- The CodeDeploy integration .*, not shop\/shop-in-place\./,
        /^- Deployment group shop\/shop-in-place is IN_PLACE/,
      ],
    ],
    [
      'wrong-token',
      { options: { headObject: 'missing', deploymentGroup: { deploymentType: 'IN_PLACE' } } },
      'ConfigurationError',
      [
        /^3 problems/,
        /^- Spot rejected the API token/,
        /^- Deployment group .* is IN_PLACE/,
        /^- Revision .* does not exist/,
        OF_A_DUPLICATE,
      ],
    ],
    [
      'success',
      {
        options: {
          integration: 'none',
          headObject: 'missing',
          deploymentGroup: { greenFleet: 'COPY_AUTO_SCALING_GROUP' },
        },
      },
      'ConfigurationError',
      [/^3 problems/, /^- Elastigroup/, /^- Deployment group/, /^- Revision/],
    ],
  ])('%s %j', async (scenario, plan, type, lines) => {
    const trace = await play(scenario, plan);
    expect(trace.action).toMatchObject({ status: 'Failed', reason: 'result', failure: { type } });
    const links = [
      /^Elastigroup sig-\w+: https:\/\/console\.spotinst\.com\/#/,
      /^Pipeline shop-pipeline, execution [\w-]+: https:/,
    ];
    const expected = [...lines, ...links];
    expect(trace.action.message.split('\n')).toEqual(expected.map((line) => expect.stringMatching(line) as string));
    expect(started(trace)).toEqual([]);
    expect(changes(trace)).toEqual([]);
    expect(secondsOf(trace)).toBeLessThanOrEqual(2);
    expect(violationsOf(trace)).toEqual([]);
  });
});

describe('what is no problem goes on', () => {
  test('a check that is not permitted is a warning that names the action', async () => {
    const trace = await play('checks-denied');
    expect(trace.action.status).toBe('Succeeded');
    expect(warningsOf(trace)).toEqual([
      expect.stringMatching(
        /could not be checked\. Allow codedeploy:GetDeploymentGroup in the function's role/,
      ) as string,
      expect.stringMatching(/S3 403.*Allow s3:GetObject and s3:ListBucket in the function's role/) as string,
    ]);
  });

  test('an object that may not be read is left to CodeDeploy', async () => {
    const trace = await play('revision-missing-unseen');
    expect(trace.action).toMatchObject({ status: 'Failed', failure: { type: 'RevisionUnavailable' } });
    expect(trace.action.message).toMatch(/^CodeDeploy d-\w+ failed \(REVISION_MISSING/);
  });

  test('without CHECK_REVISION the object is left to CodeDeploy, with a line that says so', async () => {
    const trace = await play('success', { options: { headObject: 'missing' }, env: { CHECK_REVISION: '' } });
    expect(trace.action.status).toBe('Succeeded');
    expect(count(trace, 'HeadObject')).toBe(0);
    expect(warningsOf(trace)).toEqual([
      expect.stringMatching(
        /"INFO"[^]*Revision s3:\/\/shop-releases\/shop-1\.4\.2\.zip is not checked: CHECK_REVISION is false/,
      ),
    ]);
    expect(trace.logs.filter((line) => line.includes('Preflight checks passed, with warnings'))).toEqual([]);
  });

  test('a dry run says that it has not checked the revision', async () => {
    const trace = await play('success', { userParameters: { DRY_RUN: true }, env: { CHECK_REVISION: 'false' } });
    expect(trace.action.status).toBe('Succeeded');
    expect(trace.action.message).toMatch(/^Warning: Revision s3:\S+ is not checked: CHECK_REVISION is false\./m);
  });

  test('a manual reroute that does not fit into TIMEOUT is warned of', async () => {
    const trace = await play('success', { options: { deploymentGroup: { rerouteWaitMinutes: 30 } } });
    expect(trace.action.status).toBe('Succeeded');
    expect(warningsOf(trace)).toEqual([expect.stringMatching(/requires manual traffic rerouting/) as string]);
  });

  test('a revision in GitHub is not looked for in S3', async () => {
    const trace = await play('success', {
      options: { headObject: 'missing' },
      userParameters: {
        S3_BUCKET: undefined,
        S3_KEY: undefined,
        GITHUB_REPO: 'example/shop',
        COMMIT_ID: '0123456789'.repeat(4),
      },
    });
    expect(trace.action.status).toBe('Succeeded');
    expect(count(trace, 'HeadObject')).toBe(0);
  });

  test('a check without an answer costs a poll', async () => {
    const trace = await play('success', {
      inject: (_index, { operation }) => (operation === 'HeadObject' && broken-- > 0 ? 'error-503' : undefined),
    });
    expect(trace.action.status).toBe('Succeeded');
    expect(count(trace, 'HeadObject')).toBe(5);
    expect(count(trace, 'POST blueGreenDeployment')).toBe(1);
  });
  let broken = 4;
});

describe('preflight is made once', () => {
  test('in one poll per invocation', async () => {
    const trace = await play('conflict-ends', { env: { POLL_WINDOW_SECONDS: '0' } });
    expect(trace.action.status).toBe('Succeeded');
    // The group is read again, for its target capacity, before either start: it may have been scaled while the action waited.
    expect(CHECKS.map((operation) => count(trace, operation))).toEqual([3, 1, 1]);
  });

  test('and not by a run that adopts its own work', async () => {
    const isStart = (operation: string) => operation === 'POST blueGreenDeployment';
    const trace = await play('success', {
      inject: (_index, { operation }) => (isStart(operation) ? 'killed-after' : undefined),
    });
    expect(trace.action.status).toBe('Succeeded');
    // The group is read once more, for its target capacity: the process that knew it has died.
    expect(CHECKS.map((operation) => count(trace, operation))).toEqual([2, 1, 1]);
    expect(violationsOf(trace)).toEqual([]);
  });
});

describe('DRY_RUN', () => {
  const DRY = { userParameters: { DRY_RUN: 'true' } };

  test('starts nothing, and reports what would be done', async () => {
    const trace = await play('success', DRY);
    expect(trace.action).toMatchObject({ status: 'Succeeded', reason: 'result' });
    expect(trace.action.message.split('\n')).toEqual([
      'Dry run; nothing was started. Elastigroup sig-1a2b3c4d would launch green instances, and CodeDeploy would deploy ' +
        's3://shop-releases/shop-1.4.2.zip to them in shop/shop-production.',
      'No conflicting deployments.',
      'CodeDeploy deployments of the group: the last 3 took a median of 27s, up to 27s.',
    ]);
    expect(trace.action.outputVariables).toEqual({
      DeploymentId: 'none',
      ElastigroupDeploymentId: 'none',
      GreenIdentifier: 'none',
      GreenInstanceIds: 'none',
      DurationSeconds: 'none',
      Revision: 's3://shop-releases/shop-1.4.2.zip',
    });
    expect(started(trace)).toEqual([]);
    expect(changes(trace)).toEqual([]);
  });

  test.each([
    [
      'conflict',
      {},
      /^Conflicting deployments \(action would fail\): Elastigroup deployment cdbg-\w+ \(.*\); CodeDeploy d-\w+ created by a user \(InProgress\), started 0s ago\.$/,
    ],
    [
      'conflict-codedeploy',
      { ON_CONFLICT: 'WAIT' },
      /^Conflicting deployments \(action would wait\): CodeDeploy d-\w+/,
    ],
    [
      'conflict-codedeploy',
      { ON_CONFLICT: 'WAIT' },
      /^Conflicting deployments \(action would wait\): CodeDeploy d-\w+/,
    ],
    ['checks-denied', {}, /^Warning: Deployment group shop\/shop-production could not be checked/],
  ])('tells of %s %j', async (scenario, userParameters, line) => {
    const trace = await play(scenario, { userParameters: { ...DRY.userParameters, ...userParameters } });
    expect(trace.action.status).toBe('Succeeded');
    expect(trace.action.message.split('\n')).toContainEqual(expect.stringMatching(line));
    expect(started(trace)).toEqual([]);
  });

  test('fails as usual where preflight does', async () => {
    const trace = await play('in-place-group', DRY);
    expect(trace.action).toMatchObject({ status: 'Failed', failure: { type: 'ConfigurationError' } });
  });
});

describe('ON_CONFLICT', () => {
  const summaries = ({ action }: RunTrace) => action.history.map(({ summary }) => summary ?? '');
  const SHORT = { POLL_WINDOW_SECONDS: '20' };

  test('FAIL names the conflicting deployment, its creator and age', async () => {
    const trace = await play('conflict', { gapSeconds: 10 });
    expect(trace.action.message).toMatch(
      /^Conflicting deployment: Elastigroup deployment cdbg-\w+ \(AWAITING_DEPLOYMENT_TO_FINISH, GreenIdentifier=[\w-]+\); CodeDeploy d-\w+ created by a user \(InProgress\), started \d+s ago\. Nothing was started\./,
    );
    expect(started(trace)).toEqual([]);
  });

  test.each([
    [
      'conflict-ends',
      /^waiting for Elastigroup deployment cdbg-\w+ \(.*\) and CodeDeploy d-\w+ created by a user \(InProgress\), started \d+s ago, \d+s of 15m$/,
    ],
    [
      'conflict-late',
      /^green is up; waiting for CodeDeploy d-\w+ created by a user \(InProgress\), started \d+s ago, \d+s of 15m$/,
    ],
  ])('WAIT waits, visible in the summary, and then deploys: %s', async (scenario, summary) => {
    const trace = await play(scenario, { env: SHORT });
    expect(trace.action.status).toBe('Succeeded');
    expect(summaries(trace)).toContainEqual(expect.stringMatching(summary));
    expect(violationsOf(trace)).toEqual([]);
  });

  test('FAIL, met when green is up already, removes green again', async () => {
    const trace = await play('conflict-late', { userParameters: { ON_CONFLICT: 'FAIL' } });
    expect(trace.action.message).toMatch(
      /^Conflicting deployment: CodeDeploy d-\w+ .* allows one at a time, so green is being removed\./,
    );
    expect(violationsOf(trace)).toEqual([]);
  });

  test('TIMEOUT says what was waited for, and that nothing was started', async () => {
    const trace = await play('conflict-outlasts-timeout');
    expect(trace.action.message).toMatch(
      /^TIMEOUT \(1m30s\) reached after 1m30s, still waiting for Elastigroup deployment cdbg-\w+ .* and CodeDeploy d-\w+ created by a user \(InProgress\), started 1m30s ago; nothing was started\./,
    );
    expect(started(trace)).toEqual([]);
    expect(violationsOf(trace)).toEqual([]);
  });

  test('a wait is told once in the log, not at every poll', async () => {
    const trace = await play('conflict-outlasts-timeout');
    expect(trace.logs.filter((line) => line.includes('"Waiting for'))).toHaveLength(1);
  });

  test.each(['rejected', 'accepted'] as const)(
    'Spot %s a start while an empty list hides the conflicting deployment: it is waited for',
    async (secondDeployment) => {
      const trace = await play('conflict-ends', { options: { secondDeployment, emptyListEvery: 3 } });
      expect(trace.action.status).toBe('Succeeded');
      expect(violationsOf(trace)).toEqual([]);
    },
  );
});

test('a Ready deployment says that it waits for the traffic to be rerouted', async () => {
  const trace = await play('waits-for-traffic', { env: { POLL_WINDOW_SECONDS: '5' }, gapSeconds: 5 });
  expect(trace.action.history.map(({ summary }) => summary ?? '')).toContainEqual(
    expect.stringMatching(/^CodeDeploy d-\w+: Ready: green is installed, waiting for traffic to be rerouted, /),
  );
});

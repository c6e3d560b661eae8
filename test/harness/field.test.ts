import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun, type RunPlan, type RunTrace } from './playRun';

/* What the accounts of people contain (issue tracker: "The field as it is"). */

async function play(scenario: string, plan: Partial<RunPlan> = {}): Promise<RunTrace> {
  const trace = await playRun({ seed: 1, scenario: scenarioNamed(scenario), ...plan });
  expect(violationsOf(trace)).toEqual([]);
  return trace;
}

const warningsOf = ({ logs }: RunTrace) => logs.filter((line) => /"level": ?"WARN"/.test(line));

test.each<[string, RegExp]>([
  ['scaled-to-zero', /^Elastigroup sig-\w+ has target capacity 0, .* Nothing was started\./],
  ['second-application', /^The CodeDeploy integration of .* also names mail\/mail-live\. .*ACCEPT_OTHER_GROUPS/],
  ['lambda-application', /^Deployment group shop\/shop-production has the compute platform Lambda,/],
])('%s is refused before anything is launched', async (scenario, message) => {
  const trace = await play(scenario);
  expect(trace.action).toMatchObject({ status: 'Failed', failure: { type: 'ConfigurationError' } });
  expect(trace.action.message).toMatch(message);
  expect(trace.calls.filter(({ operation }) => operation === 'POST blueGreenDeployment')).toEqual([]);
});

test.each<[string, Partial<RunPlan>, RegExp[]]>([
  ['untagged-blue', {}, [/no tag GreenIdentifier/, /the Elastigroup still lists 4 blue: i-/]],
  ['scales-up', {}, []],
  ['second-application-accepted', {}, [/also names mail\/mail-live/]],
  ['success', { options: { deploymentGroup: { blueTerminationWaitMinutes: 1 } } }, [/also terminates blue/]],
  [
    'success',
    { options: { groupHealthCheck: { type: 'ELB', graceSeconds: 1 } } },
    [/has its own load balancers/, /\(ELB\) from 1s after .* took up to 27s/],
  ],
])('%s %j goes on with a warning', async (scenario, plan, warnings) => {
  const trace = await play(scenario, plan);
  expect(trace.action.status).toBe('Succeeded');
  expect(warningsOf(trace)).toEqual(warnings.map((text) => expect.stringMatching(text) as string));
});

test('green that is healed away in mid-install is a cause of its own, with its time and the events of the group', async () => {
  const { action } = await play('auto-healing');
  expect(action.status).toBe('Failed');
  expect(action.message).toMatch(/^CodeDeploy d-\w+ failed \(HEALTH_CONSTRAINTS/);
  expect(action.message).toMatch(/^Likely fix: Green instances were terminated through the EC2 API .* grace period/m);
  expect(action.message).toMatch(/^Terminated through the EC2 API during deployment: i-\w+ \(09:00:\d\dZ\)/m);
  expect(action.message).toMatch(/^ {2}09:00:\d\dZ WARN Instance i-\w+ is unhealthy \(TARGET_GROUP\) and is replaced/m);
});

describe("an event that waited in Lambda's queue", () => {
  const STARTS = 'POST blueGreenDeployment';

  test('is played when it is young enough', async () => {
    const trace = await play('success', { queueSeconds: 890 });
    expect(trace.action.status).toBe('Succeeded');
  });

  test('is dropped by Lambda beyond MaximumEventAgeInSeconds: nothing is started', async () => {
    const { action, calls } = await playRun({ seed: 1, scenario: scenarioNamed('success'), queueSeconds: 901 });
    expect(action).toMatchObject({ status: 'Failed', reason: 'no-answer' });
    expect(calls).toEqual([]);
  });

  test('is refused where nothing drops it, and too little of the 20 minutes is left', async () => {
    const limits = { eventAgeSeconds: 21_600 };
    const trace = await play('success', { queueSeconds: 1100, limits });
    expect(trace.action.status).toBe('Failed');
    expect(trace.action.message).toMatch(/^This event was delivered 18m20s after its action had started/);
    expect(trace.calls.filter(({ operation }) => operation === STARTS)).toEqual([]);
  });
});

describe('a group that is scaled while the action waits for the deployment of another', () => {
  const scaledTo = (target: number, options: RunPlan['options'] = {}): Partial<RunPlan> => ({
    options: { scaledTo: { afterSeconds: 20, target }, ...options },
  });

  test('up: CodeDeploy starts only on the whole fleet, however late some tags show', async () => {
    const { world, action } = await play('conflict-ends', scaledTo(8, { lateTags: { count: 4, seconds: 40 } }));
    expect(action.status).toBe('Succeeded');
    const own = world.codeDeploy.all.filter(({ owner }) => owner === 'product');
    expect(own.map(({ targets }) => targets.filter(({ label }) => label === 'Green').length)).toEqual([8]);
  });

  test('to zero: nothing is launched', async () => {
    const { action, world } = await play('conflict-ends', scaledTo(0));
    expect(action.message).toMatch(/^Elastigroup sig-\w+ has target capacity 0, .* Nothing was started\./);
    expect(world.spot.deployments.filter(({ owner }) => owner === 'product')).toEqual([]);
  });
});

test.each(['success', 'scaled-up-meanwhile'])(
  '%s: blue that shuts down, and that Spot lists a while longer, is gone',
  async (scenario) => {
    const trace = await play(scenario, { options: { statusLagSeconds: 3500 } });
    expect(trace.action.status).toBe('Succeeded');
    expect(warningsOf(trace)).toEqual([]);
  },
);

test('a secret whose key KMS refuses: the permission on the key is advised', async () => {
  const { action } = await play('success', { options: { secretAccess: 'key-refused' } });
  expect(action.failure?.type).toBe('PermissionError');
  expect(action.message).toMatch(/^The function may not decrypt the secret .* Allow kms:Decrypt on the KMS key/);
});

test('blue without the tag, which Elastigroup refuses: its own event says why', async () => {
  const { action } = await play('untagged-blue-refused');
  expect(action.message).toMatch(/^Elastigroup deployment cdbg-\w+ failed while launching green instances/);
  expect(action.message).toMatch(/ERROR Blue-Green deployment cdbg-\w+: blue has no tag GreenIdentifier/);
});

test("odd, unreadable and huge items in Spot's list do not keep a deployment from succeeding", async () => {
  const trace = await play('odd-list');
  expect(trace.action.status).toBe('Succeeded');
  expect(warningsOf(trace)).toEqual([expect.stringContaining('Skipped an item without a readable ID')]);
});

describe('a continuation that cannot read its input does not abandon the run', () => {
  const env = { POLL_WINDOW_SECONDS: '15' };
  /** As a newer version of the function writes it: only the last two parts are as in all versions. */
  const newer = (token: string) => ['v2', 'unreadable', 'here', ...token.split('.').slice(-2)].join('.');

  test.each(['success', 'script-fails'])('%s, with a function that is rolled back in mid-run', async (scenario) => {
    const trace = await play(scenario, {
      env,
      jobEvent: (event, invocation) => {
        const copy = structuredClone(event);
        const { data } = copy['CodePipeline.job'];
        if (invocation === 2 && data.continuationToken) data.continuationToken = newer(data.continuationToken);
        return copy;
      },
    });
    expect(trace.action.status).toBe(trace.plan.scenario.expected);
    expect(trace.calls.filter(({ operation }) => operation === 'POST blueGreenDeployment')).toHaveLength(1);
    expect(warningsOf(trace)).toContainEqual(expect.stringContaining('Searching for the deployment by its tag'));
  });

  test('nor starts it again, where Spot no longer lists what has failed', async () => {
    const { durations, ...scenario } = scenarioNamed('launch-fails');
    const trace = await playRun({
      seed: 1,
      scenario: { ...scenario, durations: { ...durations, listVanish: 0 } },
      options: { listsFinished: false },
      env: { POLL_WINDOW_SECONDS: '0' },
      gapSeconds: 15,
      jobEvent: (event, invocation) => {
        const copy = structuredClone(event);
        const { data } = copy['CodePipeline.job'];
        if (invocation === 5 && data.continuationToken) data.continuationToken = newer(data.continuationToken);
        return copy;
      },
    });
    expect(violationsOf(trace)).toEqual([]);
    expect(trace.action.message).toMatch(/^TIMEOUT .*\(searching for the Elastigroup deployment that an earlier/);
  });

  test('with a setting that turned bad in mid-run: its default applies', async () => {
    const trace = await play('success', {
      env,
      envOf: (invocation): Record<string, string> => (invocation > 0 ? { POLL_INTERVAL_SECONDS: 'often' } : {}),
    });
    expect(trace.action.status).toBe('Succeeded');
    expect(warningsOf(trace)).toContainEqual(expect.stringContaining('Setting POLL_INTERVAL_SECONDS'));
  });

  describe("with the default secret of Spot's token lost in a stack update", () => {
    const plan = (bad: string, isBad: (invocation: number) => boolean): Partial<RunPlan> => ({
      env,
      userParameters: { API_TOKEN_SECRET: undefined },
      envOf: (invocation) => ({ SPOT_TOKEN_SECRET: isBad(invocation) ? bad : 'spot/api-token' }),
    });

    test.each(['', 'not a secret'])(
      '(now "%s"), the run is followed to its end, and what is left is named',
      async (bad) => {
        const trace = await play(
          'success',
          plan(bad, (invocation) => invocation > 1),
        );
        expect(trace.action.failure?.type).toBe('ConfigurationError');
        expect(trace.action.message).toMatch(/^The function no longer has a default secret/);
        expect(trace.action.message).toMatch(/Green instances .* are in service: CodeDeploy d-\w+ succeeded/);
      },
    );

    test('and brought back soon: the run goes on', async () => {
      const trace = await play(
        'success',
        plan('', (invocation) => invocation === 2),
      );
      expect(trace.action.status).toBe('Succeeded');
    });
  });

  test('with a parameter that only the newer version knew: it is ignored', async () => {
    const trace = await play('success', {
      env,
      jobEvent: (event, invocation) => {
        const copy = structuredClone(event);
        const { configuration } = copy['CodePipeline.job'].data.actionConfiguration;
        if (invocation > 0)
          configuration.UserParameters = configuration.UserParameters.replace(/}$/, ',"BAKE_SECONDS":60,"TIMEOUTS":5}');
        return copy;
      },
    });
    expect(trace.action.status).toBe('Succeeded');
    expect(warningsOf(trace)).toContainEqual(expect.stringContaining('Ignored BAKE_SECONDS, TIMEOUTS'));
  });
});

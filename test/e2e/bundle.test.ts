import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { NOT_MET_YET } from '../harness/notMetYet';
import { secretsOf } from '../simulator/account';
import { isUp } from '../simulator/ec2/fleet';
import { SCENARIOS, scenarioNamed } from '../simulator/scenarios';
import { runBundle, type BundleRun, type BundleTrace } from '../support/bundleRun';
import { lambdaFunction } from '../support/lambdaFunction';

/*
 * The built bundle, copied away from the project so that it can use nothing outside of its folder, against the simulator
 * over real HTTP. BUNDLE names another one (the one that `sam build` leaves).
 */

jest.setTimeout(60_000);

let folder: string;
let bundle: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bundle-'));
  await cp(process.env['BUNDLE'] ?? 'dist', folder, { recursive: true });
  bundle = path.join(folder, 'handler.mjs');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function play(scenarioName: string, settings: Partial<BundleRun> = {}): Promise<BundleTrace> {
  return runBundle({ bundle, scenario: scenarioNamed(scenarioName), ...settings });
}

function own(trace: BundleTrace) {
  const id = trace.action.jobs[0]?.id;
  const spot = trace.world.spot.deployments.filter(({ request }) => request.tag.value === id);
  const codeDeploy = trace.world.codeDeploy.all.filter(({ tagFilters }) =>
    tagFilters.some(({ value }) => value === id),
  );
  const greenUp = trace.world.ec2.instances.filter(
    (instance) => isUp(instance) && spot.some((deployment) => deployment.id === instance.launchedBy),
  );
  return { spot, codeDeploy, greenUp };
}

function expectNoSecrets({ action, logs, world }: BundleTrace): void {
  const all = `${logs.join('\n')}${JSON.stringify(action.jobs.map(({ result }) => result))}`;
  for (const secret of secretsOf(world.account)) expect(all).not.toContain(secret);
}

describe('every scenario ends with its result, and leaves nothing behind but what serves', () => {
  const met = SCENARIOS.filter(({ name }) => !NOT_MET_YET.includes(name));
  test.concurrent.each(met.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, scenario) => {
    const trace = await runBundle({ bundle, scenario });
    expect(trace.action).toMatchObject({ status: scenario.expected, reason: 'result' });
    expect(trace.world.unexpectedCalls).toEqual([]);
    expect(own(trace).greenUp).toHaveLength(scenario.serves === 'green' ? 4 : 0);
    expectNoSecrets(trace);
  });
});

describe('what a deployment is made of', () => {
  test.concurrent('a success reports its ids as output variables', async () => {
    const trace = await play('success');
    const { spot, codeDeploy, greenUp } = own(trace);
    expect(trace.action.outputVariables).toMatchObject({
      DeploymentId: codeDeploy[0]?.id,
      ElastigroupDeploymentId: spot[0]?.id,
      GreenIdentifier: trace.action.jobs[0]?.id,
      Revision: 's3://shop-releases/shop-1.4.2.zip',
    });
    expect(trace.action.outputVariables['GreenInstanceIds']?.split(',').sort()).toEqual(
      greenUp.map(({ id }) => id).sort(),
    );
    expect(trace.action.history.at(-1)?.percentComplete).toBe(100);
  });

  test.concurrent('a revision in GitHub is deployed as such', async () => {
    const commitId = '0123456789abcdef0123456789abcdef01234567';
    const trace = await play('success', {
      action: { configuration: configuration({ GITHUB_REPO: 'example/shop', COMMIT_ID: commitId }) },
    });
    expect(trace.action.status).toBe('Succeeded');
    expect(own(trace).codeDeploy[0]?.revision).toMatchObject({
      revisionType: 'GitHub',
      gitHubLocation: { repository: 'example/shop', commitId },
    });
  });

  test.concurrent("the action's only input artifact is deployed when no revision is named", async () => {
    const trace = await play('success', { action: { configuration: configuration({}) } });
    expect(trace.action.status).toBe('Succeeded');
    expect(own(trace).codeDeploy[0]?.revision).toMatchObject({ revisionType: 'S3', s3Location: { bundleType: 'zip' } });
  });

  test.concurrent('bad parameters end as ConfigurationError before any call but the report', async () => {
    const trace = await play('success', { action: { configuration: { UserParameters: '{"TIMEOUT": “10”}' } } });
    expect(trace.action.failure).toMatchObject({ type: 'ConfigurationError' });
    expect(trace.action.message).toMatch(/typographic/);
    expect(trace.world.calls.map(({ service }) => service)).toEqual(['codepipeline']);
  });
});

describe('it outlives an invocation', () => {
  test.concurrent(
    'one tick per invocation (POLL_WINDOW_SECONDS=0) gets there too, with percent and summary on the way',
    async () => {
      // Slow enough that a process which takes seconds to start still sees each phase.
      const trace = await play('success', { env: { POLL_WINDOW_SECONDS: '0' }, speed: 5 });
      expect(trace.action.status).toBe('Succeeded');
      expect(trace.action.jobs.length).toBeGreaterThan(4);
      const percents = trace.action.history.map(({ percentComplete }) => percentComplete ?? -1);
      expect(percents).toEqual([...percents].sort((a, b) => a - b));
      expect(trace.action.history.map(({ summary }) => summary).join('\n')).toMatch(
        /CodeDeploy d-\w+: \d of 4 instances done, \d+s of 15m/,
      );
      expect(own(trace)).toMatchObject({ spot: { length: 1 }, codeDeploy: { length: 1 } });
    },
  );

  test.concurrent('a process killed after each change is found again by its GreenIdentifier', async () => {
    const trace = await play('success', {
      onInvoke: (world, stage, invocation) => {
        const seen = () =>
          (invocation === 1 ? world.spot.deployments : world.codeDeploy.all).some(({ owner }) => owner === 'product');
        if (invocation > 2) return;
        const timer = setInterval(() => {
          if (!seen()) return;
          clearInterval(timer);
          stage.kill();
        }, 5);
      },
    });
    expect(trace.action.status).toBe('Succeeded');
    expect(trace.action.invocations.filter(({ error }) => error !== undefined)).toHaveLength(2);
    expect(own(trace)).toMatchObject({ spot: { length: 1 }, codeDeploy: { length: 1 } });
  });

  test.concurrent.each(['rejected', 'accepted'] as const)(
    'the same event delivered twice at once makes one deployment (second start %s)',
    async (secondDeployment) => {
      const trace = await play('success', {
        options: { secondDeployment },
        action: { duplicateDelivery: { which: 0, delaySeconds: 0 } },
      });
      expect(trace.action.status).toBe('Succeeded');
      const { spot, codeDeploy, greenUp } = own(trace);
      expect(spot.filter(({ state }) => state === 'FINISHED')).toHaveLength(1);
      expect(codeDeploy).toHaveLength(1);
      expect(greenUp).toHaveLength(4);
      expectNoSecrets(trace);
    },
  );
});

test('loading it makes Node load neither fetch nor HTTP/2', async () => {
  const script = `await import(process.argv[1]); console.log(process.moduleLoadList.join('\\n'));`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    script,
    pathToFileURL(bundle).href,
  ]);
  expect(stdout).toMatch(/NativeModule https\n/);
  expect(stdout).not.toMatch(/undici|NativeModule http2/);
});

describe('a stack names the files and lines of the source', () => {
  /** What the source has at the first position of this file that the text names. */
  async function lineIn(file: string, text: string): Promise<string> {
    const [, line] = new RegExp(`\\(?${file}:(\\d+):\\d+`).exec(text) ?? [];
    if (line === undefined) throw new Error(`No line of ${file} in: ${text}`);
    return (await readFile(file, 'utf8')).split('\n')[Number(line) - 1] ?? '';
  }

  test.concurrent('in the log, for a bug', async () => {
    const trace = await play('success', {
      env: { NODE_OPTIONS: `--import ${pathToFileURL('test/support/bug.mjs').href}` },
    });
    expect(trace.action.message).toMatch(/^The stage itself failed unexpectedly: a bug of the test\./);
    const log = trace.logs.join('\n');
    expect(log).toMatch(/"Unexpected error: TypeError: a bug of the test/);
    expect(await lineIn('src/input/jobInput.ts', log)).toMatch(/parseSettings\(env\)/);
    expect(await lineIn('src/runJob.ts', log)).toMatch(/readJobInput\(/);
    expect(log).not.toMatch(/handler\.mjs:\d/);
  });

  test.concurrent('in what Lambda gets, for an event without a job', async () => {
    const stage = lambdaFunction({ bundle, env: {} });
    const error: unknown = await stage.invoke({}, 10).catch((reason: unknown) => reason);
    stage.kill();
    expect(await lineIn('src/runJob.ts', String(error))).toMatch(/throw new ActionError/);
  });
});

function configuration(revision: Readonly<Record<string, string>>) {
  const parameters = {
    API_TOKEN_SECRET: 'spot/credentials#token',
    ACCOUNT_ID: 'act-1a2b3c4d',
    GROUP_ID: 'sig-1a2b3c4d',
    APP_NAME: 'shop',
    DEPLOYMENT_GROUP: 'shop-production',
    TIMEOUT: '600',
    ...revision,
  };
  return { UserParameters: JSON.stringify(parameters) };
}

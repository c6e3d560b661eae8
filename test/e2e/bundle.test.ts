import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { secretsOf } from '../simulator/account';
import { isUp } from '../simulator/ec2/fleet';
import { scenarioNamed } from '../simulator/scenarios';
import { runBundle, type BundleRun, type BundleTrace } from '../support/bundleRun';
import { lambdaFunction } from '../support/lambdaFunction';

/*
 * The built bundle, copied away from the project so that it can use nothing outside of its folder, against the simulator
 * over real HTTP. BUNDLE names another one (the one that `sam build` leaves).
 */

vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let bundle: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bundle-'));
  await cp(process.env['BUNDLE'] ?? 'dist', folder, { recursive: true });
  bundle = path.join(folder, 'handler.mjs');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function play(scenarioName: string, env: BundleRun['env'] = {}): Promise<BundleTrace> {
  return runBundle({ bundle, scenario: scenarioNamed(scenarioName), env });
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

function expectCleanEnd({ action, logs, world }: BundleTrace, status: 'Succeeded' | 'Failed'): void {
  expect(action).toMatchObject({ status, reason: 'result' });
  expect(world.unexpectedCalls).toEqual([]);
  const all = `${logs.join('\n')}${JSON.stringify(action.jobs.map(({ result }) => result))}`;
  for (const secret of secretsOf(world.account)) expect(all).not.toContain(secret);
}

/*
 * The rules of a deployment are proved in virtual time, in test/harness. Here, the built bundle meets real HTTP, a real
 * clock and real processes: once where all goes well, once with a cleanup and a diagnosis, and once with refusals.
 */
describe('the bundle, over HTTP', () => {
  test.concurrent('deploys, reports its ids as output variables, and leaves nothing behind', async () => {
    const trace = await play('success');
    expectCleanEnd(trace, 'Succeeded');
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
    expect(greenUp).toHaveLength(4);
    expect(trace.action.history.at(-1)?.percentComplete).toBe(100);
  });

  test.concurrent('cleans up after a script that fails, and shows the end of its log', async () => {
    const trace = await play('script-fails');
    expectCleanEnd(trace, 'Failed');
    expect(own(trace).greenUp).toEqual([]);
    expect(trace.action.message).toContain('[stderr]npm ERR! code ENOSPC');
  });

  test.concurrent('lets no token out that an upstream error repeats', async () => {
    const trace = await play('wrong-token');
    expectCleanEnd(trace, 'Failed');
    expect(trace.action.failure?.type).toBe('ConfigurationError');
    expect(own(trace)).toMatchObject({ spot: [], codeDeploy: [] });
  });

  test.concurrent("takes its AWS credentials from a developer's profile too, by the SDK's own chain", async () => {
    const credentials = path.join(folder, 'credentials');
    await writeFile(credentials, '[dev]\naws_access_key_id = AKIAFAKEOFTHEPROFILE\naws_secret_access_key = fake-key\n');
    const trace = await play('wrong-token', {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_PROFILE: 'dev',
      AWS_SHARED_CREDENTIALS_FILE: credentials,
    });
    expectCleanEnd(trace, 'Failed');
  });
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
      NODE_OPTIONS: `--import ${pathToFileURL('test/support/bug.mjs').href}`,
    });
    expect(trace.action.message).toMatch(/^Unexpected error in the function \(a bug of the test/);
    const log = trace.logs.join('\n');
    expect(log).toMatch(/"Unexpected error: TypeError: a bug of the test/);
    expect(await lineIn('src/input/jobInput.ts', log)).toMatch(/parseSettings\(env\)/);
    expect(await lineIn('src/runJob.ts', log)).toMatch(/readJobInput\(/);
    expect(log).not.toMatch(/handler\.mjs:\d/);
  });

  test.concurrent('in what Lambda gets, for an event without a job', async () => {
    const built = lambdaFunction({ bundle, env: {} });
    const error: unknown = await built.invoke({}, 10).catch((reason: unknown) => reason);
    built.kill();
    expect(await lineIn('src/runJob.ts', String(error))).toMatch(/throw new ActionError/);
  });
});

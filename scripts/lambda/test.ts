import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { secretsOf } from '../../test/simulator/account';
import { accountFor, readEvent } from '../../test/simulator/cli/event';
import { runAction, type ActionResult } from '../../test/simulator/pipeline';
import { scaled, scenarioNamed } from '../../test/simulator/scenarios';
import { environmentFor, startServer } from '../../test/simulator/server';
import { World } from '../../test/simulator/world';
import { invokeUrl } from '../../test/support/invokeUrl';
import { answering, background, freePort } from '../field/background';
import { tally } from '../field/tally';
import { lambdaRuntime, pythonTools } from '../field/tools';

/*
 * The built bundle under Lambda's own runtime: the Runtime Interface Client for Node.js, on Lambda's Node.js, talks to
 * the Runtime Interface Emulator, which gets each sample event as Lambda would. The services are the simulator's.
 */

const SPEED = 20;
const EXPECTED: Readonly<Record<string, { status: ActionResult['status']; message: RegExp; minInvocations: number }>> =
  {
    's3.json': { status: 'Succeeded', message: /./, minInvocations: 2 },
    'github.json': { status: 'Succeeded', message: /./, minInvocations: 2 },
    'input-artifact.json': { status: 'Succeeded', message: /./, minInvocations: 2 },
    'continuation.json': { status: 'Failed', message: /^TIMEOUT \(\d+m\) reached/, minInvocations: 1 },
    'invalid-parameters.json': { status: 'Failed', message: /4 problems/, minInvocations: 1 },
  };

const bundleFolder = path.resolve(process.env['BUNDLE'] ?? 'dist');
const modules = lambdaRuntime();
const node = path.join(modules, 'node/bin/node');
const emulator = emulatorPath();
const results = tally('build/lambda.json');

console.log(
  `aws-lambda-ric on Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}, ${path.basename(emulator)}, ${path.relative('.', bundleFolder)}:`,
);
for (const name of readdirSync('events').sort()) {
  await results.check(`events/${name}`, async () => {
    const expected = EXPECTED[name];
    assert(expected, `scripts/lambda/test.ts does not say what events/${name} leads to.`);
    const { action, world, log } = await play(`events/${name}`);
    const trace = `${action.status}: ${action.message}\n${log.slice(-4000)}`;
    assert.equal(action.status, expected.status, trace);
    assert.equal(action.reason, 'result', trace);
    assert.match(action.message, expected.message);
    assert(action.invocations.length >= expected.minInvocations, `${action.invocations.length} invocations\n${trace}`);
    assert.deepEqual(world.unexpectedCalls, []);
    for (const secret of secretsOf(world.account)) assert(!log.includes(secret), 'The log holds a secret.');
    if (action.status === 'Succeeded') {
      assert.equal(world.codeDeploy.all.filter(({ owner }) => owner === 'product').length, 1);
      assert.match(action.outputVariables['DeploymentId'] ?? '', /^d-/);
    }
  });
}
results.close();

async function play(eventFile: string): Promise<{ action: ActionResult; world: World; log: string }> {
  const scenario = scaled(scenarioNamed('success'), 1 / SPEED);
  const event = readEvent(await readFile(eventFile, 'utf8'), eventFile, scenario.userParameters);
  const world = new World({ now: () => Date.now(), seed: 1, scenario, options: { account: accountFor(event) } });
  const server = await startServer({ world });
  const [port, apiPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}/2015-03-31/functions/function/invocations`;
  const runtime = background(
    emulator,
    [
      '--runtime-interface-emulator-address',
      `127.0.0.1:${port}`,
      '--runtime-api-address',
      `127.0.0.1:${apiPort}`,
      node,
      path.join(modules, 'aws-lambda-ric/index.mjs'),
      'handler.handler',
    ],
    {
      PATH: process.env['PATH'],
      ...environmentFor(server.url),
      LAMBDA_TASK_ROOT: bundleFolder,
      AWS_LAMBDA_FUNCTION_NAME: 'blue-green-stage',
      AWS_LAMBDA_FUNCTION_TIMEOUT: '60',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      POLL_INTERVAL_SECONDS: '0.1',
      POLL_WINDOW_SECONDS: '2',
      CLEANUP_TIMEOUT_SECONDS: '20',
    },
    bundleFolder,
  );
  try {
    await answering(`http://127.0.0.1:${port}/`, runtime);
    const action = await runAction({
      world,
      clock: { now: () => Date.now(), sleep: wait },
      configuration: { UserParameters: event.userParameters },
      inputArtifacts: event.inputArtifacts,
      firstJobId: event.jobId,
      ...(event.continuationToken !== undefined && { firstToken: event.continuationToken }),
      gapSeconds: 0.3,
      redelivery: 'none',
      limits: { noAnswerSeconds: 20 },
      invoke: (delivered) => invokeUrl(url, delivered, 60),
    });
    const failed = action.invocations.find(({ error }) => error !== undefined);
    if (failed) throw new Error(`An invocation failed: ${String(failed.error)}\n${runtime.output()}`);
    return { action, world, log: runtime.output() };
  } finally {
    await runtime.stop();
    await server.close();
  }
}

/**
 * LAMBDA_RIE names another one. Otherwise the one that the SAM CLI carries for `sam local`: AWS's own build of
 * github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie, as `go version -m` shows.
 */
function emulatorPath(): string {
  const given = process.env['LAMBDA_RIE'];
  if (given !== undefined) return given;
  const python = path.join(pythonTools(), 'python');
  const find = 'import samcli.local, os; print(os.path.dirname(samcli.local.__file__))';
  const folder = execFileSync(python, ['-c', find], { encoding: 'utf8' }).trim();
  return path.join(folder, 'rapid', `aws-lambda-rie-${process.arch === 'arm64' ? 'arm64' : 'x86_64'}`);
}

async function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { ...(signal && { signal }) }).catch(() => undefined);
}

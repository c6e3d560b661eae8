import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DEFAULT_ARTIFACT, jobData } from '../../test/simulator/codepipeline/event';
import { scaled, scenarioNamed } from '../../test/simulator/scenarios';
import { startServer } from '../../test/simulator/server';
import { World } from '../../test/simulator/world';
import { tally } from '../field/tally';
import { goProgram, pythonTools } from '../field/tools';

/*
 * The simulator speaks as the services' own clients expect, not only as the function does: Spot's Python SDK and its Go SDK
 * start, read and stop blue/green deployments, and boto3 plays each AWS call that the simulator serves.
 */

const SPEED = 20;
const results = tally('build/spot-sdk.json');

await play('the Python SDKs', path.join(pythonTools(), 'python'), ['scripts/spot-sdk/clients.py'], async (world) => {
  await results.check('they made each call that the simulator serves, and no other', () => {
    assert.deepEqual(world.unexpectedCalls, []);
    const made = new Set(world.calls.map(({ service, operation }) => `${service} ${operation}`));
    assert.deepEqual([...made].sort(), [...world.operations].sort());
  });
});
const go = goProgram('scripts/spot-sdk/go');
if (go === undefined) {
  console.log("NOT RUN: Spot's Go SDK. This machine has no Go, or cannot reach the Go module proxy; see above.");
} else {
  await play("Spot's Go SDK", go, []);
}
results.close();

/** Runs a program that prints a line of JSON for each of its checks, against a world of its own. */
async function play(
  name: string,
  command: string,
  args: readonly string[],
  afterwards: (world: World) => Promise<void> = async () => undefined,
): Promise<void> {
  const world = new World({ now: () => Date.now(), seed: 1, scenario: scaled(scenarioNamed('success'), 1 / SPEED) });
  const server = await startServer({ world });
  console.log(`${name}:`);
  try {
    const child = spawn(command, args, {
      env: { PATH: process.env['PATH'], WORLD: JSON.stringify(namesOf(world, server.url)) },
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 300_000,
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    let checks = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const { name: check, error } = JSON.parse(line) as { name: string; error: string | null };
      checks += 1;
      await results.check(check, () => {
        if (error !== null) throw new Error(error);
      });
    }
    await results.check(`${name} came to the end`, async () => {
      assert.equal(await ended, 0);
      assert(checks > 0);
    });
    await afterwards(world);
  } finally {
    await server.close();
  }
}

/** What a client must know: the address, the names of the account, and jobs that wait for a result. */
function namesOf(world: World, url: string) {
  const { account, jobs, executions } = world;
  const configuration = { UserParameters: '{}' };
  const execution = executions.begin(configuration.UserParameters);
  const job = () =>
    jobs.create({ ...jobData(account, configuration, [DEFAULT_ARTIFACT], undefined) }, undefined, execution.id).id;
  return { ...account, url, executionId: execution.id, jobs: [job(), job(), job()] };
}

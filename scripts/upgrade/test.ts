import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { runAction } from '../../test/simulator/pipeline';
import { scaled, scenarioNamed } from '../../test/simulator/scenarios';
import { environmentFor, startServer } from '../../test/simulator/server';
import { World } from '../../test/simulator/world';
import { lambdaFunction } from '../../test/support/lambdaFunction';
import { tally } from '../field/tally';

/*
 * npm run test:upgrade: the function is updated while a deployment is under way. The bundle of an earlier release, built from the git
 * history, plays the first invocations against today's simulator over HTTP, and today's bundle the others. And the way back, as
 * docs/upgrading.md describes it.
 */

const RELEASE = { name: '0.1.0', commit: '19a46c5' };
const SPEED = 20;
/** One poll for each invocation: a success takes about twenty. */
const LAST_SWITCH = 12;

const folder = path.resolve('build', RELEASE.name);
const earlier = path.join(folder, 'dist/handler.mjs');
if (!existsSync(earlier)) buildRelease();
const results = tally('build/upgrade.json');
for (const name of ['success', 'script-fails']) {
  for (let invocations = 1; invocations <= LAST_SWITCH; invocations += 1)
    await results.check(`${name}: ${invocations} invocations by ${RELEASE.name}, then by today's bundle`, () =>
      goesOn(name, invocations),
    );
}
await results.check(
  `3 invocations by today's bundle, then ${RELEASE.name}: it fails, and leaves the deployment alone`,
  async () => {
    const { action, world } = await play('success', ['dist/handler.mjs', earlier], 3);
    assert.equal(action.status, 'Failed');
    assert.match(action.message, /continuationToken/);
    assert.deepEqual(
      world.spot.deployments.map(({ owner, stopRequests }) => ({ owner, stopRequests })),
      [{ owner: 'product', stopRequests: [] }],
    );
  },
);
results.close();
process.exit();

function buildRelease(): void {
  mkdirSync(folder, { recursive: true });
  const steps = `git archive ${RELEASE.commit} | tar -x -C '${folder}' && cd '${folder}' && npm ci --silent && npm run --silent build`;
  const { status } = spawnSync('bash', ['-o', 'pipefail', '-c', steps], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${RELEASE.name} could not be built from the git history`);
}

async function goesOn(scenarioName: string, invocationsBefore: number): Promise<void> {
  const { action, world } = await play(scenarioName, [earlier, 'dist/handler.mjs'], invocationsBefore);
  const started = world.spot.deployments.filter(({ owner }) => owner === 'product').length;
  if (action.status !== world.scenario.expected || started !== 1)
    throw new Error(`${action.status}, ${started} blue/green deployments: ${action.message}`);
}

/** The first bundle plays so many invocations, the second one the others. */
async function play(scenarioName: string, bundles: readonly [string, string], invocationsBefore: number) {
  const scenario = scaled(scenarioNamed(scenarioName), 1 / SPEED);
  // 0.1.0 did not say JSON with a request without a body; whether Spot minds is unknown.
  const options = { requiresContentType: false };
  const world = new World({ now: () => Date.now(), seed: 1, scenario, options });
  const server = await startServer({ world });
  const env = {
    ...environmentFor(server.url),
    POLL_INTERVAL_SECONDS: '0.1',
    POLL_WINDOW_SECONDS: '0',
    CLEANUP_TIMEOUT_SECONDS: '20',
  };
  const functions = bundles.map((bundle) => lambdaFunction({ bundle, env, onLog: () => undefined }));
  let invocations = 0;
  try {
    const action = await runAction({
      world,
      clock: { now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
      gapSeconds: 5 / SPEED,
      redelivery: 'lambda',
      invoke: async (event) => {
        invocations += 1;
        await functions[invocations <= invocationsBefore ? 0 : 1]?.invoke(event, 60);
      },
    });
    return { action, world };
  } finally {
    for (const { kill } of functions) kill();
    await server.close();
  }
}

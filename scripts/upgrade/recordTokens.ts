import path from 'node:path';
import type { runAction as RunAction } from '../../test/simulator/pipeline';
import type { scaled as Scaled, scenarioNamed as ScenarioNamed } from '../../test/simulator/scenarios';
import type { environmentFor as EnvironmentFor, startServer as StartServer } from '../../test/simulator/server';
import type { World as WorldClass } from '../../test/simulator/world';
import type { lambdaFunction as LambdaFunction } from '../../test/support/lambdaFunction';

/*
 * Records continuation tokens of a release, one of each phase, as that release's bundle writes them against its own simulator.
 * Run it in a folder with the release's sources, after its `npm ci && npm run build`:
 *
 *     git archive 19a46c5 | tar -x -C /tmp/0.1.0 && cd /tmp/0.1.0 && npm ci && npm run build
 *     npx tsx /path/to/this/scripts/upgrade/recordTokens.ts
 *
 * test/unit/deployment/tokens-*.json has what it prints.
 */

const SPEED = 20;

interface Release {
  readonly runAction: typeof RunAction;
  readonly scaled: typeof Scaled;
  readonly scenarioNamed: typeof ScenarioNamed;
  readonly startServer: typeof StartServer;
  readonly environmentFor: typeof EnvironmentFor;
  readonly World: typeof WorldClass;
  readonly lambdaFunction: typeof LambdaFunction;
}

const files = ['pipeline', 'scenarios', 'server', 'world'].map((name) => `test/simulator/${name}.ts`);
const modules = await Promise.all(
  [...files, 'test/support/lambdaFunction.ts'].map((file) => import(path.resolve(file)) as Promise<object>),
);
const release = Object.assign({}, ...modules) as Release;

const tokens: Record<string, string> = {};
// The answer to the start is lost, so that the next poll has to find out whether there is one.
await record('success', 'POST blueGreenDeployment');
await record('script-fails');
console.log(JSON.stringify(tokens, null, 2));
process.exit();

/** Plays a scenario with one poll for each invocation, and keeps the first token of each phase. */
async function record(scenarioName: string, lostAnswerTo?: string): Promise<void> {
  const world = new release.World({
    now: () => Date.now(),
    seed: 1,
    scenario: release.scaled(release.scenarioNamed(scenarioName), 1 / SPEED),
  });
  let isLost = false;
  const server = await release.startServer({
    world,
    intercept: (_index, { operation }) => {
      if (isLost || operation !== lostAnswerTo) return undefined;
      isLost = true;
      return 'reset-after';
    },
  });
  const played = release.lambdaFunction({
    bundle: 'dist/handler.mjs',
    env: {
      ...release.environmentFor(server.url),
      POLL_INTERVAL_SECONDS: '0.1',
      POLL_WINDOW_SECONDS: '0',
      CLEANUP_TIMEOUT_SECONDS: '20',
    },
    onLog: () => undefined,
  });
  try {
    const action = await release.runAction({
      world,
      clock: { now: () => Date.now(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
      gapSeconds: 5 / SPEED,
      redelivery: 'lambda',
      invoke: (event) => played.invoke(event, 60),
    });
    for (const { result } of action.jobs) {
      if (result?.kind !== 'continuation') continue;
      const phase = /"phase":"(\w+)"/.exec(Buffer.from(result.token.split('.')[1] ?? '', 'base64url').toString())?.[1];
      if (phase !== undefined) tokens[phase] ??= result.token;
    }
  } finally {
    played.kill();
    await server.close();
  }
}

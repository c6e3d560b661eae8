import { timerClock } from '../simulator/clocks';
import { runAction, type ActionResult } from '../simulator/pipeline';
import type { Scenario } from '../simulator/scenario';
import { scaled } from '../simulator/scenarios';
import { environmentFor, startServer } from '../simulator/server';
import { World } from '../simulator/world';
import { lambdaFunction, type LambdaFunction } from './lambdaFunction';

export interface BundleRun {
  readonly bundle: string;
  readonly scenario: Scenario;
  readonly env?: Readonly<Record<string, string>>;
}

/** How many times faster than the scenario's own durations. */
const SPEED = 40;

export interface BundleTrace {
  readonly action: ActionResult;
  readonly world: World;
  readonly logs: readonly string[];
}

/** Runs the built bundle, in processes of its own, against the simulator over real HTTP, in compressed time. */
export async function runBundle({ bundle, scenario, env }: BundleRun): Promise<BundleTrace> {
  const world = new World({ now: () => Date.now(), seed: 1, scenario: scaled(scenario, 1 / SPEED) });
  const server = await startServer({ world });
  const logs: string[] = [];
  const processes: LambdaFunction[] = [];
  try {
    const result = await runAction({
      world,
      clock: timerClock,
      gapSeconds: 5 / SPEED,
      redelivery: 'lambda',
      limits: { retryDelaysSeconds: [10 / SPEED, 20 / SPEED] },
      invoke: async (event) => {
        // A process for each invocation, so that concurrent deliveries do not share one: as Lambda does it.
        const context = lambdaFunction({
          bundle,
          env: { ...environmentFor(server.url), POLL_INTERVAL_SECONDS: '0.1', CLEANUP_TIMEOUT_SECONDS: '20', ...env },
          onLog: (line) => logs.push(line),
        });
        processes.push(context);
        try {
          await context.invoke(event, 60);
        } finally {
          context.kill();
        }
      },
    });
    world.catchUp();
    return { action: result, world, logs };
  } finally {
    for (const context of processes) context.kill();
    await server.close();
  }
}

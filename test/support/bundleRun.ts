import { timerClock } from '../simulator/clocks';
import { runAction, type ActionResult, type ActionSettings } from '../simulator/pipeline';
import type { WorldOptions } from '../simulator/options';
import type { Scenario } from '../simulator/scenario';
import { scaled } from '../simulator/scenarios';
import { environmentFor, startServer } from '../simulator/server';
import { World } from '../simulator/world';
import { lambdaFunction, type LambdaFunction } from './lambdaFunction';

export interface BundleRun {
  readonly bundle: string;
  readonly scenario: Scenario;
  readonly options?: Partial<WorldOptions>;
  readonly env?: Readonly<Record<string, string>>;
  /** How many times faster than the scenario's own durations. */
  readonly speed?: number;
  readonly action?: Partial<
    Pick<
      ActionSettings,
      | 'userParameters'
      | 'configuration'
      | 'inputArtifacts'
      | 'duplicateDelivery'
      | 'limits'
      | 'firstJobId'
      | 'firstToken'
    >
  >;
  /** Called on each invocation, with a function to kill the process at a moment of its choice. */
  readonly onInvoke?: (world: World, context: LambdaFunction, invocation: number) => void;
}

export interface BundleTrace {
  readonly action: ActionResult;
  readonly world: World;
  readonly logs: readonly string[];
}

/** Runs the built bundle, in processes of its own, against the simulator over real HTTP, in compressed time. */
export async function runBundle({
  bundle,
  scenario,
  options,
  env,
  speed = 20,
  action,
  onInvoke,
}: BundleRun): Promise<BundleTrace> {
  const world = new World({
    now: () => Date.now(),
    seed: 1,
    scenario: scaled(scenario, 1 / speed),
    ...(options && { options }),
  });
  const server = await startServer({ world });
  const logs: string[] = [];
  const processes: LambdaFunction[] = [];
  let invocations = 0;
  try {
    const result = await runAction({
      world,
      clock: timerClock,
      gapSeconds: 5 / speed,
      redelivery: 'lambda',
      limits: { retryDelaysSeconds: [10 / speed, 20 / speed] },
      ...action,
      invoke: async (event) => {
        // A process for each invocation, so that concurrent deliveries do not share one: as Lambda does it.
        const context = lambdaFunction({
          bundle,
          env: { ...environmentFor(server.url), POLL_INTERVAL_SECONDS: '0.1', CLEANUP_TIMEOUT_SECONDS: '20', ...env },
          onLog: (line) => logs.push(line),
        });
        processes.push(context);
        onInvoke?.(world, context, (invocations += 1));
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

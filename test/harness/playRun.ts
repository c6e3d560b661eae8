import { inProcessAws } from './inProcessAws';
import { timerClock } from '../simulator/clocks';
import type { CodePipelineEvent } from 'aws-lambda';
// Loaded here, since an import at the first use would take real time while virtual time goes on.
import '../../src/clients/ec2Sdk';
import '../../src/clients/s3Sdk';
import '../../src/clients/secretsSdk';
import type { Clock } from '../../src/lib/clock';
import '../../src/report/metrics';
import { runJob } from '../../src/runJob';
import { hasMovedTraffic } from '../simulator/codedeploy/model';
import { runAction, type ActionResult, type ActionSettings, type Duplicate, type Invoke } from '../simulator/pipeline';
import type { WorldOptions } from '../simulator/options';
import type { Scenario } from '../simulator/scenario';
import type { Injector } from '../simulator/faults';
import { inProcessTransport, type Exchange, type TransportCall } from '../simulator/transport';
import { World } from '../simulator/world';
import { captureLogs } from './captureLogs';
import { installVirtualTime } from './virtualTime';

/** Everything that one run depends on: the same plan gives the same run. */
export interface RunPlan {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly options?: Partial<WorldOptions>;
  readonly userParameters?: Readonly<Record<string, unknown>>;
  /** The function's environment beside the token's secret, e.g. POLL_WINDOW_SECONDS. */
  readonly env?: Readonly<Record<string, string>>;
  /** Faults by the number of the call, counted over all invocations of the run. */
  readonly inject?: Injector;
  /** `traffic`: no fault before CodeDeploy moves traffic. Default: from the start. */
  readonly injectFrom?: 'start' | 'traffic';
  /** The event that the n-th invocation gets instead, e.g. with another token. */
  readonly event?: (event: CodePipelineEvent, invocation: number) => CodePipelineEvent;
  /** As `event`, but CodePipeline's job itself carries what is changed, e.g. a token of an older version. */
  readonly jobEvent?: (event: CodePipelineEvent, invocation: number) => CodePipelineEvent;
  /** The environment of the n-th invocation, beside `env`. */
  readonly envOf?: (invocation: number) => Readonly<Record<string, string>>;
  readonly gapSeconds?: number | ((continuation: number) => number);
  /** Seconds that Lambda gives the n-th invocation. */
  readonly invocationSeconds?: (invocation: number) => number;
  /** Seconds after which the process of the n-th invocation is killed. */
  readonly killAfterSeconds?: (invocation: number) => number | undefined;
  readonly duplicates?: readonly Duplicate[];
  /** Seconds for which the first event waits in Lambda's queue. */
  readonly queueSeconds?: number;
  readonly limits?: ActionSettings['limits'];
  /** Somebody stops the pipeline execution. */
  readonly stop?: ActionSettings['stop'];
  /** Called before each call. */
  readonly onWorld?: (world: World) => void;
  /** Called with the bytes of each call. */
  readonly onExchange?: (exchange: Exchange) => void;
  /** Milliseconds that each call takes; with 0 two concurrent runs never meet between two calls. */
  readonly latencyMs?: (call: number) => number;
}

export interface Caller {
  readonly invocation: number;
  readonly at: number;
}

export interface RunTrace {
  readonly plan: RunPlan;
  readonly action: ActionResult;
  readonly world: World;
  readonly calls: readonly TransportCall[];
  /** Of each call, by its index: which invocation made it, and when (ms since the epoch). */
  readonly madeBy: readonly Caller[];
  readonly logs: readonly string[];
  /** What invocations have thrown, and Lambda would have logged. */
  readonly errors: readonly unknown[];
}

const START = Date.UTC(2026, 0, 5, 9, 0, 0);

const clock: Clock = timerClock;

/** One of several executions of the pipeline. */
export interface Release {
  /** How old the execution is when its action starts. */
  readonly secondsSinceRelease?: number;
  readonly startsAfterSeconds?: number;
}

export interface ReleasesTrace extends Omit<RunTrace, 'action'> {
  readonly actions: readonly ActionResult[];
}

/** Plays one action of a pipeline in virtual time, from its first event until every delivery has run out. */
export async function playRun(plan: RunPlan): Promise<RunTrace> {
  const { actions, ...trace } = await playReleases(plan, [{}]);
  const [action] = actions;
  if (!action) throw new Error('the action was not played');
  return { action, ...trace };
}

/** The same action of several executions, which may overlap, in one world. */
export async function playReleases(plan: RunPlan, releases: readonly Release[]): Promise<ReleasesTrace> {
  const time = installVirtualTime(START);
  const logs = captureLogs();
  try {
    const world = new World({
      now: () => Date.now(),
      seed: plan.seed,
      scenario: plan.scenario,
      ...(plan.options && { options: plan.options }),
    });
    const calls: TransportCall[] = [];
    const madeBy: Caller[] = [];
    const errors: unknown[] = [];
    const invoke = invoker(plan, { world, calls, madeBy, errors });
    const actions = await time.run(() =>
      Promise.all(releases.map((release) => playAction(plan, release, world, invoke))),
    );
    world.catchUp();
    return { plan, actions, world, calls, madeBy, logs: logs.lines, errors };
  } finally {
    logs.release();
    time.uninstall();
  }
}

async function playAction(
  plan: RunPlan,
  { startsAfterSeconds = 0, secondsSinceRelease }: Release,
  world: World,
  invoke: Invoke,
): Promise<ActionResult> {
  if (startsAfterSeconds > 0) await clock.sleep(startsAfterSeconds * 1000);
  return runAction({
    world,
    clock: timerClock,
    invoke,
    gapSeconds: plan.gapSeconds ?? 10,
    redelivery: 'lambda',
    ...(secondsSinceRelease !== undefined && { secondsSinceRelease }),
    ...(plan.userParameters && { userParameters: plan.userParameters }),
    ...(plan.stop && { stop: plan.stop }),
    ...(plan.queueSeconds !== undefined && { queueSeconds: plan.queueSeconds }),
    ...(plan.limits && { limits: plan.limits }),
    ...(plan.duplicates && { duplicateDelivery: plan.duplicates }),
  });
}

function movesTraffic({ codeDeploy }: World): boolean {
  return codeDeploy.all.some((deployment) => deployment.owner === 'product' && hasMovedTraffic(deployment));
}

/** Lambda: a process for each invocation, which may be killed by a fault or at the end of its time. */
function invoker(
  plan: RunPlan,
  { world, calls, madeBy, errors }: { world: World; calls: TransportCall[]; madeBy: Caller[]; errors: unknown[] },
) {
  let invocations = 0;
  return async (event: CodePipelineEvent): Promise<void> => {
    const invocation = invocations;
    invocations += 1;
    const seconds = plan.invocationSeconds?.(invocation) ?? 900;
    const jobEvent = plan.jobEvent?.(event, invocation) ?? event;
    const { id, data } = jobEvent['CodePipeline.job'];
    if (plan.jobEvent) Object.assign(world.jobs.existing(id).data, data);
    const ownEvent = plan.event?.(jobEvent, invocation) ?? jobEvent;
    const ownEnv = plan.envOf?.(invocation);
    const killAfter = plan.killAfterSeconds?.(invocation) ?? seconds;
    const endsAt = clock.now() + seconds * 1000;
    let isOver = false;
    let kill: (reason: Error) => void = () => undefined;
    const killed = new Promise<never>((_resolve, reject) => {
      kill = reject;
    });
    const transport = inProcessTransport({
      world,
      calls,
      inject: (index, call) => {
        madeBy[index] = { invocation, at: clock.now() };
        plan.onWorld?.(world);
        if (isOver) return 'killed-before';
        return plan.injectFrom === 'traffic' && !movesTraffic(world) ? undefined : plan.inject?.(index, call);
      },
      onKill: () => {
        kill(new Error('The process was killed.'));
      },
      ...(plan.latencyMs && { latencyMs: plan.latencyMs }),
      ...(plan.onExchange && { onExchange: plan.onExchange }),
    });
    const timeUp = setTimeout(() => {
      isOver = true;
      kill(new Error(`Task timed out after ${seconds} seconds`));
    }, killAfter * 1000);
    try {
      const work = runJob(ownEvent, {
        clock,
        env: { SPOT_API_URL: 'https://api.spotinst.io', CHECK_REVISION: 'true', ...plan.env, ...ownEnv },
        remainingMilliseconds: () => Math.max(0, endsAt - clock.now()),
        // Who reads the bytes wants all of them.
        aws: inProcessAws(transport, world.account.region, plan.onExchange !== undefined),
        spotAdapter: transport.axiosAdapter,
      });
      await Promise.race([work, killed]);
    } catch (error) {
      errors.push(error);
      throw error;
    } finally {
      isOver = true;
      clearTimeout(timeUp);
    }
  };
}

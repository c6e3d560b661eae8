import { playRun } from '../harness/playRun';
import type { ActionResult } from '../simulator/pipeline';
import type { Scenario } from '../simulator/scenario';
import { scaled, scenarioNamed } from '../simulator/scenarios';
import type { World } from '../simulator/world';
import { playNaively, type NaivePace } from './playNaively';
import { mean, type Row } from './table';

/** Milliseconds that each API call takes. */
export const LATENCY_MS = 60;
/** The scenario `success` lasts about 70 s. */
const TEN_MINUTES = 600 / 70;
export const RUNS = 64;
const RUNS_OF_A_SEARCH = 16;
/** Few, so that runs of one seed differ in the moment alone: of chance ±0.1 s are left, less than the rows compare. */
const SEEDS = 4;

/** What the driving side adds, in seconds, and the calls it makes. */
export interface Reaction {
  readonly added: number;
  /** From CodeDeploy's end until it is seen; Elastigroup goes on by itself meanwhile, so that it adds nothing. */
  readonly unseen: number;
  readonly calls: number;
  /** Of these the checks of the pipeline's execution, which follow the clock and not the deployment. */
  readonly checks: number;
}

const CHECKS = ['GetJobDetails', 'GetPipelineExecution', 'ListActionExecutions'];

/**
 * The same upstream, whose phases end at another moment of the poll interval in each run: as many steps over 30 s, so that
 * 15 s and 30 s loops meet each moment equally often.
 */
export function tenMinutes(run: number): Scenario {
  return shifted(scaled(scenarioNamed('success'), TEN_MINUTES), run);
}

export function seventySeconds(run: number): Scenario {
  return shifted(scenarioNamed('success'), run);
}

function shifted(scenario: Scenario, run: number): Scenario {
  const { durations } = scenario;
  const step = 30 / RUNS;
  return {
    ...scenario,
    durations: {
      ...durations,
      awaitingLaunch: durations.awaitingLaunch + step * run,
      removeOld: durations.removeOld + step * ((run * 7) % RUNS),
    },
  };
}

/** The upstream's own path is from the start to AWAITING_USER_DEPLOYMENT, and from CreateDeployment to FINISHED. */
export function reactionOf(world: World, action: ActionResult): Reaction {
  const elastigroup = only(world.spot.deployments);
  const codeDeploy = only(
    world.codeDeploy.all.filter(({ owner, creator }) => owner === 'product' && creator === 'user'),
  );
  const readyAt = elastigroup.history.find(({ state }) => state === 'AWAITING_USER_DEPLOYMENT')?.at;
  const { finishedAt } = elastigroup;
  const { completeTime } = codeDeploy;
  if (action.status !== 'Succeeded' || readyAt === undefined || finishedAt === undefined || completeTime === undefined)
    throw new Error(`The deployment has not succeeded: ${action.message}`);
  const seenAt = world.calls.find(({ operation, at }) => operation === 'GetDeployment' && at >= completeTime)?.at;
  const waits = [
    elastigroup.createdAt - action.startedAt,
    codeDeploy.createTime - readyAt,
    action.endedAt - finishedAt,
  ];
  return {
    added: waits.reduce((sum, wait) => sum + wait, 0) / 1000,
    unseen: ((seenAt ?? NaN) - completeTime) / 1000,
    calls: world.calls.length,
    checks: world.calls.filter(({ operation }) => CHECKS.includes(operation)).length,
  };
}

function seedOf(run: number): number {
  return 1 + (run % SEEDS);
}

function only<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined || items.length !== 1) throw new Error(`${items.length} deployments instead of one`);
  return item;
}

export type Play = (run: number) => Promise<Reaction>;

export async function meanOf(play: Play, runs = RUNS): Promise<Reaction> {
  const all: Reaction[] = [];
  for (let run = 0; run < runs; run += 1) all.push(await play(run));
  return {
    added: mean(all.map(({ added }) => added)),
    unseen: mean(all.map(({ unseen }) => unseen)),
    calls: mean(all.map(({ calls }) => calls)),
    checks: mean(all.map(({ checks }) => checks)),
  };
}

export const product =
  (scenario: (run: number) => Scenario, pollIntervalSeconds?: number): Play =>
  async (run) => {
    const { world, action } = await playRun({
      seed: seedOf(run),
      scenario: scenario(run),
      latencyMs: () => LATENCY_MS,
      ...(pollIntervalSeconds !== undefined && { env: { POLL_INTERVAL_SECONDS: String(pollIntervalSeconds) } }),
    });
    return reactionOf(world, action);
  };

export const naive =
  (scenario: (run: number) => Scenario, pace: NaivePace): Play =>
  async (run) => {
    const { world, action } = await playNaively(scenario(run), seedOf(run), LATENCY_MS, pace);
    return reactionOf(world, action);
  };

/** Without the checks of the pipeline, which follow the clock whatever the pace is, and which the others make at some polls only. */
function pacedCalls({ calls, checks }: Reaction): number {
  return calls - checks;
}

/** The few runs of a search meet all moments too. */
function spread(scenario: (run: number) => Scenario): (run: number) => Scenario {
  return (run) => scenario(run * (RUNS / RUNS_OF_A_SEARCH));
}

/** The shortest interval (s, by tenths) at which this function makes no more calls than that. */
async function intervalFor(calls: number, scenario: (run: number) => Scenario): Promise<number> {
  let [low, high] = [2, 60];
  while (high - low > 0.1) {
    const middle = (low + high) / 2;
    if (pacedCalls(await meanOf(product(spread(scenario), middle), RUNS_OF_A_SEARCH)) > calls) low = middle;
    else high = middle;
  }
  return Math.ceil(high * 10) / 10;
}

export async function reactionRows(): Promise<Row[]> {
  return [...(await rowsFor('10 min', tenMinutes)), ...(await rowsFor('70 s', seventySeconds))];
}

async function rowsFor(length: string, scenario: (run: number) => Scenario): Promise<Row[]> {
  const waiter = await meanOf(naive(scenario, { seconds: 15, install: 'waiter' }));
  const row = (what: string, { added, unseen, calls, checks }: Reaction, aim?: string): Row => ({
    what: `reaction, upstream of ${length}: ${what}`,
    value: `+${added.toFixed(1)} s, ${(calls - checks).toFixed(0)} calls and ${checks.toFixed(0)} checks of the pipeline (CodeDeploy's end unseen for ${unseen.toFixed(1)} s)`,
    other: `waiter +${waiter.added.toFixed(1)} s, ${pacedCalls(waiter).toFixed(0)} calls and ${waiter.checks.toFixed(0)} checks`,
    ratio: added / waiter.added,
    ...(aim !== undefined && { aim }),
  });
  const interval = await intervalFor(pacedCalls(waiter), scenario);
  return [
    row('this function, default', await meanOf(product(scenario)), '≤ 0.33'),
    row(
      `this function, POLL_INTERVAL_SECONDS=${interval} (equal calls)`,
      await meanOf(product(scenario, interval)),
      '< 1',
    ),
    row('waitUntilDeploymentSuccessful, 15 s loops around it', waiter),
    row('15 s loop', await meanOf(naive(scenario, { seconds: 15, install: 'loop' }))),
    row('30 s loop', await meanOf(naive(scenario, { seconds: 30, install: 'loop' }))),
  ];
}

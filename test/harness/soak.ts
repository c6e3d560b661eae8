import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hasMovedTraffic } from '../simulator/codedeploy/model';
import { runScript, wholeNumber } from '../support/commandLine';
import { violationsOf } from './invariants';
import { ownCodeDeploy } from './ownWork';
import { playRun, type RunTrace } from './playRun';
import { randomPlan } from './randomPlan';
import { stepOfTimeout, type DeploymentStep } from './stepOfTimeout';

/*
 * npm run soak -- --deployments N --seed S: random scenarios × random faults × duplicates × gaps × invocation lengths.
 * A violation prints its seed; `npm run soak -- --replay SEED` plays it again and prints every call and log line.
 */

interface Tally {
  deployments: number;
  succeeded: number;
  faults: number;
  invocations: number;
  apiCalls: number;
  failed: number;
  /** Of the failed ones, those in which CodeDeploy had begun to move traffic. */
  failedAfterTraffic: number;
  /** How many runs reached TIMEOUT in which step of CodeDeploy's deployment. */
  readonly timeouts: Record<DeploymentStep, number>;
  readonly violations: { readonly seed: number; readonly text: string }[];
}

const EMPTY = (): Tally => ({
  deployments: 0,
  succeeded: 0,
  faults: 0,
  invocations: 0,
  apiCalls: 0,
  failed: 0,
  failedAfterTraffic: 0,
  timeouts: { 'before CodeDeploy': 0, installing: 0, 'allowing green': 0, 'blocking blue': 0, waiting: 0, ended: 0 },
  violations: [],
});

async function soak(seeds: readonly number[]): Promise<Tally> {
  const tally = EMPTY();
  for (const seed of seeds) {
    const trace = await playRun(randomPlan(seed));
    tally.deployments += 1;
    tally.succeeded += trace.action.status === 'Succeeded' ? 1 : 0;
    tally.faults += trace.calls.filter(({ fault }) => fault !== undefined).length;
    tally.invocations += trace.action.invocations.length;
    tally.apiCalls += trace.calls.length;
    if (trace.action.status === 'Failed') countFailure(tally, trace);
    tally.violations.push(...violationsOf(trace).map((text) => ({ seed, text })));
  }
  return tally;
}

function countFailure(tally: Tally, trace: RunTrace): void {
  tally.failed += 1;
  tally.failedAfterTraffic += ownCodeDeploy(trace).some(hasMovedTraffic) ? 1 : 0;
  const step = stepOfTimeout(trace);
  if (step !== undefined) tally.timeouts[step] += 1;
}

/** One process for each core: virtual time replaces a process's own clock, so that a process plays one run at a time. */
async function soakInParallel(seeds: readonly number[]): Promise<Tally> {
  const workers = Math.min(availableParallelism(), seeds.length);
  const shares = Array.from({ length: workers }, (_, worker) =>
    seeds.filter((_seed, index) => index % workers === worker),
  );
  const tallies = await Promise.all(shares.map(soakInProcess));
  return tallies.reduce(
    (sum, tally) => ({
      deployments: sum.deployments + tally.deployments,
      succeeded: sum.succeeded + tally.succeeded,
      faults: sum.faults + tally.faults,
      invocations: sum.invocations + tally.invocations,
      apiCalls: sum.apiCalls + tally.apiCalls,
      failed: sum.failed + tally.failed,
      failedAfterTraffic: sum.failedAfterTraffic + tally.failedAfterTraffic,
      timeouts: addedUp(sum.timeouts, tally.timeouts),
      violations: [...sum.violations, ...tally.violations],
    }),
    EMPTY(),
  );
}

function addedUp<K extends string>(one: Record<K, number>, other: Record<K, number>): Record<K, number> {
  const sums = { ...one };
  for (const key of Object.keys(one) as K[]) sums[key] += other[key];
  return sums;
}

function soakInProcess(seeds: readonly number[]): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), ['--worker'], {
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    });
    child.once('message', (tally: Tally) => {
      resolve(tally);
      child.disconnect();
    });
    child.once('exit', (code, signal) => {
      reject(new Error(`a worker ended: ${signal ?? `exit code ${code ?? 'unknown'}`}`));
    });
    child.send(seeds);
  });
}

function show(trace: RunTrace): void {
  console.log(
    `scenario ${trace.plan.scenario.name}, options ${JSON.stringify(trace.plan.options)}, env ${JSON.stringify(trace.plan.env)}`,
  );
  for (const { index, service, operation, status, fault } of trace.calls)
    console.log(`call ${index} ${service} ${operation} ${status ?? '-'} ${fault ?? ''}`);
  for (const line of trace.logs) console.log(line);
  console.log(`${trace.action.status} (${trace.action.reason}): ${trace.action.message}`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      deployments: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      replay: { type: 'string' },
      worker: { type: 'boolean', default: false },
    },
  });
  if (values.worker) {
    process.once('message', (seeds: number[]) => {
      void soak(seeds).then((tally) => process.send?.(tally));
    });
    return 0;
  }
  if (values.replay !== undefined) {
    const trace = await playRun(randomPlan(wholeNumber('replay', values.replay, 0)));
    show(trace);
    const violations = violationsOf(trace);
    for (const violation of violations) console.log(`VIOLATION: ${violation}`);
    return violations.length === 0 ? 0 : 1;
  }
  return report(wholeNumber('deployments', values.deployments, 1), wholeNumber('seed', values.seed, 0));
}

async function report(deployments: number, seed: number): Promise<number> {
  const startedAt = performance.now();
  const tally = await soakInParallel(Array.from({ length: deployments }, (_, index) => seed * 1_000_000 + index));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `deployments ${tally.deployments} (${tally.succeeded} succeeded), faults injected ${tally.faults}, invocations ${tally.invocations}, API calls ${tally.apiCalls}, violations ${tally.violations.length}, ${seconds} s`,
  );
  const timeouts = Object.entries(tally.timeouts).map(([step, runs]) => `${step} ${runs}`);
  console.log(
    `of ${tally.failed} failed runs, traffic had moved in ${tally.failedAfterTraffic}; TIMEOUT fell into: ${timeouts.join(', ')}`,
  );
  for (const { seed: failing, text } of tally.violations.slice(0, 20))
    console.log(`violation, replay with \`npm run soak -- --replay ${failing}\`: ${text}`);
  return tally.violations.length === 0 ? 0 : 1;
}

runScript(main);

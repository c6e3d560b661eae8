import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FROM_GITHUB } from '../../test/harness/everyFault';
import { playRun, type RunPlan } from '../../test/harness/playRun';
import { randomPlan } from '../../test/harness/randomPlan';
import { FAULT_KINDS, type FaultKind } from '../../test/simulator/faults';
import { SCENARIOS, scenarioNamed } from '../../test/simulator/scenarios';
import type { RecordedCall } from './planted';

/*
 * node scripts/run.mjs scripts/specs/record.ts FOLDER: plays every scenario, a sample of the fault harness and what only
 * some option brings about, and writes each request to AWS with its answer as a line of JSON.
 */

const [folder = 'build/specs', share] = process.argv.slice(2);
const shares = availableParallelism();
mkdirSync(folder, { recursive: true });
if (share === undefined) await Promise.all(Array.from({ length: shares }, (_, number) => recordInProcess(number)));
else await record(Number(share));

/** Virtual time replaces a process's own clock, so that a process plays one run at a time. */
async function recordInProcess(number: number): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), [folder, String(number)]);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`The recorder ended with the exit code ${code ?? 'none'}.`);
}

async function record(number: number): Promise<void> {
  const file = createWriteStream(path.join(folder, `calls-${number}.jsonl`));
  for (const [index, { name, plan }] of plans().entries()) {
    if (index % shares !== number) continue;
    await playRun({
      ...plan,
      onExchange: ({ call: { service, operation, fault }, request, response }) => {
        const recorded = { run: name, service, operation, fault, request, response } satisfies RecordedCall;
        if (service !== 'spot') file.write(`${JSON.stringify(recorded)}\n`);
      },
    });
  }
  file.end();
  await once(file, 'close');
}

interface NamedPlan {
  readonly name: string;
  readonly plan: RunPlan;
}

function plans(): readonly NamedPlan[] {
  return [
    ...SCENARIOS.map((scenario) => ({ name: scenario.name, plan: { seed: 1, scenario } })),
    ...FAULT_KINDS.flatMap((kind) => faultSample(kind)),
    ...variants(),
  ];
}

/** A fault in every twelfth call, in runs that begin with another call each. */
function faultSample(kind: FaultKind): readonly NamedPlan[] {
  return ['success', 'script-fails', 'never-finishes'].flatMap((scenario) =>
    [0, 3, 6, 9].map((first) => ({
      name: `${scenario}, ${kind} in call ${first} and so on`,
      plan: {
        seed: 1,
        scenario: scenarioNamed(scenario),
        inject: (call) => (call % 12 === first ? kind : undefined),
      },
    })),
  );
}

/** What the scenarios leave at its default. */
function variants(): readonly NamedPlan[] {
  const success = scenarioNamed('success');
  const options: readonly RunPlan['options'][] = [
    { secretAccess: 'denied' },
    { executionReads: 'denied' },
    { jobDetails: 'denied' },
    { jobDetails: 'unknown' },
    { jobDetails: 'no-ids' },
    { headObject: 'other-region' },
    { headObject: 'other-region-400' },
    { headObject: 'malformed' },
    { deploymentGroup: { blueTerminationWaitMinutes: 1 } },
    { deploymentGroup: { loadBalancer: false } },
    { deploymentGroup: { rerouteWaitMinutes: 5 } },
    { reservationsPerPage: 1000, idsPerPage: 1000 },
  ];
  return [
    ...options.map((changed) => ({
      name: `success, ${JSON.stringify(changed)}`,
      plan: { seed: 1, scenario: success, ...(changed && { options: changed }) },
    })),
    { name: 'a revision in GitHub', plan: { seed: 1, scenario: success, userParameters: FROM_GITHUB } },
    {
      name: 'the input artifact',
      plan: { seed: 1, scenario: success, userParameters: { S3_BUCKET: undefined, S3_KEY: undefined } },
    },
    { name: 'one poll in an invocation', plan: { seed: 1, scenario: success, env: { POLL_WINDOW_SECONDS: '0' } } },
    {
      name: 'twice at once',
      plan: { seed: 1, scenario: success, duplicates: [{ which: 0, delaySeconds: 0 }], latencyMs: () => 50 },
    },
    ...Array.from({ length: 20 }, (_, seed) => ({ name: `random run ${seed}`, plan: randomPlan(seed) })),
  ];
}

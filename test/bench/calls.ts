import { playRun, type RunTrace } from '../harness/playRun';
import type { Scenario } from '../simulator/scenario';
import { scenarioNamed } from '../simulator/scenarios';
import { LATENCY_MS, tenMinutes } from './reaction';
import type { Row } from './table';

/** Every call of one deployment of ten minutes that succeeds, and what reading the pipeline execution adds to it. */
export async function callRows(): Promise<Row[]> {
  const { calls } = await play(tenMinutes(0), '');
  const services = new Map<string, Map<string, number>>();
  for (const { service, operation } of calls) {
    const operations = services.get(service) ?? new Map<string, number>();
    operations.set(operation, (operations.get(operation) ?? 0) + 1);
    services.set(service, operations);
  }
  const rows = [...services].map(([service, operations]) => ({
    what: `calls of a deployment of 10 min: ${service}`,
    value: counted(operations),
    other: `${calls.length} in all`,
    ratio: [...operations.values()].reduce((sum, count) => sum + count, 0) / calls.length,
  }));
  return [...rows, ...(await watchRows())];
}

/** The operations that only notice a stop, or an end, of the pipeline execution. */
const WATCH: readonly string[] = ['GetJobDetails', 'GetPipelineExecution', 'ListActionExecutions'];

async function watchRows(): Promise<Row[]> {
  const rows: Row[] = [];
  const runs = [
    ['10 min', tenMinutes(0), ''],
    ['10 min', tenMinutes(0), '60'],
    ['70 s', scenarioNamed('success'), ''],
  ] as const;
  for (const [upstream, scenario, window] of runs) {
    const on = await play(scenario, window);
    const off = await play(scenario, window, 'denied');
    const operations = new Map(WATCH.map((name) => [name, on.calls.filter((call) => call.operation === name).length]));
    rows.push({
      what: `reading the pipeline execution, upstream of ${upstream}, POLL_WINDOW_SECONDS ${window || 'default'}`,
      value: `${on.calls.length} calls (${counted(operations)}), ${billed(on)} s billed`,
      other: `without the permission ${off.calls.length} calls, ${billed(off)} s billed`,
      ratio: on.calls.length / off.calls.length,
    });
  }
  return rows;
}

function play(scenario: Scenario, window: string, jobDetails: 'whole' | 'denied' = 'whole'): Promise<RunTrace> {
  return playRun({
    seed: 1,
    scenario,
    options: { jobDetails },
    env: { POLL_WINDOW_SECONDS: window },
    latencyMs: () => LATENCY_MS,
  });
}

function counted(operations: ReadonlyMap<string, number>): string {
  return [...operations].map(([operation, count]) => `${operation} ${count}`).join(', ');
}

function billed({ action }: RunTrace): string {
  const milliseconds = action.invocations.map(({ startedAt, endedAt = startedAt }) => endedAt - startedAt);
  return (milliseconds.reduce((sum, time) => sum + time, 0) / 1000).toFixed(0);
}

import { playRun } from '../harness/playRun';
import { LATENCY_MS, tenMinutes } from './reaction';
import type { Row } from './table';

/** Every call of one deployment of ten minutes that succeeds. */
export async function callRows(): Promise<Row[]> {
  const { calls } = await playRun({ seed: 1, scenario: tenMinutes(0), latencyMs: () => LATENCY_MS });
  const services = new Map<string, Map<string, number>>();
  for (const { service, operation } of calls) {
    const operations = services.get(service) ?? new Map<string, number>();
    operations.set(operation, (operations.get(operation) ?? 0) + 1);
    services.set(service, operations);
  }
  return [...services].map(([service, operations]) => ({
    what: `calls of a deployment of 10 min: ${service}`,
    value: [...operations].map(([operation, count]) => `${operation} ${count}`).join(', '),
    other: `${calls.length} in all`,
    ratio: [...operations.values()].reduce((sum, count) => sum + count, 0) / calls.length,
  }));
}

import { playRun, type RunTrace } from '../harness/playRun';
import { MEMORY_GB, PRICES } from './deploymentCost';
import { LATENCY_MS, reactionOf, RUNS as MOMENTS, tenMinutes } from './reaction';
import { mean, type Row } from './table';

const RUNS = 8;

/** GB-seconds of ten minutes, and the reaction that they buy. */
export async function costRows(): Promise<Row[]> {
  const rows: Row[] = [];
  let unlimited = NaN;
  for (const window of ['', '60', '0']) {
    for (const gapSeconds of [5, 30, 60]) {
      const traces: RunTrace[] = [];
      for (let run = 0; run < RUNS; run += 1)
        traces.push(
          await playRun({
            seed: run + 1,
            scenario: tenMinutes(run * (MOMENTS / RUNS)),
            latencyMs: () => LATENCY_MS,
            gapSeconds,
            env: { POLL_WINDOW_SECONDS: window === '' ? '900' : window },
          }),
        );
      const gbSeconds = mean(traces.map(billedSeconds)) * MEMORY_GB;
      const added = mean(traces.map(({ world, action }) => reactionOf(world, action).added));
      const calls = mean(traces.map((trace) => trace.calls.length));
      const invocations = mean(traces.map(({ action }) => action.invocations.length));
      if (Number.isNaN(unlimited)) unlimited = gbSeconds;
      rows.push({
        what: `cost, POLL_WINDOW_SECONDS ${window === '' ? 'unlimited' : window}, next invocation after ${gapSeconds} s`,
        value:
          `${gbSeconds.toFixed(1)} GB-s ($${(gbSeconds * PRICES.gbSecond).toFixed(5)}), +${added.toFixed(1)} s, ` +
          `${invocations.toFixed(0)} invocations, ${calls.toFixed(0)} calls`,
        other: `unlimited ${unlimited.toFixed(1)} GB-s`,
        ratio: gbSeconds / unlimited,
      });
    }
  }
  return rows;
}

function billedSeconds({ action }: RunTrace): number {
  return (
    action.invocations.reduce((sum, { startedAt, endedAt }) => sum + ((endedAt ?? startedAt) - startedAt), 0) / 1000
  );
}

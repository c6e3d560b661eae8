import { SpotRateLimit } from '../../src/clients/spot/rateLimit';
import { jitterFrom } from '../../src/lib/jitter';
import { RateLimit } from '../simulator/spot/rateLimit';

/*
 * Many runs, one limit, and a request before the reset extends the block for all of them: the rule by which they come
 * back decides whether any of them gets through at all. Only requests and waits are played here; bench/scale.ts plays
 * whole deployments.
 */

const RUNS = 200;
const PER_MINUTE = 200;
const REQUESTS = 6;
const START = Date.UTC(2026, 0, 5, 9, 0, 17);

interface Run {
  readonly jitter: () => number;
  at: number;
  requests: number;
  limit: SpotRateLimit;
}

/** What a run knows of earlier refusals when it meets the next one. */
type Memory = (run: Run) => SpotRateLimit;

/** How many runs have made all of their requests after half an hour, and the refusals of each. */
function play(memory: Memory): { through: number; refusalsEach: number } {
  const schedule = { time: START };
  const shared = new RateLimit({ schedule, options: { spotRequestsPerMinute: PER_MINUTE } });
  const runs = Array.from({ length: RUNS }, (_, index): Run => {
    const jitter = jitterFrom(`job-${index}`);
    return { jitter, at: START + jitter() * 60_000, requests: 0, limit: new SpotRateLimit() };
  });
  for (;;) {
    const [next] = runs.filter(({ requests }) => requests < REQUESTS).sort((a, b) => a.at - b.at);
    if (!next || next.at > START + 1_800_000) break;
    schedule.time = next.at;
    request(next, shared, memory);
  }
  return { through: runs.filter(({ requests }) => requests === REQUESTS).length, refusalsEach: shared.refused / RUNS };
}

function request(run: Run, shared: RateLimit, memory: Memory): void {
  const { blocked, resetSeconds } = shared.count('GET');
  if (blocked) {
    run.limit = memory(run);
    const clock = { now: () => run.at, sleep: () => Promise.resolve() };
    run.at = run.limit.block('list', String(resetSeconds), { clock, jitter: run.jitter }).retryAt;
  } else {
    run.requests += 1;
    run.at += run.limit.untilTurn('list', run.at, run.jitter) ?? 30_000 * (0.5 + run.jitter());
  }
}

test('runs that share a limit all get through', () => {
  const { through, refusalsEach } = play(({ limit }) => limit);
  expect(through).toBe(RUNS);
  expect(refusalsEach).toBeLessThan(6);
});

test('each by itself, after its own reset, they keep the block up for good', () => {
  expect(play(() => new SpotRateLimit()).through).toBe(0);
});

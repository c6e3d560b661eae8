import { afterRateLimit, rateLimitWait } from '../../src/clients/callPolicy';
import { jitterFrom } from '../../src/lib/jitter';
import { RateLimit } from '../simulator/spot/rateLimit';

/*
 * Many runs, one limit, and a request before the reset extends the block for all of them: the rule by which they come
 * back decides whether any of them gets through at all. Only requests and waits are played here; bench/scale.ts plays
 * whole deployments.
 */

const RUNS = 200;
const PER_MINUTE = 200;
const LOOKS = 6;
const START = Date.UTC(2026, 0, 5, 9, 0, 17);

interface Run {
  readonly jitter: () => number;
  at: number;
  looks: number;
  waitedUntil: number | undefined;
}

type Rule = typeof afterRateLimit;

/** How many runs have had all of their looks after half an hour, and the refusals of each. */
function play(rule: Rule): { through: number; refusalsEach: number } {
  const schedule = { time: START };
  const limit = new RateLimit({ schedule, options: { spotRequestsPerMinute: PER_MINUTE } });
  const runs = Array.from({ length: RUNS }, (_, index): Run => {
    const jitter = jitterFrom(`job-${index}`);
    return { jitter, at: START + jitter() * 60_000, looks: 0, waitedUntil: undefined };
  });
  for (;;) {
    const [next] = runs.filter(({ looks }) => looks < LOOKS).sort((a, b) => a.at - b.at);
    if (!next || next.at > START + 1_800_000) break;
    schedule.time = next.at;
    look(next, limit, rule);
  }
  return { through: runs.filter(({ looks }) => looks === LOOKS).length, refusalsEach: limit.refused / RUNS };
}

function look(run: Run, limit: RateLimit, rule: Rule): void {
  const { blocked, resetSeconds } = limit.count('GET');
  const clock = { now: () => run.at, sleep: () => Promise.resolve() };
  if (blocked) {
    run.waitedUntil = rule({ clock, jitter: run.jitter }, rateLimitWait(resetSeconds), run.waitedUntil);
    run.at = run.waitedUntil;
  } else {
    run.looks += 1;
    run.at += 30_000 * (0.5 + run.jitter());
  }
}

test('runs that share a limit all get through', () => {
  const { through, refusalsEach } = play(afterRateLimit);
  expect(through).toBe(RUNS);
  expect(refusalsEach).toBeLessThan(6);
});

test('each by itself, after its own reset, they keep the block up for good', () => {
  const byItself: Rule = (budget, wait) => afterRateLimit(budget, wait, undefined);
  expect(play(byItself).through).toBe(0);
});

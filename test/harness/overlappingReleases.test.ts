import type { WorldOptions } from '../simulator/options';
import { Random, pick } from '../simulator/random';
import { scenarioNamed } from '../simulator/scenarios';
import { playReleases, type ReleasesTrace } from './playRun';
import { TRIES_ALL } from '../support/triesAll';

/*
 * Two executions of a pipeline in PARALLEL mode with ON_CONFLICT: WAIT, whose actions overlap. The older one's may start first
 * or last: its build may have taken longer. Without a word between them, of every two pairs one deployed the older
 * revision last.
 */

const PAIRS = TRIES_ALL ? 40 : 8;
/** Seconds by which the older execution is older. */
const OLDER_BY_S = 30;

interface PairKind {
  readonly scenario: 'conflict-ends' | 'success';
  /** Seconds by which the actions' starts differ at most. */
  readonly spread: number;
}

/** Both wait for somebody else's deployment. */
const BOTH_WAIT: PairKind = { scenario: 'conflict-ends', spread: 45 };
/** The one that is first is what the other one waits for; or, where Spot accepts two starts at once, CodeDeploy's is. */
const ONE_WAITS: PairKind = { scenario: 'success', spread: 2 };

function playPair(seed: number, { scenario, spread }: PairKind, options: Partial<WorldOptions>) {
  const random = new Random(seed * 7919);
  const [older, newer] = [random.between(0, spread), random.between(0, spread)];
  const slowest = pick(random, [20, 150, 800]);
  return playReleases(
    {
      seed,
      scenario: scenarioNamed(scenario),
      options: { listOrder: pick(random, ['newest', 'oldest', 'shuffled']), ...options },
      userParameters: { ON_CONFLICT: 'WAIT' },
      env: { POLL_WINDOW_SECONDS: pick(random, ['', '', '20']) },
      latencyMs: () => 5 + Math.floor(random.next() * slowest),
    },
    [
      { startsAfterSeconds: older, secondsSinceRelease: 100 + older },
      { startsAfterSeconds: newer, secondsSinceRelease: 100 + newer - OLDER_BY_S },
    ],
  );
}

/** Which of the two was deployed, in that order. */
function deployedIn({ actions, world }: ReleasesTrace): string {
  const names = new Map(actions.map(({ jobs }, index) => [jobs[0]?.id, ['older', 'newer'][index]]));
  return world.codeDeploy.all
    .filter(({ owner, status }) => owner === 'product' && status === 'Succeeded')
    .map(({ tagFilters }) => names.get(tagFilters[0]?.value))
    .join(', ');
}

test(`of ${PAIRS} pairs none deploys the older revision last`, async () => {
  for (let seed = 1; seed <= PAIRS; seed += 1) {
    const kind = seed % 2 === 0 ? BOTH_WAIT : ONE_WAITS;
    const trace = await playPair(seed, kind, { secondDeployment: seed % 4 < 2 ? 'accepted' : 'rejected' });
    expect(['newer', 'older, newer']).toContain(deployedIn(trace));
    const [older, newer] = trace.actions;
    expect(newer?.status).toBe('Succeeded');
    if (older?.status === 'Failed') expect(older.message).toMatch(/^A newer execution of this pipeline, /);
    expect(trace.world.traffic.outages).toEqual([]);
  }
}, 120_000);

test('where the executions cannot be read both are deployed, one after the other, in any order', async () => {
  const orders = new Set<string>();
  for (let seed = 1; seed <= 8 && orders.size < 2; seed += 1)
    orders.add(deployedIn(await playPair(seed, BOTH_WAIT, { executionReads: 'denied' })));
  expect(orders).toEqual(new Set(['older, newer', 'newer, older']));
}, 60_000);

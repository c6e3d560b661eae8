import { inProcessAws } from '../harness/inProcessAws';
import { timerClock } from '../simulator/clocks';
import { runJob } from '../../src/runJob';
import { captureLogs } from '../harness/captureLogs';
import { installVirtualTime } from '../harness/virtualTime';
import { AwsThrottle, type AwsLimits } from '../simulator/awsThrottle';
import type { WorldOptions } from '../simulator/options';
import { runAction } from '../simulator/pipeline';
import { Random } from '../simulator/random';
import { scaled, scenarioNamed } from '../simulator/scenarios';
import { RateLimit } from '../simulator/spot/rateLimit';
import { inProcessTransport } from '../simulator/transport';
import { World } from '../simulator/world';
import { mean, type Row } from './table';
import { LATENCY_MS } from './reaction';

/**
 * Calls per second of each operation, and how many at once, for the whole account. EC2: DescribeInstances with filters
 * (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html). CodeDeploy publishes no numbers: an assumption.
 */
const AWS_LIMITS: AwsLimits = {
  ec2: { perSecond: 20, atOnce: 100 },
  codedeploy: { perSecond: 100, atOnce: 200 },
};
/** All pipelines start within this time (s), as after a release that touches every one of them. */
const START_WITHIN_S = 60;

type Limits = Pick<WorldOptions, 'reservationsPerPage' | 'spotLimitFor' | 'spotRequestsPerMinute'>;

/** As MaxResults allows (the function asks for 1000), and a limit for each group. Spot publishes no numbers: an assumption. */
const ROOMY: Limits = { reservationsPerPage: 1000, spotLimitFor: 'each-group', spotRequestsPerMinute: 60 };
/** Pages of two, so that the account makes more calls than EC2 takes. */
const SCARCE_EC2: Limits = { ...ROOMY, reservationsPerPage: 2 };
/** A limit for each group that is below what its deployment asks for, 12 reads a minute. */
const SCARCE_FOR_EACH: Limits = { ...ROOMY, spotRequestsPerMinute: 6 };
/**
 * One limit for all groups, and for each of 1,000 deployments one or two reads a minute. Unlimited they ask for 7,000
 * a minute; the least is 5 reads each: 5,000, in 2.5 or 5 minutes if no request were refused.
 */
const SCARCE_SPOT = [2000, 1000, 500].map((spotRequestsPerMinute): Limits => ({
  ...ROOMY,
  spotLimitFor: 'all-groups',
  spotRequestsPerMinute,
}));

interface ScaleResult {
  readonly succeeded: number;
  readonly callsEach: number;
  /** From the first start to the last result. */
  readonly minutes: number;
  readonly throttle: AwsThrottle;
  readonly spotRateLimit: RateLimit;
  /** Calls by second of virtual time, for each service. */
  readonly perSecond: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/** Concurrent deployments of 2 to 3 minutes, each of a group of its own, in one account and one Spot organisation. */
export async function scaleRows(): Promise<Row[]> {
  const alone = await playMany(1, ROOMY);
  const rows = [rowOf('1 deployments at once', alone, alone)];
  for (const count of [10, 100, 1000])
    rows.push(rowOf(`${count} deployments at once`, await playMany(count, ROOMY), alone));
  rows.push(rowOf('1000, EC2 in pages of two', await playMany(1000, SCARCE_EC2), alone));
  rows.push(rowOf('1000, a Spot limit of 6 a minute for each', await playMany(1000, SCARCE_FOR_EACH), alone));
  for (const limits of SCARCE_SPOT)
    rows.push(
      rowOf(
        `1000, one Spot limit of ${limits.spotRequestsPerMinute} a minute for all`,
        await playMany(1000, limits),
        alone,
      ),
    );
  return rows;
}

function rowOf(what: string, result: ScaleResult, alone: ScaleResult): Row {
  const { succeeded, callsEach, minutes, throttle, spotRateLimit, perSecond } = result;
  const peaks = [...perSecond].map(([service, seconds]) => `${service} ${burst(seconds)}`);
  const throttled = [...throttle.refused].map(([operation, calls]) => `${operation} ${calls}`).join(', ') || '0';
  const { refused, early, afterReset } = spotRateLimit;
  const spot =
    refused === 0
      ? '0'
      : `${refused} (${early.length} while others were refused; after a reset at most ${afterReset.first} in its second, ` +
        `${afterReset.busiest} in any)`;
  return {
    what: `scale: ${what}`,
    value:
      `${succeeded} succeeded in ${minutes.toFixed(1)} min, ${callsEach.toFixed(1)} calls each; throttled by AWS: ${throttled}; ` +
      `refused by Spot: ${spot}; at the peak per second (beside the mean): ${peaks.join(', ')}`,
    other: `alone ${alone.callsEach.toFixed(1)} calls`,
    ratio: callsEach / alone.callsEach,
    aim: 'all succeed, about 1',
  };
}

function burst(seconds: ReadonlyMap<number, number>): string {
  const all = [...seconds.keys()];
  const length = Math.max(...all) - Math.min(...all) + 1;
  const total = [...seconds.values()].reduce((sum, calls) => sum + calls, 0);
  return `${Math.max(...seconds.values())} (${(total / length).toFixed(1)})`;
}

async function playMany(count: number, limits: Limits): Promise<ScaleResult> {
  const time = installVirtualTime(Date.UTC(2026, 0, 5, 9, 0, 0));
  const logs = captureLogs();
  try {
    return await time.run(() => playAll(count, limits));
  } finally {
    logs.release();
    time.uninstall();
  }
}

async function playAll(count: number, limits: Limits): Promise<ScaleResult> {
  const startedAt = Date.now();
  const schedule = {
    get time() {
      return Date.now();
    },
  };
  const account: SharedAccount = {
    limits,
    spotRateLimit: new RateLimit({ schedule, options: limits }),
    awsThrottle: new AwsThrottle(AWS_LIMITS),
    perSecond: new Map(),
  };
  const played = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const random = new Random(index + 1);
      await timerClock.sleep(count === 1 ? 0 : random.next() * START_WITHIN_S * 1000);
      return playOne(index, random, account);
    }),
  );
  for (const [text, runs] of failuresOf(played)) process.stderr.write(`${runs} × ${text}\n`);
  return {
    succeeded: played.filter(({ failure }) => failure === undefined).length,
    callsEach: mean(played.map(({ calls }) => calls)),
    minutes: (Date.now() - startedAt) / 60_000,
    throttle: account.awsThrottle,
    spotRateLimit: account.spotRateLimit,
    perSecond: account.perSecond,
  };
}

/** What all deployments share. */
interface SharedAccount {
  readonly limits: Limits;
  readonly spotRateLimit: RateLimit;
  readonly awsThrottle: AwsThrottle;
  readonly perSecond: Map<string, Map<number, number>>;
}

interface Played {
  readonly calls: number;
  readonly failure: string | undefined;
}

async function playOne(index: number, random: Random, account: SharedAccount): Promise<Played> {
  const world = worldOf(index, random, account);
  const transport = inProcessTransport({
    world,
    inject: (_index, { service }) => {
      const seconds = account.perSecond.get(service) ?? new Map<number, number>();
      account.perSecond.set(service, seconds);
      const second = Math.floor(Date.now() / 1000);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
      return undefined;
    },
    latencyMs: () => LATENCY_MS * random.between(0.5, 1.5),
  });
  const { status, message } = await runAction({
    world,
    clock: timerClock,
    gapSeconds: 10,
    redelivery: 'lambda',
    // The default: 1800 s.
    userParameters: { TIMEOUT: undefined },
    invoke: (event) => {
      const endsAt = Date.now() + 900_000;
      return runJob(event, {
        clock: timerClock,
        env: { SPOT_API_URL: 'https://api.spotinst.io', CHECK_REVISION: 'true' },
        remainingMilliseconds: () => Math.max(0, endsAt - Date.now()),
        aws: inProcessAws(transport, world.account.region),
        spotAdapter: transport.axiosAdapter,
      });
    },
  });
  return { calls: transport.calls.length, failure: status === 'Succeeded' ? undefined : message };
}

/** No two upstreams take equally long. */
function worldOf(index: number, random: Random, { limits, spotRateLimit, awsThrottle }: SharedAccount): World {
  const number = String(index).padStart(8, '0');
  return new World({
    now: () => Date.now(),
    seed: index + 1,
    scenario: scaled(scenarioNamed('success'), random.between(1.7, 2.6)),
    spotRateLimit,
    awsThrottle,
    options: { ...limits, account: { groupId: `sig-${number}`, applicationName: `shop-${number}` } },
  });
}

/** How often each failure was met, ids and numbers aside. */
function failuresOf(played: readonly Played[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { failure } of played) {
    const text = failure?.split('\n')[0]?.replaceAll(/\b[a-z]+-[0-9A-Za-z-]+\b|\d+/g, '…');
    if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

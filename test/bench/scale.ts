import { timerClock } from '../simulator/clocks';
import { createAwsClients } from '../../src/clients/awsClients';
import { runJob } from '../../src/runJob';
import { captureLogs } from '../harness/captureLogs';
import { installVirtualTime } from '../harness/virtualTime';
import type { CallDescription } from '../simulator/calls';
import { runAction } from '../simulator/pipeline';
import { Random } from '../simulator/random';
import type { Scenario } from '../simulator/scenario';
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
const AWS_LIMITS: Readonly<Record<string, { readonly perSecond: number; readonly atOnce: number }>> = {
  ec2: { perSecond: 20, atOnce: 100 },
  codedeploy: { perSecond: 100, atOnce: 200 },
};
/** Requests in 60 s for each route and method of a group. Spot publishes no numbers: an assumption. */
const SPOT_PER_MINUTE = 60;
/** All pipelines start within this time (s), as after a release that touches every one of them. */
const START_WITHIN_S = 60;

const clock = {
  now: () => Date.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

interface ScaleResult {
  readonly succeeded: number;
  readonly callsEach: number;
  readonly throttled: number;
  readonly early: number;
  /** Calls by second of virtual time, for each service. */
  readonly perSecond: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/** Concurrent deployments of 2 to 3 minutes, each of a group of its own, in one account and one Spot organisation. */
export async function scaleRows(): Promise<Row[]> {
  const rows: Row[] = [];
  let alone: number | undefined;
  for (const count of [1, 10, 100, 1000]) {
    const result = await playMany(count);
    alone ??= result.callsEach;
    const peaks = [...result.perSecond].map(([service, seconds]) => `${service} ${burst(seconds)}`);
    rows.push({
      what: `scale: ${count} deployments at once`,
      value:
        `${result.succeeded} succeeded, ${result.callsEach.toFixed(1)} calls each, ${result.throttled} throttled, ` +
        `${result.early} before a reset; at the peak per second (beside the mean): ${peaks.join(', ')}`,
      other: `alone ${alone.toFixed(1)} calls`,
      ratio: result.callsEach / alone,
      aim: 'all succeed, about 1',
    });
  }
  return rows;
}

function burst(seconds: ReadonlyMap<number, number>): string {
  const all = [...seconds.keys()];
  const length = Math.max(...all) - Math.min(...all) + 1;
  const total = [...seconds.values()].reduce((sum, calls) => sum + calls, 0);
  return `${Math.max(...seconds.values())} (${(total / length).toFixed(1)})`;
}

async function playMany(count: number): Promise<ScaleResult> {
  const time = installVirtualTime(Date.UTC(2026, 0, 5, 9, 0, 0));
  const logs = captureLogs();
  try {
    return await time.run(async () => {
      const schedule = {
        get time() {
          return Date.now();
        },
      };
      const spotRateLimit = new RateLimit({ schedule, options: { spotRequestsPerMinute: SPOT_PER_MINUTE } });
      const throttle = new Throttle();
      const perSecond = new Map<string, Map<number, number>>();
      const calls: number[] = [];
      let succeeded = 0;
      const one = async (index: number): Promise<void> => {
        const random = new Random(index + 1);
        await clock.sleep(count === 1 ? 0 : random.next() * START_WITHIN_S * 1000);
        const world = worldOf(index, random, spotRateLimit);
        const inject = (_index: number, call: CallDescription) => {
          const seconds = perSecond.get(call.service) ?? new Map<number, number>();
          perSecond.set(call.service, seconds);
          const second = Math.floor(Date.now() / 1000);
          seconds.set(second, (seconds.get(second) ?? 0) + 1);
          return throttle.allows(call) ? undefined : ('rate-limited' as const);
        };
        const latencyMs = () => LATENCY_MS * random.between(0.5, 1.5);
        const transport = inProcessTransport({ world, inject, latencyMs });
        const action = await runAction({
          world,
          clock: timerClock,
          gapSeconds: 10,
          redelivery: 'lambda',
          invoke: (event) => {
            const endsAt = Date.now() + 900_000;
            return runJob(event, {
              clock,
              env: { SPOT_API_URL: 'https://api.spotinst.io' },
              remainingMilliseconds: () => Math.max(0, endsAt - Date.now()),
              aws: createAwsClients({
                requestHandler: transport.requestHandler,
                region: world.account.region,
                credentials: { accessKeyId: 'AKIAFAKEHARNESS00000', secretAccessKey: 'fake' },
              }),
              spotAdapter: transport.axiosAdapter,
            });
          },
        });
        calls.push(transport.calls.length);
        succeeded += action.status === 'Succeeded' ? 1 : 0;
      };
      await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
      return {
        succeeded,
        callsEach: mean(calls),
        throttled: throttle.refused,
        early: spotRateLimit.early.length,
        perSecond,
      };
    });
  } finally {
    logs.release();
    time.uninstall();
  }
}

/** No two upstreams take equally long. */
function worldOf(index: number, random: Random, spotRateLimit: RateLimit): World {
  const scenario: Scenario = scaled(scenarioNamed('success'), random.between(1.7, 2.6));
  const number = String(index).padStart(8, '0');
  return new World({
    now: clock.now,
    seed: index + 1,
    scenario,
    spotRateLimit,
    options: {
      // As MaxResults allows: the stage asks for 1000.
      reservationsPerPage: 1000,
      spotRequestsPerMinute: SPOT_PER_MINUTE,
      account: { groupId: `sig-${number}`, applicationName: `shop-${number}` },
    },
  });
}

/** AWS's token buckets: one for each operation of the account. */
class Throttle {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();
  refused = 0;

  allows({ service, operation }: CallDescription): boolean {
    const limit = AWS_LIMITS[service];
    if (!limit) return true;
    const now = Date.now();
    const bucket = this.#buckets.get(operation) ?? { tokens: limit.atOnce, at: now };
    this.#buckets.set(operation, bucket);
    bucket.tokens = Math.min(limit.atOnce, bucket.tokens + ((now - bucket.at) / 1000) * limit.perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) {
      this.refused += 1;
      return false;
    }
    bucket.tokens -= 1;
    return true;
  }
}

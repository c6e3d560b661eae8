import { timerClock } from '../simulator/clocks';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { runAction } from '../simulator/pipeline';
import { scaled, scenarioNamed } from '../simulator/scenarios';
import { environmentFor, startServer } from '../simulator/server';
import { World } from '../simulator/world';
import { median, type Row } from './table';

const REPETITIONS = 3;
const SPEED = 10;
/** The smallest that template.yaml allows. */
const SMALLEST_MB = 128;

interface Kind {
  readonly what: string;
  readonly scenario: string;
  readonly nodeOptions: string;
}

const KINDS: readonly Kind[] = [
  { what: 'a deployment that succeeds', scenario: 'success', nodeOptions: '' },
  { what: 'a deployment that fails, with its diagnosis', scenario: 'script-fails', nodeOptions: '' },
  {
    what: 'a deployment that fails, old space of 64 MB and semi-spaces of 1 MB',
    scenario: 'script-fails',
    nodeOptions: '--max-old-space-size=64 --max-semi-space-size=1',
  },
];

/** Peak resident memory of a process that runs one whole deployment with dist/handler.mjs. */
export async function memoryRows(): Promise<Row[]> {
  const peaks = new Map<Kind, { rss: number; heap: number }[]>();
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    for (const kind of KINDS) peaks.set(kind, [...(peaks.get(kind) ?? []), await peakOf(kind)]);
  }
  return KINDS.map((kind) => {
    const all = peaks.get(kind) ?? [];
    const rss = median(all.map((peak) => peak.rss));
    return {
      what: `memory: ${kind.what}`,
      value: `${rss.toFixed(0)} MB resident at its peak, ${median(all.map((peak) => peak.heap)).toFixed(0)} MB of heap used`,
      other: `smallest Lambda ${SMALLEST_MB} MB`,
      ratio: rss / SMALLEST_MB,
      aim: '< 1',
    };
  });
}

interface Usage {
  /** KiB */
  readonly maxRSS: number;
  /** bytes */
  readonly heapUsed: number;
}

async function peakOf({ scenario, nodeOptions }: Kind): Promise<{ rss: number; heap: number }> {
  const world = new World({
    now: () => Date.now(),
    seed: 1,
    scenario: scaled(scenarioNamed(scenario), 1 / SPEED),
  });
  const server = await startServer({ world });
  const env = {
    PATH: process.env['PATH'] ?? '',
    NODE_NO_WARNINGS: '1',
    NODE_OPTIONS: nodeOptions,
    POLL_INTERVAL_SECONDS: '0.1',
    CLEANUP_TIMEOUT_SECONDS: '20',
    ...environmentFor(server.url),
  };
  const child = fork('test/bench/host.mjs', ['dist/handler.mjs'], {
    env,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let usage: Usage = { maxRSS: NaN, heapUsed: NaN };
  try {
    await messageOf(child);
    await runAction({
      world,
      clock: timerClock,
      gapSeconds: 0.5,
      redelivery: 'none',
      invoke: async (event) => {
        child.send(event);
        usage = (await messageOf(child)) as Usage;
      },
    });
    return { rss: (usage.maxRSS * 1024) / 1e6, heap: usage.heapUsed / 1e6 };
  } finally {
    child.kill('SIGKILL');
    await server.close();
  }
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(() => {
    throw new Error("The function's process ended.");
  });
  ended.catch(() => undefined);
  const [message] = (await Promise.race([once(child, 'message'), ended])) as unknown[];
  return message;
}

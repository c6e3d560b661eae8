import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_ARTIFACT, eventOf, jobData, userParametersFor } from '../simulator/codepipeline/event';
import { scenarioNamed } from '../simulator/scenarios';
import { environmentFor } from '../simulator/server';
import { World } from '../simulator/world';
import { median, type Row } from './table';

const OUT = 'build/bench';
const REPETITIONS = 15;

interface Subject {
  readonly name: string;
  /** Which request it is measured to: default, the first one. */
  readonly until?: 'Spot';
  readonly args: readonly string[];
  readonly bundle?: string;
}

const HOST = 'test/bench/host.mjs';
const NODE: Subject = { name: 'Node alone', args: ['test/bench/bare.mjs'] };
const FLOOR: Subject = { name: 'floor', args: [`${OUT}/floor.mjs`], bundle: `${OUT}/floor.mjs` };
const STAGE: Subject = { name: 'dist/handler.mjs', args: [HOST, 'dist/handler.mjs'], bundle: 'dist/handler.mjs' };
const NAIVE: Subject = { name: 'naive bundle', args: [HOST, `${OUT}/naive.cjs`], bundle: `${OUT}/naive.cjs` };
const toSpot = (subject: Subject): Subject => ({
  ...subject,
  name: `${subject.name}, to its first call of Spot`,
  until: 'Spot',
});
const STAGE_TO_SPOT = toSpot(STAGE);
const NAIVE_TO_SPOT = toSpot(NAIVE);
const SUBJECTS = [NODE, FLOOR, STAGE, NAIVE, STAGE_TO_SPOT, NAIVE_TO_SPOT];

/** From the start of the process to its first request: all is loaded by then that an accepted event needs. */
export async function coldStartRows(): Promise<Row[]> {
  buildOthers();
  const { event, jobDetails } = sampleJob();
  const { url, firstRequest, close } = await listener(jobDetails);
  const env: Record<string, string> = { ...environmentFor(url), BENCH_EVENT: event };
  const times = new Map<string, number[]>();
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    for (const subject of SUBJECTS) {
      const list = times.get(subject.name) ?? [];
      list.push(await timeToFirstRequest(subject, env, firstRequest));
      times.set(subject.name, list);
    }
  }
  const loaded = new Map<string, number>();
  for (const subject of [FLOOR, STAGE, NAIVE, STAGE_TO_SPOT])
    loaded.set(subject.name, await bytesLoaded(subject, env, firstRequest));
  await close();

  const ms = ({ name }: Subject) => median(times.get(name) ?? []);
  const kB = ({ name }: Subject) => (loaded.get(name) ?? NaN) / 1000;
  const row = (subject: Subject, other: Subject, aim?: string): Row => ({
    what: `cold start: ${subject.name} beside ${other.name}`,
    value: `${ms(subject).toFixed(0)} ms`,
    other: `${ms(other).toFixed(0)} ms`,
    ratio: ms(subject) / ms(other),
    ...(aim !== undefined && { aim }),
  });
  const size = (subject: Subject, other: Subject, aim?: string): Row => ({
    what: `loaded before the first call: ${subject.name} beside ${other.name}`,
    value: `${kB(subject).toFixed(0)} kB`,
    other: `${kB(other).toFixed(0)} kB`,
    ratio: kB(subject) / kB(other),
    ...(aim !== undefined && { aim }),
  });
  return [
    row(STAGE, FLOOR, '≤ 2'),
    row(STAGE, NAIVE, '≤ 0.5'),
    row(STAGE_TO_SPOT, NAIVE_TO_SPOT),
    row(STAGE_TO_SPOT, FLOOR),
    row(STAGE, NODE),
    row(FLOOR, NODE),
    size(STAGE, FLOOR),
    size(STAGE, NAIVE),
    size(STAGE_TO_SPOT, NAIVE),
  ];
}

/** The floor as scripts/build.mjs builds, and the same source as somebody builds who does not think about it. */
function buildOthers(): void {
  run(process.execPath, ['scripts/build.mjs', 'test/bench/floor.mjs', OUT]);
  // Without this alias the naive bundle does not even start: esbuild cannot follow the requires of jsonc-parser's UMD build.
  const umd = '--alias:jsonc-parser=jsonc-parser/lib/esm/main.js';
  const naive = ['src/handler.ts', '--bundle', '--minify', '--platform=node', umd, `--outfile=${OUT}/naive.cjs`];
  run('node_modules/.bin/esbuild', [...naive, '--log-level=warning']);
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

interface Listener {
  readonly url: string;
  /** The time (ms) at which the next request comes in, or the next one to Spot. */
  readonly firstRequest: (until: Subject['until']) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** Takes requests, and answers what comes before the first one to Spot: the process is killed soon. */
async function listener(jobDetails: unknown): Promise<Listener> {
  let heard: (at: number, isSpot: boolean) => void = () => undefined;
  const answers: Readonly<Record<string, unknown>> = {
    'secretsmanager.GetSecretValue': { Name: 'spot/api-token', SecretString: 'bench' },
    'CodePipeline_20150709.GetJobDetails': { jobDetails },
  };
  const server = createServer((request, answer) => {
    heard(performance.now(), request.url?.startsWith('/aws/ec2/group') === true);
    const given = answers[String(request.headers['x-amz-target'])];
    if (given === undefined) return;
    answer.setHeader('content-type', 'application/x-amz-json-1.1');
    answer.end(JSON.stringify(given));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('There is no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    firstRequest: (until) =>
      new Promise((resolve) => {
        heard = (at, isSpot) => {
          if (until === undefined || isSpot) resolve(at);
        };
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function timeToFirstRequest(
  { name, args, until }: Subject,
  env: Readonly<Record<string, string>>,
  firstRequest: Listener['firstRequest'],
): Promise<number> {
  const request = firstRequest(until);
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`${name} ended with ${code ?? 'a signal'} before its first request`));
    });
  });
  ended.catch(() => undefined);
  try {
    return (await Promise.race([request, ended])) - startedAt;
  } finally {
    child.kill('SIGKILL');
    await ended.catch(() => undefined);
  }
}

/** The files of the bundle that the process has read by its first request, without source maps. */
async function bytesLoaded(
  subject: Subject,
  env: Readonly<Record<string, string>>,
  firstRequest: Listener['firstRequest'],
): Promise<number> {
  const list = path.resolve(OUT, 'loaded.txt');
  rmSync(list, { force: true });
  const hooked = { ...subject, args: ['--import', './test/bench/loadHook.mjs', ...subject.args] };
  await timeToFirstRequest(hooked, { ...env, BENCH_LOADED: list }, firstRequest);
  const urls = new Set(readFileSync(list, 'utf8').trim().split('\n'));
  const files = [...urls]
    .map((url) => fileURLToPath(url))
    .filter((file) => !file.includes(`${path.sep}test${path.sep}`));
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
}

function sampleJob(): { event: string; jobDetails: unknown } {
  const world = new World({ now: () => Date.now(), seed: 1, scenario: scenarioNamed('success') });
  const UserParameters = JSON.stringify(userParametersFor(world.account, world.scenario));
  const data = jobData(world.account, { UserParameters }, [DEFAULT_ARTIFACT], undefined);
  const id = world.jobs.create({ ...data });
  return { event: JSON.stringify(eventOf(id, data, world.account)), jobDetails: { id, data } };
}

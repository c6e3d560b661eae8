import type { HistoryOptions } from '../simulator/codedeploy/history';
import { scaled, scenarioNamed } from '../simulator/scenarios';
import { playRun, type RunTrace } from './playRun';

/* Issue 17, point 4: sparse where nothing can be over yet, dense around the end, and never more than 15 s apart. */

const TEN_MINUTES = scaled(scenarioNamed('success'), 600 / 70);
const LATENCY_MS = 60;
/** A poll's calls follow one another; a pause begins after the last of them. */
const CALLS_OF_A_POLL_S = 1;

function play(history: Omit<HistoryOptions, 'count'>, seed = 1): Promise<RunTrace> {
  return playRun({
    seed,
    scenario: TEN_MINUTES,
    options: { reservationsPerPage: 1000, idsPerPage: 100, history: { ...history, count: 10 } },
    latencyMs: () => LATENCY_MS,
  });
}

const CHECKS: ReadonlySet<string> = new Set(['GetJobDetails', 'GetPipelineExecution', 'ListActionExecutions']);
const POLLS: ReadonlySet<string> = new Set(['GET blueGreenDeployment', 'GetDeployment']);

function pacedCalls({ calls }: RunTrace): number {
  return calls.filter(({ operation }) => !CHECKS.has(operation)).length;
}

/** In seconds, within one invocation. */
function pausesOf({ calls, madeBy }: RunTrace): number[] {
  const polls = calls.filter(({ operation }) => POLLS.has(operation)).flatMap(({ index }) => madeBy[index] ?? []);
  return polls.flatMap((poll, number) => {
    const before = polls[number - 1];
    return before?.invocation === poll.invocation ? [(poll.at - before.at) / 1000] : [];
  });
}

test.each([1, 2, 3])(
  'ten minutes with a steady history: 80 calls or fewer beside the checks of the pipeline execution (seed %s)',
  async (seed) => {
    const trace = await play({ pattern: 'steady', times: 1 }, seed);
    expect(trace.action.status).toBe('Succeeded');
    expect(pacedCalls(trace)).toBeLessThanOrEqual(80);
  },
);

test.each<[string, Omit<HistoryOptions, 'count'>]>([
  ['none', { pattern: 'none', times: 1 }],
  ['twice as long', { pattern: 'steady', times: 2 }],
  ['half as long', { pattern: 'steady', times: 0.5 }],
])('a history that misleads (%s) costs no more calls than none did before: 148 in all', async (_name, history) => {
  const trace = await play(history);
  expect(trace.action.status).toBe('Succeeded');
  expect(trace.calls.length).toBeLessThanOrEqual(148);
});

test.each<HistoryOptions['pattern']>(['none', 'steady', 'noisy', 'changing'])(
  'whatever the history (%s): never more than 15 s between two polls',
  async (pattern) => {
    for (const times of [0.5, 20]) {
      const pauses = pausesOf(await play({ pattern, times }));
      expect(Math.max(...pauses)).toBeLessThanOrEqual(15 + CALLS_OF_A_POLL_S);
    }
  },
);

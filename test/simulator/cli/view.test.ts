import type { ActionResult, PipelineEvent } from '../pipeline';
import { scenarioNamed } from '../scenarios';
import { newWorld } from '../testWorld';
import type { Screen } from './screen';
import { createView, type View } from './view';

/* What `npm start` shows of a run, above all after a crash. */

const JOB = { at: 0, jobId: 'job-1' };
const info = (attempt: number, jobIndex = 0) => ({ attempt, jobIndex, copy: 0 });
const CRASH = {
  ...JOB,
  kind: 'invocation-failed' as const,
  info: info(0),
  error: new Error("The function's process ended (SIGKILL)."),
  retrySeconds: 12,
} satisfies PipelineEvent;

/** One run on a terminal, or into a pipe; each thing that happens redraws. */
function shown(happens: (view: View) => void, kind: 'terminal' | 'pipe' = 'terminal') {
  const printed: string[] = [];
  const blocks: string[][] = [];
  const screen: Screen = {
    print: (text) => void printed.push(text),
    clear: () => undefined,
    ...(kind === 'terminal' && { draw: (block) => void blocks.push([...block]) }),
  };
  const header = { eventFile: 'events/s3.json', scenario: scenarioNamed('success'), speed: 5 };
  const view = createView(newWorld().world, screen, header);
  happens(view);
  view.line('');
  view.stop();
  return { printed, blocks, last: blocks.at(-1) ?? [] };
}

const log = (fields: object) => JSON.stringify({ message: 'm', ...fields });

test('after a crash the percentage is the last that the function told, and never goes back', () => {
  const { last, blocks } = shown((view) => {
    view.onLog(log({ phase: 'installing', percent: 54 }));
    view.line('');
    view.onEvent(CRASH);
    view.onEvent({ ...JOB, kind: 'invoked', info: info(1) });
    view.onLog(log({ phase: 'starting', percent: 5 }));
    view.onEvent({ ...JOB, kind: 'progress', details: { summary: 'found again', percentComplete: 40 } });
  });
  expect(blocks.map(([head = '']) => /(\d+)%/.exec(head)?.[1])).toEqual(Array(blocks.length).fill('54'));
  expect(last[0]).toMatch(/ 54% {2}\[#{22}\.{18}\]$/);
});

test('the block says what the function does, also while it does nothing', () => {
  const { blocks } = shown((view) => {
    view.line('');
    view.onLog(
      log({
        phase: 'installing',
        message: 'CodeDeploy d-1: started, about 10s left (the last 3 took a median of 12s)',
      }),
    );
    view.line('');
    view.onEvent({ ...JOB, kind: 'progress', details: { percentComplete: 40 } });
    view.onEvent(CRASH);
    view.onEvent({ ...CRASH, retrySeconds: undefined });
  });
  expect(blocks.map(([, doing = '']) => doing.replace('Function', '').trim())).toEqual([
    'not yet invoked',
    'installing, about 10s left',
    'waiting for the next invocation',
    'waiting for the next delivery',
    'ended',
    'ended',
  ]);
});

test('all times are of one scale, and the first line says of which', () => {
  const { printed } = shown(() => undefined);
  expect(printed[0]).toMatch(/\nAll times are of this machine\. The services are 5 times as fast as real ones\.$/);
});

test('a first event that comes again says why the function counts less time', () => {
  const again = (jobIndex: number) =>
    shown((view) => {
      view.onEvent({ ...JOB, kind: 'invoked', info: info(1, jobIndex) });
    }).printed[1];
  expect(again(0)).toMatch(/job-1, delivered again; its time counts from its oldest trace$/);
  expect(again(1)).toMatch(/job-1, delivered again$/);
});

test('of an abandoned action the end says what the function has cleaned up', () => {
  const ended = {
    ...{
      status: 'Failed',
      message: 'The execution was stopped, and its action abandoned.',
      startedAt: 0,
      endedAt: 4000,
    },
    ...{ invocations: [], outputVariables: {}, failure: undefined },
  } as unknown as ActionResult;
  const { printed } = shown((view) => {
    view.onLog(log({ level: 'ERROR', message: 'Cleaned up: Elastigroup deployment cdbg-1 was stopped.' }));
    view.end(ended);
  });
  expect(printed.join('\n')).toMatch(
    /^After [\d.]+ s the function's log says: Cleaned up: Elastigroup deployment cdbg-1 was stopped\.$/m,
  );
});

test('every line of the block fits into 80 columns, whatever the states are', () => {
  const { last } = shown((view) => {
    view.onLog(log({ phase: 'installing', message: 'CodeDeploy d-1: started, longer than usual: 12m30s' }));
  });
  expect(last).toHaveLength(6);
  expect(Math.max(...last.map((line) => line.length))).toBeLessThan(80);
});

test('into a pipe goes one line for each change', () => {
  vi.useFakeTimers();
  const { printed } = shown(() => {
    vi.advanceTimersByTime(1000);
  }, 'pipe');
  expect(printed.slice(1)).toEqual([
    '   0.2 s    0%  Elastigroup -, CodeDeploy -, 4 blue and 0 green running, serving: blue 4',
    '',
  ]);
  vi.useRealTimers();
});

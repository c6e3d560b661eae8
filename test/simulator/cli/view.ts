import { createLogUpdate } from 'log-update';
import type { ActionResult, PipelineEvent } from '../pipeline';
import type { Scenario } from '../scenario';
import type { World } from '../world';

/** Shows a run while it happens: a block that is redrawn on a terminal, a line for each change otherwise. */
export interface View {
  readonly onEvent: (event: PipelineEvent) => void;
  /** A line of the function's log: it says how far the action is, also between two results. */
  readonly onLog: (line: string) => void;
  line(text: string): void;
  end(action: ActionResult): void;
  stop(): void;
}

const REDRAW_MS = 200;

export function createView(world: World, header: { eventFile: string; scenario: Scenario; speed: number }): View {
  const startedAt = Date.now();
  const live = process.stdout.isTTY ? createLogUpdate(process.stdout) : undefined;
  let percent = 0;
  let timeLeft = '';
  let shown = '';
  console.log(
    `CodePipeline plays ${header.eventFile}, scenario "${header.scenario.name}" (${header.scenario.title}), ${header.speed} times as fast.\n` +
      `All times below are seconds of this machine: 10 of them are ${10 * header.speed} for the services. TIMEOUT is in them, too.`,
  );

  const redraw = () => {
    world.catchUp();
    const status = statusOf(world);
    const text = `${elapsed(startedAt)}  ${String(percent).padStart(3)}%  ${status}${timeLeft}`;
    if (live) live(`${bar(percent)}\n${text}`);
    else if (status !== shown) console.log(text);
    shown = status;
  };
  const line = (text: string) => {
    live?.clear();
    console.log(text);
    if (live) redraw();
  };
  const timer = setInterval(redraw, REDRAW_MS);
  return {
    line,
    onLog: (text) => {
      percent = Math.max(percent, percentIn(text));
      timeLeft = timeLeftIn(text) ?? (phaseIn(text) === 'installing' ? timeLeft : '');
    },
    onEvent: (event) => {
      if (event.kind === 'progress') percent = event.details.percentComplete ?? percent;
      const text = describe(event);
      if (text !== undefined) line(`${elapsed(startedAt)}  ${text}`);
    },
    end: (action) => {
      clearInterval(timer);
      live?.clear();
      console.log(resultText(action));
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}

function percentIn(line: string): number {
  return Number(/"percent":(\d+)/.exec(line)?.[1] ?? 0);
}

/** What the function says of the time, without the figures that it rests on. */
function timeLeftIn(line: string): string | undefined {
  return /, (?:about \w+ left|usually done by now|longer than usual: \w+)/.exec(line)?.[0];
}

function phaseIn(line: string): string | undefined {
  return /"phase":"(\w+)"/.exec(line)?.[1];
}

function statusOf(world: World): string {
  const own = world.spot.deployments.findLast(({ owner }) => owner === 'product');
  const codeDeploy = world.codeDeploy.all.findLast(({ owner, creator }) => owner === 'product' && creator === 'user');
  const rollback = world.codeDeploy.all.find(
    ({ rollsBack }) => rollsBack !== undefined && rollsBack === codeDeploy?.id,
  );
  const count = (fleet: 'blue' | 'green') =>
    world.ec2.instances.filter((instance) => instance.fleet === fleet && instance.state === 'running').length;
  return [
    `Elastigroup ${own?.state ?? '-'}`,
    `CodeDeploy ${codeDeploy?.status ?? '-'}${rollback ? ` (rollback ${rollback.status})` : ''}`,
    `${count('blue')} blue and ${count('green')} green running`,
    `serving: ${servingOf(world)}`,
  ].join(', ');
}

/** The instances that get traffic, by fleet. */
function servingOf({ traffic }: World): string {
  const { blue, green } = traffic.serving;
  const fleets = [blue > 0 ? `blue ${blue}` : '', green > 0 ? `green ${green}` : ''].filter((text) => text !== '');
  return fleets.length > 0 ? fleets.join(', ') : 'NONE';
}

function describe(event: PipelineEvent): string | undefined {
  switch (event.kind) {
    case 'invoked':
      return `invocation ${event.info.jobIndex + 1}, job ${event.jobId}${event.info.attempt > 0 ? ', delivered again' : ''}`;
    case 'progress':
      return `in CodePipeline: ${event.details.percentComplete ?? 0}% ${event.details.summary ?? ''}`;
    case 'stopped':
      return STOPPED[event.how];
    case 'invocation-failed':
      return `the invocation failed: ${event.error instanceof Error ? event.error.message : String(event.error)} ${whatFollows(event.retrySeconds)}`;
    default:
      return undefined;
  }
}

const STOPPED = {
  abandon: 'somebody stops the pipeline execution in CodePipeline, and abandons its action',
  wait: 'somebody stops the pipeline execution in CodePipeline, and lets its action finish',
  cancel: 'somebody edits the pipeline, which cancels its execution',
  'other-fails': 'another action of the pipeline execution fails',
} as const;

function whatFollows(retrySeconds: number | undefined): string {
  if (retrySeconds !== undefined) return `Lambda delivers its event again in ${Math.round(retrySeconds)} s.`;
  return 'Lambda gives up; CodePipeline fails the action when its time for an answer is over.';
}

/** The result as CodePipeline's console shows it. */
function resultText(action: ActionResult): string {
  const seconds = ((action.endedAt - action.startedAt) / 1000).toFixed(1);
  const head = `\n${action.status} after ${seconds} s, ${action.invocations.length} invocations`;
  if (action.failure) return `${head}\n${action.failure.type}: ${action.failure.message}`;
  const variables = Object.entries(action.outputVariables).map(([name, value]) => `  ${name} = ${value}`);
  return [head, action.message, ...(variables.length > 0 ? ['Output variables:', ...variables] : [])].join('\n');
}

function elapsed(startedAt: number): string {
  return `${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s`;
}

function bar(percent: number): string {
  const width = 40;
  const done = Math.round((percent / 100) * width);
  return `[${'#'.repeat(done)}${'.'.repeat(width - done)}] ${percent}%`;
}

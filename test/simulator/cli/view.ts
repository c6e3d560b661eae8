import type { ActionResult, PipelineEvent } from '../pipeline';
import type { Scenario } from '../scenario';
import type { World } from '../world';
import type { Screen } from './screen';

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

export function createView(
  world: World,
  screen: Screen,
  header: { eventFile: string; scenario: Scenario; speed: number },
): View {
  const startedAt = Date.now();
  let percent = 0;
  let doing = 'not yet invoked';
  let shown = '';
  let lastError = '';
  const isAhead = (percentNow: number | undefined) => {
    percent = Math.max(percent, percentNow ?? 0);
  };

  const redraw = () => {
    world.catchUp();
    const status = statusOf(world);
    // What is left of CodeDeploy's time was said before it ended.
    const left = /^(Succeeded|Failed|Stopped)/.test(status.codeDeploy) ? '' : timeLeftIn(doing);
    if (screen.draw)
      screen.draw(blockOf(status, percent, elapsed(startedAt), doing.replace(timeLeftIn(doing), '') + left));
    else if (lineOf(status) !== shown)
      screen.print(`${elapsed(startedAt)}  ${percentText(percent)}  ${lineOf(status)}${left}`);
    shown = lineOf(status);
  };
  const line = (text: string) => {
    screen.print(text);
    if (screen.draw) redraw();
  };
  screen.print(headerText(header));
  const timer = setInterval(redraw, REDRAW_MS);
  return {
    line,
    onLog: (text) => {
      isAhead(percentIn(text));
      lastError = errorIn(text) ?? lastError;
      const phase = phaseIn(text);
      if (phase !== undefined) doing = phase + (timeLeftIn(text) || (phase === 'installing' ? timeLeftIn(doing) : ''));
    },
    onEvent: (event) => {
      if (event.kind === 'progress') isAhead(event.details.percentComplete);
      doing = whatItDoes(event) ?? doing;
      const text = describe(event);
      if (text !== undefined) line(`${elapsed(startedAt)}  ${text}`);
    },
    end: (action) => {
      clearInterval(timer);
      screen.print(resultText(action));
      // Where CodePipeline takes no result any more, only the log says what was cleaned up.
      if (!action.failure && lastError !== '')
        screen.print(`\nAfter ${elapsed(startedAt).trim()} the function's log says: ${lastError}`);
    },
    stop: () => {
      clearInterval(timer);
      screen.clear();
    },
  };
}

/** All times are this machine's: its clock is the only one that the function, TIMEOUT and the reader share. */
function headerText({ eventFile, scenario, speed }: { eventFile: string; scenario: Scenario; speed: number }): string {
  return (
    `CodePipeline plays ${eventFile}, scenario "${scenario.name}": ${scenario.title}\n` +
    `All times are of this machine. The services are ${speed} times as fast as real ones.`
  );
}

function percentIn(line: string): number {
  return Number(/"percent":(\d+)/.exec(line)?.[1] ?? 0);
}

/** What the function says of the time, without the figures that it rests on. */
function timeLeftIn(line: string): string {
  return /, (?:about \w+ left|usually done by now|longer than usual: \w+)/.exec(line)?.[0] ?? '';
}

function phaseIn(line: string): string | undefined {
  return /"phase":"(\w+)"/.exec(line)?.[1];
}

function errorIn(line: string): string | undefined {
  if (!line.includes('"level":"ERROR"')) return undefined;
  const { message } = JSON.parse(line) as { readonly message?: unknown };
  return String(message);
}

function whatItDoes(event: PipelineEvent): string | undefined {
  switch (event.kind) {
    case 'invoked':
      return 'invoked';
    case 'progress':
      return 'waiting for the next invocation';
    case 'invocation-failed':
      return event.retrySeconds === undefined ? 'ended' : 'waiting for the next delivery';
    default:
      return undefined;
  }
}

interface Status {
  readonly elastigroup: string;
  readonly codeDeploy: string;
  readonly running: string;
  readonly serving: string;
}

function statusOf(world: World): Status {
  const own = world.spot.deployments.findLast(({ owner }) => owner === 'product');
  const codeDeploy = world.codeDeploy.all.findLast(({ owner, creator }) => owner === 'product' && creator === 'user');
  const rollback = world.codeDeploy.all.find(
    ({ rollsBack }) => rollsBack !== undefined && rollsBack === codeDeploy?.id,
  );
  const count = (fleet: 'blue' | 'green') =>
    world.ec2.instances.filter((instance) => instance.fleet === fleet && instance.state === 'running').length;
  return {
    elastigroup: own?.state ?? '-',
    codeDeploy: `${codeDeploy?.status ?? '-'}${rollback ? ` (rollback ${rollback.status})` : ''}`,
    running: `${count('blue')} blue and ${count('green')} green`,
    serving: servingOf(world),
  };
}

function blockOf(status: Status, percent: number, time: string, doing: string): string[] {
  return [
    `${time}  ${percentText(percent)}  ${bar(percent)}`,
    `          Function     ${doing}`,
    `          Elastigroup  ${status.elastigroup}`,
    `          CodeDeploy   ${status.codeDeploy}`,
    `          Running      ${status.running}`,
    `          Serving      ${status.serving}`,
  ];
}

function lineOf({ elastigroup, codeDeploy, running, serving }: Status): string {
  return `Elastigroup ${elastigroup}, CodeDeploy ${codeDeploy}, ${running} running, serving: ${serving}`;
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
      return `invocation ${event.info.jobIndex + 1}, job ${event.jobId}${event.info.attempt > 0 ? againText(event.info.jobIndex) : ''}`;
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

/** A first event has no time of its own, so that the function's times are a little shorter than those here. */
function againText(jobIndex: number): string {
  return jobIndex === 0 ? ', delivered again; its time counts from its oldest trace' : ', delivered again';
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
  const head = `\n${action.status} after ${seconds} s, ${action.invocations.length} ${action.invocations.length === 1 ? 'invocation' : 'invocations'}`;
  if (action.failure) return `${head}\n${action.failure.type}: ${action.failure.message}`;
  const variables = Object.entries(action.outputVariables).map(([name, value]) => `  ${name} = ${value}`);
  return [head, action.message, ...(variables.length > 0 ? ['Output variables:', ...variables] : [])].join('\n');
}

function elapsed(startedAt: number): string {
  return `${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s`;
}

function percentText(percent: number): string {
  return `${String(percent).padStart(3)}%`;
}

function bar(percent: number): string {
  const width = 40;
  const done = Math.round((percent / 100) * width);
  return `[${'#'.repeat(done)}${'.'.repeat(width - done)}]`;
}

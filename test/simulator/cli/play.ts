import { timerClock } from '../clocks';
import { readFile } from 'node:fs/promises';
import { lambdaFunction } from '../../support/lambdaFunction';
import { AWS_LIMITS, runAction, type ActionResult } from '../pipeline';
import { scaled, scenarioNamed } from '../scenarios';
import { startServer } from '../server';
import { World } from '../world';
import { invokeUrl, reached } from '../../support/invokeUrl';
import { environmentAt } from './environment';
import { accountFor, readEvent } from './event';
import { createScreen } from './screen';
import { createView, type View } from './view';

export interface PlaySettings {
  readonly eventFile: string;
  readonly scenarioName: string;
  readonly speed: number;
  readonly showLogs: boolean;
  /** Seconds after which the function's process is killed, once. */
  readonly crashAfter?: number;
  /** Seconds after which the pipeline execution is stopped and its action abandoned. */
  readonly stopAfter?: number;
  /** Where the simulator listens; without a port on any. */
  readonly host: string;
  readonly port?: number;
  /** An address of Lambda's Invoke API, where the function runs; else it is the built bundle, in a process of its own. */
  readonly lambda?: string;
}

/** Seconds of CodePipeline's gap between two invocations, before the speed-up. */
const GAP_S = 8;
const LONGEST_INVOCATION_S = 60;

/** @returns the exit code: 0 when the action succeeded */
export async function play(settings: PlaySettings): Promise<number> {
  const { eventFile, scenarioName, speed, host, port = 0 } = settings;
  const scenario = scaled(scenarioNamed(scenarioName), 1 / speed);
  const event = readEvent(await readFile(eventFile, 'utf8'), eventFile, scenario.userParameters);
  const world = new World({ now: () => Date.now(), seed: 1, scenario, options: { account: accountFor(event) } });
  if (settings.lambda !== undefined) await reached(settings.lambda);
  const server = await startServer({ world, host, port });
  const view = createView(world, createScreen(process.stdout), { eventFile, scenario, speed });
  const played = playedFunction(settings, server.url, view);
  try {
    const action = await runAction({
      world,
      clock: timerClock,
      configuration: { UserParameters: event.userParameters },
      inputArtifacts: event.inputArtifacts,
      firstJobId: event.jobId,
      ...(event.continuationToken !== undefined && { firstToken: event.continuationToken }),
      gapSeconds: GAP_S / speed,
      redelivery: 'lambda',
      limits: {
        retryDelaysSeconds: AWS_LIMITS.retryDelaysSeconds.map((seconds) => seconds / speed),
        noAnswerSeconds: Math.max(LONGEST_INVOCATION_S, AWS_LIMITS.noAnswerSeconds / speed),
      },
      invoke: (delivered) => played.invoke(delivered),
      onEvent: view.onEvent,
      ...(settings.stopAfter !== undefined && { stop: { kind: 'abandon' as const, afterSeconds: settings.stopAfter } }),
    });
    view.end(action);
    return exitCodeOf(action);
  } finally {
    view.stop();
    played.kill();
    await server.close();
  }
}

/** The function that is played, wherever it runs. */
function playedFunction({ lambda, speed, showLogs, crashAfter }: PlaySettings, simulatorUrl: string, view: View) {
  if (lambda !== undefined) {
    const invoke = (event: unknown) => invokeUrl(lambda, event, LONGEST_INVOCATION_S);
    return { invoke, kill: () => undefined };
  }
  const bundle = lambdaFunction({
    bundle: 'dist/handler.mjs',
    env: environmentAt(simulatorUrl, speed),
    onLog: (line) => {
      view.onLog(line);
      if (showLogs) view.line(line);
    },
  });
  let isRunning = false;
  const invoke = async (event: unknown) => {
    isRunning = true;
    await bundle.invoke(event, LONGEST_INVOCATION_S).finally(() => (isRunning = false));
  };
  const kill = () => {
    bundle.kill();
  };
  // Between two invocations a crash would change nothing: the next one gets it.
  const crash = () => {
    if (isRunning) kill();
    else setTimeout(crash, 100).unref();
  };
  if (crashAfter !== undefined) setTimeout(crash, crashAfter * 1000).unref();
  return { invoke, kill };
}

function exitCodeOf(action: ActionResult): number {
  return action.status === 'Succeeded' ? 0 : 1;
}

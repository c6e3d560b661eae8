import { timerClock } from '../clocks';
import { readFile } from 'node:fs/promises';
import { lambdaFunction } from '../../support/lambdaFunction';
import { runAction, type ActionResult } from '../pipeline';
import { scaled, scenarioNamed } from '../scenarios';
import { environmentFor, startServer } from '../server';
import { World } from '../world';
import { accountFor, readEvent } from './event';
import { createView } from './view';

export interface PlaySettings {
  readonly eventFile: string;
  readonly scenarioName: string;
  readonly speed: number;
  readonly showLogs: boolean;
}

/** Seconds, before the speed-up: how often the function polls, how long it does so in one invocation, and CodePipeline's gap. */
const POLL_INTERVAL_S = 2.5;
const POLL_WINDOW_S = 30;
const GAP_S = 8;

/** @returns the exit code: 0 when the action succeeded */
export async function play({ eventFile, scenarioName, speed, showLogs }: PlaySettings): Promise<number> {
  const scenario = scaled(scenarioNamed(scenarioName), 1 / speed);
  const event = readEvent(await readFile(eventFile, 'utf8'), eventFile, scenario.userParameters);
  const world = new World({ now: () => Date.now(), seed: 1, scenario, options: { account: accountFor(event) } });
  const server = await startServer({ world });
  const view = createView(world, { eventFile, scenario, speed });
  const stage = lambdaFunction({
    bundle: 'dist/handler.mjs',
    env: {
      ...environmentFor(server.url),
      POLL_INTERVAL_SECONDS: String(POLL_INTERVAL_S / speed),
      POLL_WINDOW_SECONDS: String(POLL_WINDOW_S / speed),
      CLEANUP_TIMEOUT_SECONDS: '60',
    },
    onLog: (line) => {
      if (showLogs) view.line(line);
    },
  });
  try {
    const action = await runAction({
      world,
      clock: timerClock,
      configuration: { UserParameters: event.userParameters },
      inputArtifacts: event.inputArtifacts,
      firstJobId: event.jobId,
      ...(event.continuationToken !== undefined && { firstToken: event.continuationToken }),
      gapSeconds: GAP_S / speed,
      redelivery: 'none',
      invoke: (delivered) => stage.invoke(delivered, 60),
      onEvent: view.onEvent,
    });
    view.end(action);
    return exitCodeOf(action);
  } finally {
    view.stop();
    stage.kill();
    await server.close();
  }
}

function exitCodeOf(action: ActionResult): number {
  return action.status === 'Succeeded' ? 0 : 1;
}

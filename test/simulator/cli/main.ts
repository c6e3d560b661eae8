import { parseArgs } from 'node:util';
import { UsageError, runScript, wholeNumber } from '../../support/commandLine';
import { ALL_SCENARIOS } from '../scenarios';
import { environmentForSam } from './environment';
import { play } from './play';

/** A port of its own, so that what a container was told stays true. */
const DEFAULT_PORT = 4599;

const USAGE = `npm start -- [--event FILE] [--scenario NAME] [--speed N] [--logs] [--list]

  --event FILE     a CodePipeline event (default events/s3.json)
  --scenario NAME  what happens upstream (default success; --list shows all)
  --speed N        how many times faster than the scenario's own durations the upstream runs (default 5)
  --logs           also print the function's log lines
  --crash-after N  kill the function's process after N seconds, once: Lambda delivers its event again
  --stop-after N   stop the pipeline execution after N seconds, and abandon its action, as in CodePipeline's console
  --list           list the scenarios

A function that runs elsewhere, e.g. in the container of the SAM CLI:

  --lambda URL     invoke the function at this address of Lambda's Invoke API, instead of dist/handler.mjs
  --port N         the simulator's port (default ${DEFAULT_PORT} with --lambda, else any that is free)
  --host ADDRESS   the address on which the simulator listens (default 127.0.0.1)
  --env-vars URL   print the JSON for \`sam local … --env-vars\` with which the function finds the simulator at URL`;

/** Plays CodePipeline on this machine: the built bundle against the simulator. Exit code 0 when the action succeeds. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      event: { type: 'string', default: 'events/s3.json' },
      scenario: { type: 'string', default: 'success' },
      speed: { type: 'string', default: '5' },
      logs: { type: 'boolean', default: false },
      'crash-after': { type: 'string' },
      'stop-after': { type: 'string' },
      list: { type: 'boolean', default: false },
      lambda: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      'env-vars': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return print(USAGE);
  if (values.list) return print(listOfScenarios());
  const speed = numberOf('speed', values.speed, 100);
  const address = values['env-vars'];
  if (address !== undefined) return print(JSON.stringify(environmentForSam(address, speed), undefined, 2));
  return play({
    eventFile: values.event,
    scenarioName: values.scenario,
    speed,
    showLogs: values.logs,
    host: values.host,
    ...(values['crash-after'] !== undefined && { crashAfter: numberOf('crash-after', values['crash-after'], 600) }),
    ...(values['stop-after'] !== undefined && { stopAfter: numberOf('stop-after', values['stop-after'], 600) }),
    ...(values.lambda !== undefined && { lambda: values.lambda, port: DEFAULT_PORT }),
    ...(values.port !== undefined && { port: portOf(values.port) }),
  });
}

function listOfScenarios(): string {
  const width = Math.max(...ALL_SCENARIOS.map(({ name }) => name.length));
  return ALL_SCENARIOS.map(({ name, title }) => `${name.padEnd(width)}  ${title}`).join('\n');
}

function numberOf(name: string, text: string, most: number): number {
  const number = Number(text);
  if (number > 0 && number <= most) return number;
  throw new UsageError(`--${name} ${text}: expected a number above 0 and up to ${most}.`);
}

function portOf(text: string): number {
  const port = wholeNumber('port', text, 1);
  if (port <= 65_535) return port;
  throw new UsageError(`--port ${text}: expected a number from 1 to 65535.`);
}

function print(text: string): number {
  console.log(text);
  return 0;
}

/** Whatever keeps the player from playing is the user's: a file, a port, an address, a name. */
runScript(() =>
  main().catch((error: unknown) => {
    throw error instanceof Error ? new UsageError(error.message, { cause: error }) : error;
  }),
);

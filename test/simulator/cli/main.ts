import { parseArgs } from 'node:util';
import { SCENARIOS } from '../scenarios';
import { play } from './play';

const USAGE = `npm start -- [--event FILE] [--scenario NAME] [--speed N] [--logs] [--list]

  --event FILE     a CodePipeline event (default events/s3.json)
  --scenario NAME  what happens upstream (default success; --list shows all)
  --speed N        how many times faster than the scenario's own durations the upstream runs (default 5)
  --logs           also print the function's log lines
  --list           list the scenarios`;

/** Plays CodePipeline on this machine: the built bundle against the simulator. Exit code 0 when the action succeeds. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      event: { type: 'string', default: 'events/s3.json' },
      scenario: { type: 'string', default: 'success' },
      speed: { type: 'string', default: '5' },
      logs: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return print(USAGE);
  if (values.list) return print(SCENARIOS.map(({ name, title }) => `${name.padEnd(26)}${title}`).join('\n'));
  const speed = Number(values.speed);
  if (!(speed > 0 && speed <= 100))
    throw new Error(`--speed ${values.speed}: expected a number above 0 and up to 100.`);
  return play({ eventFile: values.event, scenarioName: values.scenario, speed, showLogs: values.logs });
}

function print(text: string): number {
  console.log(text);
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);

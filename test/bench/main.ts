import { arch, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { UsageError, runScript } from '../support/commandLine';
import { callRows } from './calls';
import { coldStartRows } from './coldStart';
import { costRows } from './cost';
import { historyRows } from './history';
import { memoryRows } from './memory';
import { reactionRows } from './reaction';
import { scaleRows } from './scale';
import { table, type Row } from './table';

/* npm run bench [-- --only reaction,cost]: one table, all of it measured in this run. Nothing here is asserted. */

const SECTIONS: Readonly<Record<string, () => Promise<Row[]>>> = {
  reaction: reactionRows,
  history: historyRows,
  cost: costRows,
  coldStart: coldStartRows,
  memory: memoryRows,
  scale: scaleRows,
  calls: callRows,
};

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const names = values.only?.split(',') ?? Object.keys(SECTIONS);
  const rows: Row[] = [];
  const sections = names.map((name) => ({ name, section: SECTIONS[name] }));
  const unknown = sections.find(({ section }) => section === undefined);
  if (unknown)
    throw new UsageError(
      `There is no section "${unknown.name}". The sections are: ${Object.keys(SECTIONS).join(', ')}.`,
    );
  for (const { name, section } of sections) {
    process.stderr.write(`${name} …\n`);
    rows.push(...((await section?.()) ?? []));
  }
  const processor = cpus()[0]?.model ?? 'unknown processor';
  console.log(
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${arch()}, ${cpus().length} × ${processor}\n`,
  );
  console.log(table(rows));
  return 0;
}

runScript(main);

import type { HistoryOptions } from '../simulator/codedeploy/history';
import type { Scenario } from '../simulator/scenario';
import { meanOf, naive, product, seventySeconds, tenMinutes, type Reaction } from './reaction';
import type { Row } from './table';

/** What MaxResults and CodeDeploy allow: pages of three would multiply the calls of a long history. */
const ROOMY = { reservationsPerPage: 1000, idsPerPage: 100 } as const;

const HISTORIES: readonly (readonly [name: string, history: HistoryOptions])[] = [
  ['none', { pattern: 'none', count: 10, times: 1 }],
  ['steady', { pattern: 'steady', count: 10, times: 1 }],
  ['noisy', { pattern: 'noisy', count: 10, times: 1 }],
  ['changing', { pattern: 'changing', count: 10, times: 1 }],
  ['twice as long', { pattern: 'steady', count: 10, times: 2 }],
  ['half as long', { pattern: 'steady', count: 10, times: 0.5 }],
];

/** What the history is worth, and what one costs that misleads; the waiter has none. */
export async function historyRows(): Promise<Row[]> {
  return [...(await rowsFor('10 min', tenMinutes)), ...(await rowsFor('70 s', seventySeconds))];
}

async function rowsFor(length: string, scenario: (run: number) => Scenario): Promise<Row[]> {
  const [[, none]] = HISTORIES as [(typeof HISTORIES)[number]];
  const waiter = await meanOf(naive(withHistory(scenario, none), { seconds: 15, install: 'waiter' }));
  const rows: Row[] = [];
  for (const [name, history] of HISTORIES)
    rows.push(
      rowOf(`history, upstream of ${length}: ${name}`, await meanOf(product(withHistory(scenario, history))), waiter),
    );
  return rows;
}

function withHistory(scenario: (run: number) => Scenario, history: HistoryOptions): (run: number) => Scenario {
  return (run) => {
    const played = scenario(run);
    return { ...played, options: { ...played.options, ...ROOMY, history } };
  };
}

function rowOf(what: string, { added, unseen, calls, checks }: Reaction, waiter: Reaction): Row {
  const without = (reaction: Reaction) => (reaction.calls - reaction.checks).toFixed(0);
  return {
    what,
    value: `+${added.toFixed(1)} s, ${(calls - checks).toFixed(1)} calls and ${checks.toFixed(1)} checks of the pipeline (CodeDeploy's end unseen for ${unseen.toFixed(1)} s)`,
    other: `waiter +${waiter.added.toFixed(1)} s, ${without(waiter)} calls and ${waiter.checks.toFixed(0)} checks`,
    ratio: added / waiter.added,
    aim: '≤ 0.33',
  };
}

import { existsSync, readFileSync } from 'node:fs';
import { DEFAULT_OPTIONS } from './options';
import { SCENARIOS } from './scenarios';

/** README.md of this folder has every option, and each scenario or test that it names plays the option. */

const PAGE = readFileSync('test/simulator/README.md', 'utf8');
const PROTOCOL = readFileSync('test/simulator/simulatorProtocol.test.ts', 'utf8');

/** The cells of the table with that heading row. */
function tableOf(heading: string): string[][] {
  const lines = PAGE.split('\n');
  const start = lines.indexOf(heading);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end < 0 ? undefined : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const codeIn = (cell = '') => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name);
const OPTIONS = tableOf('| option | plays | scenario or test |');

test('the table has each option once', () => {
  expect(OPTIONS.map(([cell]) => codeIn(cell)[0]).toSorted()).toEqual(Object.keys(DEFAULT_OPTIONS).toSorted());
});

test.each(OPTIONS.map(([option, , where]) => [codeIn(option)[0] ?? '', where ?? ''] as const))(
  '%s is played where the table says: %s',
  (option, where) => {
    const places = codeIn(where);
    if (places.length === 0) expect(where).toBe('every run');
    for (const place of places) expect([place, plays(place, option)]).toEqual([place, true]);
  },
);

test.each(tableOf('| what | where it is set | scenario or test |'))('%s', (_what, setting, where) => {
  const settings = codeIn(setting);
  for (const place of codeIn(where)) expect([place, isThere(place)]).toEqual([place, true]);
  const used = codeIn(where).filter((place) => settings.some((name) => plays(place, name)));
  expect(used.length).toBeGreaterThan(0);
});

test.each(tableOf('| what | test |'))('%s', (_what, title) => {
  expect(PROTOCOL).toContain(`'${title}'`);
});

function isThere(place: string): boolean {
  return SCENARIOS.some(({ name }) => name === place) || existsSync(place);
}

/** The scenario sets it, or the file speaks of it. */
function plays(place: string, option: string): boolean {
  const scenario = SCENARIOS.find(({ name }) => name === place);
  if (scenario) return option in scenario.options || option in scenario.script;
  return existsSync(place) && new RegExp(`\\b${option}\\b`).test(readFileSync(place, 'utf8'));
}

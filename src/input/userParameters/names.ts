import leven from 'leven';
import type { Problem } from '../../errors';
import { PARAMETER_MESSAGES } from '../messages';
import { showName } from '../valueText';
import type { Entry } from './json';
import { isParameterName, type ParameterName, parameterNames } from './schema';

const MAX_LISTED = 10;

/** What is wrong with the names, and which are meant. */
export interface NameReport {
  readonly problems: readonly Problem[];
  /** Names that are given or that a misspelt name stands for: saying that they are missing would mislead. */
  readonly meant: ReadonlySet<ParameterName>;
}

/** Finds the unknown names, with the nearest known one, and the names that are given more than once. */
export function checkNames(entries: readonly Entry[], secrets: readonly string[]): NameReport {
  const counts = new Map<string, number>();
  for (const { name } of entries) counts.set(name, (counts.get(name) ?? 0) + 1);
  const names = [...counts.keys()];
  const unknown = names.filter((name) => !isParameterName(name));
  const near = unknown.flatMap((name) => {
    const nearest = nearestName(name);
    return nearest === undefined ? [] : [{ name, nearest }];
  });
  const far = unknown.filter((name) => nearestName(name) === undefined);
  const meant = new Set([...names.filter(isParameterName), ...near.map(({ nearest }) => nearest)]);
  const duplicates = [...counts].filter(([, count]) => count > 1);
  const problems = [
    ...near.map(({ name, nearest }) => misspelt(name, nearest, secrets)),
    ...(far.length > 0 ? [strange(far, secrets)] : []),
    ...duplicates.map(([name, count]) => duplicate(name, count, secrets)),
  ];
  return { problems, meant };
}

/** The parameter that a name stands for when its case, its separators or a few letters are wrong. */
function nearestName(name: string): ParameterName | undefined {
  if (name.length > 40) return undefined;
  const folded = fold(name);
  const ranked = parameterNames
    .map((known) => ({ known, distance: leven(folded, fold(known)) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.floor(fold(best.known).length / 3) ? best.known : undefined;
}

function fold(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

function misspelt(name: string, nearest: ParameterName, secrets: readonly string[]): Problem {
  return {
    where: showName(name, secrets) ?? 'UserParameters',
    what: PARAMETER_MESSAGES.misspelt(nearest),
    expected: `${nearest} in exactly this spelling`,
  };
}

/** The names as they may be shown. */
export function listNames(entries: readonly Pick<Entry, 'name'>[], secrets: readonly string[]): string {
  const shown = entries.slice(0, MAX_LISTED).map(({ name }) => {
    return showName(name, secrets) ?? `a name of ${name.length} characters (not shown)`;
  });
  return shown.join(', ') + (entries.length > MAX_LISTED ? ` and ${entries.length - MAX_LISTED} more` : '');
}

function strange(names: readonly string[], secrets: readonly string[]): Problem {
  return {
    where: listNames(
      names.map((name) => ({ name })),
      secrets,
    ),
    what: names.length === 1 ? PARAMETER_MESSAGES.unknownName : PARAMETER_MESSAGES.unknownNames,
    expected: `one of ${parameterNames.join(', ')}`,
  };
}

function duplicate(name: string, count: number, secrets: readonly string[]): Problem {
  const where = showName(name, secrets) ?? 'UserParameters';
  const what = PARAMETER_MESSAGES.repeated(count === 2 ? 'twice' : `${count} times`);
  return { where, what, expected: 'every name once' };
}

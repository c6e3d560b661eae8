import type { Failed } from '../deployment/state';
import { cut, cutStart, listing, timeOfDay } from '../lib/wording';
import { EVIDENCE_MESSAGES } from './messages';
import {
  failedTargets,
  isReclaimed,
  removedInstances,
  unfinishedTargets,
  type Evidence,
  type FailedTarget,
} from './evidence';

type Plain = (text: string) => string;

/** How much is said about one instance. */
interface Extent {
  readonly logLines: number;
  /** Characters in all. */
  readonly most: number;
}

const FIRST: Extent = { logLines: 12, most: 1300 };
const FURTHER: Extent = { logLines: 3, most: 500 };
const LONGEST_REASON = 400;
const SHORTEST_LINE = 40;

/** One text for each failed instance, or for all on which the same failed; the first one has most details. */
export function instanceReports(state: Failed, evidence: Evidence, plain: Plain): readonly string[] {
  const failed = failedTargets(evidence);
  if (failed.length === 0) return state.failure.timedOut ? unfinishedReport(evidence) : [];
  const groups = [...groupAlike(failed).values()];
  return groups.map((group, index) => reportGroup(group, evidence, plain, index === 0 ? FIRST : FURTHER));
}

/** How far the deployment had got, e.g. `Still running: i-1 (spot) in ApplicationStart since 09:00:45Z.` */
function unfinishedReport(evidence: Evidence): readonly string[] {
  const unfinished = unfinishedTargets(evidence).map(
    ({ target, event }) =>
      `${named(target.id, evidence)} in ${event?.name ?? 'unknown'} since ${timeOfDay(event?.startedAt)}`,
  );
  return unfinished.length === 0 ? [] : [EVIDENCE_MESSAGES.stillRunning(listing(unfinished))];
}

/** E.g. `AWS reclaimed 1 Spot Instance during deployment: i-… (Server.…).` */
export function reclaimedReport({ instances }: Evidence): readonly string[] {
  const reclaimed = instances.filter(isReclaimed).map(({ id, stateReason }) => `${id} (${stateReason ?? ''})`);
  if (reclaimed.length === 0) return [];
  const count = reclaimed.length === 1 ? '1 Spot Instance' : `${reclaimed.length} Spot Instances`;
  return [EVIDENCE_MESSAGES.reclaimed(count, listing(reclaimed))];
}

/** E.g. `Terminated through the EC2 API during deployment: i-… (09:00:31Z).` */
export function removedReport(state: Failed, evidence: Evidence): readonly string[] {
  const removed = removedInstances(state, evidence).map(({ id, shutDownAt }) => `${id} (${timeOfDay(shutDownAt)})`);
  return removed.length === 0 ? [] : [EVIDENCE_MESSAGES.removed(listing(removed))];
}

/** The same script often fails on all instances: it is then reported once. */
function groupAlike(failed: readonly FailedTarget[]): ReadonlyMap<string, readonly FailedTarget[]> {
  const groups = new Map<string, FailedTarget[]>();
  for (const item of failed) {
    const { name, diagnostics } = item.event ?? {};
    const key = JSON.stringify([name, diagnostics?.code, diagnostics?.script, diagnostics?.message]);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

function reportGroup(
  [first, ...others]: readonly FailedTarget[],
  evidence: Evidence,
  plain: Plain,
  { logLines, most }: Extent,
): string {
  if (!first) return '';
  const alike = others.map(({ target }) => named(target.id, evidence));
  const head = [
    EVIDENCE_MESSAGES.failedTarget(`${where(first, evidence, plain)}${reasonOf(first, plain)}`),
    ...(alike.length > 0 ? [EVIDENCE_MESSAGES.sameOn(listing(alike))] : []),
  ].join('\n');
  const log = lastLines(plain(first.event?.diagnostics?.logTail ?? ''), logLines, most - head.length);
  return cut([head, ...log].join('\n'), most);
}

/** `i-1 (spot), lifecycle event AfterInstall, script scripts/after_install.sh` */
function where({ target, event }: FailedTarget, evidence: Evidence, plain: Plain): string {
  const script = event?.diagnostics?.script ?? '';
  const parts = [
    named(target.id, evidence),
    event ? `lifecycle event ${event.name}` : 'unknown lifecycle event',
    ...(script === '' ? [] : [`script ${cut(plain(script), 200)}`]),
  ];
  return parts.join(', ');
}

function named(id: string, { instances }: Evidence): string {
  const lifecycle = instances.find((instance) => instance.id === id)?.lifecycle;
  return lifecycle === undefined ? id : `${id} (${lifecycle})`;
}

function reasonOf({ event }: FailedTarget, plain: Plain): string {
  const { code = '', message = '' } = event?.diagnostics ?? {};
  const reason = [code, cut(plain(message).trim(), LONGEST_REASON)].filter((text) => text !== '').join(': ');
  return reason === '' ? '.' : `: ${reason}`;
}

/** The last lines that fit, indented. Of a line that is too long alone its end is kept. */
function lastLines(log: string, count: number, room: number): readonly string[] {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const kept: string[] = [];
  let left = room - 1;
  for (const line of lines.slice(-count).reverse()) {
    const shown = `  | ${line}`;
    if (left < SHORTEST_LINE || (shown.length + 1 > left && kept.length > 0)) break;
    const fitting = cutStart(shown, left - 1);
    kept.unshift(fitting);
    left -= fitting.length + 1;
  }
  return kept;
}

import type { ElastigroupEvent } from '../clients/spot/elastigroupEvents';
import type { Failed } from '../deployment/state';
import { cut, timeOfDay } from '../lib/wording';
import { EVIDENCE_MESSAGES } from './messages';
import { removedInstances, type Evidence } from './evidence';

const MOST_EVENTS = 5;
const LONGEST_EVENT = 300;

/**
 * What Elastigroup has logged, where CodeDeploy's own failure does not explain the end, or green was removed in the middle of it: its last problems, or, where nothing
 * else is known of a launch that failed, its state.
 */
export function elastigroupReport(
  state: Failed,
  evidence: Evidence,
  plain: (text: string) => string,
): readonly string[] {
  const { deploymentId, elastigroupDeploymentId, failure } = state;
  const { codeDeploy, elastigroup, events } = evidence;
  if (elastigroupDeploymentId === undefined) return [];
  if (codeDeploy?.status === 'Failed' && removedInstances(state, evidence).length === 0) return [];
  const word = elastigroup ? cut(plain(elastigroup.state), 60) || 'without a state' : undefined;
  if (events.length === 0) {
    const isExplained = deploymentId !== undefined || failure.known !== undefined;
    return isExplained || word === undefined ? [] : [EVIDENCE_MESSAGES.elastigroupState(elastigroupDeploymentId, word)];
  }
  const now = word === undefined ? '' : ` (now ${word})`;
  const lines = merged(events).slice(-MOST_EVENTS);
  return [
    [
      EVIDENCE_MESSAGES.elastigroupEvents(`${elastigroupDeploymentId}${now}`),
      ...lines.map((event) => line(event, plain)),
    ].join('\n'),
  ];
}

function line({ at, severity, message, times }: MergedEvent, plain: (text: string) => string): string {
  const time = at === undefined ? '' : `${timeOfDay(at)} `;
  const words = cut(plain(message).replace(/\s+/g, ' '), LONGEST_EVENT);
  return `  ${time}${severity} ${words}${times > 1 ? ` (${times} times)` : ''}`;
}

interface MergedEvent extends ElastigroupEvent {
  readonly times: number;
}

/** Elastigroup retries, and logs the same each time: only the last of equal events is shown. */
function merged(events: readonly ElastigroupEvent[]): readonly MergedEvent[] {
  const last = new Map<string, MergedEvent>();
  for (const event of events) {
    const key = `${event.severity} ${event.message}`;
    const times = (last.get(key)?.times ?? 0) + 1;
    // Removed first, so that it is where it came last.
    last.delete(key);
    last.set(key, { ...event, times });
  }
  return [...last.values()];
}

import type { CodeDeployDeployment } from '../../clients/codeDeploy/codeDeploy';
import type { DeploymentTarget } from '../../clients/codeDeploy/deploymentTargets';
import { isLeft, type GreenInstance } from '../../clients/greenInstances';
import { duration, listing, timeOfDay } from '../../lib/wording';
import type { Attempt } from '../attempt';
import type { KeepReason } from './greenProtection';

/*
 * What a person has to know when green was kept because it serves, or may serve: which instances, why, what became of
 * blue, what to do, and until when.
 */

const MOST_IDS = 20;

export interface KeptGreen {
  readonly why: KeepReason;
  readonly greenTag: string;
  readonly deployment: CodeDeployDeployment | undefined;
  readonly targets: Attempt<readonly DeploymentTarget[]> | undefined;
  readonly green: Attempt<readonly GreenInstance[]>;
  /** The instances that the Elastigroup runs. */
  readonly groupInstanceIds: Attempt<readonly string[]>;
  readonly elastigroupDeploymentId: string | undefined;
  /** When Elastigroup's own timeout ends its deployment, at the earliest (ms since the epoch). */
  readonly elastigroupTimeoutAt: number;
}

/** Sentences for the failure message. */
export function describeKeptGreen(kept: KeptGreen): readonly string[] {
  return [`${greenSentence(kept)} ${blueSentence(kept)}`, `${remedyOf(kept)} ${elastigroupSentence(kept)}`];
}

function greenSentence({ why, greenTag, deployment, green }: KeptGreen): string {
  const ids = green.ok ? green.value.filter(isLeft).map(({ id }) => id) : [];
  const which = ids.length > 0 ? listing(ids, MOST_IDS) : `with the tag ${greenTag}`;
  const isSure = why.kind === 'waits-before-terminating-blue' || why.kind === 'no-rollback';
  const reason = reasonOf(why, deployment?.id ?? '', deployment?.status ?? '');
  if (why.kind === 'foreign') return `Nothing was stopped: ${reason}. Green instances: ${which}.`;
  return isSure
    ? `Green instances ${which} are in service and were kept: ${reason}.`
    : `Green instances ${which} may be in service and were kept: ${reason}.`;
}

function reasonOf(why: KeepReason, id: string, status: string): string {
  switch (why.kind) {
    case 'foreign':
      return `CodeDeploy ${id} is not for the application, deployment group and green instances of this action`;
    case 'waits-before-terminating-blue':
      return `all traffic is on green, and CodeDeploy ${id} only waits before it terminates blue`;
    case 'still-active':
      return `CodeDeploy ${id} is still ${status}, although it was asked to stop`;
    case 'rollback-active':
      return `rollback ${why.rollbackId} of CodeDeploy ${id} is still returning the traffic to blue, and needs green until then`;
    case 'rollback-failed':
      return `traffic had moved to green, and rollback ${why.rollbackId} of CodeDeploy ${id} is ${why.status}`;
    case 'no-rollback':
      return `traffic had moved to green when CodeDeploy ${id} ended as ${status}, and no rollback followed`;
    case 'unreadable':
      return `where the traffic is could not be read (${why.detail})`;
  }
}

/** What became of blue, by CodeDeploy's targets and the group's own instances. */
function blueSentence({ targets, groupInstanceIds, deployment, why }: KeptGreen): string {
  const blue = targets?.ok ? targets.value.filter(({ label }) => label === 'Blue') : [];
  if (blue.length === 0) return 'What became of blue could not be read.';
  const running = groupInstanceIds.ok ? blue.filter(({ id }) => groupInstanceIds.value.includes(id)) : undefined;
  const withStatus = (...wanted: readonly string[]) =>
    blue.filter(({ events }) => {
      const block = events.find(({ name }) => name === 'BlockTraffic');
      return wanted.includes(block?.status ?? 'Pending');
    });
  const deregistered = withStatus('Succeeded');
  const failed = withStatus('Failed');
  const facts = [
    `${deregistered.length} of ${blue.length} instances deregistered from the load balancer`,
    ...(failed.length > 0
      ? [
          `not deregistered: ${listing(
            failed.map(({ id }) => id),
            MOST_IDS,
          )}`,
        ]
      : []),
    ...(running ? [`${running.length} still in the Elastigroup`] : []),
  ];
  return `Blue: ${facts.join('; ')}${why.kind === 'waits-before-terminating-blue' ? blueEnd(deployment, blue) : ''}.`;
}

/** When CodeDeploy terminates blue: its wait begins when the last blue instance is deregistered. */
function blueEnd(deployment: CodeDeployDeployment | undefined, blue: readonly DeploymentTarget[]): string {
  const minutes = deployment?.blueTerminationWaitMinutes;
  if (minutes === undefined) return '';
  const ends = blue.flatMap(({ events }) => events.map(({ endedAt }) => endedAt ?? 0));
  const began = Math.max(0, ...ends);
  const at = began === 0 ? '' : `, at about ${timeOfDay(began + minutes * 60_000)}`;
  return `; CodeDeploy terminates it after a wait of ${duration(minutes * 60)}${at}`;
}

function remedyOf({ why, deployment }: KeptGreen): string {
  const id = deployment?.id ?? '';
  switch (why.kind) {
    case 'foreign':
      return 'Check who changed the continuation token, or invoked the function with one of another action.';
    case 'waits-before-terminating-blue':
      return 'Nothing has to be done if the release is good. For the next one raise TIMEOUT, shorten the wait, or set the deployment group to keep blue alive (KEEP_ALIVE).';
    case 'still-active':
    case 'rollback-active':
      return `Wait until it has ended in the CodeDeploy console. If blue serves then, stop the Elastigroup deployment; if green does, keep it. Then retry the stage.`;
    case 'rollback-failed':
    case 'no-rollback':
      return 'Check the target group. If the release is good, keep green; else deploy the last good revision by retrying the stage with it. Do not stop the Elastigroup deployment while green serves: that removes green.';
    case 'unreadable':
      return `Check in the CodeDeploy console (${id}) and in the target group which fleet serves, before anything is removed.`;
  }
}

/** Whether it rolls green back even though green serves is not documented (docs/services.md, Spot). */
function elastigroupSentence({ elastigroupDeploymentId, elastigroupTimeoutAt }: KeptGreen): string {
  const which = elastigroupDeploymentId === undefined ? 'its deployment' : `deployment ${elastigroupDeploymentId}`;
  return `Elastigroup ends ${which} by its own timeout, not before ${timeOfDay(elastigroupTimeoutAt)}, and may remove green then: decide until then.`;
}

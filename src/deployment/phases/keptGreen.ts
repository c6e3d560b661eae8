import type { CodeDeployDeployment } from '../../clients/codeDeploy/codeDeploy';
import type { DeploymentTarget } from '../../clients/codeDeploy/deploymentTargets';
import { isLeft, type Ec2Instance } from '../../clients/ec2Instances';
import type { GroupInstance } from '../../clients/spot/elastigroup';
import { duration, listing, timeOfDay } from '../../lib/wording';
import type { Attempt } from '../attempt';
import { KEPT_MESSAGES } from '../messages';
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
  readonly green: Attempt<readonly Ec2Instance[]>;
  /** The instances that the Elastigroup runs. */
  readonly inGroup: Attempt<readonly GroupInstance[]>;
  /** Those of this action that have not ended: a second one, where Spot accepted two starts at once. */
  readonly elastigroupIds: readonly string[];
  /** When Elastigroup's own timeout ends its deployment, at the earliest (ms since the epoch). */
  readonly elastigroupTimeoutAt: number;
}

/** Sentences for the failure message. */
export function describeKeptGreen(kept: KeptGreen): readonly string[] {
  return [`${greenSentence(kept)} ${blueSentence(kept)}`, `${fixOf(kept)} ${elastigroupSentence(kept)}`];
}

function greenSentence(kept: KeptGreen): string {
  const { why, greenTag, deployment, green } = kept;
  const ids = green.ok ? green.value.filter(isLeft).map(({ id }) => id) : [];
  const which = ids.length > 0 ? listing(ids, MOST_IDS) : `with the tag ${greenTag}`;
  const isSure = ['successor', 'waits-before-terminating-blue', 'no-rollback'].includes(why.kind);
  const reason = reasonOf(why, deployment?.id ?? '', deployment?.status ?? '');
  if (isForeign(why)) return KEPT_MESSAGES.nothingStopped(reason, which);
  if (isGone(kept)) return KEPT_MESSAGES.greenGone(reason);
  return isSure ? KEPT_MESSAGES.serves(which, reason) : KEPT_MESSAGES.mayServe(which, reason);
}

function isForeign({ kind }: KeepReason): boolean {
  return kind === 'foreign' || kind === 'foreign-elastigroup' || kind === 'forged-job';
}

/** AWS reclaimed it, or a person or Elastigroup removed it. */
function isGone({ green, why }: KeptGreen): boolean {
  return !isForeign(why) && green.ok && !green.value.some(isLeft);
}

function reasonOf(why: KeepReason, id: string, status: string): string {
  switch (why.kind) {
    case 'foreign':
      return KEPT_MESSAGES.foreign(id);
    case 'foreign-elastigroup':
      return KEPT_MESSAGES.foreignElastigroup(why.id);
    case 'successor':
      return KEPT_MESSAGES.successor(id);
    case 'forged-job':
      return KEPT_MESSAGES.forgedJob();
    case 'waits-before-terminating-blue':
      return KEPT_MESSAGES.waitsBeforeTerminatingBlue(id);
    case 'still-active':
      return KEPT_MESSAGES.stillActive(id, status);
    case 'rollback-active':
      return KEPT_MESSAGES.rollbackActive(why.rollbackId, id);
    case 'rollback-to-green':
      return KEPT_MESSAGES.rollbackToGreen(why.rollbackId, id);
    case 'rollback-failed':
      return KEPT_MESSAGES.rollbackFailed(why.rollbackId, id, why.status);
    case 'no-rollback':
      return KEPT_MESSAGES.noRollback(id, status);
    case 'no-blue':
      return why.rollbackId === undefined
        ? KEPT_MESSAGES.noBlue(id, status)
        : KEPT_MESSAGES.rollbackWithoutBlue(why.rollbackId, id);
    case 'unlisted':
      return KEPT_MESSAGES.unlisted(why.elastigroupId);
    case 'replaced':
      return KEPT_MESSAGES.replaced(why.elastigroupId, why.state);
    case 'unreadable':
      return KEPT_MESSAGES.trafficUnknown(why.detail);
  }
}

/** What became of blue, by CodeDeploy's targets and the group's own instances. */
function blueSentence({ targets, inGroup, deployment, why }: KeptGreen): string {
  const blue = targets?.ok ? targets.value.filter(({ label }) => label === 'Blue') : [];
  if (blue.length === 0) return KEPT_MESSAGES.blueUnknown;
  const running = inGroup.ok && blue.filter(({ id }) => inGroup.value.some((instance) => instance.id === id));
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
  const end = why.kind === 'waits-before-terminating-blue' ? blueEnd(deployment, blue) : '';
  return KEPT_MESSAGES.blue(`${facts.join('; ')}${end}`);
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

function fixOf(kept: KeptGreen): string {
  const { why, deployment } = kept;
  const id = deployment?.id ?? '';
  if (isGone(kept)) return KEPT_MESSAGES.checkServing;
  switch (why.kind) {
    case 'foreign':
    case 'foreign-elastigroup':
      return KEPT_MESSAGES.checkToken;
    case 'forged-job':
      return KEPT_MESSAGES.checkEvent;
    case 'waits-before-terminating-blue':
      return KEPT_MESSAGES.nothingToDo;
    case 'still-active':
    case 'rollback-active':
      return KEPT_MESSAGES.waitForEnd;
    case 'rollback-failed':
    case 'no-rollback':
    case 'no-blue':
      return KEPT_MESSAGES.checkTargetGroup;
    case 'unlisted':
    case 'replaced':
      return KEPT_MESSAGES.checkUnlisted;
    case 'rollback-to-green':
      return KEPT_MESSAGES.checkFleet(why.rollbackId);
    case 'successor':
    case 'unreadable':
      return KEPT_MESSAGES.checkFleet(id);
  }
}

/** Whether it rolls green back even though green serves is not documented (docs/services.md, Spot). */
function elastigroupSentence({ why, elastigroupIds, elastigroupTimeoutAt }: KeptGreen): string {
  const isKnown = elastigroupIds.length > 0 && why.kind !== 'foreign-elastigroup';
  const which = isKnown ? `deployment ${elastigroupIds.join(' and ')}` : 'its deployment';
  return KEPT_MESSAGES.elastigroupTimeout(which, timeOfDay(elastigroupTimeoutAt));
}

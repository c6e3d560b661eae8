import type { CodeDeployDeployment } from '../../clients/codeDeploy/codeDeploy';
import type { DeploymentTarget } from '../../clients/codeDeploy/deploymentTargets';
import type { UpstreamError } from '../../clients/upstreamError';
import type { Attempt } from '../attempt';
import { hasLasted, mayPass, type Denial } from '../limits';
import { isActive } from '../ownDeployments';
import type { CleaningUp } from '../state';
import { trafficOf, trafficOfRollback, type Traffic } from '../traffic';

/*
 * The first rule of the product: at every moment a fleet serves, and green that may be that fleet is never removed.
 */

/** What was read of a deployment, after it was read itself. Undefined: not needed. */
export interface TrafficView {
  readonly targets: Attempt<readonly DeploymentTarget[]> | undefined;
  /** CodeDeploy's rollback of it; a value of undefined: there is none so far. */
  readonly rollback: Attempt<CodeDeployDeployment | undefined> | undefined;
  /** The rollback's own targets, where the deployment has left the traffic on blue. */
  readonly rollbackTargets?: Attempt<readonly DeploymentTarget[]> | undefined;
  /** Blue that runs, and that the rollback, where there is one, has brought back (blueFleet.ts). */
  readonly blue: Attempt<readonly string[]> | undefined;
}

/** Why green is kept when nothing more can be waited for. */
export type KeepReason =
  | { readonly kind: 'foreign' }
  | { readonly kind: 'forged-job' }
  | { readonly kind: 'foreign-elastigroup'; readonly id: string }
  | { readonly kind: 'successor' }
  | { readonly kind: 'waits-before-terminating-blue' }
  | { readonly kind: 'still-active' }
  | { readonly kind: 'rollback-active'; readonly rollbackId: string }
  | { readonly kind: 'rollback-to-green'; readonly rollbackId: string }
  | { readonly kind: 'rollback-failed'; readonly rollbackId: string; readonly status: string }
  | { readonly kind: 'no-rollback' }
  | { readonly kind: 'no-blue'; readonly rollbackId: string | undefined }
  | { readonly kind: 'unlisted'; readonly elastigroupId: string }
  | { readonly kind: 'replaced'; readonly elastigroupId: string; readonly state: string }
  | { readonly kind: 'unreadable'; readonly detail: string };

/**
 * - `removable`: green does not serve, or blue serves again
 * - `wait`: it may serve; `unanswered`: for the lack of an answer; `refused`: the answer is a denial or a refusal
 * - `keep`: it may serve, and waiting will not change that, or the time for it is over
 */
export type Protection =
  | { readonly kind: 'removable'; readonly reason: string }
  | { readonly kind: 'wait'; readonly reason: string; readonly unanswered?: true; readonly refused?: true }
  | { readonly kind: 'keep'; readonly why: KeepReason };

/** Seconds after its end for which a rollback may still appear: it is a deployment of its own, created after that end. */
const ROLLBACK_GRACE_S = 60;
/** The same, where no traffic has moved, so that it only may matter: whoever waits longer keeps every failure waiting. */
const ROLLBACK_DUE_S = 10;
/** Seconds after its end for which the targets may still show what was going on before. */
const TARGETS_GRACE_S = 30;

/** When a decision is made, and how long its answers have been missing. */
export interface Moment {
  /** ms since the epoch */
  readonly now: number;
  /** Since when, and in how many polls, the answer is a denial or a refusal, where it is. */
  readonly refused: Denial | undefined;
  /** CLEANUP_TIMEOUT_SECONDS is over: it ends the waiting, never the protection. */
  readonly isLate: boolean;
}

export interface ProtectionTerms extends Moment {
  /** AUTO_ROLLBACK: false; respected until traffic moves. */
  readonly isRollbackOff: boolean;
}

/** Whether green may be removed, given that CodeDeploy moves traffic in this deployment group and has not Succeeded. */
export function protectGreen(
  state: CleaningUp,
  deployment: CodeDeployDeployment,
  view: TrafficView,
  moment: ProtectionTerms,
): Protection {
  const { id, waitsBeforeTerminatingBlue } = deployment;
  if (isActive(deployment)) {
    if (waitsBeforeTerminatingBlue) return keep({ kind: 'waits-before-terminating-blue' });
    return moment.isLate ? keep({ kind: 'still-active' }) : wait(`waiting for CodeDeploy ${id} to stop`);
  }
  const traffic = state.traffic ?? trafficIn(deployment, view.targets);
  if (traffic === 'on-blue') {
    return isRollbackDue(state, deployment, view, moment)
      ? wait(`waiting for a rollback of CodeDeploy ${id} to appear`)
      : whileOnBlue(deployment, view, moment);
  }
  const rollback = afterRollback(deployment, view, state.isBlueBack, moment);
  if (rollback) return rollback;
  if (traffic !== 'moving') return whileUnclear(traffic, state.codeDeployEndedSince, moment);
  if (!hasLasted(state.codeDeployEndedSince, ROLLBACK_GRACE_S, moment.now) && !moment.isLate)
    return wait(`traffic has moved to green; waiting for a rollback of CodeDeploy ${id}`);
  return keep({ kind: 'no-rollback' });
}

/** What was read of the traffic, or why it was not. */
export function trafficIn(deployment: CodeDeployDeployment, targets: TrafficView['targets']): Traffic | UpstreamError {
  if (targets === undefined) return 'unclear';
  return targets.ok ? trafficOf(deployment, targets.value) : targets.error;
}

/**
 * One that is bound to follow may appear a moment after the end, and must not find green on its way out: it may deploy there
 * (docs/services.md, CodeDeploy traffic).
 */
function isRollbackDue(
  { codeDeployEndedSince, codeDeployStopSentAt, elastigroupStopSentAt }: CleaningUp,
  { status, startedAt, endedAt = codeDeployEndedSince, rollsBackOn = [] }: CodeDeployDeployment,
  { rollback }: TrafficView,
  { now, isLate, isRollbackOff }: ProtectionTerms,
): boolean {
  const isOver = isLate || hasLasted(endedAt, ROLLBACK_DUE_S, now);
  if (isOver || rollback || startedAt === undefined || elastigroupStopSentAt !== undefined) return false;
  if (status === 'Failed') return rollsBackOn.includes('DEPLOYMENT_FAILURE');
  if (codeDeployStopSentAt !== undefined) return !isRollbackOff;
  return rollsBackOn.some((event) => event !== 'DEPLOYMENT_FAILURE');
}

/** The deployment has moved no traffic; whether its rollback may is not documented (docs/services.md, CodeDeploy traffic). */
function whileOnBlue(deployment: CodeDeployDeployment, view: TrafficView, moment: Moment): Protection {
  const { rollback, rollbackTargets } = view;
  if (rollback && !rollback.ok) return whileUnread(rollback.error, moment);
  const found = rollback?.value;
  if (found && isActive(found) && !moment.isLate)
    return wait(`waiting for rollback ${found.id} of CodeDeploy ${deployment.id}`);
  if (rollbackTargets && !rollbackTargets.ok) return whileUnread(rollbackTargets.error, moment);
  const traffic = found && rollbackTargets ? trafficOfRollback(found, rollbackTargets.value) : 'on-blue';
  if (!found || traffic === 'on-blue') return { kind: 'removable', reason: 'traffic has not moved to green' };
  if (traffic === 'unclear' && !hasLasted(found.endedAt ?? 0, TARGETS_GRACE_S, moment.now) && !moment.isLate)
    return wait(`waiting for rollback ${found.id} to show where the traffic is`);
  return keep({ kind: 'rollback-to-green', rollbackId: found.id });
}

/** A rollback returns the traffic to blue, and needs green until it has ended. Undefined: there is none. */
function afterRollback(
  deployment: CodeDeployDeployment,
  { rollback, blue }: TrafficView,
  isBlueBack: true | undefined,
  moment: Moment,
): Protection | undefined {
  if (rollback && !rollback.ok) return whileUnread(rollback.error, moment);
  const found = rollback?.value;
  if (!found) return undefined;
  if (found.status === 'Succeeded') return afterSuccess(found, blue, isBlueBack, moment);
  if (isActive(found))
    return moment.isLate
      ? keep({ kind: 'rollback-active', rollbackId: found.id })
      : wait(`waiting for rollback ${found.id} of CodeDeploy ${deployment.id}`);
  return keep({ kind: 'rollback-failed', rollbackId: found.id, status: found.status });
}

/**
 * Whether a rollback brings blue back also where it is terminated, or deploys to green instead, is not documented
 * (docs/services.md, CodeDeploy traffic): blue has to be seen.
 */
function afterSuccess(
  { id, endedAt }: CodeDeployDeployment,
  blue: TrafficView['blue'],
  isBlueBack: true | undefined,
  moment: Moment,
): Protection | undefined {
  if (isBlueBack) return { kind: 'removable', reason: `rollback ${id} has returned the traffic to blue` };
  if (blue && !blue.ok) return whileUnread(blue.error, moment);
  if (!hasLasted(endedAt ?? 0, TARGETS_GRACE_S, moment.now) && !moment.isLate)
    return wait(`waiting for rollback ${id} to show blue in service`);
  return keep({ kind: 'no-blue', rollbackId: id });
}

function whileUnclear(traffic: 'unclear' | UpstreamError, endedSince: number | undefined, moment: Moment): Protection {
  if (traffic !== 'unclear') return whileUnread(traffic, moment);
  if (!hasLasted(endedSince, TARGETS_GRACE_S, moment.now) && !moment.isLate)
    return wait('waiting for CodeDeploy to show where the traffic is');
  return keep({ kind: 'unreadable', detail: 'CodeDeploy does not show what became of its targets' });
}

/** One stray denial, or a rollback that cannot be read yet, costs time only. */
export function whileUnread(error: UpstreamError, { isLate, now, refused }: Moment): Protection {
  if (isLate || !mayPass(error, refused, now)) return keep({ kind: 'unreadable', detail: error.message });
  return unanswered(error, `${error.service} cannot be queried for where the traffic is`);
}

/** The next poll asks again; denials are counted. */
export function unanswered(error: UpstreamError, reason: string): Extract<Protection, { kind: 'wait' }> {
  return { kind: 'wait', reason, unanswered: true, ...(!error.transient && { refused: true }) };
}

function wait(reason: string): Protection {
  return { kind: 'wait', reason };
}

function keep(why: KeepReason): Protection {
  return { kind: 'keep', why };
}

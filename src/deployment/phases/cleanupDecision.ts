import type { CodeDeployDeployment } from '../../clients/codeDeploy/codeDeploy';
import type { ElastigroupDeployment } from '../../clients/spot/elastigroup';
import type { UpstreamError } from '../../clients/upstreamError';
import { hasEnded, progressOf } from '../elastigroupState';
import { LOST_START_GRACE_S, UNLISTED_PROOF_S } from '../limits';
import { isActive } from '../ownDeployments';
import type { Attempt } from '../attempt';
import type { CleaningUp } from '../state';

/** A fresh look at what belongs to this action. */
export interface CleanupView {
  readonly codeDeploy: Attempt<CodeDeployDeployment | undefined>;
  readonly elastigroup: Attempt<readonly ElastigroupDeployment[]>;
}

export type CleanupDecision =
  | { readonly kind: 'succeeded-after-all'; readonly deploymentId: string }
  | { readonly kind: 'stop-codedeploy'; readonly deploymentId: string }
  | { readonly kind: 'stop-elastigroup'; readonly ids: readonly string[] }
  /** `unseen`: for the lack of an answer. */
  | { readonly kind: 'wait'; readonly reason: string; readonly unseen?: true }
  /** Both have ended, or no more can be done: what EC2 shows decides how cleaning up ends. */
  | { readonly kind: 'look-for-green'; readonly because: 'ended' | 'late' | 'cannot-see' };

/** Seconds after which a stop that shows no effect is sent again: its request, too, may have been lost. */
const STOP_AGAIN_S = 30;
/** Seconds without an answer, after which cleaning up that is late and has stopped nothing yet gives up. */
const UNSEEN_PATIENCE_S = 60;
/** Seconds that CodeDeploy gets to end, before green is removed under it; a third of the time for cleaning up at most. */
const CODEDEPLOY_PATIENCE_S = 60;

/**
 * The time for cleaning up is over. It runs from the first stop, so that one that could be sent late (after an outage,
 * or a long gap between two invocations) is still given its time.
 */
export function isLate(state: CleaningUp, now: number, cleanupTimeoutSeconds: number): boolean {
  return now - (state.firstStopAt ?? state.phaseStartedAt) >= cleanupTimeoutSeconds * 1000;
}

/**
 * The next step of cleaning up. Nothing is stopped that was not just seen: a CodeDeploy deployment that has succeeded is
 * kept, and with it its green instances. Being late ends the waiting, never the first attempt to stop.
 */
export function decideCleanup(
  state: CleaningUp,
  view: CleanupView,
  now: number,
  cleanupTimeoutSeconds: number,
): CleanupDecision {
  const late = isLate(state, now, cleanupTimeoutSeconds);
  const { codeDeploy, elastigroup } = view;
  if (!codeDeploy.ok) return whileUnseen(state, codeDeploy.error, late, now);
  const deployment = codeDeploy.value;
  if (deployment?.status === 'Succeeded') return { kind: 'succeeded-after-all', deploymentId: deployment.id };

  if (deployment && isActive(deployment)) {
    if (isDue(state.codeDeployStopSentAt, now, late)) return { kind: 'stop-codedeploy', deploymentId: deployment.id };
    const patience = Math.min(CODEDEPLOY_PATIENCE_S, cleanupTimeoutSeconds / 3) * 1000;
    if (now - (state.firstStopAt ?? now) < patience)
      return { kind: 'wait', reason: `waiting for CodeDeploy ${deployment.id} to stop` };
  }
  if (!elastigroup.ok) return whileUnseen(state, elastigroup.error, late, now);
  const toStop = elastigroup.value.filter(
    ({ state: word }) => !['undoing', 'undone', 'finished'].includes(progressOf(word)),
  );
  if (toStop.length > 0 && isDue(state.elastigroupStopSentAt, now, late))
    return { kind: 'stop-elastigroup', ids: toStop.map(({ id }) => id) };
  if (late) return { kind: 'look-for-green', because: 'late' };
  return whatToWaitFor(state, elastigroup.value, deployment, now);
}

function whatToWaitFor(
  state: CleaningUp,
  own: readonly ElastigroupDeployment[],
  deployment: CodeDeployDeployment | undefined,
  now: number,
): CleanupDecision {
  if (
    own.length === 0 &&
    state.unconfirmedSince !== undefined &&
    now - state.unconfirmedSince < LOST_START_GRACE_S * 1000
  ) {
    return { kind: 'wait', reason: 'looking for an Elastigroup deployment whose start was not confirmed' };
  }
  // Green that is not tagged yet does not show at EC2 either: a deployment that is known is not gone for one list without it.
  if (isUnlisted(state, own) && now - (state.unlistedSince ?? now) < UNLISTED_PROOF_S * 1000) {
    return { kind: 'wait', reason: `Spot does not list ${state.elastigroupDeploymentId ?? ''} at the moment` };
  }
  // Whether ERROR and UNSTABLE_DEPLOYMENT are final is unverified, and so is an unknown state: EC2 decides then, but only
  // a while after the stop, since green that is not tagged yet does not show there.
  const mayBeFinal = now - (state.firstStopAt ?? now) >= UNLISTED_PROOF_S * 1000 ? ['erred', 'unknown'] : [];
  const moving = own.find(({ state: word }) => !hasEnded(word) && !mayBeFinal.includes(progressOf(word)));
  if (moving) return { kind: 'wait', reason: `Elastigroup ${moving.id}: ${moving.state || 'no state'}` };
  if (deployment && isActive(deployment))
    return { kind: 'wait', reason: `waiting for CodeDeploy ${deployment.id} to stop` };
  return { kind: 'look-for-green', because: 'ended' };
}

/** The deployment that this run knows of is not in Spot's list. */
export function isUnlisted(state: CleaningUp, own: readonly ElastigroupDeployment[]): boolean {
  return state.elastigroupDeploymentId !== undefined && own.length === 0;
}

/** After a long gap between two invocations, one throttled look must not end cleaning up before any stop was tried. */
function whileUnseen(state: CleaningUp, error: UpstreamError, late: boolean, now: number): CleanupDecision {
  if (!error.transient) return { kind: 'look-for-green', because: late ? 'late' : 'cannot-see' };
  const hasLooked = state.firstStopAt !== undefined || now - (state.unseenSince ?? now) >= UNSEEN_PATIENCE_S * 1000;
  if (late && hasLooked) return { kind: 'look-for-green', because: 'late' };
  return { kind: 'wait', reason: `${error.service} cannot be seen at the moment`, unseen: true };
}

/** A stop that was never sent, or that has shown no effect for a while. */
function isDue(sentAt: number | undefined, now: number, late: boolean): boolean {
  return sentAt === undefined || (!late && now - sentAt >= STOP_AGAIN_S * 1000);
}

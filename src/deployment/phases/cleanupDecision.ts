import type { CodeDeployDeployment } from '../../clients/codeDeploy/codeDeploy';
import type { ElastigroupDeployment } from '../../clients/spot/elastigroup';
import type { UpstreamError } from '../../clients/upstreamError';
import { hasEnded, isReplacingBlue, progressOf, type ElastigroupProgress } from '../elastigroupState';
import type { JobProof } from '../genuineJob';
import { hasLasted, LOST_START_GRACE_S, mayPass, STOP_AGAIN_S, UNLISTED_PROOF_S } from '../limits';
import { isActive } from '../ownDeployments';
import type { CleaningUp } from '../state';
import type { CleanupView } from './cleanupView';
import {
  protectGreen,
  trafficIn,
  unanswered,
  whileUnread,
  type KeepReason,
  type Moment,
  type Protection,
  type ProtectionTerms,
  type TrafficView,
} from './greenProtection';

export type CleanupDecision =
  | { readonly kind: 'succeeded-after-all'; readonly deployment: CodeDeployDeployment }
  | { readonly kind: 'stop-codedeploy'; readonly deploymentId: string; readonly rollback: boolean }
  | { readonly kind: 'stop-elastigroup'; readonly ids: readonly string[]; readonly reason: string }
  /** `unanswered`: for the lack of an answer; `refused`: the answer is a denial or a refusal. */
  | { readonly kind: 'wait'; readonly reason: string; readonly unanswered?: true; readonly refused?: true }
  /** Green serves, or may serve: it is kept, and cleaning up ends. */
  | { readonly kind: 'keep-green'; readonly why: KeepReason }
  /** Both have ended, or no more can be done: what EC2 shows decides how cleaning up ends. */
  | { readonly kind: 'check-green'; readonly because: 'ended' | 'late' | 'unreadable' };

/** What a decision depends on beside the state and the view. */
export interface CleanupTerms extends ProtectionTerms {
  readonly cleanupTimeoutSeconds: number;
  /** Whether the event is CodePipeline's own; nothing is stopped before that is known. */
  readonly job: JobProof;
  /** The deployment is of the action's application and group, and for its green instances. */
  readonly isStoppable: (deployment: CodeDeployDeployment) => boolean;
}

/** What Elastigroup says before it follows a CodeDeploy deployment, and while it removes green by itself. */
const NOT_FOLLOWING: readonly string[] = ['launching', 'ready', 'undoing', 'undone'] satisfies ElastigroupProgress[];
/** Seconds without an answer, after which cleaning up that is late and has stopped nothing yet gives up. */
const UNANSWERED_PATIENCE_S = 60;
/** Seconds that CodeDeploy gets to end in a group without a load balancer; a third of CLEANUP_TIMEOUT_SECONDS at most. */
const CODEDEPLOY_PATIENCE_S = 60;

/**
 * The time for cleaning up is over. It runs from the first stop, so that one that could be sent late (after an outage,
 * or a long gap between two invocations) is still given its time.
 */
export function isCleanupLate(state: CleaningUp, now: number, cleanupTimeoutSeconds: number): boolean {
  return hasLasted(state.firstStopAt ?? state.phaseStartedAt, cleanupTimeoutSeconds, now);
}

/**
 * The next step of cleaning up, with its reason. Nothing is stopped that was not just read: a CodeDeploy deployment that
 * has succeeded is kept, and so is green that serves or may serve. Being late ends the waiting, never the protection,
 * and never the first attempt to stop.
 */
export function decideCleanup(state: CleaningUp, view: CleanupView, terms: CleanupTerms): CleanupDecision {
  const decision = nextStep(state, view, terms);
  const isStop = decision.kind === 'stop-codedeploy' || decision.kind === 'stop-elastigroup';
  const { job } = terms;
  if (!isStop || job.kind === 'genuine') return decision;
  if (job.kind === 'forged') return { kind: 'keep-green', why: { kind: 'forged-job' } };
  return whileUnanswered(state, job.error, terms);
}

function nextStep(state: CleaningUp, view: CleanupView, terms: CleanupTerms): CleanupDecision {
  if (!view.codeDeploy.ok) {
    return hasStartedNone(state, view)
      ? withoutCodeDeploy(state, view, terms)
      : whileUnanswered(state, view.codeDeploy.error, terms);
  }
  const deployment = view.codeDeploy.value;
  if (view.foreignElastigroup !== undefined && deployment?.status !== 'Succeeded')
    return { kind: 'keep-green', why: { kind: 'foreign-elastigroup', id: view.foreignElastigroup } };
  if (deployment) {
    const first = beforeElastigroup(state, deployment, view.traffic, terms);
    if (first) return first;
  }
  return decideElastigroup(state, deployment, view, terms);
}

/** CodeDeploy cannot be read, but there is nothing of this action to read: neither it nor Elastigroup knows of a deployment. */
export function hasStartedNone(state: CleaningUp, { elastigroup }: CleanupView): boolean {
  if (!state.noCodeDeploySent || !elastigroup.ok) return false;
  return elastigroup.value.every(({ state: word }) => NOT_FOLLOWING.includes(progressOf(word)));
}

/** Where Elastigroup waits for CodeDeploy, a concurrent delivery may just have started it: Elastigroup would notice soon. */
function withoutCodeDeploy(state: CleaningUp, view: CleanupView, terms: CleanupTerms): CleanupDecision {
  const isReady = view.elastigroup.ok && view.elastigroup.value.some(({ state: word }) => progressOf(word) === 'ready');
  const mayBeNoticed = isReady && state.elastigroupStopSentAt === undefined;
  if (mayBeNoticed && !hasLasted(state.unseenSince, UNLISTED_PROOF_S, terms.now))
    return { kind: 'wait', reason: 'checking that Elastigroup follows no CodeDeploy deployment', unanswered: true };
  return decideElastigroup(state, undefined, view, terms);
}

/** What CodeDeploy's deployment requires before Elastigroup may remove green; undefined: nothing (more). */
function beforeElastigroup(
  state: CleaningUp,
  deployment: CodeDeployDeployment,
  traffic: TrafficView,
  terms: CleanupTerms,
): CleanupDecision | undefined {
  if (deployment.status === 'Succeeded') {
    // Who has retried it may have deployed another revision: that is no success of this action.
    return state.successorId === undefined
      ? { kind: 'succeeded-after-all', deployment }
      : { kind: 'keep-green', why: { kind: 'successor' } };
  }
  if (!terms.isStoppable(deployment)) return { kind: 'keep-green', why: { kind: 'foreign' } };
  if (isActive(deployment) && !deployment.waitsBeforeTerminatingBlue && isDue(state.codeDeployStopSentAt, terms)) {
    return {
      kind: 'stop-codedeploy',
      deploymentId: deployment.id,
      rollback: needsRollback(deployment, traffic, terms),
    };
  }
  if (deployment.hasTrafficControl === false) return withoutLoadBalancer(state, deployment, traffic, terms);
  return asDecision(protectGreen(state, deployment, traffic, terms));
}

/** Undefined: green may be removed. */
function asDecision(protection: Protection): CleanupDecision | undefined {
  switch (protection.kind) {
    case 'removable':
      return undefined;
    case 'wait':
      return protection;
    case 'keep':
      return { kind: 'keep-green', why: protection.why };
  }
}

/**
 * AUTO_ROLLBACK: false is respected while traffic is on blue, where there is nothing to roll back. Once it moves, a stop
 * without rollback would leave blue partly deregistered and green as all that serves.
 */
function needsRollback(deployment: CodeDeployDeployment, { targets }: TrafficView, terms: CleanupTerms): boolean {
  if (!terms.isRollbackOff) return true;
  return deployment.hasTrafficControl !== false && trafficIn(deployment, targets) !== 'on-blue';
}

/**
 * Nothing moves traffic: CodeDeploy gets a little time to end, before green is removed under it. But where it terminates
 * blue by itself, green is what remains: it is not removed while CodeDeploy may still get there, or once it has begun to.
 */
function withoutLoadBalancer(
  state: CleaningUp,
  deployment: CodeDeployDeployment,
  { blue }: TrafficView,
  terms: CleanupTerms,
): CleanupDecision | undefined {
  if (deployment.waitsBeforeTerminatingBlue)
    return { kind: 'keep-green', why: { kind: 'waits-before-terminating-blue' } };
  if (!isActive(deployment)) {
    if (deployment.blueTerminationWaitMinutes === undefined || !blue) return undefined;
    if (!blue.ok) return asDecision(whileUnread(blue.error, terms));
    return blue.value.length > 0 ? undefined : { kind: 'keep-green', why: { kind: 'no-blue', rollbackId: undefined } };
  }
  if (deployment.blueTerminationWaitMinutes !== undefined && terms.isLate)
    return { kind: 'keep-green', why: { kind: 'still-active' } };
  if (
    deployment.blueTerminationWaitMinutes === undefined &&
    hasLasted(state.firstStopAt, Math.min(CODEDEPLOY_PATIENCE_S, terms.cleanupTimeoutSeconds / 3), terms.now)
  )
    return undefined;
  return { kind: 'wait', reason: `waiting for CodeDeploy ${deployment.id} to stop` };
}

function decideElastigroup(
  state: CleaningUp,
  deployment: CodeDeployDeployment | undefined,
  { elastigroup }: CleanupView,
  terms: CleanupTerms,
): CleanupDecision {
  if (!elastigroup.ok) return whileUnanswered(state, elastigroup.error, terms);
  // One list without it says nothing, where Elastigroup itself follows a deployment: green may serve by it.
  const follower = elastigroup.value.find(({ state: word }) => !NOT_FOLLOWING.includes(progressOf(word)));
  if (!deployment && follower) {
    if (!hasLasted(state.noCodeDeploySince, UNLISTED_PROOF_S, terms.now))
      return { kind: 'wait', reason: 'checking for the CodeDeploy deployment that Elastigroup follows' };
    // It errs also before there is one.
    if (progressOf(follower.state) !== 'erred' && !state.noCodeDeploySent)
      return { kind: 'keep-green', why: { kind: 'unlisted', elastigroupId: follower.id } };
  }
  const replacing = elastigroup.value.find(({ state: word }) => isReplacingBlue(word));
  if (replacing) return whileReplacingBlue(replacing, terms);
  const toStop = elastigroup.value.filter(
    ({ state: word }) => !['undoing', 'undone', 'finished'].includes(progressOf(word)),
  );
  if (toStop.length > 0 && isDue(state.elastigroupStopSentAt, terms)) {
    const reason = deployment ? `CodeDeploy ${deployment.id} is ${deployment.status}` : 'CodeDeploy was not started';
    return { kind: 'stop-elastigroup', ids: toStop.map(({ id }) => id), reason };
  }
  if (terms.isLate) return { kind: 'check-green', because: 'late' };
  return whatToWaitFor(state, elastigroup.value, deployment, terms);
}

/** Whatever this action's own CodeDeploy deployment says, Elastigroup takes green for good: a stop would come between. */
function whileReplacingBlue({ id, state }: ElastigroupDeployment, terms: Moment): CleanupDecision {
  return hasEnded(state) || terms.isLate
    ? { kind: 'keep-green', why: { kind: 'replaced', elastigroupId: id, state } }
    : { kind: 'wait', reason: `Elastigroup ${id} is replacing blue: ${state}` };
}

function whatToWaitFor(
  state: CleaningUp,
  own: readonly ElastigroupDeployment[],
  deployment: CodeDeployDeployment | undefined,
  { now }: Moment,
): CleanupDecision {
  if (
    own.length === 0 &&
    state.unconfirmedSince !== undefined &&
    !hasLasted(state.unconfirmedSince, LOST_START_GRACE_S, now)
  ) {
    return { kind: 'wait', reason: 'checking for an Elastigroup deployment whose start was not confirmed' };
  }
  // Green that is not tagged yet does not show at EC2 either: a deployment that is known is not gone for one list without it.
  if (isUnlisted(state, own) && !hasLasted(state.unlistedSince, UNLISTED_PROOF_S, now)) {
    return { kind: 'wait', reason: `Spot does not list ${state.elastigroupDeploymentId ?? ''} at the moment` };
  }
  // Whether ERROR and UNSTABLE_DEPLOYMENT are final is unverified, and so is an unknown state: EC2 decides then, but only
  // a while after the stop, since green that is not tagged yet does not show there.
  const mayBeFinal = hasLasted(state.firstStopAt, UNLISTED_PROOF_S, now) ? ['erred', 'unknown'] : [];
  const moving = own.find(({ state: word }) => !hasEnded(word) && !mayBeFinal.includes(progressOf(word)));
  if (moving) return { kind: 'wait', reason: `Elastigroup ${moving.id}: ${moving.state || 'no state'}` };
  if (deployment && isActive(deployment))
    return { kind: 'wait', reason: `waiting for CodeDeploy ${deployment.id} to stop` };
  return { kind: 'check-green', because: 'ended' };
}

/** The deployment that the action knows of is not in Spot's list. */
export function isUnlisted(state: CleaningUp, own: readonly ElastigroupDeployment[]): boolean {
  return state.elastigroupDeploymentId !== undefined && own.length === 0;
}

/** After a long gap between two invocations, one throttled call must not end cleaning up before any stop was tried. */
export function whileUnanswered(
  state: CleaningUp,
  error: UpstreamError,
  { now, isLate, refused }: Moment,
): Extract<CleanupDecision, { kind: 'check-green' | 'wait' }> {
  const hasTried = state.firstStopAt !== undefined || hasLasted(state.unseenSince, UNANSWERED_PATIENCE_S, now);
  if (isLate && (hasTried || !error.transient)) return { kind: 'check-green', because: 'late' };
  if (!mayPass(error, refused, now)) return { kind: 'check-green', because: 'unreadable' };
  return unanswered(error, `${error.service} cannot be queried at the moment`);
}

/** A stop that was never sent, or that has shown no effect for a while. */
function isDue(sentAt: number | undefined, { now, isLate }: Moment): boolean {
  return sentAt === undefined || (!isLate && hasLasted(sentAt, STOP_AGAIN_S, now));
}

import type { CodeDeployDeployment } from '../../clients/codeDeploy/codeDeploy';
import { cut } from '../../lib/wording';
import { attempt, valueOf, type Attempt } from '../attempt';
import { deniedAgain } from '../limits';
import type { DeploymentContext } from '../context';
import { proveJob } from '../genuineJob';
import { findCodeDeploy, isActive, isOwnCodeDeploy, isStoppable } from '../ownDeployments';
import { POLL_WARNINGS } from '../messages';
import type { CleaningUp, State } from '../state';
import { progressed, toFinalizing } from '../transitions';
import { decideCleanup, isCleanupLate, isUnlisted, whileUnanswered, type CleanupDecision } from './cleanupDecision';
import { endOfCleanup, failKeepingGreen } from './cleanupOutcome';
import { readCleanupView, type CleanupView } from './cleanupView';
import { trafficIn, type TrafficView } from './greenProtection';

/**
 * Ends what the action has started: CodeDeploy first (with rollback), then, once green does not serve, Elastigroup, which
 * removes green; then waits, within CLEANUP_TIMEOUT_SECONDS, until no green instance is left. One step a poll, each after
 * everything was read anew.
 */
export async function cleanUp(state: CleaningUp, context: DeploymentContext): Promise<State> {
  const [view, job] = await Promise.all([readCleanupView(state, context), proveJob(context)]);
  const now = context.clock.now();
  const aware = remember(state, view, now);
  const { cleanupTimeoutSeconds, parameters } = context;
  const decision = decideCleanup(aware, view, {
    now,
    isLate: isCleanupLate(aware, now, cleanupTimeoutSeconds),
    refused: aware.refused,
    cleanupTimeoutSeconds,
    isRollbackOff: parameters.autoRollback?.enabled === false,
    job,
    isStoppable: (deployment) => isStoppable(deployment, aware, parameters),
  });
  switch (decision.kind) {
    case 'succeeded-after-all':
      context.log.info(`CodeDeploy ${decision.deployment.id} succeeded after all; nothing is stopped.`);
      return toFinalizing(aware, now, decision.deployment);
    case 'stop-codedeploy':
      return stopCodeDeploy(aware, decision, context);
    case 'stop-elastigroup':
      return stopElastigroup(aware, view, decision, context);
    case 'wait':
      // One odd answer of Spot in between does not mean that CodeDeploy answers again.
      return waiting(aware, { ...decision, ...(!view.codeDeploy.ok && { unanswered: true }) }, context);
    case 'keep-green':
      return failKeepingGreen(aware, view, decision.why, context);
    case 'check-green':
      return endOfCleanup(aware, view, decision, context);
  }
}

function waiting(
  state: CleaningUp,
  decision: Extract<CleanupDecision, { kind: 'wait' }>,
  context: DeploymentContext,
): CleaningUp {
  const now = context.clock.now();
  const { unseenSince = now, refused, ...answered } = progressed(state, `cleaning up: ${decision.reason}`);
  if (!decision.unanswered) return answered;
  return { ...answered, unseenSince, ...(decision.refused && { refused: deniedAgain(refused, now) }) };
}

interface LaterDeployments {
  /**
   * The next one after the one that has failed: whoever retries it in CodeDeploy's console deploys to the same green
   * instances, and they may serve by that, also where the retry has failed as well.
   */
  readonly successorId?: string | undefined;
  /** Its rollback, which it may name later, or not at all. */
  readonly rollbackId?: string | undefined;
}

async function findLater(
  state: CleaningUp,
  failed: CodeDeployDeployment | undefined,
  context: DeploymentContext,
): Promise<Attempt<LaterDeployments>> {
  if (!failed) return { ok: true, value: {} };
  const found = await attempt(findCodeDeploy(state, context));
  if (!found.ok) return found;
  const { id, createdAt: since = 0 } = failed;
  const [next] = found.value.recent
    .filter((deployment) => isOwnCodeDeploy(deployment, state) && (deployment.createdAt ?? 0) > since)
    .toSorted((one, other) => (one.createdAt ?? 0) - (other.createdAt ?? 0));
  const rollback = found.value.recent.find(({ rollsBackDeploymentId }) => rollsBackDeploymentId === id);
  return { ok: true, value: { successorId: next?.id, rollbackId: rollback?.id } };
}

/** Without what was learned of the deployment before it. */
function followedBy(state: CleaningUp, successorId: string): CleaningUp {
  const {
    traffic: _where,
    isBlueBack: _so,
    codeDeployEndedSince: _since,
    codeDeployStopSentAt: _sent,
    rollbackDeploymentId: _rollback,
    ...rest
  } = state;
  return progressed(
    { ...rest, successorId },
    `cleaning up: CodeDeploy ${successorId} deploys to the same green instances`,
  );
}

/** What was learned: ids of a start whose answer was lost, that traffic has moved, that Spot does not list what is known. */
function remember(state: CleaningUp, view: CleanupView, now: number): CleaningUp {
  const deployment = valueOf(view.codeDeploy);
  const { unlistedSince = now, codeDeployEndedSince = now, noCodeDeploySince = now, ...known } = state;
  const [elastigroup] = valueOf(view.elastigroup) ?? [];
  return {
    ...known,
    ...(deployment && known.deploymentId === undefined && { deploymentId: deployment.id }),
    ...(view.codeDeploy.ok && !deployment && { noCodeDeploySince }),
    ...(deployment && !isActive(deployment) && { codeDeployEndedSince }),
    ...(deployment && finalTraffic(deployment, view.traffic)),
    ...(view.traffic.rollback && view.traffic.blue?.ok && view.traffic.blue.value.length > 0 && { isBlueBack: true }),
    ...(elastigroup && state.elastigroupDeploymentId === undefined && { elastigroupDeploymentId: elastigroup.id }),
    ...(view.elastigroup.ok && isUnlisted(state, view.elastigroup.value) && { unlistedSince }),
  };
}

/** It has moved, or this deployment cannot move it any more; what a rollback of it does is read anew. */
function finalTraffic(deployment: CodeDeployDeployment, { targets }: TrafficView): Pick<CleaningUp, 'traffic'> {
  const traffic = trafficIn(deployment, targets);
  if (traffic === 'moving') return { traffic };
  return traffic === 'on-blue' && !isActive(deployment) ? { traffic } : {};
}

async function stopCodeDeploy(
  state: CleaningUp,
  { deploymentId, rollback }: Extract<CleanupDecision, { kind: 'stop-codedeploy' }>,
  context: DeploymentContext,
): Promise<CleaningUp> {
  const result = await tryToStop(
    state,
    `CodeDeploy ${deploymentId} ${rollback ? 'with' : 'without'} rollback`,
    () => context.codeDeploy.stopDeployment(deploymentId, { rollback }),
    context,
  );
  return result.counts ? { ...result.state, codeDeployStopSentAt: context.clock.now() } : result.state;
}

async function stopElastigroup(
  state: CleaningUp,
  view: CleanupView,
  { ids, reason }: Extract<CleanupDecision, { kind: 'stop-elastigroup' }>,
  context: DeploymentContext,
): Promise<State> {
  const later = await findLater(state, valueOf(view.codeDeploy), context);
  const { successorId, rollbackId } = valueOf(later) ?? {};
  // Before what somebody has started after it: the traffic may have moved by the rollback already.
  if (rollbackId !== undefined && !view.traffic.rollback && state.rollbackDeploymentId === undefined)
    return progressed(
      { ...state, rollbackDeploymentId: rollbackId },
      `cleaning up: CodeDeploy ${rollbackId} rolls back`,
    );
  if (successorId !== undefined) return followedBy(state, successorId);
  if (!later.ok) {
    const now = context.clock.now();
    const isLate = isCleanupLate(state, now, context.cleanupTimeoutSeconds);
    const decision = whileUnanswered(state, later.error, { now, isLate, refused: state.refused });
    if (decision.kind === 'wait') return waiting(state, decision, context);
    return failKeepingGreen(state, view, { kind: 'unreadable', detail: later.error.message }, context);
  }
  let next = state;
  let counts = true;
  for (const id of ids) {
    const stop = () => context.elastigroup.stopDeployment(id);
    const result = await tryToStop(next, `Elastigroup deployment ${id} (${reason})`, stop, context);
    next = result.state;
    counts &&= result.counts;
  }
  return counts ? { ...next, elastigroupStopSentAt: context.clock.now() } : next;
}

/**
 * A stop that fails is no reason to leave the rest standing: it is noted, and the next poll shows whether it worked.
 * One that a busy service did not take does not count as sent, so that the next poll sends it again; unless it is late.
 */
async function tryToStop(
  state: CleaningUp,
  what: string,
  stop: () => Promise<unknown>,
  context: DeploymentContext,
): Promise<{ state: CleaningUp; counts: boolean }> {
  const now = context.clock.now();
  const begun = { ...state, firstStopAt: state.firstStopAt ?? now };
  const result = await attempt(stop());
  if (result.ok) {
    context.log.info(`Requested the stop of ${what}.`);
    const { stopProblem: _over, ...well } = begun;
    return { state: progressed(well, `cleaning up: stopping ${what}`), counts: true };
  }
  context.log.warn(POLL_WARNINGS.notStopped(what, result.error.message));
  const noted = {
    ...progressed(begun, `cleaning up: ${what} could not be stopped yet`),
    stopProblem: cut(result.error.message, 300),
  };
  return { state: noted, counts: !result.error.transient || isCleanupLate(begun, now, context.cleanupTimeoutSeconds) };
}

import type { CodeDeployDeployment } from '../clients/codeDeploy';
import { cut } from '../wording';
import { decideCleanup, isLate, isUnlisted, type CleanupDecision, type CleanupView } from './cleanupDecision';
import { endOfCleanup } from './cleanupOutcome';
import { findCodeDeploy, listElastigroup } from './ownDeployments';
import { lookAt } from './sight';
import type { Stage } from './stage';
import type { CleaningUp, State } from './state';
import { progressed, toFinalizing } from './transitions';

/**
 * Ends what the action has started: CodeDeploy first (with rollback), then Elastigroup, which removes green; then waits,
 * within CLEANUP_TIMEOUT_SECONDS, until both have ended and no green instance is left. One step a tick, after a fresh look.
 */
export async function cleanUp(state: CleaningUp, stage: Stage): Promise<State> {
  const view = await look(state, stage);
  const aware = remember(state, view, stage.clock.now());
  const decision = decideCleanup(aware, view, stage.clock.now(), stage.cleanupTimeoutSeconds);
  switch (decision.kind) {
    case 'succeeded-after-all':
      stage.log.info(`CodeDeploy ${decision.deploymentId} has succeeded after all: nothing is stopped.`);
      return toFinalizing(aware, stage.clock.now(), decision.deploymentId);
    case 'stop-codedeploy':
      return stopCodeDeploy(aware, decision.deploymentId, stage);
    case 'stop-elastigroup':
      return stopElastigroup(aware, decision.ids, stage);
    case 'wait':
      return waiting(aware, decision, stage);
    case 'look-for-green':
      return endOfCleanup(aware, view, decision, stage);
  }
}

function waiting(state: CleaningUp, decision: Extract<CleanupDecision, { kind: 'wait' }>, stage: Stage): CleaningUp {
  const { unseenSince = stage.clock.now(), ...seen } = progressed(state, `cleaning up: ${decision.reason}`);
  return decision.unseen ? { ...seen, unseenSince } : seen;
}

async function look(state: CleaningUp, stage: Stage): Promise<CleanupView> {
  const [codeDeploy, elastigroup] = await Promise.all([
    lookAt(lookAtCodeDeploy(state, stage)),
    lookAt(listElastigroup(state, stage)),
  ]);
  return { codeDeploy, elastigroup: elastigroup.seen ? { seen: true, value: elastigroup.value.own } : elastigroup };
}

async function lookAtCodeDeploy(state: CleaningUp, stage: Stage): Promise<CodeDeployDeployment | undefined> {
  if (state.deploymentId !== undefined) return stage.codeDeploy.getDeployment(state.deploymentId);
  return (await findCodeDeploy(state, stage)).own;
}

/** What the look has brought to light: ids of a start whose answer was lost, or that Spot does not list what is known. */
function remember(state: CleaningUp, view: CleanupView, now: number): CleaningUp {
  const { unlistedSince = now, ...known } = state;
  const deployment = view.codeDeploy.seen ? view.codeDeploy.value : undefined;
  const [elastigroup] = view.elastigroup.seen ? view.elastigroup.value : [];
  return {
    ...known,
    ...(deployment && { deploymentId: deployment.id }),
    ...(elastigroup && state.elastigroupDeploymentId === undefined && { elastigroupDeploymentId: elastigroup.id }),
    ...(view.elastigroup.seen && isUnlisted(state, view.elastigroup.value) && { unlistedSince }),
  };
}

async function stopCodeDeploy(state: CleaningUp, deploymentId: string, stage: Stage): Promise<CleaningUp> {
  const attempt = await tryToStop(
    state,
    `CodeDeploy ${deploymentId}`,
    () => stage.codeDeploy.stopDeployment(deploymentId),
    stage,
  );
  return attempt.counts ? { ...attempt.state, codeDeployStopSentAt: stage.clock.now() } : attempt.state;
}

async function stopElastigroup(state: CleaningUp, ids: readonly string[], stage: Stage): Promise<CleaningUp> {
  let next = state;
  let counts = true;
  for (const id of ids) {
    const attempt = await tryToStop(
      next,
      `Elastigroup deployment ${id}`,
      () => stage.elastigroup.stopDeployment(id),
      stage,
    );
    next = attempt.state;
    counts &&= attempt.counts;
  }
  return counts ? { ...next, elastigroupStopSentAt: stage.clock.now() } : next;
}

/**
 * A stop that fails is no reason to leave the rest standing: it is noted, and the next look shows whether it worked.
 * One that a busy service did not take does not count as sent, so that the next tick sends it again; unless it is late.
 */
async function tryToStop(
  state: CleaningUp,
  what: string,
  stop: () => Promise<unknown>,
  stage: Stage,
): Promise<{ state: CleaningUp; counts: boolean }> {
  const now = stage.clock.now();
  const begun = { ...state, firstStopAt: state.firstStopAt ?? now };
  const result = await lookAt(stop());
  if (result.seen) {
    stage.log.info(`Asked to stop ${what}.`);
    const { stopProblem: _over, ...well } = begun;
    return { state: progressed(well, `cleaning up: stopping ${what}`), counts: true };
  }
  stage.log.warn(`Could not stop ${what}: ${result.error.message}`);
  const noted = {
    ...progressed(begun, `cleaning up: ${what} could not be stopped yet`),
    stopProblem: cut(result.error.message, 300),
  };
  return { state: noted, counts: !result.error.transient || isLate(begun, now, stage.cleanupTimeoutSeconds) };
}

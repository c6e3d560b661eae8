import type { CodeDeployDeployment } from '../../clients/codeDeploy/codeDeploy';
import { cut } from '../../lib/wording';
import { decideCleanup, isLate, isUnlisted, type CleanupDecision, type CleanupView } from './cleanupDecision';
import { endOfCleanup } from './cleanupOutcome';
import { findCodeDeploy, listElastigroup } from '../ownDeployments';
import { attempt } from '../attempt';
import type { DeploymentContext } from '../context';
import type { CleaningUp, State } from '../state';
import { progressed, toFinalizing } from '../transitions';

/**
 * Ends what the action has started: CodeDeploy first (with rollback), then Elastigroup, which removes green; then waits,
 * within CLEANUP_TIMEOUT_SECONDS, until both have ended and no green instance is left. One step a tick, after a fresh look.
 */
export async function cleanUp(state: CleaningUp, context: DeploymentContext): Promise<State> {
  const view = await look(state, context);
  const aware = remember(state, view, context.clock.now());
  const decision = decideCleanup(aware, view, context.clock.now(), context.cleanupTimeoutSeconds);
  switch (decision.kind) {
    case 'succeeded-after-all':
      context.log.info(`CodeDeploy ${decision.deploymentId} has succeeded after all: nothing is stopped.`);
      return toFinalizing(aware, context.clock.now(), decision.deploymentId);
    case 'stop-codedeploy':
      return stopCodeDeploy(aware, decision.deploymentId, context);
    case 'stop-elastigroup':
      return stopElastigroup(aware, decision.ids, context);
    case 'wait':
      return waiting(aware, decision, context);
    case 'look-for-green':
      return endOfCleanup(aware, view, decision, context);
  }
}

function waiting(
  state: CleaningUp,
  decision: Extract<CleanupDecision, { kind: 'wait' }>,
  context: DeploymentContext,
): CleaningUp {
  const { unseenSince = context.clock.now(), ...seen } = progressed(state, `cleaning up: ${decision.reason}`);
  return decision.unseen ? { ...seen, unseenSince } : seen;
}

async function look(state: CleaningUp, context: DeploymentContext): Promise<CleanupView> {
  const [codeDeploy, elastigroup] = await Promise.all([
    attempt(lookAtCodeDeploy(state, context)),
    attempt(listElastigroup(state, context)),
  ]);
  return { codeDeploy, elastigroup: elastigroup.ok ? { ok: true, value: elastigroup.value.own } : elastigroup };
}

async function lookAtCodeDeploy(
  state: CleaningUp,
  context: DeploymentContext,
): Promise<CodeDeployDeployment | undefined> {
  if (state.deploymentId !== undefined) return context.codeDeploy.getDeployment(state.deploymentId);
  return (await findCodeDeploy(state, context)).own;
}

/** What the look has brought to light: ids of a start whose answer was lost, or that Spot does not list what is known. */
function remember(state: CleaningUp, view: CleanupView, now: number): CleaningUp {
  const { unlistedSince = now, ...known } = state;
  const deployment = view.codeDeploy.ok ? view.codeDeploy.value : undefined;
  const [elastigroup] = view.elastigroup.ok ? view.elastigroup.value : [];
  return {
    ...known,
    ...(deployment && { deploymentId: deployment.id }),
    ...(elastigroup && state.elastigroupDeploymentId === undefined && { elastigroupDeploymentId: elastigroup.id }),
    ...(view.elastigroup.ok && isUnlisted(state, view.elastigroup.value) && { unlistedSince }),
  };
}

async function stopCodeDeploy(
  state: CleaningUp,
  deploymentId: string,
  context: DeploymentContext,
): Promise<CleaningUp> {
  const attempt = await tryToStop(
    state,
    `CodeDeploy ${deploymentId}`,
    () => context.codeDeploy.stopDeployment(deploymentId),
    context,
  );
  return attempt.counts ? { ...attempt.state, codeDeployStopSentAt: context.clock.now() } : attempt.state;
}

async function stopElastigroup(
  state: CleaningUp,
  ids: readonly string[],
  context: DeploymentContext,
): Promise<CleaningUp> {
  let next = state;
  let counts = true;
  for (const id of ids) {
    const attempt = await tryToStop(
      next,
      `Elastigroup deployment ${id}`,
      () => context.elastigroup.stopDeployment(id),
      context,
    );
    next = attempt.state;
    counts &&= attempt.counts;
  }
  return counts ? { ...next, elastigroupStopSentAt: context.clock.now() } : next;
}

/**
 * A stop that fails is no reason to leave the rest standing: it is noted, and the next look shows whether it worked.
 * One that a busy service did not take does not count as sent, so that the next tick sends it again; unless it is late.
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
    context.log.info(`Asked to stop ${what}.`);
    const { stopProblem: _over, ...well } = begun;
    return { state: progressed(well, `cleaning up: stopping ${what}`), counts: true };
  }
  context.log.warn(`Could not stop ${what}: ${result.error.message}`);
  const noted = {
    ...progressed(begun, `cleaning up: ${what} could not be stopped yet`),
    stopProblem: cut(result.error.message, 300),
  };
  return { state: noted, counts: !result.error.transient || isLate(begun, now, context.cleanupTimeoutSeconds) };
}

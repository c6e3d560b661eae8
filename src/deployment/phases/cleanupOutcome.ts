import { isLeft, type Ec2Instance } from '../../clients/ec2Instances';
import { listing } from '../../lib/wording';
import { elastigroupTimeoutAt } from '../limits';
import { hasStartedNone, isCleanupLate, type CleanupDecision } from './cleanupDecision';
import type { CleanupView } from './cleanupView';
import { hasEnded } from '../elastigroupState';
import { isActive } from '../ownDeployments';
import type { KeepReason } from './greenProtection';
import { describeKeptGreen } from './keptGreen';
import { attempt, valueOf, type Attempt } from '../attempt';
import type { DeploymentContext } from '../context';
import { greenTag } from '../greenTag';
import type { CleaningUp, State } from '../state';
import { progressed, toFailed } from '../transitions';
import { CLEANED_MESSAGES, LEFT_MESSAGES } from '../messages';

/** Ends cleaning up once EC2 shows no green instance any more, or when nothing more can be done; names what is left. */
export async function endOfCleanup(
  state: CleaningUp,
  view: CleanupView,
  decision: Extract<CleanupDecision, { kind: 'check-green' }>,
  context: DeploymentContext,
): Promise<State> {
  const green = await attempt(context.ec2Instances.find(greenTag(state)));
  const now = context.clock.now();
  if (
    decision.because === 'ended' &&
    !isCleanupLate(state, now, context.cleanupTimeoutSeconds) &&
    mayStillChange(green)
  ) {
    return progressed(
      state,
      green.ok
        ? 'cleaning up: waiting for the green instances to terminate'
        : 'cleaning up: EC2 cannot be queried at the moment',
    );
  }
  const left = [...leftInstances(state, green), ...leftDeployments(state, view)];
  return toFailed(state, now, state.failure, { cleaned: whatWasDone(state, view, green), left });
}

/** Ends cleaning up with green in service, or possibly so: nothing that serves is removed. */
export async function failKeepingGreen(
  state: CleaningUp,
  view: CleanupView,
  why: KeepReason,
  context: DeploymentContext,
): Promise<State> {
  const deployment = valueOf(view.codeDeploy);
  const tag = greenTag(state);
  const { targets: read, rollbackTargets } = view.traffic;
  // Where a rollback has moved the traffic, its targets tell what became of blue.
  const moved = why.kind === 'rollback-to-green' ? rollbackTargets : read;
  const [green, inGroup, targets] = await Promise.all([
    attempt(context.ec2Instances.find(tag)),
    attempt(context.elastigroup.listInstances()),
    moved ?? (deployment && attempt(context.deploymentTargets.list(deployment.id))),
  ]);
  const kept = describeKeptGreen({
    why,
    greenTag: `${tag.key}=${tag.value}`,
    deployment,
    targets,
    green,
    inGroup,
    elastigroupIds: elastigroupIdsOf(state, view),
    elastigroupTimeoutAt: elastigroupTimeoutAt(state, context),
  });
  return toFailed(state, context.clock.now(), state.failure, {
    cleaned: whatWasDone(state, view, green),
    left: kept,
  });
}

function elastigroupIdsOf({ elastigroupDeploymentId: known }: CleaningUp, { elastigroup }: CleanupView): string[] {
  const listed = elastigroup.ok ? elastigroup.value.filter(({ state }) => !hasEnded(state)) : [];
  const others = listed.map(({ id }) => id).filter((id) => id !== known);
  return [...(known === undefined ? [] : [known]), ...others];
}

function mayStillChange(green: Attempt<readonly Ec2Instance[]>): boolean {
  return green.ok ? green.value.some(isLeft) : green.error.transient;
}

/** Only what was read as ended: a stop that was sent may have been rejected, or not have taken effect yet. */
function whatWasDone(state: CleaningUp, view: CleanupView, green: Attempt<readonly Ec2Instance[]>): string[] {
  const done: string[] = [];
  const { codeDeploy, elastigroup } = view;
  const deployment = valueOf(codeDeploy);
  if (state.codeDeployStopSentAt !== undefined && deployment?.status === 'Stopped')
    done.push(CLEANED_MESSAGES.codeDeployStopped(deployment.id));
  const rollback = valueOf(view.traffic.rollback);
  if (state.traffic === 'moving' && rollback?.status === 'Succeeded')
    done.push(CLEANED_MESSAGES.rolledBack(rollback.id));
  const hasNoFleet = elastigroup.ok && elastigroup.value.every(({ state: word }) => hasEnded(word));
  if (state.elastigroupStopSentAt !== undefined && hasNoFleet)
    done.push(CLEANED_MESSAGES.elastigroupStopped(state.elastigroupDeploymentId ?? ''));
  // While Spot cannot be queried, it may be launching some that are not tagged yet.
  if (elastigroup.ok && green.ok && !green.value.some(isLeft)) done.push(CLEANED_MESSAGES.noGreenLeft);
  return done;
}

function leftInstances(state: CleaningUp, green: Attempt<readonly Ec2Instance[]>): string[] {
  if (!green.ok) {
    return [LEFT_MESSAGES.greenUnknown(green.error.message, state.greenIdentifier)];
  }
  const left = green.value.filter(isLeft);
  if (left.length === 0) return [];
  const ids = listing(
    left.map(({ id }) => id),
    50,
  );
  return [LEFT_MESSAGES.green(ids, state.greenIdentifier)];
}

function leftDeployments(state: CleaningUp, view: CleanupView): string[] {
  const left: string[] = [];
  const problem = state.stopProblem === undefined ? '' : ` (${state.stopProblem})`;
  if (!view.elastigroup.ok) {
    const deployment = nameOf(state.elastigroupDeploymentId);
    left.push(LEFT_MESSAGES.elastigroupUnknown(view.elastigroup.error.message, deployment, state.greenIdentifier));
  } else {
    for (const { id, state: word } of view.elastigroup.value) {
      if (!hasEnded(word)) left.push(LEFT_MESSAGES.elastigroup(id, `${word || 'no state'}${problem}`));
    }
  }
  if (!view.codeDeploy.ok && !hasStartedNone(state, view))
    left.push(LEFT_MESSAGES.codeDeployUnknown(view.codeDeploy.error.message, nameOf(state.deploymentId)));
  else if (view.codeDeploy.ok && view.codeDeploy.value && isActive(view.codeDeploy.value)) {
    left.push(LEFT_MESSAGES.codeDeploy(view.codeDeploy.value.id, `${view.codeDeploy.value.status}${problem}`));
  }
  return left;
}

function nameOf(id: string | undefined): string {
  return id === undefined ? 'the deployment of this action' : `deployment ${id}`;
}

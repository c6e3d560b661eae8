import { isLeft, type GreenInstance } from '../../clients/greenInstances';
import { listing } from '../../lib/wording';
import { elastigroupTimeoutAt } from '../limits';
import { isLate, type CleanupDecision, type CleanupView } from './cleanupDecision';
import { hasEnded } from '../elastigroupState';
import { isActive } from '../ownDeployments';
import type { KeepReason } from './greenProtection';
import { describeKeptGreen } from './keptGreen';
import { attempt, type Attempt } from '../attempt';
import { greenTag, type DeploymentContext } from '../context';
import type { CleaningUp, State } from '../state';
import { progressed, toFailed } from '../transitions';

/** Ends cleaning up once EC2 shows no green instance any more, or when nothing more can be done; names what is left. */
export async function endOfCleanup(
  state: CleaningUp,
  view: CleanupView,
  decision: Extract<CleanupDecision, { kind: 'check-green' }>,
  context: DeploymentContext,
): Promise<State> {
  const green = await attempt(context.greenInstances.find(greenTag(state)));
  const now = context.clock.now();
  if (decision.because === 'ended' && !isLate(state, now, context.cleanupTimeoutSeconds) && mayStillChange(green)) {
    return progressed(
      state,
      green.ok
        ? 'cleaning up: waiting for the green instances to terminate'
        : 'cleaning up: EC2 cannot be seen at the moment',
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
  const deployment = view.codeDeploy.ok ? view.codeDeploy.value : undefined;
  const tag = greenTag(state);
  const [green, groupInstanceIds, targets] = await Promise.all([
    attempt(context.greenInstances.find(tag)),
    attempt(context.elastigroup.listInstanceIds()),
    view.traffic.targets ?? (deployment && attempt(context.deploymentTargets.list(deployment.id))),
  ]);
  const kept = describeKeptGreen({
    why,
    greenTag: `${tag.key}=${tag.value}`,
    deployment,
    targets,
    green,
    groupInstanceIds,
    elastigroupDeploymentId: state.elastigroupDeploymentId,
    elastigroupTimeoutAt: elastigroupTimeoutAt(state, context),
  });
  return toFailed(state, context.clock.now(), state.failure, {
    cleaned: whatWasDone(state, view, green),
    left: kept,
  });
}

function mayStillChange(green: Attempt<readonly GreenInstance[]>): boolean {
  return green.ok ? green.value.some(isLeft) : green.error.transient;
}

/** Only what is seen to have ended: a stop that was sent may have been refused, or not have worked yet. */
function whatWasDone(state: CleaningUp, view: CleanupView, green: Attempt<readonly GreenInstance[]>): string[] {
  const done: string[] = [];
  const { codeDeploy, elastigroup } = view;
  if (state.codeDeployStopSentAt !== undefined && codeDeploy.ok && codeDeploy.value?.status === 'Stopped')
    done.push(`CodeDeploy ${codeDeploy.value.id} was stopped.`);
  const rollback = view.traffic.rollback?.ok ? view.traffic.rollback.value : undefined;
  if (state.traffic === 'moving' && rollback?.status === 'Succeeded')
    done.push(`Rollback ${rollback.id} has returned the traffic to blue.`);
  const hasNoFleet = elastigroup.ok && elastigroup.value.every(({ state: word }) => hasEnded(word));
  if (state.elastigroupStopSentAt !== undefined && hasNoFleet)
    done.push(`Elastigroup deployment ${state.elastigroupDeploymentId ?? ''} was stopped.`);
  // While Spot cannot be asked, it may be launching some that are not tagged yet.
  if (elastigroup.ok && green.ok && !green.value.some(isLeft)) done.push('No green instance is left.');
  return done;
}

function leftInstances(state: CleaningUp, green: Attempt<readonly GreenInstance[]>): string[] {
  if (!green.ok) {
    return [
      `EC2 could not be asked whether green instances are left (${green.error.message}): look for the tag GreenIdentifier=${state.greenIdentifier}.`,
    ];
  }
  const left = green.value.filter(isLeft);
  if (left.length === 0) return [];
  return [
    `Green instances are left: ${listing(
      left.map(({ id }) => id),
      50,
    )}. Terminate them in the Elastigroup unless they serve traffic.`,
  ];
}

function leftDeployments(state: CleaningUp, view: CleanupView): string[] {
  const left: string[] = [];
  const problem = state.stopProblem === undefined ? '' : ` (${state.stopProblem})`;
  if (!view.elastigroup.ok) {
    const deployment = state.elastigroupDeploymentId ?? 'of this action';
    left.push(
      `Elastigroup could not be asked (${view.elastigroup.error.message}); its own timeout ends deployment ${deployment}, ` +
        `which may still launch instances with the tag GreenIdentifier=${state.greenIdentifier}.`,
    );
  } else {
    for (const { id, state: word } of view.elastigroup.value) {
      if (!hasEnded(word))
        left.push(
          `Elastigroup deployment ${id} has not ended: ${word || 'no state'}${problem}. Stop it in the Spot console.`,
        );
    }
  }
  if (!view.codeDeploy.ok)
    left.push(
      `CodeDeploy could not be asked (${view.codeDeploy.error.message}); check deployment ${state.deploymentId ?? 'of this action'}.`,
    );
  else if (view.codeDeploy.value && isActive(view.codeDeploy.value)) {
    left.push(
      `CodeDeploy ${view.codeDeploy.value.id} has not ended: ${view.codeDeploy.value.status}${problem}. Stop it in the CodeDeploy console.`,
    );
  }
  return left;
}

import type { CreateOutcome } from '../../clients/codeDeploy/codeDeploy';
import { UpstreamError } from '../../clients/upstreamError';
import { isLeft, type Ec2Instance } from '../../clients/ec2Instances';
import { attempt } from '../attempt';
import { adoptCodeDeploy } from './adoptCodeDeploy';
import { insteadOfStart } from '../checkRun';
import { noTargets } from '../failures';
import { withHistory } from '../history';
import { fleetReadiness, type FleetReadiness } from './greenFleet';
import { hasLasted, NO_TARGETS_LIMIT_S } from '../limits';
import { findCodeDeploy, isActive, isOwnCodeDeploy, backdateStart } from '../ownDeployments';
import { resolveConflict, conflictingCodeDeploy, unnamedConflict } from '../conflicts';
import type { DeploymentContext } from '../context';
import { greenTag } from '../greenTag';
import { POLL_WARNINGS } from '../messages';
import { namedRun } from '../runMemory';
import type { Launching, State } from '../state';
import { progressed, toInstalling } from '../transitions';
import { asActionError } from '../upstreamFailure';

/** Elastigroup waits for CodeDeploy. Starts it on exactly the tagged instances once EC2 shows all of them running, and only once. */
export async function createCodeDeploy(
  before: Launching,
  context: DeploymentContext,
  hasWaited: boolean,
): Promise<State> {
  const green = await context.ec2Instances.find(greenTag(before));
  const state = await withTargetCapacity(before, green, context);
  const fleet = fleetReadiness(state, green, context.clock.now());
  if (fleet.kind === 'wait') return { ...progressed(state, fleet.reason), greenSeen: fleet.seen };
  const older = backdateStart(
    state,
    green.map((instance) => instance.launchedAt),
  );

  // There is no idempotency token (docs/services.md, CodeDeploy): an earlier try may have created it although its answer was lost.
  const { own, otherActive, recent } = await findCodeDeploy(older, context);
  const aged = withHistory(older, recent, context);
  if (own) return adoptCodeDeploy(aged, own, context);
  if (otherActive) return resolveConflict(aged, [conflictingCodeDeploy(otherActive)], context);

  const notStarted = await insteadOfStart(hasWaited ? { ...aged, waitsForOther: {} } : aged, context);
  if (notStarted) return notStarted;
  const outcome = await sendCreate(aged, context);
  switch (outcome.kind) {
    case 'created':
      return created(aged, outcome.deploymentId, fleet, context);
    case 'other-active':
      return resolveActiveDeployment(aged, outcome, context);
    case 'no-targets':
      return waitForTargets(aged, outcome.message, context);
  }
}

/** So that whoever is in CodeDeploy's console finds the pipeline; DESCRIPTION goes before it. */
function descriptionOf({ runMemory }: DeploymentContext): string | undefined {
  const { pipeline, executionId } = namedRun(runMemory) ?? {};
  if (pipeline === undefined) return executionId && `pipeline execution ${executionId}`;
  return `pipeline ${pipeline}${executionId === undefined ? '' : `, execution ${executionId}`}`;
}

/** The first call of its kind: a refusal is believed, and no outage of something that was readable before. */
async function sendCreate(state: Launching, context: DeploymentContext): Promise<CreateOutcome> {
  try {
    return await context.codeDeploy.createDeployment(greenTag(state), descriptionOf(context));
  } catch (error) {
    throw error instanceof UpstreamError && !error.transient ? asActionError(error) : error;
  }
}

/**
 * Preflight has read it, but for an action that was adopted after a crash. It may have grown before Elastigroup launched, and
 * is read again once as many are up. Its lack delays the start, and ends nothing.
 */
async function withTargetCapacity(
  state: Launching,
  green: readonly Ec2Instance[],
  context: DeploymentContext,
): Promise<Launching> {
  const { targetCapacity: known, isCapacityConfirmed } = state;
  if (isCapacityConfirmed || known === 'unknown') return state;
  // One that is not known is read beside green that shows: it may have been lowered since the launch.
  if (green.filter(isLeft).length < (known ?? 1)) return state;
  const group = await attempt(context.elastigroup.readGroup());
  if (!group.ok && group.error.transient) throw group.error;
  const now = group.ok ? group.value.targetCapacity : undefined;
  const isLowered = known === undefined && now !== undefined && green.filter(isLeft).length > now;
  const capacity = now === undefined || isLowered ? (known ?? 'unknown') : Math.max(now, known ?? 0);
  return { ...state, targetCapacity: capacity, isCapacityConfirmed: true };
}

function created(
  state: Launching,
  deploymentId: string,
  fleet: Exclude<FleetReadiness, { kind: 'wait' }>,
  context: DeploymentContext,
): State {
  const of = state.targetCapacity ?? 'unknown';
  const now = context.clock.now();
  // This poll began with Spot's list.
  const installing = {
    ...toInstalling(state, now, deploymentId),
    startedOn: fleet.count,
    spotRead: { at: now, done: 0 },
  };
  context.log.info(`Started CodeDeploy deployment ${deploymentId} on ${fleet.count} green instances.`, {
    deploymentId,
  });
  if (fleet.kind === 'complete') return installing;
  context.log.warn(POLL_WARNINGS.incompleteFleet(String(fleet.count), String(of)));
  return { ...installing, launched: { count: fleet.count, of } };
}

/** DeploymentLimitExceeded: a duplicate of this event may have been first, and then the deployment is this action's own. */
async function resolveActiveDeployment(
  state: Launching,
  refusal: { deploymentId: string | undefined; message: string },
  context: DeploymentContext,
): Promise<State> {
  if (refusal.deploymentId === undefined) {
    const { own, otherActive } = await findCodeDeploy(state, context);
    if (own) return adoptCodeDeploy(state, own, context);
    return resolveConflict(
      state,
      [otherActive ? conflictingCodeDeploy(otherActive) : unnamedConflict(refusal.message)],
      context,
    );
  }
  const existing = await context.codeDeploy.getDeployment(refusal.deploymentId);
  if (isOwnCodeDeploy(existing, state)) return adoptCodeDeploy(state, existing, context);
  // It has ended between the two calls: the next poll tries again.
  if (!isActive(existing)) return progressed(state, `conflicting CodeDeploy ${existing.id} has just ended`);
  return resolveConflict(state, [conflictingCodeDeploy(existing)], context);
}

function waitForTargets(state: Launching, message: string, context: DeploymentContext): State {
  const now = context.clock.now();
  if (hasLasted(state.noTargetsSince, NO_TARGETS_LIMIT_S, now)) throw noTargets(message);
  const waiting = progressed(state, 'waiting for CodeDeploy to find the tagged instances');
  return { ...waiting, noTargetsSince: state.noTargetsSince ?? now };
}

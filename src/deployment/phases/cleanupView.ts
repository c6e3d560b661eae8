import type { CodeDeployDeployment } from '../../clients/codeDeploy/codeDeploy';
import type { DeploymentTarget } from '../../clients/codeDeploy/deploymentTargets';
import type { ElastigroupDeployment } from '../../clients/spot/elastigroup';
import { attempt, valueOf, type Attempt } from '../attempt';
import type { DeploymentContext } from '../context';
import { isRollingBack } from '../elastigroupState';
import { findCodeDeploy, findRollback, isActive, listElastigroup } from '../ownDeployments';
import { greenTag } from '../greenTag';
import type { CleaningUp } from '../state';
import { blueInService } from './blueFleet';
import { trafficIn, type TrafficView } from './greenProtection';

/** What belongs to this action, as just read. */
export interface CleanupView {
  readonly codeDeploy: Attempt<CodeDeployDeployment | undefined>;
  readonly traffic: TrafficView;
  readonly elastigroup: Attempt<readonly ElastigroupDeployment[]>;
  /** See ListedElastigroup. */
  readonly foreignElastigroup?: string | undefined;
}

/** Reads what cleaning up decides by; what could not be read is an error in the view. */
export async function readCleanupView(state: CleaningUp, context: DeploymentContext): Promise<CleanupView> {
  const [codeDeploy, elastigroup] = await Promise.all([
    attempt(readCodeDeploy(state, context)),
    attempt(listElastigroup(state, context)),
  ]);
  return {
    codeDeploy,
    // Read after the deployment itself, so that they are at least as new.
    traffic: codeDeploy.ok
      ? await readTraffic(state, codeDeploy.value, isGreenLeaving(state, valueOf(elastigroup)?.own), context)
      : NOTHING_READ,
    elastigroup: elastigroup.ok ? { ok: true, value: elastigroup.value.own } : elastigroup,
    foreignElastigroup: valueOf(elastigroup)?.foreign,
  };
}

/** The stop of Elastigroup has taken effect, so that no other one is sent: where the traffic is changes nothing any more. */
function isGreenLeaving(
  { elastigroupStopSentAt }: CleaningUp,
  own: readonly ElastigroupDeployment[] | undefined,
): boolean {
  return elastigroupStopSentAt !== undefined && own?.every(({ state: word }) => isRollingBack(word)) === true;
}

async function readCodeDeploy(
  state: CleaningUp,
  context: DeploymentContext,
): Promise<CodeDeployDeployment | undefined> {
  const known = state.successorId ?? state.deploymentId;
  return known === undefined ? (await findCodeDeploy(state, context)).own : context.codeDeploy.getDeployment(known);
}

const NOTHING_READ: TrafficView = { targets: undefined, rollback: undefined, blue: undefined };

/** Only what the decision needs: the targets of a large fleet are many calls. */
async function readTraffic(
  state: CleaningUp,
  deployment: CodeDeployDeployment | undefined,
  isLeaving: boolean,
  context: DeploymentContext,
): Promise<TrafficView> {
  if (!deployment || deployment.status === 'Succeeded') return NOTHING_READ;
  const { id, hasTrafficControl } = deployment;
  if (isActive(deployment)) {
    const isNeeded = context.parameters.autoRollback?.enabled === false && state.codeDeployStopSentAt === undefined;
    return isNeeded && hasTrafficControl !== false
      ? { ...NOTHING_READ, targets: await attempt(context.deploymentTargets.list(id)) }
      : NOTHING_READ;
  }
  if (hasTrafficControl === false) {
    const isTerminated = deployment.blueTerminationWaitMinutes !== undefined;
    return isTerminated
      ? { ...NOTHING_READ, blue: await attempt(blueInService(id, undefined, state, context)) }
      : NOTHING_READ;
  }
  const targets = state.traffic ? undefined : await attempt(context.deploymentTargets.list(id));
  const isOnBlue = (state.traffic ?? trafficIn(deployment, targets)) === 'on-blue';
  const rollback = await readRollback(state, deployment, isOnBlue, context);
  const found = valueOf(rollback);
  const [rollbackTargets, blue] = await Promise.all([
    found && isOnBlue && !isLeaving ? attempt(listByTag(found.id, state, context)) : undefined,
    found?.status === 'Succeeded' && !isOnBlue && !state.isBlueBack
      ? attempt(blueInService(id, found.id, state, context))
      : undefined,
  ]);
  return { targets, rollback, rollbackTargets, blue };
}

/** By EC2's tag: which fleet a rollback calls Green is not documented (docs/services.md, CodeDeploy traffic). */
async function listByTag(
  rollbackId: string,
  state: CleaningUp,
  { deploymentTargets, ec2Instances }: DeploymentContext,
): Promise<readonly DeploymentTarget[]> {
  const targets = await deploymentTargets.list(rollbackId);
  if (targets.length === 0) return targets;
  const green = new Set((await ec2Instances.find(greenTag(state))).map(({ id }) => id));
  return targets.map((target) => ({ ...target, label: green.has(target.id) ? 'Green' : 'Blue' }));
}

async function readRollback(
  state: CleaningUp,
  deployment: CodeDeployDeployment,
  isOnBlue: boolean,
  context: DeploymentContext,
): Promise<TrafficView['rollback']> {
  const { id, rollbackDeploymentId = state.rollbackDeploymentId } = deployment;
  if (rollbackDeploymentId !== undefined) return attempt(context.codeDeploy.getDeployment(rollbackDeploymentId));
  if (isOnBlue) return undefined;
  // `rollbackInfo` may show later than the rollback itself.
  return attempt(findRollback(id, context));
}

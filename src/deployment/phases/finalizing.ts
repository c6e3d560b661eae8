import type { ElastigroupDeployment } from '../../clients/spot/elastigroup';
import { isLeft } from '../../clients/ec2Instances';
import { listing } from '../../lib/wording';
import { fractionOf, isRollingBack, paceOf, progressOf } from '../elastigroupState';
import { deployedInstances } from './deployedInstances';
import { remainingBlue } from './remainingBlue';
import { isGroupProofDue, isProvenByGroup } from './groupProof';
import { elastigroupUnfinished, elastigroupWentWrong, failureOf } from '../failures';
import { finalizingEndsAt } from '../limits';
import {
  followed,
  launchingDuplicatesOf,
  listElastigroup,
  stopDuplicates,
  type ListedElastigroup,
} from '../ownDeployments';
import { attempt } from '../attempt';
import type { DeploymentContext } from '../context';
import { greenTag } from '../greenTag';
import type { Failed, Failure, Finalizing, State } from '../state';
import { paced, progressed, toFailed, toSucceeded } from '../transitions';
import { LEFT_MESSAGES, POLL_WARNINGS, SHORTFALL_MESSAGES } from '../messages';

/**
 * CodeDeploy has succeeded: green serves. Follows Elastigroup until it has replaced blue. From here on nothing that may
 * serve is stopped or rolled back any more, whatever Elastigroup does. Whether ERROR is final is unverified (docs/services.md,
 * Spot): it ends nothing before the deadline.
 */
export async function finalize(before: Finalizing, context: DeploymentContext): Promise<State> {
  const listed = await attempt(listElastigroup(before, context));
  const elastigroup = listed.ok ? followed(listed.value.own, before.elastigroupDeploymentId) : undefined;
  const state = listed.ok && elastigroup ? await aware(before, elastigroup, listed.value, context) : before;
  if (elastigroup && progressOf(elastigroup.state) === 'finished') return succeed(state, context);
  if (elastigroup && isRollingBack(elastigroup.state)) {
    return failLeavingGreen(state, failureOf(elastigroupWentWrong(elastigroup, 'finalizing')), context);
  }
  const now = context.clock.now();
  const isOver = now >= finalizingEndsAt(state, context);
  const unclear = listed.ok ? withoutWord(state, elastigroup, now) : undefined;
  const isProofDue = unclear !== undefined && (isOver || isGroupProofDue(unclear, now));
  if (isProofDue && (await isProvenByGroup(unclear, context))) return succeed(state, context);
  if (isOver) return failLeavingGreen(state, elastigroupUnfinished(state, elastigroup, context), context);
  if (unclear) return isProofDue ? { ...unclear, proofTriedAt: now } : unclear;
  if (!listed.ok) throw listed.error;
  return elastigroup ? withProgress(state, elastigroup) : state;
}

function aware(
  state: Finalizing,
  { id }: ElastigroupDeployment,
  { own }: ListedElastigroup,
  context: DeploymentContext,
): Promise<Finalizing> {
  const duplicates = launchingDuplicatesOf(own, id);
  return stopDuplicates({ ...state, elastigroupDeploymentId: id }, duplicates, id, context);
}

/** The ids of green are for the output variables: a success does not fail for the lack of them, nor for blue that is left. */
async function succeed(state: Finalizing, context: DeploymentContext): Promise<State> {
  const [found, inGroup] = await Promise.all([
    attempt(context.ec2Instances.find(greenTag(state))),
    attempt(context.elastigroup.listInstances()),
  ]);
  if (!found.ok) context.log.warn(POLL_WARNINGS.noGreenIds(found.error.message));
  const ids = found.ok ? found.value.filter(isLeft).map((instance) => instance.id) : undefined;
  const deployed = await deployedInstances(state, ids, context);
  const lost = ids?.length === 0 ? [SHORTFALL_MESSAGES.noGreen] : [];
  const shortfalls = [...lost, ...deployed.shortfalls, ...(await remainingBlue(state, inGroup, found, context))];
  if (shortfalls.length > 0) context.log.warn(POLL_WARNINGS.shortfalls(state.deploymentId, shortfalls.join('; ')));
  return toSucceeded(state, context.clock.now(), { ...deployed, shortfalls });
}

/** The state where Spot's list does not tell whether Elastigroup has finished; undefined: it tells. */
function withoutWord(
  state: Finalizing,
  elastigroup: ElastigroupDeployment | undefined,
  now: number,
): Finalizing | undefined {
  if (elastigroup && progressOf(elastigroup.state) !== 'unknown') return undefined;
  const unlistedSince = state.unlistedSince ?? now;
  if (elastigroup) {
    const { proofTriedAt } = state;
    return { ...withProgress(state, elastigroup), unlistedSince, ...(proofTriedAt !== undefined && { proofTriedAt }) };
  }
  const { deploymentId, elastigroupDeploymentId = 'the deployment of this action' } = state;
  const progress = `CodeDeploy ${deploymentId}: succeeded; Spot does not list ${elastigroupDeploymentId}`;
  return { ...progressed(paced(state, undefined), progress), unlistedSince };
}

/** Ends as failed, naming what is in service. */
export async function failLeavingGreen(
  state: Finalizing,
  failure: Failure,
  context: DeploymentContext,
): Promise<Failed> {
  return toFailed(state, context.clock.now(), failure, {
    cleaned: [],
    left: [await describeGreenInService(state, context)],
  });
}

async function describeGreenInService(state: Finalizing, context: DeploymentContext): Promise<string> {
  const { deploymentId, greenIdentifier } = state;
  const green = await attempt(context.ec2Instances.find(greenTag(state)));
  if (!green.ok) return LEFT_MESSAGES.someGreenInService(greenIdentifier, deploymentId);
  const left = green.value.filter(isLeft).map((instance) => instance.id);
  if (left.length === 0) return LEFT_MESSAGES.noGreenInService(deploymentId);
  return LEFT_MESSAGES.greenInService(listing(left, 50), deploymentId);
}

function withProgress(state: Finalizing, elastigroup: ElastigroupDeployment): Finalizing {
  const { unlistedSince: _over, proofTriedAt: _too, ...listed } = state;
  const progress = `CodeDeploy ${state.deploymentId}: succeeded; Elastigroup ${elastigroup.id}: ${elastigroup.state || 'no state'}`;
  return progressed(paced(listed, paceOf(elastigroup.state)), progress, 80 + 19 * fractionOf(elastigroup.state));
}

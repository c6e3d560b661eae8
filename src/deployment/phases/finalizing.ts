import type { ElastigroupDeployment } from '../../clients/spot/elastigroup';
import { isLeft } from '../../clients/greenInstances';
import { listing } from '../../lib/wording';
import { fractionOf, isRollingBack, paceOf, progressOf } from '../elastigroupState';
import { deployedInstances } from './deployedInstances';
import { remainingBlue } from './remainingBlue';
import { elastigroupUnfinished, elastigroupWentWrong, failureOf } from '../failures';
import { finalizingEndsAt, hasLasted, UNLISTED_PROOF_S } from '../limits';
import { followed, launchingDuplicatesOf, listElastigroup, stopDuplicates } from '../ownDeployments';
import { attempt } from '../attempt';
import { greenTag, type DeploymentContext } from '../context';
import type { Failed, Failure, Finalizing, State } from '../state';
import { paced, progressed, toFailed, toSucceeded } from '../transitions';
import { LEFT_MESSAGES, POLL_WARNINGS } from '../messages';

/**
 * CodeDeploy has succeeded: green serves. Follows Elastigroup until it has replaced blue. From here on nothing that may
 * serve is stopped or rolled back any more, whatever Elastigroup does. Whether ERROR is final is unverified (docs/services.md,
 * Spot): it ends nothing before the deadline.
 */
export async function finalize(before: Finalizing, context: DeploymentContext): Promise<State> {
  const listed = await attempt(listElastigroup(before, context));
  const elastigroup = listed.ok ? followed(listed.value.own, before.elastigroupDeploymentId) : undefined;
  const state: Finalizing = elastigroup ? { ...before, elastigroupDeploymentId: elastigroup.id } : before;
  if (listed.ok && elastigroup)
    await stopDuplicates(launchingDuplicatesOf(listed.value.own, elastigroup.id), elastigroup.id, context);
  if (elastigroup && progressOf(elastigroup.state) === 'finished') return succeed(state, context);
  if (elastigroup && isRollingBack(elastigroup.state)) {
    return failLeavingGreen(state, failureOf(elastigroupWentWrong(elastigroup, 'finalizing')), context);
  }
  const unlisted = listed.ok && !elastigroup ? noLongerListed(state, context) : undefined;
  if (unlisted && (await isProvenByGroup(unlisted, context))) return succeed(state, context);
  if (context.clock.now() >= finalizingEndsAt(state, context)) {
    return failLeavingGreen(state, elastigroupUnfinished(state, elastigroup, context), context);
  }
  if (unlisted) return unlisted;
  if (!listed.ok) throw listed.error;
  return elastigroup ? withProgress(state, elastigroup) : state;
}

/** The ids of green are for the output variables: a success does not fail for the lack of them, nor for blue that is left. */
async function succeed(state: Finalizing, context: DeploymentContext): Promise<State> {
  const [found, inGroup] = await Promise.all([
    attempt(context.greenInstances.find(greenTag(state))),
    attempt(context.elastigroup.listInstances()),
  ]);
  if (!found.ok) context.log.warn(POLL_WARNINGS.noGreenIds(found.error.message));
  const ids = found.ok ? found.value.filter(isLeft).map((instance) => instance.id) : undefined;
  const deployed = await deployedInstances(state, ids, context);
  const shortfalls = [...deployed.shortfalls, ...remainingBlue(state, inGroup, found)];
  if (shortfalls.length > 0) context.log.warn(POLL_WARNINGS.shortfalls(state.deploymentId, shortfalls.join('; ')));
  return toSucceeded(state, context.clock.now(), { ...deployed, shortfalls });
}

function noLongerListed(state: Finalizing, context: DeploymentContext): Finalizing {
  const { deploymentId, elastigroupDeploymentId = 'the deployment of this action' } = state;
  const progress = `CodeDeploy ${deploymentId}: succeeded; Spot does not list ${elastigroupDeploymentId}`;
  return {
    ...progressed(paced(state, undefined), progress),
    unlistedSince: state.unlistedSince ?? context.clock.now(),
  };
}

/**
 * Whether Spot continues to list a deployment that has finished is undocumented (docs/services.md, Spot). When it has not been
 * listed for a while (one empty list says nothing), the group itself is the proof: it runs green instances, and only those.
 */
async function isProvenByGroup(state: Finalizing, context: DeploymentContext): Promise<boolean> {
  if (!hasLasted(state.unlistedSince, UNLISTED_PROOF_S, context.clock.now())) return false;
  const read = await attempt(
    Promise.all([context.greenInstances.find(greenTag(state)), context.elastigroup.listInstances()]),
  );
  if (!read.ok) return false;
  const [green, inGroup] = read.value;
  const greenIds = new Set(green.filter(isLeft).map((instance) => instance.id));
  return inGroup.length > 0 && inGroup.every(({ id }) => greenIds.has(id));
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
  const green = await attempt(context.greenInstances.find(greenTag(state)));
  if (!green.ok) return LEFT_MESSAGES.someGreenInService(greenIdentifier, deploymentId);
  const left = green.value.filter(isLeft).map((instance) => instance.id);
  if (left.length === 0) return LEFT_MESSAGES.noGreenInService(deploymentId);
  return LEFT_MESSAGES.greenInService(listing(left, 50), deploymentId);
}

function withProgress(state: Finalizing, elastigroup: ElastigroupDeployment): Finalizing {
  const { unlistedSince: _over, ...listed } = state;
  const progress = `CodeDeploy ${state.deploymentId}: succeeded; Elastigroup ${elastigroup.id}: ${elastigroup.state || 'no state'}`;
  return progressed(paced(listed, paceOf(elastigroup.state)), progress, 80 + 19 * fractionOf(elastigroup.state));
}

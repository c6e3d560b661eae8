import { SPOT_OPERATIONS, type ElastigroupDeployment } from '../clients/elastigroup';
import { UpstreamError } from '../clients/upstreamError';
import { createCodeDeploy } from './createCodeDeploy';
import { fractionOf, isGoingWrong, paceOf, progressOf } from './elastigroupState';
import { elastigroupWentWrong, finishedWithoutCodeDeploy, timedOut } from './failures';
import { isTimedOut } from './limits';
import { findCodeDeploy, listElastigroup, settle, startedNoLaterThan, stopStrays } from './ownDeployments';
import { withoutOthers } from './othersDeployment';
import type { Stage } from './stage';
import type { Launching, State } from './state';
import { paced, progressed, toCleaningUp, toInstalling } from './transitions';

/** Follows Elastigroup until green is launched and tagged, and then starts CodeDeploy on it. */
export async function launch(state: Launching, stage: Stage): Promise<State> {
  if (isTimedOut(state, stage)) return toCleaningUp(state, stage.clock.now(), timedOut(state, stage));
  const { own } = await listElastigroup(state, stage);
  const { kept, strays } = settle(own);
  if (!kept) return meetEarlierDeployment(state, undefined, stage);

  await stopStrays(strays, kept.id, stage);
  const next = shown({ ...withoutOthers(state), elastigroupDeploymentId: kept.id }, kept);
  switch (progressOf(kept.state)) {
    case 'launching':
    case 'unknown':
      return next;
    case 'ready':
      // Two fleets carry the same tag: CodeDeploy must not see a stray's instances.
      return own.some((other) => other.id !== kept.id && !hasLetGo(other))
        ? progressed(next, `stopping a second fleet beside ${kept.id}`)
        : createCodeDeploy(next, stage);
    default:
      return meetEarlierDeployment(next, kept, stage);
  }
}

function hasLetGo(deployment: ElastigroupDeployment): boolean {
  return progressOf(deployment.state) === 'undone' || progressOf(deployment.state) === 'finished';
}

function shown(state: Launching, elastigroup: ElastigroupDeployment): Launching {
  return progressed(
    paced(state, paceOf(elastigroup.state)),
    `Elastigroup ${elastigroup.id}: ${elastigroup.state || 'no state'}`,
    5 + 50 * fractionOf(elastigroup.state),
  );
}

/**
 * Elastigroup is beyond waiting for CodeDeploy, goes wrong, or no longer lists the deployment. After a crash, or beside
 * a duplicate of this event, there may be a CodeDeploy deployment that this state does not know of: it tells most.
 */
async function meetEarlierDeployment(
  state: Launching,
  elastigroup: ElastigroupDeployment | undefined,
  stage: Stage,
): Promise<State> {
  const { own } = await findCodeDeploy(state, stage);
  if (own) return toInstalling(startedNoLaterThan(state, [own.createdAt]), stage.clock.now(), own.id);
  if (!elastigroup) throw notListed(state.elastigroupDeploymentId);
  if (isGoingWrong(elastigroup.state)) throw elastigroupWentWrong(elastigroup, 'while it launched green');
  if (progressOf(elastigroup.state) === 'finished') throw finishedWithoutCodeDeploy(elastigroup);
  return state;
}

/** Lists lag, and Spot may drop what has ended: neither is an answer, and only a lasting one ends the action. */
function notListed(id: string): UpstreamError {
  return new UpstreamError({
    service: 'Spot',
    operation: SPOT_OPERATIONS.list,
    kind: 'unreadable',
    detail: `${id} is not in the list`,
  });
}

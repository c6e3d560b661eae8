import { SPOT_OPERATIONS, type ElastigroupDeployment } from '../../clients/spot/elastigroup';
import { unreadable, type UpstreamError } from '../../clients/upstreamError';
import { adoptCodeDeploy } from './adoptCodeDeploy';
import { createCodeDeploy } from './createCodeDeploy';
import { fractionOf, hasEnded, isGoingWrong, paceOf, progressOf } from '../elastigroupState';
import { elastigroupWentWrong, finishedWithoutCodeDeploy, timedOut } from '../failures';
import { isTimedOut } from '../limits';
import {
  findCodeDeploy,
  listElastigroup,
  electPrimary,
  launchingDuplicatesOf,
  stopDuplicates,
} from '../ownDeployments';
import { clearConflict, isWaitingForConflict } from '../conflicts';
import type { DeploymentContext } from '../context';
import type { Launching, State } from '../state';
import { paced, perhapsWithCodeDeploy, progressed, toCleaningUp } from '../transitions';

/** Follows Elastigroup until green is launched and tagged, and then starts CodeDeploy on it. */
export async function launch(state: Launching, context: DeploymentContext): Promise<State> {
  if (isTimedOut(state, context)) return toCleaningUp(state, context.clock.now(), timedOut(state, context));
  const { own } = await listElastigroup(state, context);
  const { primary, duplicates } = electPrimary(own);
  if (!primary) return adoptExistingCodeDeploy(state, undefined, context);

  // Beyond waiting for CodeDeploy: another delivery has started it, perhaps on the instances of both.
  const hasCodeDeploy = own.some(({ state: word }) => ['replacing', 'finished'].includes(progressOf(word)));
  const stoppable = hasCodeDeploy ? launchingDuplicatesOf(own, primary.id) : duplicates;
  const known = own.length === 1 ? state : perhapsWithCodeDeploy(state);
  const stopped = await stopDuplicates(known, stoppable, primary.id, context);
  const next = withProgress({ ...clearConflict(stopped), elastigroupDeploymentId: primary.id }, primary);
  switch (progressOf(primary.state)) {
    case 'launching':
      return own.length === 1 && state.duplicateStopSentAt === undefined ? { ...next, noCodeDeploySent: true } : next;
    case 'unknown':
      return next;
    case 'ready':
      // Two fleets carry the same tag: CodeDeploy must not find a duplicate's instances.
      return own.some((other) => other.id !== primary.id && !hasEnded(other.state))
        ? progressed(next, `stopping a duplicate of ${primary.id}`)
        : createCodeDeploy(next, context, isWaitingForConflict(state));
    default:
      return adoptExistingCodeDeploy(next, primary, context);
  }
}

function withProgress(state: Launching, elastigroup: ElastigroupDeployment): Launching {
  return progressed(
    paced(state, paceOf(elastigroup.state)),
    `Elastigroup ${elastigroup.id}: ${elastigroup.state || 'no state'}`,
    5 + 50 * fractionOf(elastigroup.state),
  );
}

/**
 * Elastigroup no longer waits for CodeDeploy, fails, or no longer lists the deployment. After a crash, or beside a duplicate
 * delivery of this event, there may be a CodeDeploy deployment that this state does not know of: it decides.
 */
async function adoptExistingCodeDeploy(
  state: Launching,
  elastigroup: ElastigroupDeployment | undefined,
  context: DeploymentContext,
): Promise<State> {
  const { own } = await findCodeDeploy(state, context);
  if (own) return adoptCodeDeploy(state, own, context);
  if (!elastigroup) throw notListed(state.elastigroupDeploymentId);
  if (isGoingWrong(elastigroup.state)) throw elastigroupWentWrong(elastigroup, 'launching');
  if (progressOf(elastigroup.state) === 'finished') throw finishedWithoutCodeDeploy(elastigroup);
  return state;
}

/** Lists lag, and Spot may drop what has ended: only if it lasts does it end the action. */
function notListed(id: string): UpstreamError {
  return unreadable('Spot', SPOT_OPERATIONS.list, `${id} is not in the list`);
}

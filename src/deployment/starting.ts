import type { ElastigroupDeployment } from '../clients/elastigroup';
import type { GreenInstance } from '../clients/greenInstances';
import { UpstreamError } from '../clients/upstreamError';
import {
  conflictWithCodeDeploy,
  conflictWithElastigroup,
  failureOf,
  launchedBefore,
  startRefused,
  timedOut,
} from './failures';
import { elastigroupTimeoutMinutes, isTimedOut, LOST_START_GRACE_S } from './limits';
import { findCodeDeploy, listElastigroup, settle, startedNoLaterThan } from './ownDeployments';
import { carriesTag, greenTag, type Stage } from './stage';
import type { Starting, State } from './state';
import { progressed, toCleaningUp, toInstalling, toLaunching } from './transitions';
import { asStageError } from './upstreamFailure';

/**
 * Has Elastigroup launch green, once: whatever the action has under way already is adopted, whoever else is at work is
 * left alone, and a start whose answer was lost is looked for before another is sent.
 */
export async function start(state: Starting, stage: Stage): Promise<State> {
  const { own, othersUnderWay } = await listElastigroup(state, stage);
  const { kept } = settle(own);
  if (kept) return adopt(state, kept, stage);
  // Elastigroup may no longer list a deployment that has ended; CodeDeploy's list still tells of it.
  const codeDeploy = await findCodeDeploy(state, stage);
  if (codeDeploy.own) {
    stage.log.info(`Adopting this action's own CodeDeploy deployment ${codeDeploy.own.id}.`);
    return toInstalling(startedNoLaterThan(state, [codeDeploy.own.createdAt]), stage.clock.now(), codeDeploy.own.id);
  }
  if (isTimedOut(state, stage)) return toCleaningUp(state, stage.clock.now(), timedOut(state, stage));
  if (mayStillAppear(state, stage))
    return progressed(state, 'looking for the Elastigroup deployment whose start was not confirmed');

  const [other] = othersUnderWay;
  if (other) throw conflictWithElastigroup(other, stage);
  if (codeDeploy.otherActive) throw conflictWithCodeDeploy(codeDeploy.otherActive, stage);
  if (state.refusal !== undefined) throw startRefused(state.refusal, stage);
  const earlier = await stage.greenInstances.find(greenTag(state));
  return earlier.length > 0 ? meetEarlierGreen(state, earlier, stage) : launchGreen(state, stage);
}

/**
 * Instances of this action exist, or existed (EC2 shows terminated ones for up to an hour), but neither service lists a
 * deployment of it: an earlier delivery of this event has launched green, and it has ended. It is not launched again.
 * One empty list says nothing, though: a duplicate of this event may be at work on them.
 */
function meetEarlierGreen(state: Starting, green: readonly GreenInstance[], stage: Stage): State {
  const aged = startedNoLaterThan(
    state,
    green.map((instance) => instance.launchedAt),
  );
  if (state.unconfirmedSince === undefined) {
    const looking = progressed(aged, 'green instances exist; looking for the deployment that launched them');
    return { ...looking, unconfirmedSince: stage.clock.now() };
  }
  return toCleaningUp(aged, stage.clock.now(), failureOf(launchedBefore(green.length)));
}

/** A start that was sent may have been processed although its answer was lost. */
function mayStillAppear(state: Starting, stage: Stage): boolean {
  return state.unconfirmedSince !== undefined && stage.clock.now() < state.unconfirmedSince + LOST_START_GRACE_S * 1000;
}

/** The last look before the start decides: time has passed since the first one, and one empty list says little. */
async function launchGreen(state: Starting, stage: Stage): Promise<State> {
  const { own, othersUnderWay } = await listElastigroup(state, stage);
  const { kept } = settle(own);
  if (kept) return adopt(state, kept, stage);
  const [other] = othersUnderWay;
  if (other) throw conflictWithElastigroup(other, stage);
  return sendStart(state, stage);
}

function adopt(state: Starting, own: ElastigroupDeployment, stage: Stage): State {
  stage.log.info(`Adopting this action's own Elastigroup deployment ${own.id}, which is under way already.`);
  return toLaunching(state, stage.clock.now(), own.id);
}

async function sendStart(state: Starting, stage: Stage): Promise<State> {
  const { applicationName, deploymentGroupName, groupId } = stage.parameters;
  const request = {
    greenTag: greenTag(state),
    applicationName,
    deploymentGroupName,
    timeoutMinutes: elastigroupTimeoutMinutes(stage),
  };
  try {
    const started = await stage.elastigroup.startDeployment(request);
    // What Spot answers while another is active is unverified (FACTS, section 4): not with another's, one must hope.
    if (started.tags.length > 0 && !carriesTag(started.tags, request.greenTag))
      throw conflictWithElastigroup(started, stage);
    stage.log.info(`Elastigroup ${groupId} is launching green instances in its deployment ${started.id}.`);
    return toLaunching(state, stage.clock.now(), started.id);
  } catch (error) {
    return afterFailedStart(state, error, stage);
  }
}

/** What Spot answers to a second start while one is active is unverified: a refusal may mean that a duplicate of this event was first. */
function afterFailedStart(state: Starting, error: unknown, stage: Stage): State {
  if (!(error instanceof UpstreamError)) throw error;
  if (error.kind === 'rejected') {
    stage.log.warn(`Spot refused the start, looking whether this action has one already: ${error.detail}`);
    const looking = progressed(state, 'Spot refused the start; looking for one that is under way');
    return { ...looking, refusal: error.detail, unconfirmedSince: stage.clock.now() };
  }
  // The looks before the start have succeeded: it is known that nothing was started.
  if (error.surelyNotProcessed) throw error.transient ? error : asStageError(error);
  stage.log.warn(`The answer to the start was lost, looking whether it was processed: ${error.message}`);
  return {
    ...progressed(state, 'the answer to the start was lost; looking for it'),
    unconfirmedSince: stage.clock.now(),
  };
}

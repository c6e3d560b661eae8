import type { CodeDeployDeployment } from '../clients/codeDeploy';
import type { GreenInstance } from '../clients/greenInstances';
import { UpstreamError } from '../clients/upstreamError';
import { StageError } from '../errors';
import { preflight } from '../preflight/preflight';
import { failureOf, launchedBefore, startRefused, timedOut } from './failures';
import { elastigroupTimeoutMinutes, isTimedOut, LOST_START_GRACE_S } from './limits';
import { lookAround, tellingAllProblems } from './lookAround';
import { listElastigroup, settle, startedNoLaterThan } from './ownDeployments';
import {
  describeOther,
  meetOthers,
  isWaitingForOther,
  othersElastigroup,
  withoutOthers,
  type OthersDeployment,
} from './othersDeployment';
import { carriesTag, greenTag, type Stage } from './stage';
import type { Starting, State } from './state';
import { progressed, toCleaningUp, toDryRun, toInstalling, toLaunching } from './transitions';
import { asStageError } from './upstreamFailure';

/**
 * Has Elastigroup launch green, once, and after preflight: whatever the action has under way already is adopted, whoever
 * else is at work is left alone, and a start whose answer was lost is looked for before another is sent.
 */
export async function start(state: Starting, stage: Stage): Promise<State> {
  const surroundings = await lookAround(state, stage);
  switch (surroundings.kind) {
    case 'own-elastigroup':
      return adoptElastigroup(state, surroundings.id, stage);
    case 'own-codedeploy':
      return adoptCodeDeploy(state, surroundings.deployment, stage);
    case 'nothing-own':
      return startUnlessInTheWay(state, surroundings.others, stage);
  }
}

function adoptCodeDeploy(state: Starting, own: CodeDeployDeployment, stage: Stage): State {
  stage.log.info(`Adopting this action's own CodeDeploy deployment ${own.id}.`);
  return toInstalling(startedNoLaterThan(state, [own.createdAt]), stage.clock.now(), own.id);
}

async function startUnlessInTheWay(state: Starting, others: readonly OthersDeployment[], stage: Stage): Promise<State> {
  if (isTimedOut(state, stage)) return toCleaningUp(state, stage.clock.now(), timedOut(state, stage));
  if (mayStillAppear(state, stage))
    return progressed(state, 'looking for the Elastigroup deployment whose start was not confirmed');
  const earlier = await tellingAllProblems(state, stage, stage.greenInstances.find(greenTag(state)));
  if (earlier.length > 0) return meetEarlierGreen(state, earlier, stage);

  const warnings = state.checked ? [] : await preflight(stage);
  const checked: Starting = { ...state, checked: true };
  if (stage.parameters.dryRun) {
    const now = stage.clock.now();
    return toDryRun(checked, now, { inTheWay: others.map((other) => describeOther(other, now)), warnings });
  }
  if (others.length > 0) return waitFor(checked, others, stage);
  if (state.refusal !== undefined && !isWaitingForOther(state)) throw startRefused(state.refusal, stage);
  return launchGreen(checked, stage);
}

/** ON_CONFLICT. Spot may have refused a start because of them: when they have ended, it is asked again. */
function waitFor(state: Starting, others: readonly OthersDeployment[], stage: Stage): Starting {
  const { refusal: _past, ...unrefused } = state;
  return meetOthers(unrefused, others, stage);
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
  if (kept) return adoptElastigroup(state, kept.id, stage);
  if (othersUnderWay.length > 0) return meetOthers(state, othersUnderWay.map(othersElastigroup), stage);
  return sendStart(state, stage);
}

function adoptElastigroup(state: Starting, id: string, stage: Stage): State {
  stage.log.info(`Adopting this action's own Elastigroup deployment ${id}, which is under way already.`);
  return toLaunching(state, stage.clock.now(), id);
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
      return meetOthers(state, [othersElastigroup(started)], stage);
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
    const looking = progressed(afterRefusal(state), 'Spot refused the start; looking for one that is under way');
    return { ...looking, refusal: error.detail, unconfirmedSince: stage.clock.now() };
  }
  if (error.surelyNotProcessed) throw error.transient ? error : startDenied(error);
  stage.log.warn(`The answer to the start was lost, looking whether it was processed: ${error.message}`);
  return {
    ...progressed(withoutOthers(state), 'the answer to the start was lost; looking for it'),
    unconfirmedSince: stage.clock.now(),
  };
}

/** This run has started nothing, but a duplicate of its event, which was as far, may not have been denied it. */
function startDenied(error: UpstreamError): StageError {
  const { type, headline, known } = asStageError(error);
  return new StageError(type, headline, { cause: error, known, unseen: true });
}

/** What was waited for may be there still although Spot does not list it: the first refusal after a wait is not believed. */
function afterRefusal(state: Starting): Starting {
  const isAskedAgain = isWaitingForOther(state) && state.refusal === undefined;
  return isAskedAgain ? { ...state, waitsForOther: {} } : withoutOthers(state);
}

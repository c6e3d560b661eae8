import type { Ec2Instance } from '../../clients/ec2Instances';
import { UpstreamError } from '../../clients/upstreamError';
import { ActionError } from '../../errors';
import { insteadOfStart } from '../checkRun';
import { withHistory } from '../history';
import { capacityFindings } from '../preflight/elastigroupFindings';
import { preflight } from '../preflight/preflight';
import { failureOfFindings } from '../preflight/reportFindings';
import { failureOf, launchedBefore, startRefused, timedOut, tooLateToLaunch } from '../failures';
import { elastigroupTimeoutMinutes, hasLasted, isTimedOut, LOST_START_GRACE_S } from '../limits';
import { adoptCodeDeploy } from './adoptCodeDeploy';
import { discoverExistingWork, withAllProblems, type ExistingWork } from './discoverExistingWork';
import { listElastigroup, electPrimary, backdateStart } from '../ownDeployments';
import {
  describeConflict,
  resolveConflict,
  isWaitingForConflict,
  conflictingElastigroup,
  clearConflict,
  type ConflictingDeployment,
} from '../conflicts';
import type { DeploymentContext } from '../context';
import { carriesTag, greenTag } from '../greenTag';
import type { Starting, State } from '../state';
import { progressed, toCleaningUp, toDryRun, toLaunching } from '../transitions';
import { asActionError } from '../upstreamFailure';
import { POLL_WARNINGS } from '../messages';

/**
 * Has Elastigroup launch green, once, after preflight. Deployments that the action has already started are adopted, those of
 * others are left alone, and a start whose answer was lost is searched for before another is sent.
 */
export async function start(state: Starting, context: DeploymentContext): Promise<State> {
  // Before anything is read: TIMEOUT is the bound whatever answers.
  if (isTimedOut(state, context)) return toCleaningUp(state, context.clock.now(), timedOut(state, context));
  const existing = await discoverExistingWork(state, context);
  switch (existing.kind) {
    case 'own-elastigroup':
      return adoptElastigroup(state, existing.id, context);
    case 'own-codedeploy':
      return adoptCodeDeploy(withHistory(state, existing.recent, context), existing.deployment, context);
    case 'own-green':
      return searchForLauncher(state, existing.green, context);
    case 'nothing-own':
      return startUnlessConflicting(state, existing, context);
  }
}

async function startUnlessConflicting(
  state: Starting,
  { others, recent }: Extract<ExistingWork, { kind: 'nothing-own' }>,
  context: DeploymentContext,
): Promise<State> {
  if (mayStillAppear(state, context))
    return progressed(state, 'checking for the Elastigroup deployment whose start was not confirmed');
  const earlier = await withAllProblems(state, context, context.ec2Instances.find(greenTag(state)));
  if (earlier.length > 0) return handleOrphanedInstances(state, earlier, context);

  // Lists lag, and Spot may drop what has ended: TIMEOUT is the bound, as for a deployment that is known and not listed.
  if (state.startedBefore)
    return progressed(state, 'searching for the Elastigroup deployment that an earlier invocation started');

  const passed = state.checked ? undefined : await preflight(context, recent);
  const warnings = passed?.warnings ?? [];
  const checked: Starting = {
    ...state,
    checked: true,
    ...(passed && { targetCapacity: passed.targetCapacity, ...(passed.usual && { usual: passed.usual }) }),
    ...(passed?.blueWaitMinutes !== undefined && { blueWaitMinutes: passed.blueWaitMinutes }),
  };
  if (context.parameters.dryRun) {
    const now = context.clock.now();
    return toDryRun(checked, now, { conflicts: others.map((other) => describeConflict(other, now)), warnings });
  }
  if (others.length > 0) return waitForConflict(checked, others, context);
  if (state.refusal !== undefined && !isWaitingForConflict(state)) throw startRefused(state.refusal, context);
  return launchGreen(checked, passed !== undefined, context);
}

/** Since preflight the group may have been scaled: by a schedule, say, or with the release that this action has waited for. */
async function withCapacityOfNow(state: Starting, { elastigroup, parameters }: DeploymentContext): Promise<Starting> {
  const { targetCapacity } = await elastigroup.readGroup();
  const failure = failureOfFindings(capacityFindings({ targetCapacity }, parameters.groupId), false);
  if (failure) throw failure;
  return { ...state, targetCapacity: targetCapacity ?? 'unknown' };
}

/** ON_CONFLICT. Spot may have rejected a start because of them: when they have ended, another start is sent. */
function waitForConflict(
  state: Starting,
  others: readonly ConflictingDeployment[],
  context: DeploymentContext,
): Starting {
  const { refusal: _past, ...unrefused } = state;
  return resolveConflict(unrefused, others, context);
}

/**
 * Instances of this action exist, or existed (EC2 shows terminated ones for up to an hour), but neither service lists a
 * deployment of it: an earlier delivery of this event has launched green, and has ended. Green is not launched again.
 * One empty list proves nothing, though: a duplicate delivery of this event may still be using them.
 */
function handleOrphanedInstances(state: Starting, green: readonly Ec2Instance[], context: DeploymentContext): State {
  if (state.unconfirmedSince === undefined) return searchForLauncher(state, green, context);
  return toCleaningUp(launchedWith(state, green), context.clock.now(), failureOf(launchedBefore(green.length)));
}

/** For a while; then what was launched is cleaned up. */
function searchForLauncher(state: Starting, green: readonly Ec2Instance[], context: DeploymentContext): State {
  const searching = progressed(
    launchedWith(state, green),
    'green instances exist; checking for the deployment that launched them',
  );
  return { ...searching, unconfirmedSince: context.clock.now() };
}

function launchedWith(state: Starting, green: readonly Ec2Instance[]): Starting {
  return backdateStart(
    state,
    green.map(({ launchedAt }) => launchedAt),
  );
}

/** A start that was sent may have been processed although its answer was lost. */
function mayStillAppear(state: Starting, context: DeploymentContext): boolean {
  const { unconfirmedSince } = state;
  return unconfirmedSince !== undefined && !hasLasted(unconfirmedSince, LOST_START_GRACE_S, context.clock.now());
}

/** The list is read once more right before the start: time has passed since the first one, and one empty list proves little. */
async function launchGreen(state: Starting, isJustChecked: boolean, context: DeploymentContext): Promise<State> {
  const { own, activeOthers } = await listElastigroup(state, context);
  const { primary } = electPrimary(own);
  if (primary) return adoptElastigroup(state, primary.id, context);
  if (activeOthers.length > 0) return resolveConflict(state, activeOthers.map(conflictingElastigroup), context);
  return sendStart(isJustChecked ? state : await withCapacityOfNow(state, context), context);
}

function adoptElastigroup(state: Starting, id: string, context: DeploymentContext): State {
  context.log.info(`Adopting this action's own Elastigroup deployment ${id}, which is already running.`);
  return toLaunching(state, context.clock.now(), id);
}

async function sendStart(state: Starting, context: DeploymentContext): Promise<State> {
  const tooLate = tooLateToLaunch(state, context);
  if (tooLate) throw tooLate;
  const notStarted = await insteadOfStart(state, context);
  if (notStarted) return notStarted;
  const { applicationName, deploymentGroupName, groupId } = context.parameters;
  const request = {
    greenTag: greenTag(state),
    applicationName,
    deploymentGroupName,
    timeoutMinutes: elastigroupTimeoutMinutes(context, state.blueWaitMinutes),
  };
  try {
    const started = await context.elastigroup.startDeployment(request);
    // What Spot answers while another is active is unverified (docs/services.md, Spot): it might be the other one.
    if (started.tags.length > 0 && !carriesTag(started.tags, request.greenTag))
      return resolveConflict(state, [conflictingElastigroup(started)], context);
    context.log.info(`Elastigroup ${groupId} is launching green instances (deployment ${started.id}).`);
    return { ...toLaunching(state, context.clock.now(), started.id), noCodeDeploySent: true };
  } catch (error) {
    return afterFailedStart(state, error, context);
  }
}

/** What Spot answers to a second start while one is active is unverified: a rejection may mean that a duplicate delivery of this event was first. */
function afterFailedStart(state: Starting, error: unknown, context: DeploymentContext): State {
  if (!(error instanceof UpstreamError)) throw error;
  if (error.kind === 'rejected') {
    context.log.warn(POLL_WARNINGS.startRefused(error.detail));
    const searching = progressed(
      afterRefusal(state),
      'Spot refused the start request; checking for a running deployment',
    );
    return { ...searching, refusal: error.detail, unconfirmedSince: context.clock.now() };
  }
  if (error.isSafeToRepeat) throw error.transient ? error : startDenied(error);
  context.log.warn(POLL_WARNINGS.startUnanswered(error.message));
  return {
    ...progressed(clearConflict(state), 'response to the start request lost; checking for the deployment'),
    unconfirmedSince: context.clock.now(),
  };
}

/** This delivery has started nothing, but a duplicate of it may have been allowed to. */
function startDenied(error: UpstreamError): ActionError {
  const { type, headline, known } = asActionError(error);
  return new ActionError(type, headline, { cause: error, known, anotherMayHaveStarted: true });
}

/** The conflicting deployment may still exist although Spot does not list it: the first rejection after a wait is not believed. */
function afterRefusal(state: Starting): Starting {
  const isAskedAgain = isWaitingForConflict(state) && state.refusal === undefined;
  return isAskedAgain ? { ...state, waitsForOther: {} } : clearConflict(state);
}

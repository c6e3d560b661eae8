import type { UpstreamError } from '../clients/upstreamError';
import type { State } from './state';
import type { DeploymentContext } from './context';

/** Seconds for which a start whose answer was lost, or that was rejected, is searched for before another is sent, or the rejection believed. */
export const LOST_START_GRACE_S = 30;
/** Seconds after which a stop that shows no effect is sent again: its request, too, may have been lost. */
export const STOP_AGAIN_S = 30;
/** Seconds without being listed, after which a known deployment counts as ended: one empty list proves nothing. */
export const UNLISTED_PROOF_S = 60;
/** Seconds for which CodeDeploy may fail to find the tagged instances: tags take seconds to become visible (docs/services.md, CodeDeploy). */
export const NO_TARGETS_LIMIT_S = 180;
/** Seconds for which a denial, or a refusal, of what was readable before counts as an outage; then it is believed. */
export const DENIAL_PATIENCE_S = 120;
/** Polls that must have been denied by then, one after the other: between two invocations nobody polls. */
export const DENIED_POLLS = 3;
/** Seconds after which what CodePipeline tells is confirmed by another reading; also how old a check before a start, or a continuation, may be. */
export const CONFIRM_AFTER_S = 5;
/** Hours that a blue/green deployment may last (docs/services.md, CodeDeploy): none that still matters is older. */
export const LONGEST_DEPLOYMENT_H = 109;

/** Whether something has lasted for so many seconds; `since` is in ms since the epoch, undefined: it begins now. */
export function hasLasted(since: number | undefined, seconds: number, now: number): boolean {
  return now - (since ?? now) >= seconds * 1000;
}

/** A denial, or a refusal, that lasts: since when (ms since the epoch), and in how many polls. */
export interface Denial {
  readonly since: number;
  readonly polls: number;
}

export function deniedAgain(before: Denial | undefined, now: number): Denial {
  return before ? { since: before.since, polls: before.polls + 1 } : { since: now, polls: 1 };
}

/** Whether a denial is no outage any more. */
export function isBelieved({ since, polls }: Denial, now: number): boolean {
  return polls >= DENIED_POLLS && hasLasted(since, DENIAL_PATIENCE_S, now);
}

/** Whether it is worth asking again: the error is temporary, or its denial is not believed yet. */
export function mayPass(error: UpstreamError, denial: Denial | undefined, now: number): boolean {
  return error.transient || !isBelieved(deniedAgain(denial, now), now);
}

/** When TIMEOUT is reached (ms since the epoch). */
export function timeoutAt(state: State, context: DeploymentContext): number {
  return state.startedAt + context.parameters.timeoutSeconds * 1000;
}

export function isTimedOut(state: State, context: DeploymentContext): boolean {
  return context.clock.now() >= timeoutAt(state, context);
}

/** Seconds of TIMEOUT below which green is not launched: a fleet would be removed before it is up. */
export function leastSecondsToLaunch(timeoutSeconds: number): number {
  return Math.min(Math.max(60, timeoutSeconds / 5), timeoutSeconds / 2);
}

/** CodeDeploy has succeeded: Elastigroup may take the time kept for cleaning up to finish its part. */
export function finalizingEndsAt(state: State, context: DeploymentContext): number {
  return timeoutAt(state, context) + context.cleanupTimeoutSeconds * 1000;
}

/** Minutes that people have to decide what becomes of green that was kept, before Elastigroup may remove it. */
const DECISION_MINUTES = 60;

/**
 * Elastigroup's own limit, in minutes: beyond ours and the cleaning up after it, so that an abandoned action still ends,
 * and never before ours does. Its timeout rolls green back, as far as is known whatever the traffic (docs/services.md,
 * Spot), so that it is no sooner than somebody who was told that green serves could act, nor than CodeDeploy's wait before it
 * terminates blue can end: TIMEOUT may fall into that, while green alone serves.
 *
 * @param blueWaitMinutes that wait, where it is known
 */
export function elastigroupTimeoutMinutes(context: DeploymentContext, blueWaitMinutes = 0): number {
  const own = Math.ceil((context.parameters.timeoutSeconds + context.cleanupTimeoutSeconds) / 60);
  return own + DECISION_MINUTES + blueWaitMinutes;
}

/** The earliest time at which that limit can be reached (ms since the epoch): it runs from the start, which came after. */
export function elastigroupTimeoutAt(state: State, context: DeploymentContext): number {
  return state.startedAt + elastigroupTimeoutMinutes(context) * 60_000;
}

/** Seconds without an answer after which CodePipeline fails a job's action (docs/services.md, CodePipeline). */
export const NO_ANSWER_LIMIT_S = 1200;
/** Seconds that must be left of it for a start: to launch, to notice what goes wrong, and to report. */
const LEAST_TIME_TO_START_S = 180;
/** Seconds of it that are kept for a slow last poll and for the report. */
const TIME_TO_ANSWER_S = 120;

/** After which no poll begins for the action's first job (ms since the epoch). */
export function lastPollAt(actionStartedAt: number | undefined): number {
  if (actionStartedAt === undefined) return Number.POSITIVE_INFINITY;
  return actionStartedAt + (NO_ANSWER_LIMIT_S - TIME_TO_ANSWER_S) * 1000;
}

/** Whether an action's first event comes too late to start anything. */
export function isTooLate(actionStartedAt: number | undefined, now: number): boolean {
  return actionStartedAt !== undefined && now - actionStartedAt > (NO_ANSWER_LIMIT_S - LEAST_TIME_TO_START_S) * 1000;
}

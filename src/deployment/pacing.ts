import { SPOT_OPERATIONS } from '../clients/spot/elastigroup';
import type { SpotRateLimit } from '../clients/spot/rateLimit';
import { mayBeUnfollowed } from './checkRun';
import type { DeploymentContext } from './context';
import { CONFIRM_AFTER_S, DENIAL_PATIENCE_S, finalizingEndsAt, lastPollAt, timeoutAt } from './limits';
import { jittered, nextPause } from './pollInterval';
import type { ActiveState, State } from './state';

/* When an invocation polls: its first pause, those between two polls, and when no further poll begins. */

/** How one invocation polls. Times are ms since the epoch. */
export interface Pacing {
  readonly pollIntervalSeconds: number;
  /** No poll begins after this; at least one is made, unless Spot's rate limit forbids it for longer. */
  readonly until: number;
  /** The same where no invocation may come after this one, so that cleaning up has to be done in it. */
  readonly latest: number;
  /** The job has its answer: CodePipeline no longer waits for it. */
  readonly isAnswered?: true;
  readonly jitter: () => number;
  readonly rateLimit: SpotRateLimit;
}

/** A first event may have come late, or again: the job is as old as its action, and CodePipeline waits no longer than it does. */
export function endOfPolling(
  state: State,
  { until, latest, isAnswered }: Pacing,
  { runMemory: { actionStartedAt } }: DeploymentContext,
): number {
  if (mayBeUnfollowed(state)) return latest;
  return state.invocations > 1 || isAnswered ? until : Math.min(until, lastPollAt(actionStartedAt));
}

/** Milliseconds until the next poll: none where cleaning up begins; never beyond a deadline, and never before Spot's rate limit allows. */
export function pauseAfter(
  previous: ActiveState,
  next: ActiveState,
  context: DeploymentContext,
  pacing: Pacing,
): number {
  const wanted = wantedPause(next, context, pacing);
  if (next.phase === 'cleaningUp' && previous.phase !== 'cleaningUp') return 0;
  const now = context.clock.now();
  const confirmAt = next.runEndedSince === undefined ? Number.POSITIVE_INFINITY : now + CONFIRM_AFTER_S * 1000;
  const deniedUntil = (next.deniedSince ?? Number.POSITIVE_INFINITY) + DENIAL_PATIENCE_S * 1000;
  const ahead = [deadlineOf(next, context), deniedUntil, confirmAt].filter((limit) => limit > now);
  const pause = Math.min(wanted, ...ahead.map((limit) => limit - now));
  return Math.max(pause, blockedFor(next, context, pacing), untilTurn(next, context, pacing));
}

/** What the state asks for, jittered, in ms. */
function wantedPause(state: ActiveState, { clock }: DeploymentContext, pacing: Pacing): number {
  const now = clock.now();
  const isLimitTight = pacing.rateLimit.isTight(SPOT_OPERATIONS.list, now);
  const pause = nextPause(state, { setting: pacing.pollIntervalSeconds * 1000, isLimitTight, now });
  return jittered(pause, pacing.jitter());
}

/** An invocation that ends before its turn polls at once: one poll at least is made. */
export function firstPause(state: ActiveState, context: DeploymentContext, pacing: Pacing): number {
  const turn = untilTurn(state, context, pacing);
  const isInTime = context.clock.now() + turn < endOfPolling(state, pacing, context);
  return Math.max(blockedFor(state, context, pacing), isInTime ? turn : 0);
}

/** Milliseconds that a poll which needs Spot leaves to others, where several share its rate limit. */
function untilTurn(state: ActiveState, context: DeploymentContext, { rateLimit, jitter }: Pacing): number {
  if (!waitsForSpot(state)) return 0;
  const now = context.clock.now();
  const turn = rateLimit.untilTurn(SPOT_OPERATIONS.list, now, jitter) ?? 0;
  return Math.max(0, Math.min(turn, deadlineOf(state, context) - now));
}

/** In the other phases CodeDeploy is polled meanwhile, whatever Spot allows. */
function waitsForSpot({ phase }: ActiveState): boolean {
  return phase !== 'installing' && phase !== 'cleaningUp';
}

/** When the phase's own limit is reached (ms since the epoch): no pause lasts longer. */
function deadlineOf(state: ActiveState, context: DeploymentContext): number {
  if (state.phase === 'cleaningUp') return Number.POSITIVE_INFINITY;
  return state.phase === 'finalizing' ? finalizingEndsAt(state, context) : timeoutAt(state, context);
}

/**
 * Milliseconds for which Spot's rate limit leaves nothing to do; 0 where CodeDeploy can be polled meanwhile. However long
 * the limit is, the phase still ends in time.
 */
function blockedFor(state: ActiveState, context: DeploymentContext, { rateLimit }: Pacing): number {
  if (!waitsForSpot(state)) return 0;
  const { list, group, start } = SPOT_OPERATIONS;
  const needed = state.phase === 'starting' ? [list, start, ...(state.checked ? [] : [group])] : [list];
  const allowedAt = rateLimit.allowedAt(...needed);
  return Math.max(0, Math.min(allowedAt, deadlineOf(state, context)) - context.clock.now());
}

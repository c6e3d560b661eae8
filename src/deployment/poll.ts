import type { SpotRateLimit } from '../clients/spot/rateLimit';
import { SPOT_OPERATIONS } from '../clients/spot/elastigroup';
import { advance } from './advance';
import { checkRun, isWatched, mayBeUnfollowed, secondsToNextCheck } from './checkRun';
import { CONFIRM_AFTER_S, DENIAL_PATIENCE_S, finalizingEndsAt, lastPollAt, timeoutAt } from './limits';
import type { Log } from '../lib/log';
import { jittered, nextPause } from './pollInterval';
import type { DeploymentContext } from './context';
import { hasResult, type ActiveState, type State } from './state';
import { asSentence } from '../lib/wording';
import { timeText } from './timeLeft';
import { idsOf } from './transitions';

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

/** Polls until the deployment has a result, or until the next invocation has to continue. */
export async function poll(first: ActiveState, context: DeploymentContext, pacing: Pacing): Promise<State> {
  const state = await pollWindow(first, context, pacing);
  if (hasResult(state)) return state;
  const { state: checked } = await checkRun(state, context, 'continuation');
  const goesOn = !hasResult(checked) && mayBeUnfollowed(checked) && context.clock.now() < pacing.latest;
  return goesOn ? pollWindow(checked, context, pacing) : checked;
}

async function pollWindow(first: ActiveState, context: DeploymentContext, pacing: Pacing): Promise<State> {
  let state: State = first;
  let pause = firstPause(state, context, pacing);
  while (!hasResult(state)) {
    if (pause > 0 && context.clock.now() + pause >= endOfPolling(state, pacing, context)) return state;
    state = await afterPause(state, pause, context);
    if (hasResult(state)) return state;
    const next = await advance(state, context);
    logChange(state, next, context);
    if (context.clock.now() >= endOfPolling(next, pacing, context)) return next;
    if (hasResult(next)) return next;
    const wanted = nextPause(next, {
      setting: pacing.pollIntervalSeconds * 1000,
      isLimitTight: pacing.rateLimit.isTight(SPOT_OPERATIONS.list, context.clock.now()),
      now: context.clock.now(),
    });
    pause = pauseAfter(state, next, jittered(wanted, pacing.jitter()), context, pacing);
    state = next;
  }
  return state;
}

/** Waits. A pause (Spot's rate limit, or a long interval) may be longer than a stop of the action may go unnoticed. */
async function afterPause(first: ActiveState, pause: number, context: DeploymentContext): Promise<State> {
  const { clock } = context;
  const end = clock.now() + pause;
  let state = first;
  let left = pause;
  while (left > 0) {
    const slice = Math.min(left, secondsToNextCheck(state, context) * 1000);
    await clock.sleep(slice);
    if (slice === left) return state;
    const check = await checkRun(state, context, 'poll');
    if (check.kind === 'ended') return check.state;
    state = check.state;
    // A check that gets no answer takes its time too.
    left = end - clock.now();
  }
  return state;
}

/** Seconds for which a refusal is looked into: what CodePipeline shows may lag behind what it does. */
const REFUSAL_PATIENCE_S = 30;

/**
 * Nobody may come after this invocation. CodePipeline has not taken the continuation: a duplicate of the event has given one, and
 * goes on, or the action has ended. Or it has taken it although the action has ended, as far as it shows. Undefined: there is
 * nothing to clean up, as far as it can be told, or it is left to the other delivery, for which all may be well.
 */
export async function cleanUpAfterReport(
  state: ActiveState,
  context: DeploymentContext,
  pacing: Pacing,
  isAccepted: boolean,
): Promise<State | undefined> {
  const hasStopped = state.phase === 'cleaningUp' && state.firstStopAt !== undefined;
  if (state.phase === 'cleaningUp' && (isAccepted || hasStopped)) return pollWindow(state, context, pacing);
  const patience = context.clock.now() + (isAccepted ? 0 : REFUSAL_PATIENCE_S * 1000);
  let check = await checkRun(state, context, 'over');
  while (check.kind !== 'ended' && isWatched(check.state, context)) {
    const again = context.clock.now() + CONFIRM_AFTER_S * 1000;
    if (again >= pacing.until || (again > patience && check.kind !== 'doubt')) break;
    await context.clock.sleep(CONFIRM_AFTER_S * 1000);
    check = await checkRun(check.state, context, 'over');
  }
  const next = check.state;
  const isFollowed = check.kind === 'goes-on' && isWatched(check.state, context);
  return next.phase === 'cleaningUp' && !isFollowed ? pollWindow(next, context, pacing) : undefined;
}

/** A first event may have come late, or again: the job is as old as its action, and CodePipeline waits no longer than it does. */
function endOfPolling(
  state: State,
  { until, latest, isAnswered }: Pacing,
  { runMemory: { actionStartedAt } }: DeploymentContext,
): number {
  if (mayBeUnfollowed(state)) return latest;
  return state.invocations > 1 || isAnswered ? until : Math.min(until, lastPollAt(actionStartedAt));
}

/** Milliseconds until the next poll: none where cleaning up begins; never beyond a deadline, and never before Spot's rate limit allows. */
function pauseAfter(
  previous: ActiveState,
  next: ActiveState,
  wanted: number,
  context: DeploymentContext,
  pacing: Pacing,
): number {
  if (next.phase === 'cleaningUp' && previous.phase !== 'cleaningUp') return 0;
  const now = context.clock.now();
  const confirmAt = next.runEndedSince === undefined ? Number.POSITIVE_INFINITY : now + CONFIRM_AFTER_S * 1000;
  const deniedUntil = (next.deniedSince ?? Number.POSITIVE_INFINITY) + DENIAL_PATIENCE_S * 1000;
  const ahead = [deadlineOf(next, context), deniedUntil, confirmAt].filter((limit) => limit > now);
  const pause = Math.min(wanted, ...ahead.map((limit) => limit - now));
  return Math.max(pause, blockedFor(next, context, pacing), untilTurn(next, context, pacing));
}

/** An invocation that ends before its turn polls at once: one poll at least is made. */
function firstPause(state: ActiveState, context: DeploymentContext, pacing: Pacing): number {
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

/** The fields about the deployment that every log line has, as far as they are known. */
export function rememberInLog(state: State, log: Log): void {
  log.countFrom(state.startedAt);
  log.remember({ phase: state.phase, ...idsOf(state) });
}

/** A line for every change, not for every poll. */
function logChange(previous: ActiveState, next: State, context: DeploymentContext): void {
  rememberInLog(next, context.log);
  // The report is logged anyway.
  if (hasResult(next)) return;
  if (previous.phase === next.phase && previous.progress === next.progress) return;
  // What CodeDeploy will take is said once; what is left of it changes.
  const isTimed = next.phase === 'installing' || previous.phase !== next.phase;
  const time = isTimed ? timeText(next, context.clock.now()) : '';
  context.log.info(asSentence(`${next.progress}${time}`), { percent: next.percent });
}

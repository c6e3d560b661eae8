import { advance } from './advance';
import { checkRun, mayBeUnfollowed, secondsToNextCheck } from './checkRun';
import type { DeploymentContext } from './context';
import { endOfPolling, firstPause, pauseAfter, type Pacing } from './pacing';
import { hasResult, type ActiveState, type State } from './state';
import { timeText } from './timeLeft';
import { idsOf } from './transitions';
import type { Log } from '../lib/log';
import { asSentence } from '../lib/wording';

/** Polls until the deployment has a result, or until the next invocation has to continue. */
export async function poll(first: ActiveState, context: DeploymentContext, pacing: Pacing): Promise<State> {
  const state = await pollWindow(first, context, pacing);
  if (hasResult(state)) return state;
  const { state: checked } = await checkRun(state, context, 'continuation');
  const goesOn = !hasResult(checked) && mayBeUnfollowed(checked) && context.clock.now() < pacing.latest;
  return goesOn ? pollWindow(checked, context, pacing) : checked;
}

/** The polls of one window, which ends with `pacing.until`, or with a result. */
export async function pollWindow(first: ActiveState, context: DeploymentContext, pacing: Pacing): Promise<State> {
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
    pause = pauseAfter(state, next, context, pacing);
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

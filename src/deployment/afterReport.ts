import { checkRun, isWatched } from './checkRun';
import type { DeploymentContext } from './context';
import { CONFIRM_AFTER_S } from './limits';
import type { Pacing } from './pacing';
import { pollWindow } from './poll';
import type { ActiveState, State } from './state';

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

import type { State } from './state';
import type { DeploymentContext } from './context';

/** Seconds for which a start that got no answer, or was refused, is looked for before another is sent, or the refusal believed. */
export const LOST_START_GRACE_S = 30;
/** Seconds without being listed, after which a deployment that is known counts as ended: one empty list says nothing. */
export const UNLISTED_PROOF_S = 60;
/** Seconds for which CodeDeploy may fail to see the tagged instances: tags take seconds to show (docs/services.md, CodeDeploy). */
export const NO_TARGETS_LIMIT_S = 180;
/** Seconds without one successful look that end the action as SystemUnavailable. */
export const OUTAGE_LIMIT_S = 600;
/** Hours that a blue/green deployment may last (docs/services.md, CodeDeploy): none that still matters is older. */
export const LONGEST_DEPLOYMENT_H = 109;

/** When TIMEOUT is reached (ms since the epoch). */
export function timeoutAt(state: State, context: DeploymentContext): number {
  return state.startedAt + context.parameters.timeoutSeconds * 1000;
}

export function isTimedOut(state: State, context: DeploymentContext): boolean {
  return context.clock.now() >= timeoutAt(state, context);
}

/** CodeDeploy has succeeded: Elastigroup may take the time kept for cleaning up to finish its part. */
export function finalizingEndsAt(state: State, context: DeploymentContext): number {
  return timeoutAt(state, context) + context.cleanupTimeoutSeconds * 1000;
}

/**
 * Elastigroup's own limit, in minutes: a little beyond ours and the cleaning up after it, so that an abandoned action
 * (CodePipeline tells the function nothing of it; docs/services.md, CodePipeline) still ends, and never before ours does.
 */
export function elastigroupTimeoutMinutes(context: DeploymentContext): number {
  return Math.ceil((context.parameters.timeoutSeconds + context.cleanupTimeoutSeconds) / 60) + 1;
}

import type { ActiveState } from './state';

/** A pause where nothing can be over yet, or where a late look delays nothing: twice the setting. */
const FAR = 2;
/** A pause near the end of a phase, out of the time that longer pauses have saved: half the setting. */
const NEAR = 0.5;

/**
 * Milliseconds until the next look, jitter aside. POLL_INTERVAL_SECONDS (`setting`, in ms) is what they are on average
 * at least: a pause is only as much shorter as earlier ones of the invocation were longer (`saved`, ms).
 */
export function pollInterval(state: ActiveState, setting: number, saved: number): number {
  return Math.max(setting * wish(state), setting - Math.max(0, saved));
}

function wish(state: ActiveState): number {
  if (state.outageSince !== undefined) return 1;
  switch (state.phase) {
    case 'starting':
    case 'cleaningUp':
      return 1;
    case 'launching':
      return state.waitsForOther ? 1 : whileLaunching(state.percent);
    case 'installing':
      // Elastigroup follows CodeDeploy by itself: a success that is seen later makes nothing later. Each look is two calls.
      return FAR;
    case 'finalizing':
      return whileFinalizing(state.percent);
  }
}

/** By the states that Elastigroup has still to go through (launching.ts makes the percentage of them). */
function whileLaunching(percent: number): number {
  // Instances have still to boot after VALIDATE_TAGS and LAUNCHING_NEW_INSTANCES.
  if (percent >= 10 && percent < 20) return FAR;
  // TAG_INSTANCES_WITH_GREEN_TAG, and what EC2 and CodeDeploy take to see the tags.
  return percent >= 25 ? NEAR : 1;
}

/** By the same, in finalizing.ts. */
function whileFinalizing(percent: number): number {
  // WAIT_BEFORE_TERMINATION: blue's instances have still to go.
  if (percent >= 93 && percent < 95) return FAR;
  return percent >= 95 ? NEAR : 1;
}

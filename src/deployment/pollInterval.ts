import type { Pace } from './elastigroupState';
import type { ActiveState } from './state';

/** A pause where nothing can be over yet, or where a late look delays nothing: twice the setting. */
const FAR = 2;
/** A pause near the end of a phase, out of the time that longer pauses have saved: half the setting. */
const NEAR = 0.5;
/** Milliseconds, on average, of the longest pause that a service in trouble is given. */
const LONGEST_PAUSE_MS = 30_000;

/** What pauses follow from, beside the state. Milliseconds, and ms since the epoch. */
export interface Circumstances {
  /** POLL_INTERVAL_SECONDS. */
  readonly setting: number;
  /** By how much earlier pauses of the invocation were longer than the setting. */
  readonly saved: number;
  /** Spot's rate limit was met lately, and others seem to share it. */
  readonly isLimitShared: boolean;
  readonly now: number;
}

/** The pause until the next look, in ms, and what it adds to `saved`. `spread`: the part of it that jitter adds or takes. */
export interface Pause {
  readonly interval: number;
  readonly spread: number;
  readonly saves: number;
}

/**
 * POLL_INTERVAL_SECONDS is what pauses are on average at least: one is only as much shorter as earlier ones were longer.
 * While nothing can be seen they grow with the outage, so that a service that throttles is asked less and less; an error
 * that comes alone costs one tick. After a refusal by Spot's rate limit, which others may share, they stay long for a
 * while. Both are spread widely, that many deployments do not come back in step, and save nothing that they could spend
 * all at once.
 */
export function nextPause(state: ActiveState, { setting, saved, isLimitShared, now }: Circumstances): Pause {
  const blindSince = blindSinceOf(state);
  if (blindSince !== undefined) return wide(Math.max(setting, Math.min(LONGEST_PAUSE_MS, now - blindSince)));
  if (isLimitShared) return wide(Math.max(setting, LONGEST_PAUSE_MS));
  const interval = Math.max(setting * wish(state), setting - Math.max(0, saved));
  return { interval, spread: 0.1, saves: interval - setting };
}

function wide(interval: number): Pause {
  return { interval, spread: 0.5, saves: 0 };
}

/** @param jitter in [0, 1) */
export function jittered({ interval, spread }: Pause, jitter: number): number {
  return interval * (1 - spread + 2 * spread * jitter);
}

function blindSinceOf(state: ActiveState): number | undefined {
  return state.outageSince ?? (state.phase === 'cleaningUp' ? state.unseenSince : undefined);
}

function wish(state: ActiveState): number {
  switch (state.phase) {
    case 'starting':
    case 'cleaningUp':
      return 1;
    case 'launching':
      return state.waitsForOther ? 1 : timesFor(state.pace);
    case 'installing':
      // Elastigroup follows CodeDeploy by itself: a success that is seen later makes nothing later. Each look is two calls.
      return FAR;
    case 'finalizing':
      return timesFor(state.pace);
  }
}

function timesFor(pace: Pace | undefined): number {
  if (pace === undefined) return 1;
  return pace === 'far' ? FAR : NEAR;
}

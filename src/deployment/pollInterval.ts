import type { Pace } from './elastigroupState';
import type { ActiveState, UsualTime } from './state';
import { elapsedInCodeDeploy } from './timeLeft';

/** Times the setting: a pause where nothing can have ended yet, or where a later poll delays nothing. */
const FAR = 2;
/** Times the setting: a pause where the next state is due. */
const NEAR = 0.5;
/** Milliseconds, before jitter, of the longest pause that a service in trouble is given. */
const LONGEST_PAUSE_MS = 30_000;
/** Milliseconds of the longest pause in ordinary times, jitter included: a failure is noticed within it. */
const LONGEST_SPARSE_MS = 15_000;
/** Times the setting: the same, for a setting that is shorter than the default. */
const SPARSE = 3;
/** Of CodeDeploy's usual time: the longest pause beside a deployment that takes so long. */
const SPARSE_SHARE = 1 / 15;
/** Of CodeDeploy's usual time: when its end comes near. */
const NEARLY_OVER = 0.95;

/** What a pause follows from, beside the state. Milliseconds, and ms since the epoch. */
export interface Circumstances {
  /** POLL_INTERVAL_SECONDS. */
  readonly setting: number;
  /** Few requests are left of Spot's rate limit, or it was met lately, and others seem to share it. */
  readonly isLimitTight: boolean;
  readonly now: number;
}

/** The pause until the next poll, in ms. `spread`: the part of it that jitter adds or takes. */
export interface Pause {
  readonly interval: number;
  readonly spread: number;
}

/**
 * POLL_INTERVAL_SECONDS, half of it where the next state is due, and twice where nothing can have ended yet. Where the group's
 * history is known, pauses in which nothing is due are as long as beside such a deployment they may be.
 * During an outage pauses grow with it, so that a service that throttles gets fewer and fewer requests; a single error
 * costs one poll. While Spot's rate limit is nearly exhausted, and after it was met, pauses are long for a while. Both have a wide jitter, so that
 * many deployments do not continue in step.
 */
export function nextPause(state: ActiveState, { setting, isLimitTight, now }: Circumstances): Pause {
  const outageSince = outageSinceOf(state);
  if (outageSince !== undefined) return wide(Math.max(setting, Math.min(LONGEST_PAUSE_MS, now - outageSince)));
  if (isLimitTight && asksSpotEachTime(state)) return wide(Math.max(setting, LONGEST_PAUSE_MS));
  const interval = setting * factorOf(state);
  const sparse = sparseInterval(state, setting, now);
  return sparse > interval ? { interval: sparse, spread: SPARSE_SPREAD } : { interval, spread: 0.1 };
}

const SPARSE_SPREAD = 0.02;

/** While CodeDeploy is at work, Spot is asked now and then only (phases/installing.ts). */
function asksSpotEachTime({ phase }: ActiveState): boolean {
  return phase !== 'installing';
}

/** In ms; 0 where the next state may be due, or where nothing is known of how long it takes. */
function sparseInterval(state: ActiveState, setting: number, now: number): number {
  if (state.usual === undefined) return 0;
  const longest = longestSparse(state.usual, setting);
  switch (state.phase) {
    case 'starting':
    case 'cleaningUp':
      return 0;
    case 'launching':
      return state.waitsForOther || state.pace === 'near' ? 0 : longest;
    case 'installing':
      return Math.min(longest, state.usual.median * NEARLY_OVER * 1000 - elapsedInCodeDeploy(state, now) * 1000);
    case 'finalizing':
      return state.pace === 'near' ? 0 : longest;
  }
}

function longestSparse({ median }: UsualTime, setting: number): number {
  return Math.min(LONGEST_SPARSE_MS / (1 + SPARSE_SPREAD), SPARSE * setting, SPARSE_SHARE * median * 1000);
}

function wide(interval: number): Pause {
  return { interval, spread: 0.5 };
}

/** @param jitter in [0, 1) */
export function jittered({ interval, spread }: Pause, jitter: number): number {
  return interval * (1 - spread + 2 * spread * jitter);
}

function outageSinceOf(state: ActiveState): number | undefined {
  return state.outageSince ?? state.deniedSince ?? (state.phase === 'cleaningUp' ? state.unseenSince : undefined);
}

function factorOf(state: ActiveState): number {
  switch (state.phase) {
    case 'starting':
    case 'cleaningUp':
      return 1;
    case 'launching':
      return state.waitsForOther ? 1 : factorFor(state.pace);
    case 'installing':
      // Elastigroup follows CodeDeploy by itself: reading a success later makes nothing later. Each poll is two calls.
      return FAR;
    case 'finalizing':
      return factorFor(state.pace);
  }
}

function factorFor(pace: Pace | undefined): number {
  if (pace === undefined) return 1;
  return pace === 'far' ? FAR : NEAR;
}

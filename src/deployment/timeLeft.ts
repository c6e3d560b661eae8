import { duration } from '../lib/wording';
import { TIME_MESSAGES } from './messages';
import type { Installing, State, UsualTime } from './state';

/* How long CodeDeploy still needs, for people: an estimate from the group's history, and never a promise. */

/**
 * - `about`: so many seconds, if it takes as long as usual
 * - `due`: most deployments had ended by now
 * - `late`: nearly all had
 */
export type TimeLeft =
  | { readonly kind: 'about'; readonly seconds: number }
  | { readonly kind: 'due' }
  | { readonly kind: 'late'; readonly elapsed: number };

/** @param elapsed seconds since CodeDeploy's deployment was created; below 0 where clocks differ */
export function timeLeft({ median, high }: UsualTime, elapsed: number): TimeLeft {
  if (elapsed < median) return { kind: 'about', seconds: Math.min(median, median - elapsed) };
  return elapsed <= high ? { kind: 'due' } : { kind: 'late', elapsed };
}

/** As much of CodeDeploy's part as can be over before it has ended. */
const MOST_DONE = 0.95;

/** How much of CodeDeploy's part is over, 0 to below 1: the time that has passed, of that and what is left. */
export function fractionDone({ median }: UsualTime, elapsed: number): number {
  return Math.min(MOST_DONE, Math.max(0, elapsed) / median);
}

export function elapsedInCodeDeploy({ createdAt, phaseStartedAt }: Installing, now: number): number {
  return (now - (createdAt ?? phaseStartedAt)) / 1000;
}

/** What follows the progress in the summary and the log, with a comma; empty without a history. It changes all the time, and so is not part of the state. */
export function timeText(state: State, now: number): string {
  const { usual } = state;
  if (!usual || 'waitsForOther' in state) return '';
  if (state.phase === 'launching') return `, ${TIME_MESSAGES.before(duration(usual.median))}`;
  return state.phase === 'installing' ? `, ${describeTimeLeft(usual, elapsedInCodeDeploy(state, now))}` : '';
}

function describeTimeLeft(usual: UsualTime, elapsed: number): string {
  const left = timeLeft(usual, elapsed);
  switch (left.kind) {
    case 'about':
      return TIME_MESSAGES.about(roughly(left.seconds), describeUsual(usual));
    case 'due':
      return TIME_MESSAGES.due(describeUsual(usual));
    case 'late':
      return TIME_MESSAGES.late(duration(left.elapsed), duration(usual.median));
  }
}

export function describeUsual({ count, median }: UsualTime): string {
  return count === 1
    ? TIME_MESSAGES.lastOne(duration(median))
    : TIME_MESSAGES.lastOnes(String(count), duration(median));
}

/** An estimate to the second would look like a promise. */
function roughly(seconds: number): string {
  // The median beside it is in whole seconds: 5.4 s of "a median of 5s" are not "about 10s".
  const whole = Math.max(1, Math.round(seconds));
  const step = whole <= 5 ? 5 : whole < 60 ? 10 : whole < 600 ? 30 : 60;
  return duration(Math.ceil(whole / step) * step);
}

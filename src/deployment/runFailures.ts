import { cut, duration } from '../lib/wording';
import { RUN_MESSAGES } from './messages';
import type { RunVerdict } from './judgeRun';
import { NO_ANSWER_LIMIT_S } from './limits';
import { LONGEST_TEXT, type Failure } from './state';

export type RunEnd = Exclude<RunVerdict, { kind: 'goes-on' }> | { kind: 'unknown-job' } | { kind: 'late'; age: number };

export function runFailure(end: RunEnd): Failure {
  const failure = { type: 'JobFailed', headline: cut(headlineOf(end), LONGEST_TEXT) } as const;
  // One that yields to a newer execution is still followed.
  return end.kind === 'newer' ? failure : { ...failure, isUnfollowed: true };
}

function headlineOf(end: RunEnd): string {
  switch (end.kind) {
    case 'stopped':
      return RUN_MESSAGES.stopped(end.why);
    case 'ended':
      return RUN_MESSAGES.ended(end.status);
    case 'newer':
      return RUN_MESSAGES.newer(end.executionId);
    case 'unknown-job':
      return RUN_MESSAGES.unknownJob();
    case 'late':
      return RUN_MESSAGES.late(duration(end.age), duration(NO_ANSWER_LIMIT_S));
  }
}

import { cut, duration } from '../lib/wording';
import { RUN_MESSAGES } from './messages';
import { NO_ANSWER_LIMIT_S, type RunVerdict } from './pipelineRun';
import type { Failure } from './state';

export type RunEnd = Exclude<RunVerdict, { kind: 'goes-on' }> | { kind: 'unknown-job' } | { kind: 'late'; age: number };

/** What a continuation token carries of it (state.ts). */
const LONGEST_HEADLINE = 600;

export function runFailure(end: RunEnd): Failure {
  const failure = { type: 'JobFailed', headline: cut(headlineOf(end), LONGEST_HEADLINE) } as const;
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

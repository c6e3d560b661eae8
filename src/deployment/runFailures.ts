import { cut, duration } from '../lib/wording';
import type { RunVerdict } from './pipelineRun';
import { NO_ANSWER_LIMIT_S } from './pipelineRun';
import type { Failure } from './state';

/* The headlines of actions that end for what CodePipeline says of them. */

export type RunEnd = Exclude<RunVerdict, { kind: 'goes-on' }> | { kind: 'unknown-job' } | { kind: 'late'; age: number };

export function runFailure(end: RunEnd): Failure {
  return { type: 'JobFailed', headline: cut(headlineOf(end), 600), isUnfollowed: true };
}

function headlineOf(end: RunEnd): string {
  switch (end.kind) {
    case 'stopped':
      return `The pipeline execution was stopped: ${end.why} in CodePipeline.`;
    case 'ended':
      return `This action has ended already: CodePipeline shows it as ${end.status}.`;
    case 'newer':
      return (
        `A newer execution of this pipeline, ${end.executionId}, deploys to the same Elastigroup: this one no longer waits, ` +
        'so that the newer revision is deployed last. Nothing was started.'
      );
    case 'unknown-job':
      return (
        'CodePipeline does not know this job (JobNotFoundException): the event is a sample, or an old one was sent again. Nothing was started. ' +
        'To play such events against test services, set ALLOW_UNKNOWN_JOB to true in the function.'
      );
    case 'late':
      return (
        `This event was delivered ${duration(end.age)} after its action had started, and CodePipeline fails an action ` +
        `that has not answered for ${duration(NO_ANSWER_LIMIT_S)}. Nothing was started. Retry the stage.`
      );
  }
}

import type { PipelineRun } from '../clients/pipelineRun';

/** What one invocation knows of its pipeline execution, from one check to the next. */
export interface RunMemory {
  readonly jobId: string;
  readonly isUnknownJobAllowed: boolean;
  /** PIPELINE_EXECUTION_ID, for a CodePipeline that does not tell it. */
  readonly givenExecutionId: string | undefined;
  run?: PipelineRun;
  /** Nothing can be read: a permission is missing, or CodePipeline does not tell what it takes. */
  isOff: boolean;
  /** ms since the epoch */
  checkedAt?: number;
  fullyCheckedAt?: number;
  /** When the action started, where CodePipeline tells (ms since the epoch). */
  actionStartedAt?: number;
}

export function newRunMemory(
  jobId: string,
  given: Pick<RunMemory, 'isUnknownJobAllowed' | 'givenExecutionId'>,
): RunMemory {
  return { jobId, isOff: false, ...given };
}

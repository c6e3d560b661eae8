import type { JobData, JobDetails, PipelineRun } from '../clients/pipelineRun';
import type { Log } from '../lib/log';
import type { Attempt } from './attempt';

/** What one invocation knows of its pipeline execution, from one check to the next. */
export interface RunMemory {
  /** Of the event at hand. */
  readonly job: JobData & { readonly id: string };
  readonly isUnknownJobAllowed: boolean;
  /** PIPELINE_EXECUTION_ID, for a CodePipeline that does not tell it. */
  readonly givenExecutionId: string | undefined;
  /** GetJobDetails' answer; absent where it has not been asked, or has told nothing (genuineJob.ts). */
  details?: Promise<Attempt<JobDetails | 'unknown-job'>> | undefined;
  /** Since when CodePipeline does not know the job (ms since the epoch). */
  unknownSince?: number;
  /** The continuation token carries it on. */
  run?: PipelineRun | undefined;
  /** Nothing can be read: a permission is missing, or CodePipeline does not tell what it takes. */
  isOff: boolean;
  /** Since then a denial is taken for an outage. */
  wasRead: boolean;
  /** When it was tried last, and last with the actions (ms since the epoch). */
  checkedAt?: number;
  fullyCheckedAt?: number;
  /** Since when it cannot be read with its actions; absent where it can. The continuation token carries it on. */
  unreadSince?: number | undefined;
  /** When the action started, where CodePipeline tells (ms since the epoch). */
  actionStartedAt?: number;
}

export function newRunMemory(
  job: RunMemory['job'],
  given: Pick<RunMemory, 'isUnknownJobAllowed' | 'givenExecutionId' | 'run' | 'unreadSince'>,
): RunMemory {
  return { job, isOff: false, wasRead: false, ...given };
}

/** What names the pipeline execution to people, as far as it is known. */
export type NamedRun = Partial<Pick<PipelineRun, 'pipeline' | 'region' | 'executionId'>>;

export function namedRun({ run, givenExecutionId }: RunMemory): NamedRun | undefined {
  return run ?? (givenExecutionId === undefined ? undefined : { executionId: givenExecutionId });
}

export function rememberRunInLog(memory: RunMemory, log: Log): void {
  const { pipeline, executionId } = namedRun(memory) ?? {};
  log.remember({ pipeline, execution: executionId });
}

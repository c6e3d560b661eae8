import type { JsonRecord } from '../input';

export interface ExecutionDetails {
  readonly summary?: string;
  readonly externalExecutionId?: string;
  readonly percentComplete?: number;
}

export interface FailureDetails {
  readonly type: string;
  readonly message: string;
  readonly externalExecutionId?: string;
}

/** A job's one result; `at` in ms since the epoch. */
export type JobResult =
  | { readonly kind: 'continuation'; readonly at: number; readonly token: string; readonly details: ExecutionDetails }
  | {
      readonly kind: 'success';
      readonly at: number;
      readonly details: ExecutionDetails;
      readonly outputVariables: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'failure'; readonly at: number; readonly failure: FailureDetails };

export interface Job {
  readonly id: string;
  readonly createdAt: number;
  readonly executionId: string | undefined;
  /** The event's `data`. */
  readonly data: JsonRecord;
  result: JobResult | undefined;
  /** CodePipeline no longer takes a result, e.g. after 20 minutes without one. */
  closed: boolean;
  /** It says so with JobNotFoundException. */
  isForgotten: boolean;
  /** Results refused with InvalidJobStateException, because the job had one or was closed. */
  refusedResults: number;
}

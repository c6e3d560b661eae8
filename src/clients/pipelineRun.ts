import {
  GetJobDetailsCommand,
  GetPipelineExecutionCommand,
  ListActionExecutionsCommand,
  type ActionExecutionDetail,
  type CodePipelineClient,
  type JobData as SdkJobData,
  type PipelineContext,
} from '@aws-sdk/client-codepipeline';
import type { AwsClients } from './awsClients';
import { callAws } from './awsCall';
import type { CallBudget } from './callPolicy';
import { lacks, unreadable, UpstreamError } from './upstreamError';

/** Where a job belongs: what CodePipeline tells of it. The ids are unverified for Lambda actions (docs/services.md, CodePipeline). */
export interface PipelineRun {
  readonly pipeline: string;
  /** The pipeline's own Region: an action may run in another one. Absent: that of this function. */
  readonly region?: string | undefined;
  readonly stage?: string | undefined;
  readonly action?: string | undefined;
  readonly executionId?: string | undefined;
  readonly actionExecutionId?: string | undefined;
}

/** What a job carries. The texts may contain a token. */
export interface JobData {
  readonly userParameters: string;
  readonly continuationToken: string | undefined;
}

/** What CodePipeline tells of a job; undefined: not told. */
export interface JobDetails {
  readonly run: PipelineRun | undefined;
  readonly data: JobData | undefined;
}

/** One execution of an action, as CodePipeline lists it. Times are ms since the epoch. */
export interface ListedAction {
  readonly actionExecutionId?: string | undefined;
  readonly executionId?: string | undefined;
  readonly stage?: string | undefined;
  readonly action?: string | undefined;
  /** InProgress | Abandoned | Succeeded | Failed */
  readonly status: string;
  readonly startedAt?: number | undefined;
  /** Whether its resolved UserParameters name this text; undefined where CodePipeline does not tell them, which may contain a token. */
  readonly names: (text: string) => boolean | undefined;
}

/** Reads the pipeline execution that a job belongs to. Throws UpstreamError. */
export interface PipelineRuns {
  /** `unknown-job`: JobNotFoundException. */
  identify(jobId: string): Promise<JobDetails | 'unknown-job'>;
  /** InProgress | Stopping | Stopped | Cancelled | Superseded | Succeeded | Failed */
  executionStatus(run: PipelineRun, executionId: string): Promise<string>;
  /** The newest first: those of one execution, or of all. */
  listActions(run: PipelineRun, executionId: string | undefined): Promise<readonly ListedAction[]>;
}

/** Milliseconds that the calls of one check may take together: it must not keep the deployment waiting. */
const CHECK_TIME_LIMIT_MS = 5_000;
/** The most that CodePipeline lists at once: the actions of one execution, retries included, or the newest of all. */
const MOST_LISTED = 100;

/** CodePipeline has no such job; an id that is none of its own is invalid. */
const UNKNOWN_JOB: ReadonlySet<string | undefined> = new Set(['JobNotFoundException', 'ValidationException']);

export function pipelineRunsClient(
  aws: Pick<AwsClients, 'codePipeline' | 'codePipelineIn'>,
  given: CallBudget,
): PipelineRuns {
  const budget = (): CallBudget => ({
    ...given,
    until: Math.min(given.until, given.clock.now() + CHECK_TIME_LIMIT_MS),
  });
  const read = <T>(operation: string, send: (abortSignal: AbortSignal) => Promise<T>) =>
    callAws(budget(), { service: 'CodePipeline', operation, kind: 'read' }, send);
  const clientFor = async ({ region }: PipelineRun): Promise<CodePipelineClient> => {
    const isOwn = region === undefined || region === (await aws.codePipeline.config.region());
    return isOwn ? aws.codePipeline : aws.codePipelineIn(region);
  };
  return {
    async identify(jobId) {
      try {
        // Awaited here for the error.
        return await read('GetJobDetails', async (abortSignal) => {
          const { jobDetails } = await aws.codePipeline.send(new GetJobDetailsCommand({ jobId }), { abortSignal });
          // The rest is dropped: it contains the credentials for the artifacts.
          return { run: runOf(jobDetails?.data?.pipelineContext), data: dataOf(jobDetails?.data) };
        });
      } catch (error) {
        if (error instanceof UpstreamError && UNKNOWN_JOB.has(error.code)) return 'unknown-job';
        throw error;
      }
    },
    executionStatus: (run, pipelineExecutionId) =>
      read('GetPipelineExecution', async (abortSignal) => {
        const command = new GetPipelineExecutionCommand({ pipelineName: run.pipeline, pipelineExecutionId });
        const client = await clientFor(run);
        const { pipelineExecution } = await client.send(command, { abortSignal });
        const status = pipelineExecution?.status;
        if (status === undefined) throw unreadable('CodePipeline', 'GetPipelineExecution', lacks('status'));
        return status;
      }),
    listActions: (run, pipelineExecutionId) =>
      read('ListActionExecutions', async (abortSignal) => {
        const command = new ListActionExecutionsCommand({
          pipelineName: run.pipeline,
          ...(pipelineExecutionId !== undefined && { filter: { pipelineExecutionId } }),
          maxResults: MOST_LISTED,
        });
        const client = await clientFor(run);
        const { actionExecutionDetails } = await client.send(command, { abortSignal });
        if (actionExecutionDetails === undefined)
          throw unreadable('CodePipeline', 'ListActionExecutions', lacks('actionExecutionDetails'));
        return actionExecutionDetails.map(listedOf);
      }),
  };
}

function runOf(context: PipelineContext | undefined): PipelineRun | undefined {
  if (!context?.pipelineName) return undefined;
  return {
    pipeline: context.pipelineName,
    // arn:aws:codepipeline:REGION:ACCOUNT:NAME
    region: context.pipelineArn?.split(':')[3] || undefined,
    stage: context.stage?.name,
    action: context.action?.name,
    executionId: context.pipelineExecutionId || undefined,
    actionExecutionId: context.action?.actionExecutionId || undefined,
  };
}

function dataOf(data: SdkJobData | undefined): JobData | undefined {
  const configuration = data?.actionConfiguration?.configuration;
  if (configuration === undefined || Object.keys(configuration).length === 0) return undefined;
  return { userParameters: configuration['UserParameters'] ?? '', continuationToken: data?.continuationToken };
}

function listedOf(detail: ActionExecutionDetail): ListedAction {
  const userParameters = (detail.input?.resolvedConfiguration ?? detail.input?.configuration)?.['UserParameters'];
  return {
    actionExecutionId: detail.actionExecutionId,
    executionId: detail.pipelineExecutionId,
    stage: detail.stageName,
    action: detail.actionName,
    status: detail.status ?? '',
    startedAt: detail.startTime?.getTime(),
    names: (text) => userParameters?.includes(text),
  };
}

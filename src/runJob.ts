import type { AxiosAdapter } from 'axios';
import type { AwsClients } from './clients/awsClients';
import type { CallBudget } from './clients/callPolicy';
import { jitterFrom } from './clients/jitter';
import { resolveSpotToken } from './clients/spotToken';
import type { RateLimitBlocks } from './clients/spotApi';
import { UpstreamError } from './clients/upstreamError';
import type { Clock } from './clock';
import { decodeToken, encodeToken, type Resumption } from './continuationToken';
import { withoutToken } from './deployment/advance';
import { fieldsOf, poll } from './deployment/poll';
import { hasResult, type ActiveState, type State } from './deployment/state';
import { firstState } from './deployment/transitions';
import type { Evidence } from './diagnosis/evidence';
import { gatherEvidence, searchBudget } from './diagnosis/gather';
import { InvalidInputError, StageError } from './errors';
import { allotTime, type Allotment } from './invocationTime';
import { LEFT_ALONE, readJobInput, type JobInput } from './jobInput';
import { createLog, type Log } from './log';
import { readArtifactSecrets, readJobId } from './pipelineJob';
import { Redactor } from './redaction';
import { reportDryRun, reportFailed, reportFailure, reportProgress, reportSuccess, type Report } from './report';
import { sendReport } from './sendReport';
import { createStage } from './createStage';

/** One invocation of the function, and what it runs on. Tests give it a clock of their own and services in process. */
export interface Invocation {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Lambda's `context.getRemainingTimeInMillis()`. */
  readonly remainingMilliseconds: () => number;
  readonly aws: AwsClients;
  readonly spotAdapter?: AxiosAdapter;
}

/** What all steps of one invocation share. */
interface Job {
  readonly id: string;
  readonly invocation: Invocation;
  readonly time: Allotment;
  readonly redactor: Redactor;
  readonly log: Log;
}

/**
 * The story of one event: parse it, resume or begin the deployment, advance it, and give the job exactly one result.
 * The report is outside the work's try block and has time of its own, so that no error keeps the job waiting.
 * Throws, for Lambda to deliver the event again, only where no result could be given.
 */
export async function runJob(event: unknown, invocation: Invocation): Promise<void> {
  const id = readJobId(event);
  if (id === undefined) {
    throw new StageError(
      'ConfigurationError',
      'This is no event of a CodePipeline Lambda action (it has no "CodePipeline.job" with an id), so there is no job to answer.',
    );
  }
  const redactor = new Redactor();
  for (const secret of readArtifactSecrets(event)) redactor.add(secret);
  const log = createLog(redactor);
  log.remember({ jobId: id });
  const job: Job = { id, invocation, time: allotTime(invocation), redactor, log };

  let report: Report;
  try {
    report = await work(event, job);
  } catch (error) {
    report = lastResort(error, job);
  }
  await sendReport(report, {
    ...job,
    codePipeline: invocation.aws.codePipeline,
    budget: budgetOf(job, job.time.reportUntil),
  });
}

async function work(event: unknown, job: Job): Promise<Report> {
  const input = readJobInput(event, job.invocation.env);
  for (const warning of input.warnings) job.log.warn(warning);
  const { state, blocks } = resume(input, job);
  const { parameters } = input;
  job.log.remember({
    greenIdentifier: state.greenIdentifier,
    group: `${parameters.applicationName}/${parameters.deploymentGroupName}`,
    ...fieldsOf(state),
  });
  if (state.invocations > 1)
    job.log.info(`Resuming, invocation ${state.invocations}: ${state.phase}: ${state.progress}`);

  const { state: next, evidence } = await advanceFor(state, blocks, input, job);
  const now = job.invocation.clock.now();
  const redact = (text: string) => job.redactor.redact(text);
  if (!hasResult(next))
    return reportProgress(job.id, next, encodeToken({ state: next, blocks }, parameters), parameters, now, redact);
  switch (next.phase) {
    case 'succeeded':
      return reportSuccess(job.id, next, parameters, now, redact);
    case 'dryRun':
      return reportDryRun(job.id, next, parameters, redact);
    case 'failed':
      return reportFailed(job.id, next, {
        evidence,
        groupId: parameters.groupId,
        region: job.invocation.env['AWS_REGION'],
        redact,
      });
  }
}

function resume({ job, parameters }: JobInput, { invocation }: Job): Resumption {
  if (job.continuationToken === undefined)
    return { state: firstState(job.id, invocation.clock.now()), blocks: new Map() };
  const resumed = decodeToken(job.continuationToken, parameters);
  if (!resumed.ok) throw new InvalidInputError(resumed.problems, LEFT_ALONE);
  const { state, blocks } = resumed.value;
  // Lambda's clocks may differ a little from one invocation to the next: nothing has started in the future.
  const startedAt = Math.min(state.startedAt, invocation.clock.now());
  return { state: { ...state, startedAt, invocations: state.invocations + 1 }, blocks };
}

/** How far this invocation came. */
interface Advanced {
  readonly state: State;
  /** What was found out about a deployment that has failed. */
  readonly evidence?: Evidence | undefined;
}

/** Polls with the services that the parameters name. Without the Spot token nothing can be done, not even cleaning up. */
async function advanceFor(state: ActiveState, blocks: RateLimitBlocks, input: JobInput, job: Job): Promise<Advanced> {
  const { clock, aws, spotAdapter } = job.invocation;
  const budget = budgetOf(job, job.time.workUntil);
  let token: string;
  try {
    token = await resolveSpotToken(input.parameters.token, aws.secretsManager, budget);
  } catch (error) {
    if (error instanceof UpstreamError || error instanceof StageError)
      return { state: withoutToken(state, error, clock.now()) };
    throw error;
  }
  job.redactor.add(token);
  const ingredients = { input, token, aws, spotAdapter, budget, blocks, log: job.log };
  const { pollIntervalSeconds, pollWindowSeconds } = input.settings;
  const next = await poll(state, createStage(ingredients), {
    pollIntervalSeconds,
    until: job.time.pollUntil(pollWindowSeconds),
    jitter: budget.jitter,
    blocks,
  });
  if (next.phase !== 'failed') return { state: next };
  const search = createStage({ ...ingredients, budget: searchBudget(budget) });
  return { state: next, evidence: await gatherEvidence(next, search) };
}

/** Bad input, or a bug of ours. Nothing more can be done for the deployment here; the message says where to look. */
function lastResort(error: unknown, job: Job): Report {
  const redact = (text: string) => job.redactor.redact(text);
  if (error instanceof StageError) {
    job.log.error(error.message);
    return reportFailure(job.id, error.type, error.message, redact);
  }
  const what = error instanceof Error ? error.message : String(error);
  job.log.error(`Unexpected error: ${error instanceof Error ? (error.stack ?? what) : what}`);
  const message =
    `The stage itself failed unexpectedly: ${what}. Its CloudWatch log has the details; please report it. ` +
    'What it may have started ends by its own timeout: look for the tag GreenIdentifier in the Spot and EC2 consoles.';
  return reportFailure(job.id, 'JobFailed', message, redact);
}

function budgetOf(job: Job, until: number): CallBudget {
  return {
    clock: job.invocation.clock,
    until,
    jitter: jitterFrom(job.id),
    redact: (text) => job.redactor.redact(text),
  };
}

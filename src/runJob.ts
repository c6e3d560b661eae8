import type { AxiosAdapter } from 'axios';
import type { AwsClients } from './clients/awsClients';
import { RetryQuota, type CallBudget } from './clients/callPolicy';
import { jitterFrom } from './lib/jitter';
import { spotTokenReader } from './clients/spot/spotToken';
import type { RateLimitBlocks } from './clients/spot/spotApi';
import type { Clock } from './lib/clock';
import { decodeToken, encodeToken, type Resumption } from './deployment/continuationToken';
import { poll, rememberInLog } from './deployment/poll';
import { hasResult, type ActiveState, type EndState, type State } from './deployment/state';
import { firstState } from './deployment/transitions';
import type { Evidence } from './diagnosis/evidence';
import { gatherEvidence, searchBudget } from './diagnosis/gather';
import { InvalidInputError, ActionError } from './errors';
import { timeBudget, type TimeBudget } from './timeBudget';
import { LEFT_ALONE, readJobInput, type JobInput } from './input/jobInput';
import { createLog, type Log } from './lib/log';
import { endedActionOf, type EndedAction } from './report/measures';
import { readArtifactSecrets, readJobId } from './input/pipelineJob';
import { Redactor } from './lib/redaction';
import { reportDryRun, reportFailed, reportFailure, reportProgress, reportSuccess, type Report } from './report/report';
import { sendReport } from './report/sendReport';
import { createContext } from './createContext';
import { logUnexpected } from './lib/unexpectedError';
import type { UserParameters } from './input/userParameters/userParameters';

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
  readonly time: TimeBudget;
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
    throw new ActionError(
      'ConfigurationError',
      'This is no event of a CodePipeline Lambda action (it has no "CodePipeline.job" with an id), so there is no job to answer.',
    );
  }
  const redactor = new Redactor();
  for (const secret of readArtifactSecrets(event)) redactor.add(secret);
  const log = createLog(redactor, invocation.clock);
  log.remember({ jobId: id });
  const job: Job = {
    id,
    invocation,
    time: timeBudget(invocation.clock, invocation.remainingMilliseconds()),
    redactor,
    log,
  };

  let result: Result;
  try {
    result = await work(event, job);
  } catch (error) {
    result = lastResort(error, job);
  }
  const outcome = await sendReport(result.report, {
    ...job,
    codePipeline: invocation.aws.codePipeline,
    budget: budgetOf(job, job.time.reportUntil),
  });
  // Of all deliveries of all events of an action, the report of one is accepted: that one counts the action's end.
  if (outcome === 'accepted' && result.ended) await count(result.ended, job);
}

interface Result {
  readonly report: Report;
  /** Present where the action ends with the report, and is to be counted. */
  readonly ended?: EndedAction | undefined;
}

async function work(event: unknown, job: Job): Promise<Result> {
  const input = readJobInput(event, job.invocation.env);
  // Before the first line of the log; a secret's token becomes known only when it is read.
  if (input.parameters.token.kind === 'clear') job.redactor.add(input.parameters.token.value);
  for (const warning of input.warnings) job.log.warn(warning);
  const { state, blocks } = resume(input, job);
  const { parameters } = input;
  const group = `${parameters.applicationName}/${parameters.deploymentGroupName}`;
  job.log.remember({ greenIdentifier: state.greenIdentifier, group });
  rememberInLog(state, job.log);
  if (state.invocations > 1) job.log.info(`Resuming in invocation ${state.invocations}: ${state.progress}`);

  const { state: next, evidence } = await advanceFor(state, blocks, input, job);
  rememberInLog(next, job.log);
  if (hasResult(next)) {
    const ended = endedActionOf(next, { group, isDryRun: parameters.dryRun, evidence });
    return { report: reportEnd(next, evidence, parameters, job), ended };
  }
  const token = encodeToken({ state: next, blocks }, parameters);
  const redact = (text: string) => job.redactor.redact(text);
  return { report: reportProgress(job.id, next, token, parameters, job.invocation.clock.now(), redact) };
}

function reportEnd(state: EndState, evidence: Evidence | undefined, parameters: UserParameters, job: Job): Report {
  const redact = (text: string) => job.redactor.redact(text);
  switch (state.phase) {
    case 'succeeded':
      return reportSuccess(job.id, state, parameters, job.invocation.clock.now(), redact);
    case 'dryRun':
      return reportDryRun(job.id, state, parameters, redact);
    case 'failed':
      return reportFailed(job.id, state, {
        evidence,
        groupId: parameters.groupId,
        region: job.invocation.env['AWS_REGION'],
        redact,
      });
  }
}

/** After the report, and never instead of it: metrics that cannot be written cost a line in the log. */
async function count(ended: EndedAction, { id, invocation, redactor, log }: Job): Promise<void> {
  try {
    // Loaded only where an action ends, which is the last thing that it does.
    const { writeMetrics } = await import('./report/metrics');
    writeMetrics(ended, { jobId: id, env: invocation.env, redact: (text) => redactor.redact(text) });
  } catch (error) {
    log.warn(`The metrics could not be written: ${error instanceof Error ? error.message : String(error)}`);
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

/** Polls with the services that the parameters name; looks for the cause where the deployment has failed. */
async function advanceFor(state: ActiveState, blocks: RateLimitBlocks, input: JobInput, job: Job): Promise<Advanced> {
  const { aws, spotAdapter } = job.invocation;
  const budget = budgetOf(job, job.time.workUntil);
  const token = spotTokenReader(input.parameters.token, aws.secretsManager, (text) => {
    job.redactor.add(text);
  });
  const ingredients = { input, token, aws, spotAdapter, budget, blocks, log: job.log };
  const { pollIntervalSeconds, pollWindowSeconds } = input.settings;
  const next = await poll(state, createContext(ingredients), {
    pollIntervalSeconds,
    until: job.time.pollUntil(pollWindowSeconds),
    jitter: budget.jitter,
    blocks,
  });
  if (next.phase !== 'failed') return { state: next };
  const search = createContext({ ...ingredients, budget: searchBudget(budget) });
  return { state: next, evidence: await gatherEvidence(next, search) };
}

/** Bad input, or a bug of ours. Nothing more can be done for the deployment here; the message says where to look. */
function lastResort(error: unknown, job: Job): Result {
  const redact = (text: string) => job.redactor.redact(text);
  if (error instanceof ActionError) {
    job.log.error(error.message);
    const report = reportFailure(job.id, error.type, error.message, redact);
    return { report, ended: { kind: 'withoutState', failureType: error.type } };
  }
  const what = logUnexpected(error, job.log);
  const message =
    `The stage itself failed unexpectedly: ${what}. Its CloudWatch log has the details; please report it. ` +
    'What it may have started ends by its own timeout: look for the tag GreenIdentifier in the Spot and EC2 consoles.';
  const report = reportFailure(job.id, 'JobFailed', message, redact);
  return { report, ended: { kind: 'withoutState', failureType: 'JobFailed' } };
}

function budgetOf(job: Job, until: number): CallBudget {
  return {
    clock: job.invocation.clock,
    until,
    jitter: jitterFrom(job.id),
    retries: new RetryQuota(),
    redact: (text) => job.redactor.redact(text),
  };
}

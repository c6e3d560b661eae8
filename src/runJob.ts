import type { AxiosAdapter } from 'axios';
import { version } from '../package.json';
import type { AwsClients } from './clients/awsClients';
import { RetryQuota, type CallBudget } from './clients/callPolicy';
import { jitterFrom } from './lib/jitter';
import { spotTokenReader } from './clients/spot/spotToken';
import { SpotRateLimit } from './clients/spot/rateLimit';
import type { Clock } from './lib/clock';
import { mayBeUnfollowed } from './deployment/checkRun';
import { POLL_WARNINGS, RUN_MESSAGES } from './deployment/messages';
import { decodeToken, encodeToken, type Resumption } from './deployment/continuationToken';
import { namedRun, newRunMemory, rememberRunInLog, type NamedRun, type RunMemory } from './deployment/runMemory';
import { cleanUpAfterReport } from './deployment/afterReport';
import { poll, rememberInLog } from './deployment/poll';
import { hasResult, hasStartedNothing, type ActiveState, type EndState, type State } from './deployment/state';
import { firstState, idsOf, perhapsWithCodeDeploy } from './deployment/transitions';
import type { Evidence } from './diagnosis/evidence';
import { gatherEvidence, searchBudget } from './diagnosis/gather';
import { InvalidInputError, ActionError } from './errors';
import { LONGEST_REPORT_MS, timeBudget, type TimeBudget } from './timeBudget';
import { readJobInput, type JobInput } from './input/jobInput';
import { EVENT_MESSAGES } from './input/messages';
import { createLog, type Log } from './lib/log';
import { endedActionOf, type EndedAction } from './report/measures';
import { readArtifactSecrets, readJobId } from './input/pipelineJob';
import { Redactor } from './lib/redaction';
import {
  reportDryRun,
  reportFailed,
  reportWithoutState,
  reportProgress,
  reportSuccess,
  type Report,
} from './report/report';
import { RESULT_MESSAGES, RESULT_WARNINGS } from './report/messages';
import { sendReport } from './report/sendReport';
import { createContext } from './createContext';
import { logUnexpected } from './lib/unexpectedError';
import type { UserParameters } from './input/userParameters/userParameters';

/** One invocation of the function, and what it runs on. Tests pass their own clock, and services in process. */
export interface Invocation {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Lambda's `context.getRemainingTimeInMillis()`. */
  readonly remainingMilliseconds: () => number;
  readonly aws: AwsClients;
  readonly spotAdapter?: AxiosAdapter;
}

/** What the steps of one invocation share. */
interface Job {
  readonly id: string;
  readonly invocation: Invocation;
  readonly time: TimeBudget;
  readonly redactor: Redactor;
  readonly redact: (text: string) => string;
  readonly log: Log;
}

/**
 * Handles one event: parses it, resumes or begins the deployment, advances it, and gives the job exactly one result.
 * The report is outside the work's try block and has reserved time, so that no error leaves the job without a result.
 * Throws only where the result could not be delivered: Lambda then delivers the event again.
 */
export async function runJob(event: unknown, invocation: Invocation): Promise<void> {
  const id = readJobId(event);
  if (id === undefined) {
    throw new ActionError('ConfigurationError', RESULT_MESSAGES.noJob);
  }
  const redactor = new Redactor();
  for (const secret of readArtifactSecrets(event)) redactor.add(secret);
  const log = createLog(redactor, invocation.clock);
  // On the first line too, whatever that is: a bug report can name the release.
  log.remember({ jobId: id, version });
  const job: Job = {
    id,
    invocation,
    time: timeBudget(invocation.clock, invocation.remainingMilliseconds()),
    redactor,
    redact: (text) => redactor.redact(text),
    log,
  };

  let result: Result;
  try {
    result = await resultOf(event, job);
  } catch (error) {
    result = lastResort(error, job);
  }
  const outcome = await sendReport(result.report, {
    ...job,
    codePipeline: invocation.aws.codePipeline,
    budget: budgetOf(job, Math.min(job.time.reportUntil, invocation.clock.now() + LONGEST_REPORT_MS)),
  });
  // CodePipeline accepts one result, whatever was delivered twice: the delivery whose result it was writes the metrics.
  if (outcome === 'accepted' && result.ended) await writeMetricsOf(result.ended, result.run, job);
  if (result.afterReport) await result.afterReport(outcome === 'accepted');
}

interface Result {
  readonly report: Report;
  /** Present where the action ends with the report, so that its metrics are to be written. */
  readonly ended?: EndedAction | undefined;
  /** The pipeline's execution, where it is known. */
  readonly run?: NamedRun | undefined;
  /** What to do where nobody may come after this invocation: CodePipeline has refused the continuation, or the action has ended. */
  readonly afterReport?: (isAccepted: boolean) => Promise<void>;
}

async function resultOf(event: unknown, job: Job): Promise<Result> {
  const input = readJobInput(event, job.invocation.env);
  // Before the first line of the log; a secret's token becomes known only when it is read.
  if (input.parameters.token.kind === 'clear') job.redactor.add(input.parameters.token.value);
  for (const warning of input.warnings) job.log.warn(warning);
  const { state, rateLimit, run: knownRun, runUnreadSince } = resume(input, job);
  const { parameters } = input;
  const group = `${parameters.applicationName}/${parameters.deploymentGroupName}`;
  job.log.remember({ greenIdentifier: state.greenIdentifier, group });
  rememberInLog(state, job.log);
  if (state.invocations > 1) job.log.info(`Resuming in invocation ${state.invocations}: ${state.progress}`);

  const { userParameters, continuationToken } = input.job;
  const runMemory = newRunMemory(
    { id: job.id, userParameters, continuationToken },
    {
      isUnknownJobAllowed: input.settings.allowUnknownJob,
      givenExecutionId: parameters.pipelineExecutionId,
      run: knownRun,
      unreadSince: runUnreadSince,
    },
  );
  rememberRunInLog(runMemory, job.log);
  const work: Work = { input, rateLimit, runMemory, job };
  const { state: next, evidence } = await pollServices(state, work);
  rememberInLog(next, job.log);
  if (hasResult(next)) {
    const ended = endedActionOf(next, { group, isDryRun: parameters.dryRun, evidence });
    const run = namedRun(runMemory);
    return { report: reportEnd(next, { evidence, run }, parameters, job), ended, run };
  }
  const { run, unreadSince } = runMemory;
  const token = encodeToken({ state: next, rateLimit, run, runUnreadSince: unreadSince }, parameters);
  return {
    report: reportProgress(job.id, next, token, parameters, job.invocation.clock.now(), job.redact),
    afterReport: async (isAccepted) => {
      if (!isAccepted || mayBeUnfollowed(next)) await cleanUpInTimeLeft(next, isAccepted, work);
    },
  };
}

interface Known {
  readonly evidence: Evidence | undefined;
  readonly run: NamedRun | undefined;
}

function reportEnd(state: EndState, { evidence, run }: Known, parameters: UserParameters, job: Job): Report {
  switch (state.phase) {
    case 'succeeded':
      return reportSuccess(job.id, state, parameters, job.invocation.clock.now(), job.redact);
    case 'dryRun':
      return reportDryRun(job.id, state, parameters, job.redact);
    case 'failed':
      return reportFailed(job.id, state, {
        evidence,
        run,
        groupId: parameters.groupId,
        region: job.invocation.env['AWS_REGION'],
        redact: job.redact,
      });
  }
}

/** After the report, which must not depend on it: if the metrics cannot be written, the log says so. */
async function writeMetricsOf(
  ended: EndedAction,
  run: NamedRun | undefined,
  { id, invocation, redact, log }: Job,
): Promise<void> {
  try {
    // Loaded only here, since most invocations write no metrics.
    const { writeMetrics } = await import('./report/metrics');
    writeMetrics(ended, { jobId: id, env: invocation.env, run, redact });
  } catch (error) {
    log.warn(RESULT_WARNINGS.noMetrics(error instanceof Error ? error.message : String(error)));
  }
}

function resume({ job, parameters }: JobInput, { invocation, log }: Job): Resumption {
  if (job.continuationToken === undefined)
    return { state: firstState(job.id, invocation.clock.now()), rateLimit: new SpotRateLimit() };
  const resumed = decodeToken(job.continuationToken, parameters, invocation.clock.now());
  if (!resumed.ok) throw new InvalidInputError(resumed.problems, EVENT_MESSAGES.leftAlone);
  const { state, rateLimit, run, runUnreadSince, unreadable } = resumed.value;
  if (unreadable !== undefined) log.warn(POLL_WARNINGS.tokenUnreadable(unreadable));
  // Lambda's clocks may differ a little from one invocation to the next: nothing has started in the future.
  const startedAt = Math.min(state.startedAt, invocation.clock.now());
  // An earlier try of this event may have started CodeDeploy, and died.
  const known = state.phase === 'launching' ? perhapsWithCodeDeploy(state) : state;
  return { state: { ...known, startedAt, invocations: state.invocations + 1 }, rateLimit, run, runUnreadSince };
}

/** What the polls of one invocation share, before its report and after it. */
interface Work {
  readonly input: JobInput;
  readonly rateLimit: SpotRateLimit;
  readonly runMemory: RunMemory;
  readonly job: Job;
}

/** What this invocation has achieved. */
interface Advanced {
  readonly state: State;
  /** Of a deployment that has failed. */
  readonly evidence?: Evidence | undefined;
}

/** Polls the services that the parameters name; where the deployment has failed, gathers the evidence of its cause. */
async function pollServices(state: ActiveState, work: Work): Promise<Advanced> {
  const { input, rateLimit, job } = work;
  const budget = budgetOf(job, job.time.workUntil);
  const ingredients = { ...ingredientsOf(work), budget };
  const { pollIntervalSeconds, pollWindowSeconds } = input.settings;
  const next = await poll(state, createContext(ingredients), {
    pollIntervalSeconds,
    until: job.time.pollUntil(pollWindowSeconds),
    latest: job.time.pollUntil(undefined),
    jitter: budget.jitter,
    rateLimit,
  });
  if (next.phase !== 'failed') return { state: next };
  const search = createContext({ ...ingredients, budget: searchBudget(budget) });
  return { state: next, evidence: await gatherEvidence(next, search) };
}

function ingredientsOf({ input, rateLimit, runMemory, job }: Work) {
  const { aws, spotAdapter } = job.invocation;
  const token = spotTokenReader(input.parameters.token, aws.secretsManager, (text) => {
    job.redactor.add(text);
  });
  return { input, token, aws, spotAdapter, rateLimit, runMemory, log: job.log };
}

/** The report has its time behind it: what the invocation has left goes into cleaning up, where the action has ended. */
async function cleanUpInTimeLeft(state: ActiveState, isAccepted: boolean, work: Work): Promise<void> {
  const { input, rateLimit, job } = work;
  const budget = budgetOf(job, job.time.reportUntil);
  const context = createContext({ ...ingredientsOf(work), budget });
  const { pollIntervalSeconds } = input.settings;
  const { jitter } = budget;
  const pacing = {
    pollIntervalSeconds,
    until: budget.until,
    latest: budget.until,
    jitter,
    rateLimit,
    isAnswered: true,
  } as const;
  const end = await cleanUpAfterReport(state, context, pacing, isAccepted);
  if (end?.phase === 'failed') job.log.error(RUN_MESSAGES.cleanedUp([...end.cleaned, ...end.left].join(' ')));
  const { elastigroupDeploymentId = 'none', deploymentId = 'none' } = idsOf(end ?? state);
  const left = [elastigroupDeploymentId, deploymentId, state.greenIdentifier] as const;
  if (end?.phase === 'cleaningUp') job.log.error(RUN_MESSAGES.unfinished(end.progress, ...left));
  if (!end && !isAccepted && !hasStartedNothing(state)) job.log.warn(RUN_MESSAGES.unfollowed(...left));
}

/** Bad input, or a bug of ours. Nothing more can be done for the deployment here; the message says where to check. */
function lastResort(error: unknown, job: Job): Result {
  if (error instanceof ActionError) {
    job.log.error(error.message);
    const report = reportWithoutState(job.id, error.type, error.message, job.redact);
    return { report, ended: { kind: 'withoutState', failureType: error.type } };
  }
  const what = logUnexpected(error, job.log);
  const report = reportWithoutState(job.id, 'JobFailed', RESULT_MESSAGES.unexpected(what), job.redact);
  return { report, ended: { kind: 'withoutState', failureType: 'JobFailed' } };
}

function budgetOf(job: Job, until: number): CallBudget {
  return {
    clock: job.invocation.clock,
    until,
    jitter: jitterFrom(job.id),
    retries: new RetryQuota(),
    redact: job.redact,
  };
}

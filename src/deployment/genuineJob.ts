import type { JobData, JobDetails } from '../clients/pipelineRun';
import { unreadable, type UpstreamError } from '../clients/upstreamError';
import { attempt, type Attempt } from './attempt';
import type { DeploymentContext } from './context';
import { CONFIRM_AFTER_S, hasLasted } from './limits';

/*
 * An event proves nothing: anybody who may invoke the function can write one, with a job id, a continuation token and
 * UserParameters of their choice. Only CodePipeline knows which jobs there are, and what they carry.
 */

/**
 * - `genuine`: CodePipeline knows the job as the event tells it, or the function may not ask
 * - `forged`: it does not
 * - `unanswered`: not known at the moment, or denied for the first time: a single answer may be odd
 */
export type JobProof =
  | { readonly kind: 'genuine' }
  | { readonly kind: 'forged' }
  | { readonly kind: 'unanswered'; readonly error: UpstreamError };

/** Asked at the start of an invocation, while the job has no result: afterwards it may be unknown (docs/services.md, CodePipeline). */
export async function askForJob({
  runMemory,
  pipelineRuns,
  clock,
}: DeploymentContext): Promise<Attempt<JobDetails | 'unknown-job'>> {
  runMemory.details ??= attempt(pipelineRuns.identify(runMemory.job.id));
  const details = await runMemory.details;
  if (isUnknown(details)) runMemory.unknownSince ??= clock.now();
  if (isUnknown(details) || (!details.ok && details.error.transient)) runMemory.details = undefined;
  return details;
}

/** An id that CodePipeline rejects is none of its own. */
function isUnknown(details: Attempt<JobDetails | 'unknown-job'>): boolean {
  return details.ok ? details.value === 'unknown-job' : details.error.kind === 'rejected';
}

/** Whether the event is one of CodePipeline's. Nothing is stopped for another. */
export async function proveJob(context: DeploymentContext): Promise<JobProof> {
  const { isUnknownJobAllowed, job } = context.runMemory;
  if (isUnknownJobAllowed) return { kind: 'genuine' };
  const details = await askForJob(context);
  const isConfirmed = hasLasted(context.runMemory.unknownSince, CONFIRM_AFTER_S, context.clock.now());
  return isUnknown(details) && !isConfirmed ? { kind: 'unanswered', error: UNKNOWN } : judgeJob(job, details);
}

const UNKNOWN = unreadable('CodePipeline', 'GetJobDetails', 'the job is unknown');

/** Without the permission to ask, the function works as it would without this check: nobody can take it away by an event. */
export function judgeJob(event: JobData, details: Attempt<JobDetails | 'unknown-job'>): JobProof {
  if (!details.ok) {
    const { error } = details;
    if (error.transient) return { kind: 'unanswered', error };
    return { kind: error.kind === 'denied' ? 'genuine' : 'forged' };
  }
  if (details.value === 'unknown-job') return { kind: 'forged' };
  const { data } = details.value;
  return { kind: data === undefined || isSameJob(event, data) ? 'genuine' : 'forged' };
}

/** Whether the answer for a Lambda action has the token is unverified: what is not told accuses nobody. */
function isSameJob(event: JobData, told: JobData): boolean {
  const isTokenSame = told.continuationToken === undefined || told.continuationToken === event.continuationToken;
  return isTokenSame && isResolved(event.userParameters, told.userParameters);
}

/** Whether GetJobDetails resolves the variables of UserParameters, as the event does, is unverified (docs/services.md, CodePipeline). */
function isResolved(text: string, template: string): boolean {
  if (text === template) return true;
  const [first = '', ...others] = template.split(/#\{[^{}]*\}/);
  const last = others.pop();
  if (last === undefined || !text.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

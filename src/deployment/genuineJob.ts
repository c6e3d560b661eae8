import type { JobData, JobDetails } from '../clients/pipelineRun';
import type { UpstreamError } from '../clients/upstreamError';
import { attempt, type Attempt } from './attempt';
import type { DeploymentContext } from './context';

/*
 * An event proves nothing: anybody who may invoke the function can write one, with a job id, a continuation token and
 * UserParameters of their choice. Only CodePipeline knows which jobs there are, and what they carry.
 */

/**
 * - `genuine`: CodePipeline knows the job as the event tells it, or the function may not ask
 * - `forged`: it does not
 * - `unanswered`: not known at the moment
 */
export type JobProof =
  | { readonly kind: 'genuine' }
  | { readonly kind: 'forged' }
  | { readonly kind: 'unanswered'; readonly error: UpstreamError };

/** Asked at the start of an invocation, while the job has no result: afterwards it may be unknown (docs/services.md, CodePipeline). */
export async function askForJob({
  runMemory,
  pipelineRuns,
}: DeploymentContext): Promise<Attempt<JobDetails | 'unknown-job'>> {
  runMemory.details ??= attempt(pipelineRuns.identify(runMemory.job.id));
  const details = await runMemory.details;
  if (!details.ok && details.error.transient) runMemory.details = undefined;
  return details;
}

/** Whether the event is one of CodePipeline's. Nothing is stopped for another. */
export async function proveJob(context: DeploymentContext): Promise<JobProof> {
  const { isUnknownJobAllowed, job } = context.runMemory;
  return isUnknownJobAllowed ? { kind: 'genuine' } : judgeJob(job, await askForJob(context));
}

/** Without the permission to ask, the function works as it would without this check: nobody can take it away by an event. */
export function judgeJob(event: JobData, details: Attempt<JobDetails | 'unknown-job'>): JobProof {
  if (!details.ok) {
    const { error } = details;
    if (error.transient) return { kind: 'unanswered', error };
    // An id that CodePipeline rejects is none of its own.
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

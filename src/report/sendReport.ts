import type { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import type { CallBudget } from '../clients/callPolicy';
import { codePipelineClient, type CodePipeline, type ReportOutcome } from '../clients/codePipeline';
import { UpstreamError } from '../clients/upstreamError';
import type { Log } from '../lib/log';
import { outputVariables, type Report } from './report';
import { cut } from '../lib/wording';

interface Sending {
  readonly codePipeline: CodePipelineClient;
  readonly budget: CallBudget;
  readonly log: Log;
}

/**
 * Gives the job its result. Throws UpstreamError where CodePipeline did not take it: Lambda then delivers the event
 * again, and the next invocation finds its work by the GreenIdentifier. Undefined: CodePipeline does not know the job.
 */
export async function sendReport(
  report: Report,
  { codePipeline, budget, log }: Sending,
): Promise<ReportOutcome | undefined> {
  const client = codePipelineClient(codePipeline, budget);
  tell(report, log);
  try {
    return await send(report, client, log);
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.kind !== 'rejected') throw error;
    log.error(`CodePipeline refused the result, sending a shorter one: ${error.message}`);
    return await send(shortened(report), client, log);
  }
}

async function send(report: Report, client: CodePipeline, log: Log): Promise<ReportOutcome | undefined> {
  try {
    const sending = report.kind === 'success' ? client.putSuccess(report.result) : client.putFailure(report.result);
    const outcome = await sending;
    tellOutcome(outcome, log);
    return outcome;
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.code !== 'JobNotFoundException') throw error;
    log.error('CodePipeline does not know this job, so there is nobody to answer.');
    return undefined;
  }
}

/** Without everything that could break a limit (the variables' size, a length that changed): the job must have its result. */
function shortened(report: Report): Report {
  if (report.kind === 'success') {
    const { jobId, continuationToken } = report.result;
    // Only a job without a token may set variables; later actions need them, whatever their values are.
    const result = continuationToken === undefined ? { outputVariables: outputVariables({}) } : { continuationToken };
    return { kind: 'success', result: { jobId, ...result } };
  }
  const { jobId, failureDetails } = report.result;
  const message = cut(failureDetails?.message?.replace(/[^\x20-\x7e\n]/g, '?') ?? '', 500) || 'The stage failed.';
  return { kind: 'failure', result: { jobId, failureDetails: { type: failureDetails?.type ?? 'JobFailed', message } } };
}

function tell(report: Report, log: Log): void {
  if (report.kind === 'failure')
    log.error(`The action failed: ${report.result.failureDetails?.message ?? ''}`, {
      failureType: report.result.failureDetails?.type,
    });
  else
    log.info(
      `${report.result.continuationToken === undefined ? 'The action succeeded' : 'Handing over to the next invocation'}: ${report.result.executionDetails?.summary ?? ''}`,
    );
}

function tellOutcome(outcome: ReportOutcome, log: Log): void {
  if (outcome === 'already-answered')
    log.info('The job already had a result: this event was delivered more than once.');
}

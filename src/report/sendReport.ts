import type { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import type { CallBudget } from '../clients/callPolicy';
import { codePipelineClient, type CodePipeline, type ReportOutcome } from '../clients/codePipeline';
import { UpstreamError } from '../clients/upstreamError';
import type { Log } from '../lib/log';
import { RESULT_MESSAGES, RESULT_WARNINGS } from './messages';
import { outputVariables, type Report } from './report';
import { cut } from '../lib/wording';

interface Sending {
  readonly codePipeline: CodePipelineClient;
  readonly budget: CallBudget;
  readonly log: Log;
}

/**
 * Delivers the result of the job. Throws UpstreamError where CodePipeline did not accept it: Lambda then delivers the event
 * again, and the next invocation finds its deployment by the GreenIdentifier. Undefined: CodePipeline has no such job.
 */
export async function sendReport(
  report: Report,
  { codePipeline, budget, log }: Sending,
): Promise<ReportOutcome | undefined> {
  const client = codePipelineClient(codePipeline, budget);
  logReport(report, log);
  try {
    return await send(report, client, log);
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.kind !== 'rejected') throw error;
    log.error(RESULT_WARNINGS.resultRejected(error.message));
    return await send(shortened(report), client, log);
  }
}

async function send(report: Report, client: CodePipeline, log: Log): Promise<ReportOutcome | undefined> {
  try {
    const sending = report.kind === 'success' ? client.putSuccess(report.result) : client.putFailure(report.result);
    const outcome = await sending;
    logOutcome(outcome, log);
    return outcome;
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.code !== 'JobNotFoundException') throw error;
    log.error(RESULT_WARNINGS.unknownJob);
    return undefined;
  }
}

/** Without anything that could exceed a limit (the size of the variables, a length that has changed): the job must get its result. */
function shortened(report: Report): Report {
  if (report.kind === 'success') {
    const { jobId, continuationToken } = report.result;
    // Only a job without a token may set variables; later actions need them, whatever their values are.
    const result = continuationToken === undefined ? { outputVariables: outputVariables({}) } : { continuationToken };
    return { kind: 'success', result: { jobId, ...result } };
  }
  const { jobId, failureDetails } = report.result;
  const message = cut(failureDetails?.message?.replace(/[^\x20-\x7e\n]/g, '?') ?? '', 500) || RESULT_MESSAGES.noReason;
  return { kind: 'failure', result: { jobId, failureDetails: { type: failureDetails?.type ?? 'JobFailed', message } } };
}

function logReport(report: Report, log: Log): void {
  if (report.kind === 'failure')
    log.error(`The action failed: ${report.result.failureDetails?.message ?? ''}`, {
      failureType: report.result.failureDetails?.type,
    });
  else
    log.info(
      `${report.result.continuationToken === undefined ? 'The action succeeded' : 'Continuing in the next invocation'}: ${report.result.executionDetails?.summary ?? ''}`,
    );
}

function logOutcome(outcome: ReportOutcome, log: Log): void {
  if (outcome === 'already-answered') log.info(RESULT_WARNINGS.alreadyAnswered);
}

import type { PutJobFailureResultCommandInput, PutJobSuccessResultCommandInput } from '@aws-sdk/client-codepipeline';
import { progressText } from '../deployment/conflicts';
import { describeUsual, timeText } from '../deployment/timeLeft';
import type { ActiveState, DryRun, EndState, Failed, Succeeded } from '../deployment/state';
import { idsOf } from '../deployment/transitions';
import { failureMessage, type MessageContext } from '../diagnosis/failureMessage';
import { describeRevision } from '../input/userParameters/describeRevision';
import type { FailureType } from '../errors';
import type { UserParameters } from '../input/userParameters/userParameters';
import { cut, duration, listing } from '../lib/wording';
import { RESULT_MESSAGES } from './messages';

/** The one result of a job. A success with a continuation token means: in progress. */
export type Report =
  | { readonly kind: 'success'; readonly result: PutJobSuccessResultCommandInput }
  | { readonly kind: 'failure'; readonly result: PutJobFailureResultCommandInput };

/** CodePipeline's limits (service model, codepipeline 2015-07-09); an empty text is invalid everywhere. */
const LONGEST_SUMMARY = 2048;
const LONGEST_EXECUTION_ID = 1500;
const LONGEST_MESSAGE = 5000;
/** Characters for an output variable: enough for 50 instance ids, and far from the limit for all of them. */
const LONGEST_VARIABLE = 1000;

/** Every success sets all of them: CodePipeline fails a later action that names a variable which was not set. */
export const OUTPUT_VARIABLES = [
  'DeploymentId',
  'ElastigroupDeploymentId',
  'GreenIdentifier',
  'GreenInstanceIds',
  'DurationSeconds',
  'Revision',
] as const;
type OutputVariable = (typeof OUTPUT_VARIABLES)[number];
/** The value of a variable for which there is nothing; an empty one is invalid. */
const NO_VALUE = 'none';

type Redact = (text: string) => string;

/** In progress: the token has the state for the next invocation; the summary shows the user how far the deployment is. */
export function reportProgress(
  jobId: string,
  state: ActiveState,
  token: string,
  parameters: UserParameters,
  now: number,
  redact: Redact,
): Report {
  const elapsed = elapsedText((now - state.startedAt) / 1000, parameters.timeoutSeconds);
  return {
    kind: 'success',
    result: {
      jobId,
      continuationToken: token,
      executionDetails: {
        summary: summaryText(`${progressText(state, now)}${timeText(state, now)}, ${elapsed}`, redact),
        percentComplete: state.percent,
        externalExecutionId: executionId(state),
      },
    },
  };
}

/** Past TIMEOUT, while it cleans up, "21s of 18s" would read as a mistake. */
function elapsedText(seconds: number, timeoutSeconds: number): string {
  const [elapsed, timeout] = [duration(seconds), duration(timeoutSeconds)];
  return seconds <= timeoutSeconds ? `${elapsed} of ${timeout}` : `${elapsed} (TIMEOUT ${timeout})`;
}

/** Succeeded: what later actions may want to know is in the output variables. */
export function reportSuccess(
  jobId: string,
  state: Succeeded,
  parameters: UserParameters,
  now: number,
  redact: Redact,
): Report {
  const seconds = Math.round((now - state.startedAt) / 1000);
  return {
    kind: 'success',
    result: {
      jobId,
      executionDetails: {
        summary: summaryText(`${successText(state, duration(seconds))}${shortfallText(state)}`, redact),
        percentComplete: 100,
        externalExecutionId: executionId(state),
      },
      outputVariables: outputVariables({
        DeploymentId: state.deploymentId,
        ElastigroupDeploymentId: state.elastigroupDeploymentId,
        GreenIdentifier: state.greenIdentifier,
        GreenInstanceIds: wholeIds(state.greenInstanceIds),
        DurationSeconds: String(seconds),
        Revision: redact(describeRevision(parameters.revision)),
      }),
    },
  };
}

/** Compared like with like: the history knows CodeDeploy's part only. */
function successText(state: Succeeded, time: string): string {
  const { deploymentId, tookSeconds, usual } = state;
  const green = whatReplacedBlue(state);
  return usual && tookSeconds !== undefined
    ? RESULT_MESSAGES.succeededAsUsual(deploymentId, duration(tookSeconds), duration(usual.median), green, time)
    : RESULT_MESSAGES.succeeded(deploymentId, green, time);
}

function whatReplacedBlue({ greenInstanceIds: { length: count }, greenTotal }: Succeeded): string {
  if (count === 0) return 'green';
  const of = greenTotal > count ? ` of ${greenTotal}` : '';
  return `${count}${of} green instance${count === 1 && of === '' ? '' : 's'}`;
}

/** A success with restrictions says so: nobody should have to find out from a server that answers with the old release. */
function shortfallText({ shortfalls }: Succeeded): string {
  return shortfalls.map((text) => `; ${text}`).join('');
}

/** DRY_RUN: what would be done, and what conflicts with it. Nothing was deployed, so that there are no ids. */
export function reportDryRun(jobId: string, state: DryRun, parameters: UserParameters, redact: Redact): Report {
  const { groupId, applicationName, deploymentGroupName, onConflict } = parameters;
  const revision = describeRevision(parameters.revision);
  const conflicts = onConflict === 'WAIT' ? RESULT_MESSAGES.conflictsWait : RESULT_MESSAGES.conflictsFail;
  const lines = [
    RESULT_MESSAGES.dryRun(groupId, revision, `${applicationName}/${deploymentGroupName}`),
    state.conflicts.length === 0 ? RESULT_MESSAGES.noConflicts : conflicts(state.conflicts.join('; ')),
    ...(state.usual ? [RESULT_MESSAGES.usualTime(describeUsual(state.usual), duration(state.usual.high))] : []),
    ...state.warnings.map((text) => `Warning: ${text}`),
  ];
  return {
    kind: 'success',
    result: {
      jobId,
      executionDetails: { summary: summaryText(lines.join('\n'), redact), percentComplete: 100 },
      outputVariables: outputVariables({ Revision: redact(revision) }),
    },
  };
}

/** Failed: the message takes out secrets and keeps to the limit itself, part by part, so that the important ones survive. */
export function reportFailed(jobId: string, state: Failed, context: MessageContext): Report {
  return failureResult(jobId, state.failure.type, failureMessage(state, context), executionId(state));
}

/** A failure without a state: bad input, or a bug of ours. */
export function reportWithoutState(jobId: string, type: FailureType, message: string, redact: Redact): Report {
  // Redact first, cut afterwards: half a secret is still one.
  return failureResult(jobId, type, cut(redact(message), LONGEST_MESSAGE));
}

function failureResult(jobId: string, type: FailureType, message: string, externalExecutionId?: string): Report {
  return {
    kind: 'failure',
    result: {
      jobId,
      failureDetails: {
        type,
        message: message || RESULT_MESSAGES.noReason,
        ...(externalExecutionId !== undefined && { externalExecutionId }),
      },
    },
  };
}

/** Whole ids only, as many as fit. */
function wholeIds(ids: readonly string[]): string {
  let shown = ids.length;
  while (shown > 0 && listing(ids.slice(0, shown), shown).length > LONGEST_VARIABLE) shown -= 1;
  return ids.slice(0, shown).join(',');
}

export function outputVariables(values: { readonly [V in OutputVariable]?: string | undefined }): Record<
  string,
  string
> {
  return Object.fromEntries(
    OUTPUT_VARIABLES.map((name) => [name, cut(values[name] ?? '', LONGEST_VARIABLE) || NO_VALUE]),
  );
}

function executionId(state: ActiveState | EndState): string {
  const { deploymentId, elastigroupDeploymentId } = idsOf(state);
  return cut(deploymentId ?? elastigroupDeploymentId ?? state.greenIdentifier, LONGEST_EXECUTION_ID);
}

function summaryText(text: string, redact: Redact): string {
  return cut(redact(text), LONGEST_SUMMARY) || '-';
}

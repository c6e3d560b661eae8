import { missingActionOf } from '../clients/awsCall';
import type { UpstreamError } from '../clients/upstreamError';
import { StageError, type FailureType } from '../errors';

/** An upstream error that waiting will not mend, as the failure that a person can act on. */
export function asStageError(error: UpstreamError): StageError {
  if (error.service === 'Spot') return spotFailure(error);
  if (error.kind === 'denied') return permissionFailure(error);
  const [type, advice] = adviceFor(error.code);
  return new StageError(type, `${error.message}${endOf(error.message)} ${advice}`.trim(), { cause: error });
}

/** Only a lasting outage ends the action: the seconds say how long nothing answered. */
export function lastingOutage(error: UpstreamError, seconds: number): StageError {
  const message =
    `${error.service} has given no usable answer for ${Math.round(seconds / 60)} minutes; the last error was: ${error.message}${endOf(error.message)} ` +
    'Retry the stage when the service is well again.';
  return new StageError('SystemUnavailable', message, { cause: error });
}

function spotFailure(error: UpstreamError): StageError {
  if (error.kind === 'denied') {
    const advice =
      'Check the token (a personal one dies with its user; use a programmatic token), and that it may act in ACCOUNT_ID.';
    return new StageError(
      'ConfigurationError',
      `Spot does not accept the API token: ${error.detail}${endOf(error.detail)} ${advice}`,
      { cause: error },
    );
  }
  if (error.code === 'GROUP_DOESNT_EXIST') {
    return new StageError(
      'ConfigurationError',
      `Spot does not know the Elastigroup: ${error.detail}${endOf(error.detail)} Check GROUP_ID and ACCOUNT_ID.`,
      { cause: error },
    );
  }
  return new StageError('JobFailed', `${error.message}${endOf(error.message)}`, { cause: error });
}

function permissionFailure(error: UpstreamError): StageError {
  const action = missingActionOf(error);
  const advice = action === undefined ? "Check the function's role." : `Allow ${action} in the function's role.`;
  return new StageError('PermissionError', `${error.message}${endOf(error.message)} ${advice}`, { cause: error });
}

/** The errors worth telling apart (FACTS, section 2), by whom they can be mended. */
function adviceFor(code: string | undefined): [FailureType, string] {
  switch (code) {
    case 'ApplicationDoesNotExistException':
      return ['ConfigurationError', 'Check APP_NAME, and the region of this function.'];
    case 'DeploymentGroupDoesNotExistException':
      return ['ConfigurationError', 'Check DEPLOYMENT_GROUP.'];
    case 'DeploymentConfigDoesNotExistException':
      return ['ConfigurationError', 'Check DEPLOYMENT_CONFIG.'];
    case 'RevisionDoesNotExistException':
    case 'InvalidRevisionException':
      return ['RevisionUnavailable', 'Check where the revision is: S3_* or GITHUB_REPO and COMMIT_ID.'];
    case 'InvalidGitHubAccountTokenException':
      return ['ConfigurationError', 'Connect CodeDeploy to the GitHub account again.'];
    case 'InvalidRoleException':
      return ['ConfigurationError', "Check the deployment group's service role."];
    default:
      return ['JobFailed', ''];
  }
}

function endOf(text: string): string {
  return /[.!?]$/.test(text) ? '' : '.';
}

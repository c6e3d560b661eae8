import { missingActionOf } from '../clients/awsCall';
import { SpotTokenError } from '../clients/spot/spotToken';
import type { UpstreamError } from '../clients/upstreamError';
import type { CauseName, KnownCause } from '../causes';
import { ActionError, type FailureType } from '../errors';
import { FAILURE_MESSAGES } from './messages';

/** An upstream error that waiting will not fix, as the failure that a person can act on. */
export function asActionError(error: UpstreamError): ActionError {
  if (error instanceof SpotTokenError) return error.failure;
  if (error.service === 'Spot') return spotFailure(error);
  if (error.kind === 'denied') return permissionFailure(error);
  const [type, cause] = MEANINGS.get(error.code) ?? ['JobFailed', undefined];
  return failure(type, error, error.message, cause && { cause });
}

function spotFailure(error: UpstreamError): ActionError {
  if (error.kind === 'denied') {
    return failure('ConfigurationError', error, FAILURE_MESSAGES.wrongToken(error.detail), {
      cause: 'wrong-token',
    });
  }
  if (error.code === 'GROUP_DOESNT_EXIST') {
    return failure('ConfigurationError', error, FAILURE_MESSAGES.unknownElastigroup(error.detail), {
      cause: 'elastigroup-missing',
    });
  }
  return failure('JobFailed', error, error.message, undefined);
}

function permissionFailure(error: UpstreamError): ActionError {
  const action = missingActionOf(error);
  const known: KnownCause = action === undefined ? { cause: 'role-refused' } : { cause: 'missing-permission', action };
  return failure('PermissionError', error, error.message, known);
}

function failure(type: FailureType, cause: UpstreamError, words: string, known: KnownCause | undefined): ActionError {
  return new ActionError(type, `${words}${closingMark(words)}`, { cause, known });
}

/** CodeDeploy's errors worth telling apart (docs/services.md, CodeDeploy), by who can fix them. */
const MEANINGS: ReadonlyMap<string | undefined, readonly [FailureType, CauseName]> = new Map([
  ['ApplicationDoesNotExistException', ['ConfigurationError', 'application-missing']],
  ['DeploymentGroupDoesNotExistException', ['ConfigurationError', 'deployment-group-missing']],
  ['DeploymentConfigDoesNotExistException', ['ConfigurationError', 'deployment-config-missing']],
  ['RevisionDoesNotExistException', ['RevisionUnavailable', 'revision-missing']],
  ['InvalidRevisionException', ['RevisionUnavailable', 'revision-missing']],
  ['InvalidGitHubAccountTokenException', ['ConfigurationError', 'github-connection']],
  ['InvalidRoleException', ['ConfigurationError', 'service-role']],
] as const);

function closingMark(text: string): string {
  return /[.!?]$/.test(text) ? '' : '.';
}

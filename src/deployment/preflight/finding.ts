import { missingActionOf } from '../../clients/awsCall';
import type { UpstreamError } from '../../clients/upstreamError';
import { asActionError } from '../upstreamFailure';
import type { FailureType } from '../../errors';
import { PREFLIGHT_WARNINGS } from './messages';

/**
 * What a check has found. Each text is a sentence or two: what, where, and what to do.
 *
 * - `problem`: the deployment would fail
 * - `warning`: it may fail, or the check could not be made
 * - `note`: a check that the function was set up not to make
 */
export type Finding =
  | {
      readonly kind: 'problem';
      readonly type: FailureType;
      readonly text: string;
      /** The same for all calls that were rejected for the same reason. */
      readonly cause?: string;
    }
  | { readonly kind: 'warning' | 'note'; readonly text: string };

export function problem(text: string, type: FailureType = 'ConfigurationError'): Finding {
  return { kind: 'problem', type, text };
}

export function warning(text: string): Finding {
  return { kind: 'warning', text };
}

export function note(text: string): Finding {
  return { kind: 'note', text };
}

/** A service's rejection that waiting will not fix. */
export function refusalFinding(error: UpstreamError): Finding {
  const { type, message } = asActionError(error);
  return { kind: 'problem', type, text: message, cause: `${error.service} ${error.code ?? error.kind}` };
}

/** `what` could not be checked, since the function's role lacks `action`. */
export function notPermitted(what: string, error: UpstreamError, action: string): Finding {
  const missing = missingActionOf(error) ?? action;
  return warning(PREFLIGHT_WARNINGS.notPermitted(what, missing, error.detail));
}

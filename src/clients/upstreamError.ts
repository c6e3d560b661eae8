import { CALL_MESSAGES } from './messages';

/** The services that the action talks to, by the names that its users know. */
export type ServiceName = 'Spot' | 'CodeDeploy' | 'CodePipeline' | 'EC2' | 'Secrets Manager' | 'S3';

/**
 * Why a call gave no usable answer. What may be retried, and how, follows from this alone (callPolicy.ts).
 *
 * - `unreachable`: no connection was made, so the request cannot have been processed
 * - `connection`: the connection broke; the request may have been processed
 * - `timeout`: no answer within the call's time limit; the request may have been processed
 * - `unavailable`: the service answered 5xx; the request may have been processed
 * - `unreadable`: an answer that is not what the service documents (no JSON, a field missing)
 * - `throttled`: AWS rejected the call because of its rate; not processed
 * - `clock-skew`: AWS does not accept the time of the signature; the SDK corrects its clock by the answer; not processed
 * - `rate-limited`: Spot's 429, with the time before which no further request may be sent (spot/rateLimit.ts); not processed
 * - `denied`: a permission is missing, or the token or the credentials are wrong
 * - `rejected`: the service read the request and rejected it (4xx)
 */
export const UPSTREAM_ERROR_KINDS = [
  'unreachable',
  'connection',
  'timeout',
  'unavailable',
  'unreadable',
  'throttled',
  'clock-skew',
  'rate-limited',
  'denied',
  'rejected',
] as const;
export type UpstreamErrorKind = (typeof UPSTREAM_ERROR_KINDS)[number];

const TRANSIENT: ReadonlySet<UpstreamErrorKind> = new Set([
  'unreachable',
  'connection',
  'timeout',
  'unavailable',
  'unreadable',
  'throttled',
  'clock-skew',
  'rate-limited',
]);

const SAFE_TO_REPEAT: ReadonlySet<UpstreamErrorKind> = new Set([
  'unreachable',
  'throttled',
  'clock-skew',
  'rate-limited',
  'denied',
  'rejected',
]);

const CONNECTION_NEVER_MADE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** By Node's code of a connection that failed: the request cannot have arrived. */
export function isConnectionNeverMade(code: string | undefined): boolean {
  return code !== undefined && CONNECTION_NEVER_MADE.has(code);
}

export interface UpstreamErrorDetails {
  readonly service: ServiceName;
  /** The service's own name of the operation, e.g. `CreateDeployment`. */
  readonly operation: string;
  readonly kind: UpstreamErrorKind;
  /** The service's error code, e.g. `DeploymentLimitExceededException`, where it gave one. */
  readonly code?: string | undefined;
  /** The service's own words. */
  readonly detail: string;
  /** `rate-limited` only: no request before this time (ms since the epoch). */
  readonly retryAt?: number | undefined;
}

/** One call to a service gave no usable answer. Retryability lives here, not at the caller. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly service: ServiceName;
  readonly operation: string;
  readonly kind: UpstreamErrorKind;
  readonly code: string | undefined;
  readonly detail: string;
  readonly retryAt: number | undefined;

  constructor(details: UpstreamErrorDetails, options?: ErrorOptions) {
    const code = details.code === undefined ? '' : `${details.code}: `;
    super(CALL_MESSAGES.failed(details.service, details.operation, `${code}${details.detail}`), options);
    this.service = details.service;
    this.operation = details.operation;
    this.kind = details.kind;
    this.code = details.code;
    this.detail = details.detail;
    this.retryAt = details.retryAt;
  }

  /** True where the same call may well succeed later; false where only a person can fix it. */
  get transient(): boolean {
    return TRANSIENT.has(this.kind);
  }

  /** False where a change may have been made although no answer said so: check before repeating it. */
  get isSafeToRepeat(): boolean {
    return SAFE_TO_REPEAT.has(this.kind);
  }

  /** The same error without secrets: a service may echo the request that it did not understand. */
  redacted(redact: (text: string) => string): UpstreamError {
    const { service, operation, kind, retryAt } = this;
    const code = this.code === undefined ? undefined : redact(this.code);
    return new UpstreamError({ service, operation, kind, code, detail: redact(this.detail), retryAt });
  }
}

/** An answer that is not what the service documents; `detail` says in which way, e.g. by `lacks`. */
export function unreadable(service: ServiceName, operation: string, detail: string): UpstreamError {
  return new UpstreamError({ service, operation, kind: 'unreadable', detail });
}

/** The detail of an answer without a field that it must have. */
export function lacks(field: string): string {
  return `the answer lacks "${field}"`;
}

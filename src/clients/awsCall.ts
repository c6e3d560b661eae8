import { ServiceException } from '@smithy/core/client';
import { isThrottlingError } from '@smithy/core/retry';
import { callUpstream, type CallBudget, type UpstreamCall } from './callPolicy';
import { isConnectionNeverMade, UpstreamError, type ServiceName, type UpstreamErrorKind } from './upstreamError';

/** The configuration of all SDK clients: the SDK's own retries are off, since callPolicy.ts is the only retry policy. */
export const SDK_DEFAULTS = { maxAttempts: 1 } as const;

/** One SDK call under the policy. `send` passes the signal to the client. Throws UpstreamError. */
export function callAws<T>(
  budget: CallBudget,
  call: UpstreamCall,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return callUpstream(budget, call, async (signal) => {
    try {
      return await send(signal);
    } catch (error) {
      // Of the caller, about a field that the answer lacks.
      if (error instanceof UpstreamError) throw error;
      throw translate(call.service, call.operation, error, signal.aborted);
    }
  });
}

/** The errors by which AWS services report missing permissions or credentials. */
const DENIED: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'ExpiredToken',
  'ExpiredTokenException',
  'AuthFailure',
  'CredentialsProviderError',
]);

/**
 * A signature whose time the service does not accept. The SDK sets its clock by the answer's date
 * (@aws-sdk/core, AwsSdkSigV4Signer), so that the next try is signed with the right time.
 */
const CLOCK_SKEW: ReadonlySet<string> = new Set([
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

/** Error names that come from the SDK or JavaScript, not from the service. */
const NAMES_OF_NO_SERVICE: ReadonlySet<string> = new Set(['Error', 'SyntaxError', 'TypeError', 'Unknown']);

/** The message of the service or of the network, without the hints that the SDK adds for its own users. */
function wordsOf(error: Error): string {
  const status = httpStatusOf(error);
  const saysNothing =
    error.name === 'Unknown' || (!(error instanceof ServiceException) && connectionCodeOf(error) === undefined);
  if (saysNothing && status !== undefined) return `HTTP ${status} without a readable explanation`;
  return error.message.replace(/\s+Deserialization error: [^]*$/, '');
}

/** Errors carry `name`, `message`, `code` (of the connection) and `$metadata.httpStatusCode` (docs/services.md, SDK). */
function translate(service: ServiceName, operation: string, error: unknown, timedOut: boolean): UpstreamError {
  if (timedOut)
    return new UpstreamError({
      service,
      operation,
      kind: 'timeout',
      detail: 'no answer within the time limit of the call',
    });
  if (!(error instanceof Error))
    return new UpstreamError({ service, operation, kind: 'connection', detail: 'the call failed without an error' });
  const kind = kindOf(error);
  const detail = kind === 'unreadable' ? 'the answer is not what the service documents' : wordsOf(error);
  return new UpstreamError({
    service,
    operation,
    kind,
    code: connectionCodeOf(error) ?? (NAMES_OF_NO_SERVICE.has(error.name) ? undefined : error.name),
    detail,
  });
}

function kindOf(error: Error): UpstreamErrorKind {
  const status = httpStatusOf(error);
  const connectionCode = connectionCodeOf(error);
  if (isConnectionNeverMade(connectionCode)) return 'unreachable';
  if (DENIED.has(error.name)) return 'denied';
  if (CLOCK_SKEW.has(error.name)) return 'clock-skew';
  if (error instanceof ServiceException && isThrottling(error)) return 'throttled';
  if (status !== undefined && status >= 500) return 'unavailable';
  // The connection broke in the middle of an answer, whose status the error then has.
  if (connectionCode !== undefined && !(error instanceof TypeError)) return 'connection';
  // The SDK could not parse a body that came with a good status.
  if (error instanceof SyntaxError || error instanceof TypeError || (status !== undefined && status < 400))
    return 'unreadable';
  return status === undefined ? 'connection' : 'rejected';
}

/** By the SDK's own list of throttling errors. A copy is passed, since the parameter type is narrower than an exception's. */
function isThrottling({ name, message, $metadata }: ServiceException): boolean {
  return isThrottlingError({ name, message, $metadata });
}

/** Node's own code, e.g. ECONNRESET. A service's error has none, whatever its answer says. */
function connectionCodeOf(error: Error): string | undefined {
  if (error instanceof ServiceException) return undefined;
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The HTTP status of the answer that caused an error of the SDK. */
export function httpStatusOf(error: Error): number | undefined {
  if (!('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

/** `User: … is not authorized to perform: codedeploy:CreateDeployment on resource: …` → `codedeploy:CreateDeployment`. */
export function missingActionOf(error: UpstreamError): string | undefined {
  return /not authorized to perform: ([a-z0-9-]{1,40}:[A-Za-z0-9]{1,80})/.exec(error.detail)?.[1];
}

import { ServiceException } from '@smithy/core/client';
import { callAws, missingActionOf } from '../../src/clients/awsCall';
import { UpstreamError } from '../../src/clients/upstreamError';
import { ManualClock } from '../support/manualClock';
import { AMPLE_MS, budgetFor } from './callBudget';
import { everythingShownOf, upstreamErrorOf } from './caught';

const CALL = { service: 'CodeDeploy', operation: 'GetDeployment', kind: 'write' } as const;

/** An error as the SDK makes it from an answer. */
function answered(name: string, httpStatusCode: number, message = 'because', more = {}): ServiceException {
  const exception = new ServiceException({
    name,
    message,
    $fault: httpStatusCode >= 500 ? 'server' : 'client',
    $metadata: { httpStatusCode },
  });
  return Object.assign(exception, more);
}

function translated(error: unknown): Promise<UpstreamError> {
  return upstreamErrorOf(callAws(budgetFor(AMPLE_MS), CALL, () => Promise.reject(error as Error)));
}

describe('what went wrong with a call is told apart once, at the edge', () => {
  const node = (code: string, name = 'Error') => Object.assign(new Error(`connect ${code}`), { code, name });
  const unparsed = (error: Error, httpStatusCode: number) => Object.assign(error, { $metadata: { httpStatusCode } });

  test.each<[string, unknown, string, string | undefined, string]>([
    // The connection.
    ['a refused connection', node('ECONNREFUSED'), 'unreachable', 'ECONNREFUSED', 'connect ECONNREFUSED'],
    ['an unknown host', node('ENOTFOUND'), 'unreachable', 'ENOTFOUND', 'connect ENOTFOUND'],
    ['a resolver that is busy', node('EAI_AGAIN'), 'unreachable', 'EAI_AGAIN', 'connect EAI_AGAIN'],
    ['no route', node('EHOSTUNREACH'), 'unreachable', 'EHOSTUNREACH', 'connect EHOSTUNREACH'],
    ['no network', node('ENETUNREACH'), 'unreachable', 'ENETUNREACH', 'connect ENETUNREACH'],
    [
      'a reset, as the SDK renames it',
      node('ECONNRESET', 'TimeoutError'),
      'connection',
      'ECONNRESET',
      'connect ECONNRESET',
    ],
    ['a broken pipe', node('EPIPE', 'TimeoutError'), 'connection', 'EPIPE', 'connect EPIPE'],
    [
      'a connection that took too long',
      node('ETIMEDOUT', 'TimeoutError'),
      'connection',
      'ETIMEDOUT',
      'connect ETIMEDOUT',
    ],
    [
      'a reset in the middle of an answer',
      unparsed(node('ECONNRESET'), 200),
      'connection',
      'ECONNRESET',
      'connect ECONNRESET',
    ],
    ['an error without a code', new Error('socket hang up'), 'connection', undefined, 'socket hang up'],
    ['what is no error at all', 'oops', 'connection', undefined, 'the call failed without an error'],
    ['nothing', undefined, 'connection', undefined, 'the call failed without an error'],
    // Slow down.
    ['ThrottlingException', answered('ThrottlingException', 400), 'throttled', 'ThrottlingException', 'because'],
    ['Throttling', answered('Throttling', 400), 'throttled', 'Throttling', 'because'],
    ['RequestLimitExceeded', answered('RequestLimitExceeded', 503), 'throttled', 'RequestLimitExceeded', 'because'],
    [
      'TooManyRequestsException',
      answered('TooManyRequestsException', 429),
      'throttled',
      'TooManyRequestsException',
      'because',
    ],
    [
      'a 429 without a name',
      answered('Unknown', 429, 'UnknownError'),
      'throttled',
      undefined,
      'HTTP 429 without a readable explanation',
    ],
    // The service itself.
    ['InternalFailure', answered('InternalFailure', 500), 'unavailable', 'InternalFailure', 'because'],
    [
      'a 503 without a name',
      answered('Unknown', 503, 'UnknownError'),
      'unavailable',
      undefined,
      'HTTP 503 without a readable explanation',
    ],
    [
      'a 502 in HTML',
      unparsed(new SyntaxError('Unexpected token <'), 502),
      'unavailable',
      undefined,
      'HTTP 502 without a readable explanation',
    ],
    // Not what the service documents.
    [
      'no JSON with a good status',
      unparsed(new SyntaxError('Unexpected token <'), 200),
      'unreadable',
      undefined,
      'the answer is not what the service documents',
    ],
    [
      'no JSON, and no status',
      new SyntaxError('Unexpected end'),
      'unreadable',
      undefined,
      'the answer is not what the service documents',
    ],
    [
      'a field of the wrong type',
      unparsed(new TypeError('Expected real number'), 200),
      'unreadable',
      undefined,
      'the answer is not what the service documents',
    ],
    [
      'a redirect',
      answered('Unknown', 302, 'UnknownError'),
      'unreadable',
      undefined,
      'the answer is not what the service documents',
    ],
    [
      'no XML',
      unparsed(new Error('parse error'), 200),
      'unreadable',
      undefined,
      'the answer is not what the service documents',
    ],
    // May not.
    ['AccessDenied', answered('AccessDenied', 403), 'denied', 'AccessDenied', 'because'],
    ['AccessDeniedException', answered('AccessDeniedException', 400), 'denied', 'AccessDeniedException', 'because'],
    ['UnauthorizedOperation', answered('UnauthorizedOperation', 403), 'denied', 'UnauthorizedOperation', 'because'],
    [
      'UnrecognizedClientException',
      answered('UnrecognizedClientException', 400),
      'denied',
      'UnrecognizedClientException',
      'because',
    ],
    ['InvalidClientTokenId', answered('InvalidClientTokenId', 403), 'denied', 'InvalidClientTokenId', 'because'],
    ['ExpiredToken', answered('ExpiredToken', 400), 'denied', 'ExpiredToken', 'because'],
    ['ExpiredTokenException', answered('ExpiredTokenException', 400), 'denied', 'ExpiredTokenException', 'because'],
    ['AuthFailure', answered('AuthFailure', 401), 'denied', 'AuthFailure', 'because'],
    ['SignatureDoesNotMatch', answered('SignatureDoesNotMatch', 403), 'clock-skew', 'SignatureDoesNotMatch', 'because'],
    ['RequestExpired', answered('RequestExpired', 400), 'clock-skew', 'RequestExpired', 'because'],
    [
      'InvalidSignatureException',
      answered('InvalidSignatureException', 400),
      'clock-skew',
      'InvalidSignatureException',
      'because',
    ],
    [
      'no credentials',
      Object.assign(new Error('none'), { name: 'CredentialsProviderError' }),
      'denied',
      'CredentialsProviderError',
      'none',
    ],
    // Any other answer.
    [
      'a refusal',
      answered('ApplicationDoesNotExistException', 400),
      'rejected',
      'ApplicationDoesNotExistException',
      'because',
    ],
    ['a refusal of tomorrow', answered('NewException', 418), 'rejected', 'NewException', 'because'],
    [
      'an answer that calls itself a refused connection',
      answered('X', 400, 'because', { code: 'ECONNREFUSED' }),
      'rejected',
      'X',
      'because',
    ],
  ])('%s', async (_name, error, kind, code, detail) => {
    expect(await translated(error)).toMatchObject({
      service: 'CodeDeploy',
      operation: 'GetDeployment',
      kind,
      code,
      detail,
    });
  });
});

test('what the caller did not find in an answer stays what it is, and is not repeated', async () => {
  const missing = new UpstreamError({
    service: 'CodeDeploy',
    operation: 'X',
    kind: 'unreadable',
    detail: 'lacks "status"',
  });
  const send = vi.fn(() => Promise.reject(missing));
  const error = await upstreamErrorOf(callAws(budgetFor(AMPLE_MS), { ...CALL, kind: 'read' }, send));
  expect(error).toMatchObject({ kind: 'unreadable', operation: 'X', code: undefined, detail: 'lacks "status"' });
  expect(send).toHaveBeenCalledTimes(1);
});

test('an error that comes because the time is over is a time-out, whatever its name', async () => {
  const send = (signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(Object.assign(new Error('Request aborted'), { name: 'AbortError', code: 'ECONNREFUSED' }));
      });
    });
  // Time stands still, so that the millisecond is not over before the call.
  const budget = budgetFor(0, { clock: new ManualClock(0), until: 1 });
  const error = await upstreamErrorOf(callAws(budget, CALL, send));
  expect(error).toMatchObject({ kind: 'timeout', isSafeToRepeat: false, code: undefined });
});

test('the SDK’s hint about a hidden answer is not passed on, nor is the answer', async () => {
  const hint =
    'Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.';
  const sdkError = Object.assign(new Error(`aborted\n  ${hint}`), { $response: { headers: { a: 'hidden answer' } } });
  const error = await translated(sdkError);
  expect(error.detail).toBe('aborted');
  expect(everythingShownOf(error)).not.toMatch(/hidden|Deserialization/);
});

test.each([
  [
    'User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: codedeploy:CreateDeployment on resource: x',
    'codedeploy:CreateDeployment',
  ],
  [
    '… is not authorized to perform: secretsmanager:GetSecretValue because no policy allows it',
    'secretsmanager:GetSecretValue',
  ],
  ['You are not authorized to perform this operation.', undefined],
  ['', undefined],
])('the action that is missing is read from “%s”', async (message, action) => {
  expect(missingActionOf(await translated(answered('AccessDeniedException', 400, message)))).toBe(action);
});

import { describeCall, type CallDescription } from './calls';
import { ServiceError, type WireRequest, type WireResponse } from './wire';
import { awsJsonError } from './awsJson';
import { throttledAnswer } from './awsThrottle';
import { ec2Error } from './ec2/api';
import { withRequestId, type World } from './world';

/** What can befall one outgoing call. `-after`: the request was processed, and only then its answer was lost. */
export const FAULT_KINDS = [
  'refused',
  'reset-before',
  'reset-after',
  'timeout',
  'timeout-after',
  'rate-limited',
  'error-500',
  'error-500-after',
  'error-503',
  'not-json',
  'not-json-after',
  'denied',
  'killed-before',
  'killed-after',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** Decides what befalls a call; `callIndex` counts a transport's calls from 0. */
export type Injector = (callIndex: number, call: CallDescription) => FaultKind | undefined;

/** What a caller meets: an answer, a broken connection, silence, or its own death. */
export type Outcome =
  | { readonly kind: 'answer'; readonly response: WireResponse }
  | { readonly kind: 'refused' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'killed' };

/** X-RateLimit-Reset of an injected 429, in seconds. */
const INJECTED_RESET_SECONDS = 20;

/** What a proxy in between answers when it answers for the service. */
const PROXY_PAGE =
  '<html><head><title>Please wait</title></head><body><p>One moment, please &amp; try again.</body></html>';

/** Sends a request to the world, with the fault if there is one. */
export function playCall(world: World, request: WireRequest, fault: FaultKind | undefined): Outcome {
  if (fault === undefined) return answer(world.handle(request));
  if (fault.endsWith('-after')) world.handle(request);
  switch (fault) {
    case 'refused':
      return { kind: 'refused' };
    case 'reset-before':
    case 'reset-after':
      return { kind: 'reset' };
    case 'timeout':
    case 'timeout-after':
      return { kind: 'silence' };
    case 'killed-before':
    case 'killed-after':
      return { kind: 'killed' };
    case 'rate-limited':
      return refusal(world, request, rateLimited(world, request));
    case 'error-500':
    case 'error-500-after':
      return refusal(world, request, serverError(request, 500));
    case 'error-503':
      return refusal(world, request, serverError(request, 503));
    case 'not-json':
    case 'not-json-after':
      return answer({ status: 200, headers: { 'content-type': 'text/html' }, body: PROXY_PAGE });
    case 'denied':
      return refusal(world, request, denied(world, request));
  }
}

/** It comes from the service itself, and so has a request id. */
function refusal(world: World, request: WireRequest, response: WireResponse): Outcome {
  return answer(withRequestId(describeCall(request), response, world.calls.length));
}

function answer(response: WireResponse): Outcome {
  return { kind: 'answer', response };
}

/** Spot: 429 with a reset. */
function rateLimited(world: World, request: WireRequest): WireResponse {
  const { service } = describeCall(request);
  return service === 'spot' ? world.blockSpotRoute(request, INJECTED_RESET_SECONDS) : throttledAnswer(service);
}

/** A permission that was taken away, or a token that was revoked. */
function denied({ account }: World, request: WireRequest): WireResponse {
  const { service, operation } = describeCall(request);
  if (service === 'spot') return spotError(new ServiceError(401, 'AuthFailure', 'The token is not authorized.'));
  if (service === 's3') return { status: 403, headers: {}, body: '' };
  const user = `arn:aws:sts::${account.awsAccountId}:assumed-role/${account.roleName}/${account.functionName}`;
  const message = `User: ${user} is not authorized to perform: ${service}:${operation} because no identity-based policy allows it`;
  return service === 'ec2'
    ? ec2Error(new ServiceError(403, 'UnauthorizedOperation', message), REQUEST_ID)
    : awsJsonError(new ServiceError(400, 'AccessDeniedException', message));
}

const REQUEST_ID = '00000000-0000-4000-8000-000000000500';

function serverError(request: WireRequest, status: 500 | 503): WireResponse {
  const { service } = describeCall(request);
  const code = status === 500 ? 'InternalFailure' : 'ServiceUnavailable';
  const message =
    status === 500 ? 'An internal error occurred.' : 'The service is unavailable. Please try again shortly.';
  const error = new ServiceError(status, code, message);
  switch (service) {
    case 'spot':
      return spotError(error);
    case 'ec2':
      return ec2Error(error, REQUEST_ID);
    case 's3':
      return { status, headers: { 'content-type': 'application/xml' }, body: '' };
    case 'codedeploy':
    case 'codepipeline':
    case 'secretsmanager':
      return awsJsonError(error);
  }
}

const STATUS_TEXT: Readonly<Record<number, string>> = { 401: 'Unauthorized', 500: 'Internal Server Error' };

/** Spot's body "can also be plain text" (docs/services.md, Spot): so is this 503. */
function spotError({ status, code, message }: ServiceError): WireResponse {
  if (status === 503) return { status, headers: { 'content-type': 'text/plain' }, body: message };
  const body = {
    response: { status: { code: status, message: STATUS_TEXT[status] ?? '' }, errors: [{ code, message }] },
  };
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

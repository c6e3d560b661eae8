import type { Exchange } from '../../test/simulator/transport';

/** A line of what scripts/specs/record.ts writes. */
export interface RecordedCall {
  readonly run: string;
  readonly service: string;
  readonly operation: string;
  readonly fault: string | undefined;
  readonly request: Exchange['request'];
  readonly response: Exchange['response'];
}

interface Mistake {
  readonly name: string;
  readonly operation: string;
  /** How the validator must name it. */
  readonly found: RegExp;
  readonly plant: (call: RecordedCall) => RecordedCall;
}

type Json = Record<string, unknown>;

/** Mistakes that are put into recorded calls: a validator that does not find each of them proves nothing. */
export const MISTAKES: readonly Mistake[] = [
  asked(
    'a required member is left out',
    'CreateDeployment',
    /applicationName is missing/,
    ({ applicationName: _, ...rest }) => rest,
  ),
  asked('a member that does not exist', 'CreateDeployment', /no member idempotencyToken/, (body) => ({
    ...body,
    idempotencyToken: 'x',
  })),
  asked('a number as text', 'PutJobSuccessResult', /percentComplete: '7' is no integer/, (body) => ({
    ...body,
    executionDetails: { percentComplete: '7' },
  })),
  asked('a number out of range', 'PutJobSuccessResult', /percentComplete: 101 is more than 100/, (body) => ({
    ...body,
    executionDetails: { percentComplete: 101 },
  })),
  asked('a text that is too long', 'PutJobFailureResult', /message: 5001 is more than 5000/, (body) => ({
    ...body,
    failureDetails: { type: 'JobFailed', message: 'x'.repeat(5001) },
  })),
  asked('an empty text', 'PutJobFailureResult', /message: 0 is less than 1/, (body) => ({
    ...body,
    failureDetails: { type: 'JobFailed', message: '' },
  })),
  asked('a value that the enum lacks', 'PutJobFailureResult', /'Failed' is none of JobFailed/, (body) => ({
    ...body,
    failureDetails: { type: 'Failed', message: 'x' },
  })),
  asked(
    'a text that its pattern refuses',
    'GetPipelineExecution',
    /pipelineExecutionId: 'exec' does not match/,
    (body) => ({ ...body, pipelineExecutionId: 'exec' }),
  ),
  asked(
    'a key that its pattern refuses',
    'PutJobSuccessResult',
    /outputVariables key: 'a b' does not match/,
    (body) => ({ ...body, outputVariables: { 'a b': 'c' } }),
  ),
  sent('a parameter that EC2 does not know', 'DescribeInstances', /the body .* instead of/, (request) => ({
    ...request,
    body: `${request.body}&Filters.1.Name=x`,
  })),
  sent('a header of another service', 'ListDeployments', /the header X-Amz-Target is/, (request) => ({
    ...request,
    headers: { ...request.headers, 'x-amz-target': 'CodeDeploy_20140101.ListDeployments' },
  })),
  sent(
    'a request without a signature',
    'GetSecretValue',
    /not signed/,
    ({ headers: { authorization: _, ...headers }, ...request }) => ({ ...request, headers }),
  ),
  sent('a query that HeadObject does not have', 'HeadObject', /the query .*version/, (request) => ({
    ...request,
    url: `${request.url}?version=1`,
  })),
  answered(
    'a member under another name in an answer',
    'ListActionExecutions',
    /no member actionExecutions/,
    ({ actionExecutionDetails, ...body }) => ({ ...body, actionExecutions: actionExecutionDetails }),
  ),
  answered('a time as text in an answer', 'GetDeployment', /createTime: '2026.*' is no timestamp/, (body) => ({
    deploymentInfo: { ...(body['deploymentInfo'] as Json), createTime: '2026-01-05T09:00:00Z' },
  })),
  answered('a status that the enum lacks in an answer', 'GetDeployment', /'Running' is none of Created/, (body) => ({
    deploymentInfo: { ...(body['deploymentInfo'] as Json), status: 'Running' },
  })),
  replied('an element that EC2 does not have', 'DescribeInstances', /no element instanceSet/, (response) => ({
    ...response,
    body: response.body.replaceAll('instancesSet', 'instanceSet'),
  })),
  replied('a state that EC2 does not have', 'DescribeInstances', /'up' is none of pending/, (response) => ({
    ...response,
    body: response.body.replace('<name>running</name>', '<name>up</name>'),
  })),
  replied('a number of EC2 as text', 'DescribeInstances', /invalid literal for int/, (response) => ({
    ...response,
    body: response.body.replace('<code>16</code>', '<code>many</code>'),
  })),
  replied(
    'an error that the operation does not declare',
    'StopDeployment',
    /does not declare the error JobNotFoundException/,
    (response) => ({ ...response, status: 400, body: '{"__type":"JobNotFoundException","message":"x"}' }),
  ),
  replied('an error with another status', 'StopDeployment', /with the status 429 instead of 400/, (response) => ({
    ...response,
    status: 429,
    body: '{"__type":"ThrottlingException","message":"x"}',
  })),
  replied('an answer without a request id', 'ListDeployments', /no request id/, (response) => ({
    ...response,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
  })),
  replied('a body in the answer to a HEAD', 'HeadObject', /a HEAD has no body/, (response) => ({
    ...response,
    status: 404,
    body: '<Error/>',
  })),
];

/** @throws when no recorded call is of that operation and successful */
export function planted({ name, operation, plant }: Mistake, calls: readonly RecordedCall[]): RecordedCall {
  const sound = calls.filter(
    (call) => call.operation === operation && call.fault === undefined && call.response?.status === 200,
  );
  for (const call of sound) {
    const wrong = plant(call);
    // Not each answer has what the mistake changes.
    if (JSON.stringify(wrong) !== JSON.stringify(call)) return { ...wrong, run: name };
  }
  throw new Error(`No recorded call of ${operation} could be changed to have: ${name}.`);
}

function asked(name: string, operation: string, found: RegExp, change: (body: Json) => Json): Mistake {
  return sent(name, operation, found, (request) => ({ ...request, body: changed(request.body, change) }));
}

function sent(
  name: string,
  operation: string,
  found: RegExp,
  change: (request: RecordedCall['request']) => RecordedCall['request'],
): Mistake {
  return { name, operation, found, plant: (call) => ({ ...call, request: change(call.request) }) };
}

function answered(name: string, operation: string, found: RegExp, change: (body: Json) => Json): Mistake {
  return replied(name, operation, found, (response) => ({ ...response, body: changed(response.body, change) }));
}

function replied(
  name: string,
  operation: string,
  found: RegExp,
  change: (response: NonNullable<RecordedCall['response']>) => RecordedCall['response'],
): Mistake {
  return {
    name,
    operation,
    found,
    plant: (call) => (call.response ? { ...call, response: change(call.response) } : call),
  };
}

function changed(body: string, change: (body: Json) => Json): string {
  return JSON.stringify(change(JSON.parse(body) as Json));
}

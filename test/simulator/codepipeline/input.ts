import { asRecord, asText, type JsonRecord } from '../input';
import { ServiceError } from '../wire';
import type { ExecutionDetails, FailureDetails } from './model';

const JOB_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const VARIABLE_NAME = /^[A-Za-z0-9@\-_]+$/;
/** All output variables of an action together, in characters (user guide, limits). */
const VARIABLES_LIMIT = 122_880;
const FAILURE_TYPES = [
  'JobFailed',
  'ConfigurationError',
  'PermissionError',
  'RevisionOutOfSync',
  'RevisionUnavailable',
  'SystemUnavailable',
];

/** The rules of PutJobSuccessResult and PutJobFailureResult (docs/services.md, CodePipeline; service model, codepipeline 2015-07-09). */
export function jobIdIn(input: JsonRecord): string {
  const id = asText(input['jobId']) ?? '';
  if (!JOB_ID.test(id)) throw invalid('jobId', `Member must satisfy regular expression pattern: ${JOB_ID.source}`);
  return id;
}

/** 1–2048 characters, when there is one. */
export function continuationTokenIn(input: JsonRecord): string | undefined {
  return bounded(input, 'continuationToken', 2048);
}

export function executionDetailsIn(input: JsonRecord): ExecutionDetails {
  const details = asRecord(input['executionDetails']);
  const summary = bounded(details, 'summary', 2048);
  const externalExecutionId = bounded(details, 'externalExecutionId', 1500);
  const percentComplete = details['percentComplete'];
  if (percentComplete !== undefined && !isPercent(percentComplete)) {
    throw invalid('executionDetails.percentComplete', 'Member must be between 0 and 100');
  }
  return {
    ...(summary !== undefined && { summary }),
    ...(externalExecutionId !== undefined && { externalExecutionId }),
    ...(percentComplete !== undefined && { percentComplete }),
  };
}

/** Only on a call without a continuation token. */
export function outputVariablesIn(input: JsonRecord, token: string | undefined): Readonly<Record<string, string>> {
  const given = input['outputVariables'];
  if (given === undefined) return {};
  if (token !== undefined) throw invalid('outputVariables', 'Member must be empty when a continuation token is given');
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(asRecord(given))) {
    if (!VARIABLE_NAME.test(name)) {
      throw invalid('outputVariables', `Map keys must satisfy constraint: ${VARIABLE_NAME.source}`);
    }
    if (typeof value !== 'string') throw invalid('outputVariables', 'Map values must be strings');
    variables[name] = value;
  }
  if (JSON.stringify(variables).length > VARIABLES_LIMIT) {
    throw new ServiceError(400, 'OutputVariablesSizeExceededException', 'The output variables are too large');
  }
  return variables;
}

export function failureDetailsIn(input: JsonRecord): FailureDetails {
  const details = asRecord(input['failureDetails']);
  const type = asText(details['type']);
  if (type === undefined || !FAILURE_TYPES.includes(type)) {
    throw invalid('failureDetails.type', `Member must satisfy enum value set: [${FAILURE_TYPES.join(', ')}]`);
  }
  const message = bounded(details, 'message', 5000);
  if (message === undefined) throw invalid('failureDetails.message', 'Member must not be null');
  const externalExecutionId = bounded(details, 'externalExecutionId', 1500);
  return { type, message, ...(externalExecutionId !== undefined && { externalExecutionId }) };
}

/** An empty string violates the minimum of 1 everywhere (docs/services.md, CodePipeline). */
function bounded(input: JsonRecord, field: string, most: number): string | undefined {
  const value = input[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(field, 'Member must be a string');
  if (value.length < 1) throw invalid(field, 'Member must have length greater than or equal to 1');
  if (value.length > most) throw invalid(field, `Member must have length less than or equal to ${most}`);
  return value;
}

function isPercent(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 100;
}

function invalid(field: string, rule: string): ServiceError {
  const message = `1 validation error detected: Value at '${field}' failed to satisfy constraint: ${rule}`;
  return new ServiceError(400, 'ValidationException', message);
}

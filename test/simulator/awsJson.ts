import { isRecord, type JsonRecord } from './input';
import { ServiceError, type WireRequest, type WireResponse } from './wire';

const CONTENT_TYPE = 'application/x-amz-json-1.1';

/** AWS JSON 1.1, as CodeDeploy, CodePipeline and Secrets Manager speak it. */
export function awsJson(body: JsonRecord): WireResponse {
  return { status: 200, headers: { 'content-type': CONTENT_TYPE }, body: JSON.stringify(body) };
}

export function awsJsonError(error: ServiceError): WireResponse {
  return {
    status: error.status,
    headers: { 'content-type': CONTENT_TYPE },
    body: JSON.stringify({ __type: error.code, message: error.message }),
  };
}

/** @throws SerializationException, as AWS does when the body is no JSON object. */
export function awsInput(request: WireRequest): JsonRecord {
  try {
    const parsed: unknown = JSON.parse(request.body);
    if (isRecord(parsed)) return parsed;
  } catch {
    // Said below, in the service's own words.
  }
  throw new ServiceError(400, 'SerializationException', 'Unable to parse the request body as a JSON object.');
}

/** JSON 1.1 writes a timestamp as seconds since the epoch, with a fraction. */
export function epochSeconds(ms: number): number {
  return ms / 1000;
}

import { pathOf, type WireRequest } from './wire';

export type Service = 'spot' | 'codedeploy' | 'codepipeline' | 'ec2' | 'secretsmanager' | 's3';

export interface CallDescription {
  readonly service: Service;
  /** e.g. `CreateDeployment`, `DescribeInstances`, `POST blueGreenDeployment`, `PUT stop`, `GET logs`. */
  readonly operation: string;
  /** Whether the call changes something upstream. */
  readonly write: boolean;
}

const TARGETS: Readonly<Record<string, Service>> = {
  CodeDeploy_20141006: 'codedeploy',
  CodePipeline_20150709: 'codepipeline',
  secretsmanager: 'secretsmanager',
};
const READS = /^(Get|BatchGet|List|Describe|Head)/;
const GROUP_PATH = /^\/aws\/ec2\/group\/[^/]+(?:\/(.*))?$/;

/** What a request asks, from its bytes alone. */
export function describeCall(request: WireRequest): CallDescription {
  const target = request.headers['x-amz-target'];
  if (target !== undefined) return describeTarget(target);
  if (GROUP_PATH.test(pathOf(request))) return describeSpot(request);
  if (request.method === 'HEAD') return { service: 's3', operation: 'HeadObject', write: false };
  const action = new URLSearchParams(request.body).get('Action');
  if (action !== null) return { service: 'ec2', operation: action, write: !READS.test(action) };
  return { service: 'spot', operation: `${request.method} ${pathOf(request)}`, write: request.method !== 'GET' };
}

function describeTarget(target: string): CallDescription {
  const [prefix = '', operation = ''] = target.split('.', 2);
  return { service: TARGETS[prefix] ?? 'codedeploy', operation, write: !READS.test(operation) };
}

function describeSpot(request: WireRequest): CallDescription {
  const rest = GROUP_PATH.exec(pathOf(request))?.[1];
  const noun = rest === undefined ? 'group' : (rest.split('/').at(-1) ?? rest);
  return { service: 'spot', operation: `${request.method} ${noun}`, write: request.method !== 'GET' };
}

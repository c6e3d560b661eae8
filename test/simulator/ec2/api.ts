import type { Context } from '../context';
import { ServiceError, type WireRequest, type WireResponse } from '../wire';
import type { Fleet, Instance, InstanceState } from './fleet';
import { xml, type Xml } from './xml';

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';
/** EC2's numbers for the states (API reference, InstanceState). */
const STATE_CODES: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
};

interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

/** EC2's Query protocol: a form in, XML out. Only DescribeInstances is known. */
export class Ec2Api {
  readonly #context: Context;
  readonly #fleet: Fleet;

  constructor(context: Context, fleet: Fleet) {
    this.#context = context;
    this.#fleet = fleet;
  }

  handle(operation: string, request: WireRequest): WireResponse {
    if (operation !== 'DescribeInstances') {
      throw new ServiceError(400, 'InvalidAction', `The action ${operation} is not valid for this web service.`);
    }
    return this.#describeInstances(new URLSearchParams(request.body));
  }

  #describeInstances(form: URLSearchParams): WireResponse {
    const found = this.#named(form).filter((instance) => this.#passes(instance, filtersIn(form)));
    const start = startOf(form);
    const size = pageSize(form, this.#context.options.reservationsPerPage);
    const page = found.slice(start, start + size);
    const token = start + size < found.length ? tokenFor(start + size) : undefined;
    const body = xml`<DescribeInstancesResponse xmlns="${NAMESPACE}"><requestId>${this.#context.random.uuid()}</requestId><reservationSet>${page.map((instance) => this.#reservation(instance))}</reservationSet>${token === undefined ? '' : xml`<nextToken>${token}</nextToken>`}</DescribeInstancesResponse>`;
    return xmlResponse(200, body);
  }

  #named(form: URLSearchParams): readonly Instance[] {
    const ids = numbered(form, 'InstanceId');
    const visible = this.#fleet.visible();
    const unknown = ids.filter((id) => !visible.some((instance) => instance.id === id));
    if (unknown.length > 0) {
      const message = `The instance IDs '${unknown.join(', ')}' do not exist`;
      throw new ServiceError(400, 'InvalidInstanceID.NotFound', message);
    }
    return ids.length === 0 ? visible : visible.filter((instance) => ids.includes(instance.id));
  }

  /** All filters must pass; of a filter's values one is enough. */
  #passes(instance: Instance, filters: readonly Filter[]): boolean {
    return filters.every(({ name, values }) => {
      const actual = this.#attribute(instance, name);
      return actual !== undefined && values.some((value) => pattern(value).test(actual));
    });
  }

  #attribute(instance: Instance, name: string): string | undefined {
    if (name.startsWith('tag:')) return this.#tags(instance).get(name.slice('tag:'.length));
    if (name === 'instance-state-name') return instance.state;
    if (name === 'instance-id') return instance.id;
    throw new ServiceError(400, 'InvalidParameterValue', `The filter '${name}' is invalid`);
  }

  #tags(instance: Instance): ReadonlyMap<string, string> {
    return this.#fleet.tagsSeen(instance, this.#context.options.tagVisibilitySeconds);
  }

  /** Spot requests come one instance to a reservation. */
  #reservation(instance: Instance): Xml {
    const { reservationId } = instance;
    return xml`<item><reservationId>${reservationId}</reservationId><ownerId>${this.#context.account.awsAccountId}</ownerId><groupSet/><instancesSet>${this.#instance(instance)}</instancesSet></item>`;
  }

  #instance(instance: Instance): Xml {
    const { state, stateReason } = instance;
    const launchTime = new Date(instance.launchedAt).toISOString();
    const reason = stateReason
      ? xml`<stateReason><code>${stateReason.code}</code><message>${stateReason.message}</message></stateReason>`
      : '';
    const lifecycle = instance.lifecycle === 'spot' ? xml`<instanceLifecycle>spot</instanceLifecycle>` : '';
    const tags = [...this.#tags(instance)].map(
      ([key, value]) => xml`<item><key>${key}</key><value>${value}</value></item>`,
    );
    return xml`<item><instanceId>${instance.id}</instanceId><instanceType>m6i.large</instanceType><instanceState><code>${STATE_CODES[state]}</code><name>${state}</name></instanceState><reason>${instance.transitionReason}</reason>${reason}<launchTime>${launchTime}</launchTime><placement><availabilityZone>${instance.zone}</availabilityZone><tenancy>default</tenancy></placement><privateIpAddress>${instance.privateIp}</privateIpAddress>${lifecycle}<tagSet>${tags}</tagSet></item>`;
  }
}

/** EC2's form of an error. */
export function ec2Error(error: ServiceError, requestId: string): WireResponse {
  const body = xml`<Response><Errors><Error><Code>${error.code}</Code><Message>${error.message}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`;
  return xmlResponse(error.status, body);
}

function xmlResponse(status: number, body: Xml): WireResponse {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n${body.text}`;
  return { status, headers: { 'content-type': 'text/xml;charset=UTF-8' }, body: text };
}

/** `Name.1`, `Name.2`, … in order. */
function numbered(form: URLSearchParams, name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 1; ; index += 1) {
    const value = form.get(`${name}.${index}`);
    if (value === null) return values;
    values.push(value);
  }
}

/** EC2 takes so many values in the filters of one call (docs/services.md, EC2). */
const FILTER_VALUES = 200;

function filtersIn(form: URLSearchParams): readonly Filter[] {
  const filters: Filter[] = [];
  for (let index = 1; ; index += 1) {
    const name = form.get(`Filter.${index}.Name`);
    if (name === null) break;
    filters.push({ name, values: numbered(form, `Filter.${index}.Value`) });
  }
  if (filters.flatMap(({ values }) => values).length > FILTER_VALUES) {
    const message = `The maximum number of filter values specified on a single call is ${FILTER_VALUES}`;
    throw new ServiceError(400, 'FilterLimitExceeded', message);
  }
  return filters;
}

/** EC2's filter values know `*` and `?`. */
function pattern(value: string): RegExp {
  const literal = value.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/\*/g, '.*').replace(/\?/g, '.')}$`);
}

/** MaxResults is 5 to 1000 (API reference, DescribeInstances); a page may always be shorter. */
function pageSize(form: URLSearchParams, most: number): number {
  const text = form.get('MaxResults');
  if (text === null) return most;
  const size = Number(text);
  if (!Number.isInteger(size) || size < 5 || size > 1000) {
    throw new ServiceError(400, 'InvalidParameterValue', `Value ( ${text} ) for parameter maxResults is invalid.`);
  }
  return Math.min(size, most);
}

function tokenFor(start: number): string {
  return Buffer.from(`instances ${start}`).toString('base64');
}

function startOf(form: URLSearchParams): number {
  const token = form.get('NextToken');
  if (token === null) return 0;
  const start = /^instances (\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  if (start === undefined) throw new ServiceError(400, 'InvalidNextToken', 'The token is invalid.');
  return Number(start);
}

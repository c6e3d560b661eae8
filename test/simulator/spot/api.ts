import { targetCapacityNow, validSpotToken, type Context } from '../context';
import { isUp, type Fleet, type Instance } from '../ec2/fleet';
import { asRecord, type JsonRecord } from '../input';
import { ServiceError, pathOf, queryOf, type WireRequest, type WireResponse } from '../wire';
import { SpotAnswers } from './answers';
import { blueGreenInput } from './blueGreenInput';
import type { SpotDeployment } from './deployment';
import type { Elastigroup } from './elastigroup';
import type { EventLog } from './eventLog';
import { RateLimit } from './rateLimit';

const PATH = /^\/aws\/ec2\/group\/([^/]+)(?:\/(.+))?$/;
const DEPLOYMENT_KIND = 'group:codeDeploy:blueGreenDeployment';
const STOP = /^codeDeploy\/blueGreenDeployment\/([^/]+)\/stop$/;

/** Spot's REST API of one Elastigroup (docs/services.md, Spot). */
export class SpotApi {
  readonly #context: Context;
  readonly #group: Elastigroup;
  readonly #fleet: Fleet;
  readonly #answers: SpotAnswers;
  readonly rateLimit: RateLimit;

  constructor(context: Context, group: Elastigroup, fleet: Fleet, rateLimit = new RateLimit(context)) {
    this.#context = context;
    this.#group = group;
    this.#fleet = fleet;
    this.#answers = new SpotAnswers(context);
    this.rateLimit = rateLimit;
  }

  handle(request: WireRequest): WireResponse {
    const limit = this.rateLimit.count(this.#routeOf(request));
    if (limit.blocked) return this.#answers.tooMany(request, limit);
    const response = this.#answer(request);
    return this.#context.options.spotLimitHeaders === 'always' ? this.#answers.limited(response, limit) : response;
  }

  /** Answers 429, and blocks the route for that long: for injected faults. */
  block(request: WireRequest, seconds: number): WireResponse {
    return this.#answers.tooMany(request, this.rateLimit.block(this.#routeOf(request), seconds));
  }

  #routeOf(request: WireRequest): string {
    const path = pathOf(request);
    const rest = PATH.exec(path)?.[2] ?? '';
    if (this.#context.options.spotLimitFor === 'each-group') return `${request.method} ${path}`;
    return `${request.method} ${STOP.test(rest) ? 'stop' : rest}`;
  }

  #answer(request: WireRequest): WireResponse {
    try {
      this.#authorize(request);
      this.#checkContentType(request);
      return this.#route(request);
    } catch (error) {
      if (error instanceof ServiceError) return this.#answers.error(request, error);
      throw error;
    }
  }

  #authorize(request: WireRequest): void {
    const { script } = this.#context;
    const isGood =
      request.headers['authorization'] === `Bearer ${validSpotToken(this.#context)}` && !script.tokenRejected;
    if (!isGood) throw new ServiceError(401, 'UNAUTHORIZED', 'Failed to authenticate: the token is invalid');
  }

  /** Stricter than Spot is known to be: its own SDK says JSON with every request, a GET and a PUT without a body included. */
  #checkContentType({ headers }: WireRequest): void {
    const type = headers['content-type'] ?? 'none';
    if (!this.#context.options.requiresContentType || /^application\/json(?:;|$)/i.test(type)) return;
    throw new ServiceError(415, 'UNSUPPORTED_MEDIA_TYPE', `Content-Type must be application/json, not ${type}`);
  }

  #route(request: WireRequest): WireResponse {
    const [, groupId, rest] = PATH.exec(pathOf(request)) ?? [];
    this.#checkGroup(request, groupId);
    const stopped = STOP.exec(rest ?? '')?.[1];
    if (request.method === 'PUT' && stopped !== undefined) {
      return this.#deployments(request, [this.#group.stop(stopped)]);
    }
    switch (`${request.method} ${rest ?? ''}`.trim()) {
      case 'POST codeDeploy/blueGreenDeployment':
        return this.#deployments(request, [this.#group.start(blueGreenInput(request.body, this.#context))]);
      case 'GET codeDeploy/blueGreenDeployment':
        return this.#listing(request);
      case 'GET':
        return this.#answers.items(request, 'group', [this.#groupItem()]);
      case 'GET status':
        return this.#answers.items(request, 'group:status', this.#listedInstances().map(statusItem));
      case 'GET logs':
        return this.#answers.items(request, 'group:log', logItems(this.#group.log, queryOf(request)));
      default:
        throw new ServiceError(404, 'NOT_FOUND', `Cannot ${request.method} ${pathOf(request)}`);
    }
  }

  /** Without an accountId the organisation's OLDEST account is meant (docs/services.md, Spot); this group is not in that one. */
  #checkGroup(request: WireRequest, groupId: string | undefined): void {
    const { account } = this.#context;
    const accountId = queryOf(request).get('accountId');
    if (accountId !== null && accountId !== account.spotAccountId) {
      throw new ServiceError(403, 'FORBIDDEN', `The token has no access to account ${accountId}`);
    }
    if (accountId === null || groupId !== account.groupId) {
      throw new ServiceError(400, 'GROUP_DOESNT_EXIST', `Group ${groupId ?? ''} does not exist`);
    }
  }

  #listing(request: WireRequest): WireResponse {
    const items = this.#group.list().map((deployment) => this.#item(deployment));
    return this.#answers.items(
      request,
      DEPLOYMENT_KIND,
      this.#context.options.oddItems ? [...ODD_ITEMS, ...items] : items,
    );
  }

  #deployments(request: WireRequest, deployments: readonly SpotDeployment[]): WireResponse {
    return this.#answers.items(
      request,
      DEPLOYMENT_KIND,
      deployments.map((deployment) => this.#item(deployment)),
    );
  }

  #item({ id, state, request: { config } }: SpotDeployment): JsonRecord {
    return { id, groupId: this.#context.account.groupId, state, config };
  }

  #groupItem(): JsonRecord {
    const { account, options } = this.#context;
    const unit = options.capacityUnit;
    const capacityTarget = targetCapacityNow(this.#context) * (unit === 'weight' ? 2 : 1);
    return {
      id: account.groupId,
      name: 'shop',
      description: 'The simulated Elastigroup',
      region: account.region,
      capacity: { minimum: capacityTarget, maximum: capacityTarget * 2, target: capacityTarget, unit },
      compute: { launchSpecification: this.#launchSpecification() },
      strategy: { risk: 75, availabilityVsCost: 'balanced', fallbackToOd: true },
      thirdPartiesIntegration: this.#integration(),
    };
  }

  #listedInstances(): readonly Instance[] {
    const { options, schedule } = this.#context;
    const since = schedule.time - options.statusLagSeconds * 1000;
    return this.#fleet.instances.filter(
      (instance) => isUp(instance) || (instance.shutDownAt !== undefined && instance.shutDownAt > since),
    );
  }

  #launchSpecification(): JsonRecord {
    const { account, options } = this.#context;
    const { groupHealthCheck: check } = options;
    return {
      tags: options.blueTagged
        ? [{ tagKey: account.tagKey, tagValue: 'blue' }]
        : [{ tagKey: 'Name', tagValue: 'shop' }],
      ...(check !== 'none' && {
        loadBalancersConfig: { loadBalancers: [{ name: 'shop-targets', type: 'TARGET_GROUP' }] },
        healthCheckType: check.type,
        healthCheckGracePeriod: check.graceSeconds,
      }),
    };
  }

  #integration(): JsonRecord {
    const { account, options } = this.#context;
    if (options.integration === 'none') return { codeDeploy: null };
    const deploymentGroupName = options.integration === 'another' ? 'shop-staging' : account.deploymentGroupName;
    return {
      codeDeploy: {
        cleanUpOnFailure: true,
        terminateInstanceOnFailure: options.terminatesInstanceOnFailure,
        deploymentGroups: [
          ...(options.oddItems ? [{ applicationName: null, deploymentGroupName: null }] : []),
          { applicationName: account.applicationName, deploymentGroupName },
          ...(options.integration === 'with-another'
            ? [{ applicationName: 'mail', deploymentGroupName: 'mail-live' }]
            : []),
        ],
      },
    };
  }
}

/** What an old organisation's list may contain; the last one makes the answer larger than 5 MB. */
const ODD_ITEMS: readonly JsonRecord[] = [
  { id: 'cdbg-00000001', groupId: null, state: null, config: null },
  { id: 'cdbg-00000002', state: 'FINISHED', config: { tags: [{ tagKey: 'GreenIdentifier' }, null] } },
  { id: null, state: 'FINISHED' },
  { id: 'cdbg-00000003', state: 'FINISHED_STOPPED', config: { tags: null }, status: 'x'.repeat(5_500_000) },
];

function statusItem(instance: Instance): JsonRecord {
  return {
    instanceId: instance.id,
    spotInstanceRequestId: instance.lifecycle === 'spot' ? `sir-${instance.id.slice(2, 10)}` : null,
    instanceType: 'm6i.large',
    product: 'Linux/UNIX',
    status: instance.state === 'pending' ? 'pending' : 'fulfilled',
    availabilityZone: instance.zone,
    privateIp: instance.privateIp,
    createdAt: new Date(instance.launchedAt).toISOString(),
  };
}

const SEVERITIES = ['ALL', 'INFO', 'DEBUG', 'WARN', 'ERROR'];

/**
 * `fromDate` and `toDate` are required, and ms since the epoch or a date that JavaScript reads; `limit` is 500 unless it is given,
 * and at most 1000. The newest entry comes first (docs/services.md, Spot).
 */
function logItems(log: EventLog, query: URLSearchParams): readonly JsonRecord[] {
  const start = dateOf(query, 'fromDate');
  const end = dateOf(query, 'toDate');
  const severity = query.get('severity') ?? 'ALL';
  const limit = Number(query.get('limit') ?? '500');
  if (!SEVERITIES.includes(severity)) throw invalidQuery('severity');
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw invalidQuery('limit');
  return log.entries
    .filter((entry) => entry.at >= start && entry.at <= end)
    .filter((entry) => severity === 'ALL' || entry.severity === severity)
    .toReversed()
    .slice(0, limit)
    .map((entry) => ({ ...asRecord(entry), createdAt: new Date(entry.at).toISOString(), at: undefined }));
}

function dateOf(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? '';
  const date = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(date)) throw invalidQuery(name);
  return date;
}

function invalidQuery(name: string): ServiceError {
  return new ServiceError(400, 'VALIDATION_ERROR', `${name} is missing or not valid`);
}

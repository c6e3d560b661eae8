import { awsInput, awsJson, epochSeconds } from '../awsJson';
import type { Context } from '../context';
import { asNumber, asRecord, asText, asTexts, type JsonRecord } from '../input';
import { pageOf, type Page } from '../paging';
import { ServiceError, type WireRequest, type WireResponse } from '../wire';
import { DEPLOYMENT_CONFIGS } from './configs';
import { createInput, groupIn, refusal } from './createInput';
import type { Deployments } from './deployments';
import { deploymentGroupInfo, deploymentInfo, deploymentTarget, tellsOf } from './json';
import { DEPLOYMENT_STATUSES, isActive, type Deployment } from './model';

/** BatchGetDeployments and BatchGetDeploymentTargets take no more ids (docs/services.md, CodeDeploy). */
const BATCH_LIMIT = 25;
const DEPLOYMENT_ID = /^d-[A-Z0-9]{9}$/;

type Operation = (input: JsonRecord) => JsonRecord;

/** CodeDeploy's JSON 1.1 operations. */
export class CodeDeployApi {
  readonly #context: Context;
  readonly #deployments: Deployments;
  readonly #operations: ReadonlyMap<string, Operation>;

  constructor(context: Context, deployments: Deployments) {
    this.#context = context;
    this.#deployments = deployments;
    this.#operations = new Map<string, Operation>([
      ['CreateDeployment', (input) => this.#create(input)],
      ['GetDeployment', (input) => ({ deploymentInfo: deploymentInfo(this.#existing(input), context) })],
      ['ListDeployments', (input) => this.#list(input)],
      ['BatchGetDeployments', (input) => this.#batchGet(input)],
      ['ListDeploymentTargets', (input) => this.#listTargets(input)],
      ['BatchGetDeploymentTargets', (input) => this.#batchGetTargets(input)],
      ['StopDeployment', (input) => this.#stop(input)],
      ['GetDeploymentGroup', (input) => this.#group(input)],
      ['GetDeploymentConfig', (input) => this.#config(input)],
    ]);
  }

  get operations(): readonly string[] {
    return [...this.#operations.keys()];
  }

  handle(operation: string, request: WireRequest): WireResponse {
    const known = this.#operations.get(operation);
    if (!known) throw new ServiceError(400, 'UnknownOperationException', `Unknown operation ${operation}`);
    const input = awsInput(request);
    this.#checkAccess(operation, input);
    return awsJson(known(input));
  }

  #checkAccess(operation: string, input: JsonRecord): void {
    const { options, schedule } = this.#context;
    const lost = options.codeDeployLost;
    if (!lost || schedule.time < schedule.beganAt + lost.afterSeconds * 1000) return;
    if (lost.how === 'denied') throw denied(operation, this.#context);
    const group = asText(input['deploymentGroupName']);
    if (group !== undefined)
      throw refusal('DeploymentGroupDoesNotExist', `No Deployment Group found for name: ${group}`);
  }

  #create(input: JsonRecord): JsonRecord {
    const { account, script } = this.#context;
    const refused = script.createDeploymentRefused;
    if (refused) throw new ServiceError(refused.status, refused.code, refused.message(account));
    const request = createInput(input, this.#context);
    const active = this.#deployments.activeIn(request.groupName);
    if (active) throw this.#limitExceeded(active);
    return { deploymentId: this.#deployments.create(request, 'product').id };
  }

  /** The other's id is only in the message, in one of two forms (docs/services.md, CodeDeploy). */
  #limitExceeded(active: Deployment): ServiceError {
    const says =
      this.#context.options.limitMessage === 'active'
        ? 'already has an active Deployment'
        : 'is already deploying deployment';
    return refusal('DeploymentLimitExceeded', `The Deployment Group '${active.groupName}' ${says} '${active.id}'`);
  }

  #list(input: JsonRecord): JsonRecord {
    const groupName = groupIn(input, this.#context.account);
    const statuses = statusesIn(input);
    const { start, end } = timeRangeIn(input);
    const ids = this.#deployments.all
      .filter((deployment) => deployment.groupName === groupName)
      .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
      .filter((deployment) => this.#isKnown(deployment))
      .filter(({ createTime }) => epochSeconds(createTime) >= start && epochSeconds(createTime) <= end)
      .sort((a, b) => b.createTime - a.createTime)
      .map(({ id }) => id);
    const page = this.#page(ids, input);
    return { deployments: page.ids, nextToken: page.nextToken };
  }

  #batchGet(input: JsonRecord): JsonRecord {
    const ids = asTexts(input['deploymentIds']);
    if (ids.length > BATCH_LIMIT) throw refusal('BatchLimitExceeded', `The maximum number of ids is ${BATCH_LIMIT}.`);
    // The operation has no error for an id that does not exist: it is left out.
    const found = ids.flatMap((id) => this.#deployments.byId(id) ?? []);
    return { deploymentsInfo: found.map((deployment) => deploymentInfo(deployment, this.#context)) };
  }

  #listTargets(input: JsonRecord): JsonRecord {
    const deployment = this.#started(input);
    const { statuses, labels } = targetFiltersIn(input, this.#context);
    const { listsTargets, unbegun } = tellsOf(this.#context);
    const isListed = listsTargets && (deployment.startTime !== undefined || unbegun === 'targets');
    const listed = isListed ? deployment.targets : [];
    const ids = listed
      .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
      .filter(({ label }) => labels.length === 0 || labels.includes(label))
      .map(({ instanceId }) => instanceId);
    const page = this.#page(ids, input);
    return { targetIds: page.ids, nextToken: page.nextToken };
  }

  #batchGetTargets(input: JsonRecord): JsonRecord {
    const deployment = this.#started(input);
    const ids = asTexts(input['targetIds']);
    if (ids.length > BATCH_LIMIT) {
      throw refusal('DeploymentTargetListSizeExceeded', `The maximum number of target ids is ${BATCH_LIMIT}.`);
    }
    const leftOut = deployment.targets.slice(0, tellsOf(this.#context).leavesOut);
    const told = ids.filter((id) => !leftOut.some(({ instanceId }) => instanceId === id));
    const deploymentTargets = told.map((id) => {
      const target = deployment.targets.find(({ instanceId }) => instanceId === id);
      if (!target) throw refusal('DeploymentTargetDoesNotExist', `The deployment target ${id} does not exist.`);
      return deploymentTarget(target, deployment, this.#context);
    });
    return { deploymentTargets };
  }

  #stop(input: JsonRecord): JsonRecord {
    const deployment = this.#existing(input);
    if (!isActive(deployment)) {
      throw refusal('DeploymentAlreadyCompleted', `The deployment ${deployment.id} is already completed.`);
    }
    const asked = input['autoRollbackEnabled'];
    const atOnce = this.#deployments.stop(deployment, 'api', typeof asked === 'boolean' ? asked : undefined);
    if (atOnce) return { status: 'Succeeded', statusMessage: 'No more commands will be scheduled for execution.' };
    return {
      status: 'Pending',
      statusMessage: 'Stopping deployment. No more commands will be scheduled for execution.',
    };
  }

  #group(input: JsonRecord): JsonRecord {
    if (this.#context.options.deploymentGroupAccess === 'denied') throw denied('GetDeploymentGroup', this.#context);
    const groupName = groupIn(input, this.#context.account);
    return { deploymentGroupInfo: deploymentGroupInfo(groupName, this.#context) };
  }

  #config(input: JsonRecord): JsonRecord {
    const name = asText(input['deploymentConfigName']) ?? '';
    const config = Object.hasOwn(DEPLOYMENT_CONFIGS, name) ? DEPLOYMENT_CONFIGS[name] : undefined;
    if (!config) {
      throw refusal('DeploymentConfigDoesNotExist', `No Deployment Configuration found for name: ${name}`);
    }
    const { minimumHealthyHosts } = config;
    return { deploymentConfigInfo: { deploymentConfigName: name, minimumHealthyHosts, computePlatform: 'Server' } };
  }

  #existing(input: JsonRecord): Deployment {
    const id = asText(input['deploymentId']) ?? '';
    if (id === '') throw refusal('DeploymentIdRequired', 'A deployment id is required.');
    if (!DEPLOYMENT_ID.test(id)) throw refusal('InvalidDeploymentId', `The deployment id ${id} is not valid.`);
    const deployment = this.#deployments.byId(id);
    const isHidden = deployment?.creator === 'codeDeployRollback' && !this.#isKnown(deployment);
    if (!deployment || isHidden) throw refusal('DeploymentDoesNotExist', `The deployment ${id} could not be found.`);
    return deployment;
  }

  #isKnown({ createTime }: Deployment): boolean {
    return this.#context.schedule.time >= createTime + tellsOf(this.#context).lagSeconds * 1000;
  }

  /** Both operations on targets refuse a deployment that is Created or Queued (service model, codedeploy 2014-10-06). */
  #started(input: JsonRecord): Deployment {
    const deployment = this.#existing(input);
    const isToldLater = tellsOf(this.#context).unbegun === 'not-started';
    if (deployment.startTime === undefined && (isActive(deployment) || isToldLater))
      throw refusal('DeploymentNotStarted', `The deployment ${deployment.id} has not started.`);
    return deployment;
  }

  #page(ids: readonly string[], input: JsonRecord): Page {
    const page = pageOf(ids, asText(input['nextToken']), this.#context.options.idsPerPage);
    if (!page) throw refusal('InvalidNextToken', 'The next token was specified in an invalid format.');
    return page;
  }
}

function denied(action: string, { account }: Context): ServiceError {
  const { awsAccountId, roleName, functionName, region, applicationName, deploymentGroupName } = account;
  const message =
    `User: arn:aws:sts::${awsAccountId}:assumed-role/${roleName}/${functionName} is not authorized to perform: ` +
    `codedeploy:${action} on resource: arn:aws:codedeploy:${region}:${awsAccountId}:deploymentgroup:` +
    `${applicationName}/${deploymentGroupName} because no identity-based policy allows the codedeploy:${action} action`;
  return new ServiceError(400, 'AccessDeniedException', message);
}

/** What each filter allows (docs/services.md, CodeDeploy). */
const TARGET_STATUSES = ['Failed', 'InProgress', 'Pending', 'Ready', 'Skipped', 'Succeeded', 'Unknown'];
const TARGET_LABELS = ['Blue', 'Green'];

function targetFiltersIn(input: JsonRecord, { options }: Context) {
  const filters = asRecord(input['targetFilters']);
  const names = Object.keys(filters);
  const isServed = options.targetFilters === 'served' || names.length === 0;
  if (!isServed || names.some((name) => name !== 'TargetStatus' && name !== 'ServerInstanceLabel')) {
    throw refusal('InvalidTargetFilterName', 'The target filter name is invalid.');
  }
  const statuses = asTexts(filters['TargetStatus']);
  const labels = asTexts(filters['ServerInstanceLabel']);
  if (!statuses.every((status) => TARGET_STATUSES.includes(status))) {
    throw refusal('InvalidInstanceStatus', 'The specified instance status does not exist.');
  }
  if (!labels.every((label) => TARGET_LABELS.includes(label))) {
    throw refusal('InvalidInstanceType', 'An invalid instance type was specified.');
  }
  return { statuses, labels };
}

function statusesIn(input: JsonRecord): readonly string[] {
  const statuses = asTexts(input['includeOnlyStatuses']);
  const isKnown = statuses.every((status) => DEPLOYMENT_STATUSES.some((known) => known === status));
  if (!isKnown) throw refusal('InvalidDeploymentStatus', 'The specified deployment status does not exist.');
  return statuses;
}

/** In seconds since the epoch. */
function timeRangeIn(input: JsonRecord): { readonly start: number; readonly end: number } {
  const range = asRecord(input['createTimeRange']);
  const start = asNumber(range['start']) ?? -Infinity;
  const end = asNumber(range['end']) ?? Infinity;
  if (start > end) throw refusal('InvalidTimeRange', 'The specified time range was specified in an invalid format.');
  return { start, end };
}

import {
  BatchGetDeploymentsCommand,
  CreateDeploymentCommand,
  GetDeploymentCommand,
  ListDeploymentsCommand,
  StopDeploymentCommand,
  type CodeDeployClient,
  type DeploymentInfo,
} from '@aws-sdk/client-codedeploy';
import type { UserParameters } from '../../input/userParameters/userParameters';
import { callAws } from '../awsCall';
import type { CallBudget, CallKind } from '../callPolicy';
import { createDeploymentInput } from './createDeploymentInput';
import type { Tag } from '../tag';
import { everyPage } from '../pages';
import { lacks, unreadable, UpstreamError } from '../upstreamError';

/** A CodeDeploy deployment, as far as the action reads it (GetDeployment's `deploymentInfo`; docs/services.md, CodeDeploy). */
export interface CodeDeployDeployment {
  /** `d-…` */
  readonly id: string;
  /** Where it takes place; undefined where CodeDeploy does not say. */
  readonly applicationName: string | undefined;
  readonly deploymentGroupName: string | undefined;
  /** The deployment configuration, such as CodeDeployDefault.OneAtATime. */
  readonly configName: string | undefined;
  /** IN_PLACE | BLUE_GREEN */
  readonly deploymentType: string | undefined;
  /** Created | Queued | InProgress | Baking | Succeeded | Failed | Stopped | Ready, or one that is not known yet. */
  readonly status: string;
  /** ms since the epoch */
  readonly createdAt: number | undefined;
  /** When its work on instances began (ms since the epoch); undefined: it has not begun, or CodeDeploy does not say. */
  readonly startedAt: number | undefined;
  /** When it ended (ms since the epoch); undefined while it is active. */
  readonly endedAt: number | undefined;
  /** `user`, `autoscaling`, `codeDeployRollback`, … */
  readonly creator: string | undefined;
  /** The replacement environment that it was created for. */
  readonly targetTags: readonly Tag[];
  /** Instances: `total` of all, `done` of those that succeeded or were skipped. */
  readonly instances: {
    readonly total: number;
    readonly done: number;
    readonly failed: number;
    readonly skipped: number;
  };
  readonly error: { readonly code: string; readonly message: string } | undefined;
  /** False where CodeDeploy moves no traffic: the deployment group has no load balancer. Undefined: it does not say. */
  readonly hasTrafficControl: boolean | undefined;
  /** Green alone is in service, and CodeDeploy waits before it terminates blue. */
  readonly waitsBeforeTerminatingBlue: boolean;
  /** Minutes of that wait; undefined where CodeDeploy keeps blue alive, or does not say. */
  readonly blueTerminationWaitMinutes: number | undefined;
  /** For which ends CodeDeploy rolls it back by itself: DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM, DEPLOYMENT_STOP_ON_REQUEST. */
  readonly rollsBackOn?: readonly string[] | undefined;
  /** The deployment that rolls this one back. */
  readonly rollbackDeploymentId: string | undefined;
  /** The deployment that this one, a rollback, rolls back. */
  readonly rollsBackDeploymentId: string | undefined;
}

export type CreateOutcome =
  | { readonly kind: 'created'; readonly deploymentId: string }
  /** One active deployment per group: the id of the conflicting one, where the message names it. */
  | { readonly kind: 'other-active'; readonly deploymentId: string | undefined; readonly message: string }
  /** CodeDeploy does not find the tagged instances (yet): tags take seconds to become visible. */
  | { readonly kind: 'no-targets'; readonly message: string };

/** The deployments of one deployment group. Every method throws UpstreamError. */
export interface CodeDeploy {
  getDeployment(id: string): Promise<CodeDeployDeployment>;
  /** All deployments of the group that were created since `since` (ms since the epoch). */
  findDeployments(since: number): Promise<readonly CodeDeployDeployment[]>;
  /** There is no idempotency token: after a lost answer it may have been created. Check before repeating. */
  createDeployment(greenTag: Tag, defaultDescription?: string): Promise<CreateOutcome>;
  /** `ended`: it had ended already, so that nothing was stopped. */
  stopDeployment(id: string, options: { readonly rollback: boolean }): Promise<'stopping' | 'ended'>;
}

/** The operation that starts a deployment, as its errors name it. */
export const CREATE_DEPLOYMENT = 'CreateDeployment';

/** BatchGetDeployments takes 25 ids (docs/services.md, CodeDeploy). */
const BATCH_SIZE = 25;

export function codeDeployClient(client: CodeDeployClient, parameters: UserParameters, budget: CallBudget): CodeDeploy {
  const { applicationName, deploymentGroupName } = parameters;
  const call = <T>(operation: string, kind: CallKind, send: (signal: AbortSignal) => Promise<T>) =>
    callAws(budget, { service: 'CodeDeploy', operation, kind }, send);

  const listIds = (since: number) => {
    const filter = { applicationName, deploymentGroupName, createTimeRange: { start: new Date(since) } };
    return everyPage((nextToken) =>
      call('ListDeployments', 'read', async (abortSignal) => {
        const page = await client.send(new ListDeploymentsCommand({ ...filter, nextToken }), { abortSignal });
        return { items: page.deployments ?? [], nextToken: page.nextToken };
      }),
    );
  };
  const describe = (deploymentIds: string[]) =>
    call('BatchGetDeployments', 'read', async (abortSignal) => {
      const answer = await client.send(new BatchGetDeploymentsCommand({ deploymentIds }), { abortSignal });
      if (answer.deploymentsInfo === undefined)
        throw unreadable('CodeDeploy', 'BatchGetDeployments', lacks('deploymentsInfo'));
      return answer.deploymentsInfo.map((info) => readDeployment(info, 'BatchGetDeployments'));
    });
  const describeNew = describedOnce(describe);

  return {
    getDeployment: (deploymentId) =>
      call('GetDeployment', 'read', async (abortSignal) => {
        const answer = await client.send(new GetDeploymentCommand({ deploymentId }), { abortSignal });
        return readDeployment(answer.deploymentInfo, 'GetDeployment');
      }),

    findDeployments: async (since) => describeNew(await listIds(since)),

    async createDeployment(greenTag, defaultDescription) {
      try {
        const deploymentId = await call(CREATE_DEPLOYMENT, 'write', async (abortSignal) => {
          const command = new CreateDeploymentCommand(createDeploymentInput(parameters, greenTag, defaultDescription));
          return (await client.send(command, { abortSignal })).deploymentId;
        });
        if (deploymentId === undefined) throw unreadable('CodeDeploy', CREATE_DEPLOYMENT, lacks('deploymentId'));
        return { kind: 'created', deploymentId };
      } catch (error) {
        return readRejection(error);
      }
    },

    async stopDeployment(deploymentId, { rollback }) {
      try {
        await call('StopDeployment', 'read', (abortSignal) =>
          client.send(new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: rollback }), { abortSignal }),
        );
        return 'stopping';
      } catch (error) {
        if (error instanceof UpstreamError && error.code === 'DeploymentAlreadyCompletedException') return 'ended';
        throw error;
      }
    },
  };
}

/** A success no longer changes: each is described once, however often the group is searched. */
function describedOnce(describe: (ids: string[]) => Promise<readonly CodeDeployDeployment[]>) {
  const succeeded = new Map<string, CodeDeployDeployment>();
  return async (ids: readonly string[]): Promise<readonly CodeDeployDeployment[]> => {
    const found = new Map(succeeded);
    const unread = ids.filter((id) => !succeeded.has(id));
    for (let start = 0; start < unread.length; start += BATCH_SIZE) {
      for (const deployment of await describe(unread.slice(start, start + BATCH_SIZE))) {
        found.set(deployment.id, deployment);
        if (hasSucceeded(deployment)) succeeded.set(deployment.id, deployment);
      }
    }
    return ids.flatMap((id) => found.get(id) ?? []);
  };
}

function hasSucceeded({ status, endedAt }: CodeDeployDeployment): boolean {
  return status === 'Succeeded' && endedAt !== undefined;
}

/** The rejections of CreateDeployment that do not end the action; any other error is thrown on. */
function readRejection(error: unknown): CreateOutcome {
  if (!(error instanceof UpstreamError)) throw error;
  switch (error.code) {
    case 'DeploymentLimitExceededException':
      return { kind: 'other-active', deploymentId: namedDeployment(error.detail), message: error.detail };
    case 'InvalidTargetInstancesException':
      return { kind: 'no-targets', message: error.detail };
    default:
      throw error;
  }
}

/** `… already has an active Deployment 'd-XXXX'`, until 2022 `… is already deploying deployment 'd-XXXX'` (docs/services.md, CodeDeploy). */
function namedDeployment(message: string): string | undefined {
  // Only after those words: the name of a group may have the form of an id too.
  return /\b(?:active deployment|already deploying(?: deployment)?)\s+['"‘“]?(d-[A-Z0-9]+)\b/i.exec(message)?.[1];
}

function readDeployment(info: DeploymentInfo | undefined, operation: string): CodeDeployDeployment {
  if (info?.deploymentId === undefined) throw unreadable('CodeDeploy', operation, lacks('deploymentId'));
  if (info.status === undefined) throw unreadable('CodeDeploy', operation, lacks('status'));
  const { errorInformation: error, rollbackInfo: rollback } = info;
  return {
    id: info.deploymentId,
    applicationName: info.applicationName,
    deploymentGroupName: info.deploymentGroupName,
    configName: info.deploymentConfigName,
    deploymentType: info.deploymentStyle?.deploymentType,
    status: info.status,
    createdAt: info.createTime?.getTime(),
    startedAt: info.startTime?.getTime(),
    endedAt: info.completeTime?.getTime(),
    creator: info.creator,
    targetTags: (info.targetInstances?.tagFilters ?? []).map((tag) => ({ key: tag.Key ?? '', value: tag.Value ?? '' })),
    instances: countInstances(info),
    error: error && { code: error.code ?? 'UNKNOWN', message: error.message ?? '' },
    hasTrafficControl: hasTrafficControl(info),
    waitsBeforeTerminatingBlue: info.instanceTerminationWaitTimeStarted ?? false,
    blueTerminationWaitMinutes: terminationWaitMinutes(info),
    rollsBackOn: rollsBackOn(info),
    rollbackDeploymentId: rollback?.rollbackDeploymentId,
    rollsBackDeploymentId: rollback?.rollbackTriggeringDeploymentId,
  };
}

/** None where it says that it has tried to, and could not. */
function rollsBackOn({ autoRollbackConfiguration, rollbackInfo }: DeploymentInfo): readonly string[] | undefined {
  const isOver = rollbackInfo?.rollbackMessage !== undefined && rollbackInfo.rollbackDeploymentId === undefined;
  return autoRollbackConfiguration?.enabled === true && !isOver ? autoRollbackConfiguration.events : undefined;
}

function hasTrafficControl({ deploymentStyle }: DeploymentInfo): boolean | undefined {
  if (deploymentStyle?.deploymentOption === undefined) return undefined;
  return deploymentStyle.deploymentOption === 'WITH_TRAFFIC_CONTROL';
}

function terminationWaitMinutes({ blueGreenDeploymentConfiguration }: DeploymentInfo): number | undefined {
  const blue = blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess;
  return blue?.action === 'TERMINATE' ? (blue.terminationWaitTimeInMinutes ?? 0) : undefined;
}

function countInstances(info: DeploymentInfo): CodeDeployDeployment['instances'] {
  const {
    Pending = 0,
    InProgress = 0,
    Succeeded = 0,
    Failed = 0,
    Skipped = 0,
    Ready = 0,
  } = info.deploymentOverview ?? {};
  return {
    total: Pending + InProgress + Succeeded + Failed + Skipped + Ready,
    done: Succeeded + Skipped + Ready,
    failed: Failed,
    skipped: Skipped,
  };
}

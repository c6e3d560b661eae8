import {
  BatchGetDeploymentTargetsCommand,
  ListDeploymentTargetsCommand,
  type CodeDeployClient,
  type DeploymentTarget as SdkTarget,
  type LifecycleEvent as SdkEvent,
} from '@aws-sdk/client-codedeploy';
import { callAws } from '../awsCall';
import type { CallBudget } from '../callPolicy';
import { everyPage, type Page } from '../pages';
import { lacks, unreadable, UpstreamError } from '../upstreamError';

/** What CodeDeploy did on one instance (BatchGetDeploymentTargets' `instanceTarget`; docs/services.md, CodeDeploy). */
export interface DeploymentTarget {
  /** `i-…` */
  readonly id: string;
  /** Pending | InProgress | Succeeded | Failed | Skipped | Unknown | Ready */
  readonly status: string;
  readonly label: 'Blue' | 'Green' | undefined;
  /** In the order in which they run. */
  readonly events: readonly LifecycleEvent[];
}

export interface LifecycleEvent {
  /** e.g. `AfterInstall` */
  readonly name: string;
  /** Pending | InProgress | Succeeded | Failed | Skipped | Unknown */
  readonly status: string;
  /** ms since the epoch */
  readonly startedAt: number | undefined;
  /** ms since the epoch */
  readonly endedAt: number | undefined;
  readonly diagnostics: Diagnostics | undefined;
}

/** Why a lifecycle event failed. A text that CodeDeploy left out is empty. */
export interface Diagnostics {
  /** ScriptMissing | ScriptNotExecutable | ScriptTimedOut | ScriptFailed | UnknownError */
  readonly code: string;
  readonly script: string;
  readonly message: string;
  /** The last lines of the script's log, up to 4 KB. */
  readonly logTail: string;
}

/** What could be read of a deployment's targets. */
export interface TargetsRead {
  readonly targets: readonly DeploymentTarget[];
  /** Absent where all of them were read. `count`: undefined where not even their number is known. */
  readonly unread?: { readonly count: number | undefined; readonly error: UpstreamError };
}

/** The instances of one CodeDeploy deployment. Throws UpstreamError. */
export interface DeploymentTargets {
  /**
   * Empty where the deployment has not started (DeploymentNotStartedException). One that CodeDeploy lists and does not describe
   * is among them as `Unknown`.
   */
  list(deploymentId: string): Promise<readonly DeploymentTarget[]>;
  /**
   * Those that failed first (where none has, those that are at work), then the others. What was read before an error, or
   * before the time was over, is kept.
   */
  listFailedFirst(deploymentId: string): Promise<TargetsRead>;
}

/** Statuses by which the most telling targets are looked for, one after the other, until there are any. */
const MOST_TELLING = ['Failed', 'InProgress'];

/** BatchGetDeploymentTargets takes 25 ids (docs/services.md, CodeDeploy). */
const BATCH_SIZE = 25;

export function deploymentTargetsClient(client: CodeDeployClient, budget: CallBudget): DeploymentTargets {
  const call = <T>(operation: string, send: (signal: AbortSignal) => Promise<T>) =>
    callAws(budget, { service: 'CodeDeploy', operation, kind: 'read' }, send);

  const listPage = (deploymentId: string, nextToken: string | undefined, status?: string) =>
    call('ListDeploymentTargets', async (abortSignal) => {
      const targetFilters = status === undefined ? undefined : { TargetStatus: [status] };
      const command = new ListDeploymentTargetsCommand({ deploymentId, nextToken, targetFilters });
      const page = await client.send(command, { abortSignal });
      return { items: page.targetIds ?? [], nextToken: page.nextToken };
    });
  const listIds = (deploymentId: string) => everyPage((token) => listPage(deploymentId, token));

  /** Batch after batch into `targets`, so that those before an error are in it. */
  const describe = async (deploymentId: string, ids: readonly string[], targets: DeploymentTarget[]) => {
    for (let start = 0; start < ids.length; start += BATCH_SIZE) {
      const targetIds = ids.slice(start, start + BATCH_SIZE);
      const command = new BatchGetDeploymentTargetsCommand({ deploymentId, targetIds });
      const answer = await call('BatchGetDeploymentTargets', (abortSignal) => client.send(command, { abortSignal }));
      if (answer.deploymentTargets === undefined)
        throw unreadable('CodeDeploy', 'BatchGetDeploymentTargets', lacks('deploymentTargets'));
      targets.push(...answer.deploymentTargets.flatMap(readTarget));
    }
  };

  /** The first page is described before the next is listed: of a large fleet that has failed as a whole, one target tells the cause. */
  const describeTelling = async (deploymentId: string, targets: DeploymentTarget[]): Promise<void> => {
    for (const status of MOST_TELLING) {
      const first = await listPage(deploymentId, undefined, status).catch(noneByFilter);
      if (first.items.length === 0) continue;
      await describe(deploymentId, first.items, targets);
      const next = first.nextToken;
      const rest = next ? await everyPage((token) => listPage(deploymentId, token, status), next) : [];
      return describe(deploymentId, rest, targets);
    }
  };

  const listAll = async (deploymentId: string) => {
    const targets: DeploymentTarget[] = [];
    const ids = await listIds(deploymentId);
    await describe(deploymentId, ids, targets);
    return [...targets, ...undescribed(ids, targets)];
  };

  return {
    list: (deploymentId) => listAll(deploymentId).catch(noneIfNotStarted),

    async listFailedFirst(deploymentId) {
      const targets: DeploymentTarget[] = [];
      let all: readonly string[] | undefined;
      try {
        await describeTelling(deploymentId, targets);
        all = await listIds(deploymentId);
        const known = new Set(targets.map(({ id }) => id));
        const rest = all.filter((id) => !known.has(id));
        await describe(deploymentId, rest, targets);
        return { targets };
      } catch (error) {
        if (isNotStarted(error)) return { targets };
        if (!(error instanceof UpstreamError) || targets.length === 0) throw error;
        return { targets, unread: { count: all && all.length - targets.length, error } };
      }
    },
  };
}

/** A service that does not take the filter costs the order: all targets are read as they come. */
function noneByFilter(error: unknown): Page<string> {
  if (error instanceof UpstreamError && error.kind === 'rejected') return { items: [], nextToken: undefined };
  throw error;
}

function noneIfNotStarted(error: unknown): DeploymentTarget[] {
  if (isNotStarted(error)) return [];
  throw error;
}

/** Both operations throw it while a deployment is Created or Queued (service model, codedeploy 2014-10-06). */
function isNotStarted(error: unknown): boolean {
  return error instanceof UpstreamError && error.code === 'DeploymentNotStartedException';
}

/** Only instances: the action deploys to nothing else. */
function readTarget({ instanceTarget }: SdkTarget): DeploymentTarget[] {
  if (instanceTarget?.targetId === undefined) return [];
  const { targetId, status, instanceLabel, lifecycleEvents } = instanceTarget;
  return [
    {
      id: targetId,
      status: status ?? 'Unknown',
      label: instanceLabel,
      events: (lifecycleEvents ?? []).map(readEvent),
    },
  ];
}

function undescribed(ids: readonly string[], targets: readonly DeploymentTarget[]): DeploymentTarget[] {
  const described = new Set(targets.map(({ id }) => id));
  return ids.filter((id) => !described.has(id)).map((id) => ({ id, status: 'Unknown', label: undefined, events: [] }));
}

function readEvent({ lifecycleEventName, status, startTime, endTime, diagnostics }: SdkEvent): LifecycleEvent {
  return {
    name: lifecycleEventName ?? 'unknown',
    status: status ?? 'Unknown',
    startedAt: startTime?.getTime(),
    endedAt: endTime?.getTime(),
    diagnostics: diagnostics && {
      code: diagnostics.errorCode ?? '',
      script: diagnostics.scriptName ?? '',
      message: diagnostics.message ?? '',
      logTail: diagnostics.logTail ?? '',
    },
  };
}

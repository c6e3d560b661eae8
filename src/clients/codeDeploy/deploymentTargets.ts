import {
  BatchGetDeploymentTargetsCommand,
  ListDeploymentTargetsCommand,
  type CodeDeployClient,
  type DeploymentTarget as SdkTarget,
  type LifecycleEvent as SdkEvent,
} from '@aws-sdk/client-codedeploy';
import { callAws } from '../awsCall';
import type { CallBudget } from '../callPolicy';
import { everyPage } from '../pages';
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

/** The instances of one CodeDeploy deployment. Throws UpstreamError. */
export interface DeploymentTargets {
  /** Empty where the deployment has not started (DeploymentNotStartedException). */
  list(deploymentId: string): Promise<readonly DeploymentTarget[]>;
}

/** BatchGetDeploymentTargets takes 25 ids (docs/services.md, CodeDeploy). */
const BATCH_SIZE = 25;

export function deploymentTargetsClient(client: CodeDeployClient, budget: CallBudget): DeploymentTargets {
  const call = <T>(operation: string, send: (signal: AbortSignal) => Promise<T>) =>
    callAws(budget, { service: 'CodeDeploy', operation, kind: 'read' }, send);

  const listIds = (deploymentId: string) =>
    everyPage((nextToken) =>
      call('ListDeploymentTargets', async (abortSignal) => {
        const command = new ListDeploymentTargetsCommand({ deploymentId, nextToken });
        const page = await client.send(command, { abortSignal });
        return { items: page.targetIds ?? [], nextToken: page.nextToken };
      }),
    );

  const readAll = async (deploymentId: string) => {
    const ids = await listIds(deploymentId);
    const targets: DeploymentTarget[] = [];
    for (let start = 0; start < ids.length; start += BATCH_SIZE) {
      const command = new BatchGetDeploymentTargetsCommand({
        deploymentId,
        targetIds: ids.slice(start, start + BATCH_SIZE),
      });
      const answer = await call('BatchGetDeploymentTargets', (abortSignal) => client.send(command, { abortSignal }));
      if (answer.deploymentTargets === undefined)
        throw unreadable('CodeDeploy', 'BatchGetDeploymentTargets', lacks('deploymentTargets'));
      targets.push(...answer.deploymentTargets.flatMap(readTarget));
    }
    return targets;
  };
  return { list: (deploymentId) => readAll(deploymentId).catch(noneBeforeTheStart) };
}

/** Both operations throw it while a deployment is Created or Queued (service model, codedeploy 2014-10-06). */
function noneBeforeTheStart(error: unknown): readonly DeploymentTarget[] {
  if (error instanceof UpstreamError && error.code === 'DeploymentNotStartedException') return [];
  throw error;
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

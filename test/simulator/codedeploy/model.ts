import type { Owner } from '../context';
import type { JsonRecord } from '../input';

export type DeploymentStatus =
  'Created' | 'Queued' | 'InProgress' | 'Baking' | 'Succeeded' | 'Failed' | 'Stopped' | 'Ready';

export type TargetStatus = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped' | 'Ready';
export type EventStatus = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped';

export interface Diagnostics {
  readonly errorCode: 'ScriptFailed' | 'UnknownError';
  readonly scriptName: string;
  readonly message: string;
  readonly logTail: string;
}

export interface LifecycleEvent {
  readonly name: string;
  status: EventStatus;
  startTime: number | undefined;
  endTime: number | undefined;
  diagnostics: Diagnostics | undefined;
}

export interface Target {
  readonly instanceId: string;
  readonly label: 'Blue' | 'Green';
  readonly events: LifecycleEvent[];
  status: TargetStatus;
  updatedAt: number;
}

export interface TagFilter {
  readonly key: string | undefined;
  readonly value: string | undefined;
  readonly type: string | undefined;
}

/** What CreateDeployment was asked, checked. */
export interface DeploymentRequest {
  readonly applicationName: string;
  readonly groupName: string;
  readonly configName: string;
  readonly revision: JsonRecord;
  readonly description: string | undefined;
  readonly fileExistsBehavior: string;
  readonly ignoreApplicationStopFailures: boolean;
  /** As given; it replaces the group's own. */
  readonly autoRollback: JsonRecord | undefined;
  readonly tagFilters: readonly TagFilter[];
}

export interface StopRequest {
  readonly at: number;
  readonly by: 'api' | 'hand';
}

/** One CodeDeploy deployment; times in ms since the epoch. */
export interface Deployment extends DeploymentRequest {
  readonly id: string;
  readonly owner: Owner;
  readonly creator: 'user' | 'codeDeployRollback';
  readonly createTime: number;
  readonly targets: Target[];
  readonly stopRequests: StopRequest[];
  /** The deployment that this one rolls back. */
  readonly rollsBack: string | undefined;
  status: DeploymentStatus;
  startTime: number | undefined;
  completeTime: number | undefined;
  error: { readonly code: string; readonly message: string } | undefined;
  rolledBackBy: string | undefined;
  rollbackMessage: string | undefined;
}

export const DEPLOYMENT_STATUSES: readonly DeploymentStatus[] = [
  'Created',
  'Queued',
  'InProgress',
  'Baking',
  'Succeeded',
  'Failed',
  'Stopped',
  'Ready',
];

/** Green is installed with these; then it waits for traffic (user guide: AppSpec hooks for EC2, blue/green). */
export const INSTALL_EVENTS = [
  'ApplicationStop',
  'DownloadBundle',
  'BeforeInstall',
  'Install',
  'AfterInstall',
  'ApplicationStart',
  'ValidateService',
] as const;
export const TRAFFIC_EVENTS = ['BeforeAllowTraffic', 'AllowTraffic', 'AfterAllowTraffic'] as const;
export const BLOCK_EVENTS = ['BeforeBlockTraffic', 'BlockTraffic', 'AfterBlockTraffic'] as const;

export function isActive(deployment: Deployment): boolean {
  return deployment.completeTime === undefined;
}

export function newTarget(instanceId: string, label: 'Blue' | 'Green', time: number): Target {
  const names = label === 'Green' ? [...INSTALL_EVENTS, ...TRAFFIC_EVENTS] : BLOCK_EVENTS;
  const events = names.map((name): LifecycleEvent => {
    return { name, status: 'Pending', startTime: undefined, endTime: undefined, diagnostics: undefined };
  });
  return { instanceId, label, events, status: 'Pending', updatedAt: time };
}

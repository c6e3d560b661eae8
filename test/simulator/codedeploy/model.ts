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

/** `api`: the function under test. `hand`: a person, in the console. `alarm`: CodeDeploy itself, for an alarm of the group. */
export type Stopper = 'api' | 'hand' | 'alarm';

export interface StopRequest {
  readonly at: number;
  readonly by: Stopper;
  /** Whether CodeDeploy rolls back for it. */
  readonly withRollback: boolean;
  /** Whether blue was being taken out of service, or was out already. */
  readonly blueWasLeaving: boolean;
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
  /** `instanceTerminationWaitTimeStarted` */
  terminationWaitStarted: boolean;
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

/** Green is installed with these; then it gets the traffic (docs/services.md, CodeDeploy traffic). */
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
/** No lifecycle event, but a moment of a deployment like these: the wait before blue is terminated. */
export const TERMINATION_WAIT = 'termination wait';

export function isActive(deployment: Deployment): boolean {
  return deployment.completeTime === undefined;
}

/** Nothing more happens on this target. */
export function hasEnded({ status }: Target): boolean {
  return status === 'Succeeded' || status === 'Failed' || status === 'Skipped';
}

/** BlockTraffic has begun on blue: from now on it may be out of service. */
export function isBlueLeaving({ targets }: Deployment): boolean {
  return targets.some((target) => target.label === 'Blue' && hasBegun(target, 'BlockTraffic'));
}

/** AllowTraffic has begun on green, or BlockTraffic on blue. */
export function hasMovedTraffic(deployment: Deployment): boolean {
  return isBlueLeaving(deployment) || deployment.targets.some((target) => hasBegun(target, 'AllowTraffic'));
}

function hasBegun(target: Target, name: string): boolean {
  return target.events.some((event) => event.name === name && event.startTime !== undefined);
}

export function newTarget(instanceId: string, label: Target['label'], names: readonly string[], time: number): Target {
  const events = names.map((name): LifecycleEvent => {
    return { name, status: 'Pending', startTime: undefined, endTime: undefined, diagnostics: undefined };
  });
  return { instanceId, label, events, status: 'Pending', updatedAt: time };
}

import type { CodeDeployDeployment } from '../../src/clients/codeDeploy/codeDeploy';
import type { DeploymentGroup } from '../../src/clients/codeDeploy/deploymentGroup';
import type { DeploymentTarget } from '../../src/clients/codeDeploy/deploymentTargets';
import type { ListedAction } from '../../src/clients/pipelineRun';
import type { ElastigroupDeployment } from '../../src/clients/spot/elastigroup';
import type { Ec2Instance } from '../../src/clients/ec2Instances';
import { UpstreamError, type ServiceName, type UpstreamErrorKind } from '../../src/clients/upstreamError';
import {
  hasResult,
  type ActiveState,
  type CleaningUp,
  type Failed,
  type Failure,
  type Finalizing,
  type Installing,
  type Launching,
  type Starting,
  type State,
  type Succeeded,
} from '../../src/deployment/state';
import type { UserParameters } from '../../src/input/userParameters/userParameters';

/*
 * Small pieces of the world for unit tests. They are written out by hand, and not made with the code under test, so that
 * a slip there is not repeated here.
 */

/** The id of the action's first job, and so the value of its GreenIdentifier tag. */
export const JOB = '11111111-2222-3333-4444-555555555555';
export const START = Date.UTC(2026, 10, 21, 9, 0, 0);
export const OWN_TAG = { key: 'GreenIdentifier', value: JOB };
export const OTHER_TAG = { key: 'GreenIdentifier', value: '99999999-2222-3333-4444-555555555555' };

/** Milliseconds since the epoch, so many seconds after the action's start. */
export function at(seconds: number): number {
  return START + seconds * 1000;
}

export function parametersWith(overrides: Partial<UserParameters> = {}): UserParameters {
  return {
    token: { kind: 'secret', id: 'spot-token' },
    accountId: 'act-1',
    groupId: 'sig-1',
    applicationName: 'shop',
    deploymentGroupName: 'shop-green',
    timeoutSeconds: 1800,
    revision: { kind: 's3', bucket: 'revisions', key: 'shop.zip', bundleType: 'zip' },
    onConflict: 'FAIL',
    dryRun: false,
    ...overrides,
  };
}

export function elastigroup(id: string, state: string, tags = [OWN_TAG]): ElastigroupDeployment {
  return { id, state, tags };
}

export function codeDeploy(
  id: string,
  status: string,
  overrides: Partial<CodeDeployDeployment> = {},
): CodeDeployDeployment {
  return {
    id,
    applicationName: 'shop',
    deploymentGroupName: 'shop-green',
    configName: 'CodeDeployDefault.OneAtATime',
    deploymentType: 'BLUE_GREEN',
    status,
    createdAt: START,
    startedAt: START,
    endedAt: undefined,
    creator: 'user',
    targetTags: [OWN_TAG],
    instances: { total: 0, done: 0, failed: 0, skipped: 0 },
    error: undefined,
    hasTrafficControl: true,
    waitsBeforeTerminatingBlue: false,
    blueTerminationWaitMinutes: undefined,
    rollbackDeploymentId: undefined,
    rollsBackDeploymentId: undefined,
    ...overrides,
  };
}

/** A deployment group as the action requires it. */
export const BLUE_GREEN_GROUP: DeploymentGroup = {
  computePlatform: 'Server',
  deploymentType: 'BLUE_GREEN',
  configName: undefined,
  greenFleet: 'DISCOVER_EXISTING',
  blueTerminationWaitMinutes: undefined,
  rerouteWaitMinutes: undefined,
};

export function instance(id: string, overrides: Partial<Ec2Instance> = {}): Ec2Instance {
  return {
    id,
    state: 'running',
    lifecycle: 'spot',
    launchedAt: START,
    stateReason: undefined,
    shutDownAt: undefined,
    ...overrides,
  };
}

/** The action, as CodePipeline lists its executions. */
export function listedAction(changes: Partial<ListedAction> = {}): ListedAction {
  return {
    actionExecutionId: 'a-1',
    executionId: 'e-1',
    stage: 'Deploy',
    action: 'BlueGreen',
    status: 'InProgress',
    startedAt: START,
    names: () => true,
    ...changes,
  };
}

/** A call that gave no usable answer. */
export function noAnswer(
  service: ServiceName,
  kind: UpstreamErrorKind,
  detail = `${kind} for this test`,
  code?: string,
): UpstreamError {
  return new UpstreamError({ service, operation: 'call', kind, detail, code });
}

const common = {
  greenIdentifier: JOB,
  startedAt: START,
  phaseStartedAt: START,
  invocations: 1,
  durations: {},
  progress: 'as before',
  percent: 0,
};

export const FAILURE: Failure = { type: 'JobFailed', headline: 'CodeDeploy d-OWN failed.' };

export function starting(overrides: Partial<Starting> = {}): Starting {
  return { ...common, phase: 'starting', ...overrides };
}

/** Preflight has passed. */
export function checked(overrides: Partial<Starting> = {}): Starting {
  return starting({ checked: true, ...overrides });
}

export function launching(overrides: Partial<Launching> = {}): Launching {
  return {
    ...common,
    percent: 5,
    phase: 'launching',
    elastigroupDeploymentId: 'cdbg-1',
    targetCapacity: 2,
    isCapacityConfirmed: true,
    ...overrides,
  };
}

export function installing(overrides: Partial<Installing> = {}): Installing {
  return {
    ...common,
    percent: 40,
    phase: 'installing',
    elastigroupDeploymentId: 'cdbg-1',
    deploymentId: 'd-OWN',
    ...overrides,
  };
}

/** Adopted by its CodeDeploy deployment alone: Spot listed nothing of this action at that time. */
export function withoutElastigroup<S extends Installing | Finalizing>(state: S): S {
  const rest = { ...state };
  delete rest.elastigroupDeploymentId;
  return rest;
}

export function finalizing(overrides: Partial<Finalizing> = {}): Finalizing {
  return {
    ...common,
    percent: 85,
    phase: 'finalizing',
    elastigroupDeploymentId: 'cdbg-1',
    deploymentId: 'd-OWN',
    instances: { total: 4, failed: 0, skipped: 0 },
    startedOn: 4,
    ...overrides,
  };
}

export function cleaningUp(overrides: Partial<CleaningUp> = {}): CleaningUp {
  return {
    ...common,
    percent: 40,
    phase: 'cleaningUp',
    elastigroupDeploymentId: 'cdbg-1',
    deploymentId: 'd-OWN',
    failure: FAILURE,
    ...overrides,
  };
}

export function succeeded(overrides: Partial<Succeeded> = {}): Succeeded {
  return {
    ...common,
    percent: 100,
    phase: 'succeeded',
    elastigroupDeploymentId: 'cdbg-1',
    deploymentId: 'd-OWN',
    greenInstanceIds: ['i-1', 'i-2'],
    greenTotal: 2,
    shortfalls: [],
    ...overrides,
  };
}

export function failed(overrides: Partial<Failed> = {}): Failed {
  return { ...common, phase: 'failed', failure: FAILURE, cleaned: [], left: [], ...overrides };
}

/** The state, where it is of the phase; else the test fails and says what it is instead. */
export function inPhase<P extends State['phase']>(state: State, phase: P): Extract<State, { phase: P }> {
  if (!isIn(state, phase))
    throw new Error(`expected ${phase}, but the state is ${state.phase}: ${JSON.stringify(state)}`);
  return state;
}

function isIn<P extends State['phase']>(state: State, phase: P): state is Extract<State, { phase: P }> {
  return state.phase === phase;
}

export function active(state: State): ActiveState {
  if (hasResult(state)) throw new Error(`expected an active state, but it has ended: ${JSON.stringify(state)}`);
  return state;
}

/** Green to which nothing was deployed, so that the traffic is on blue. */
export const UNTOUCHED_TARGETS: readonly DeploymentTarget[] = [target('i-untouched', 'Green', {}, 'Pending')];

/** A target of CodeDeploy; of `events`, each name with its status, and begun where that says so. */
export function target(
  id: string,
  label: 'Blue' | 'Green' | undefined,
  events: Readonly<Record<string, string>>,
  status = 'InProgress',
): DeploymentTarget {
  return {
    id,
    label,
    status,
    events: Object.entries(events).map(([name, eventStatus]) => ({
      name,
      status: eventStatus,
      startedAt: ['Pending', 'Skipped'].includes(eventStatus) ? undefined : START,
      endedAt: ['Succeeded', 'Failed'].includes(eventStatus) ? at(60) : undefined,
      diagnostics: undefined,
    })),
  };
}

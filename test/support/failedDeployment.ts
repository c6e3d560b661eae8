import type { CodeDeployDeployment } from '../../src/clients/codeDeploy/codeDeploy';
import type { DeploymentTarget, Diagnostics, LifecycleEvent } from '../../src/clients/codeDeploy/deploymentTargets';
import type { GreenInstance } from '../../src/clients/greenInstances';
import type { Failed } from '../../src/deployment/state';
import type { Evidence } from '../../src/diagnosis/evidence';

/** 09:00:00Z */
export const START = Date.UTC(2026, 0, 5, 9, 0, 0);

/** Failed 100 s after its start, after another 20 s of cleaning up. */
export function failedState(difference: Partial<Failed> = {}): Failed {
  return {
    phase: 'failed',
    greenIdentifier: 'green-1',
    startedAt: START,
    phaseStartedAt: START + 120_000,
    invocations: 1,
    durations: { launch: 40, install: 60, cleanUp: 20 },
    progress: 'failed',
    percent: 60,
    elastigroupDeploymentId: 'cdbg-1',
    deploymentId: 'd-1',
    failure: { type: 'JobFailed', headline: 'CodeDeploy d-1 failed (HEALTH_CONSTRAINTS: too few are healthy).' },
    cleaned: ['No green instance is left.'],
    left: [],
    ...difference,
  };
}

/** Before anything was started. */
export function nothingStarted(failure: Failed['failure']): Failed {
  const { elastigroupDeploymentId: _spot, deploymentId: _codeDeploy, ...state } = failedState({ failure, cleaned: [] });
  return state;
}

/** Green was launched, and CodeDeploy was not reached. */
export function beforeCodeDeploy(failure: Failed['failure']): Failed {
  const { deploymentId: _codeDeploy, ...state } = failedState({ failure });
  return state;
}

export function evidenceOf(difference: Partial<Evidence> = {}): Evidence {
  return {
    codeDeploy: undefined,
    targets: [],
    instances: [],
    elastigroup: undefined,
    events: [],
    spotInterruptions: 0,
    unread: [],
    ...difference,
  };
}

export function codeDeployFailed(code: string, message = 'its message'): CodeDeployDeployment {
  return {
    id: 'd-1',
    applicationName: 'shop',
    deploymentGroupName: 'shop-green',
    status: 'Failed',
    createdAt: START + 40_000,
    creator: 'user',
    targetTags: [],
    instances: { total: 2, done: 0, failed: 1 },
    error: { code, message },
    waitsBeforeTerminatingBlue: false,
    rollbackDeploymentId: undefined,
  };
}

export function event(name: string, difference: Partial<LifecycleEvent> = {}): LifecycleEvent {
  return { name, status: 'Pending', startedAt: undefined, endedAt: undefined, diagnostics: undefined, ...difference };
}

export const SCRIPT_FAILED: Diagnostics = {
  code: 'ScriptFailed',
  script: 'scripts/install.sh',
  message: 'it exited with 1',
  logTail: 'first line\nlast line\n',
};

/** A green instance on which the event failed. */
export function failedTarget(
  id: string,
  diagnostics: Partial<Diagnostics> = {},
  eventName = 'AfterInstall',
): DeploymentTarget {
  const failed = event(eventName, {
    status: 'Failed',
    startedAt: START + 60_000,
    endedAt: START + 70_000,
    diagnostics: { ...SCRIPT_FAILED, ...diagnostics },
  });
  return { id, status: 'Failed', label: 'Green', events: [failed, event('ApplicationStart', { status: 'Skipped' })] };
}

export function instance(id: string, difference: Partial<GreenInstance> = {}): GreenInstance {
  return { id, state: 'terminated', lifecycle: 'spot', launchedAt: START, stateReason: undefined, ...difference };
}

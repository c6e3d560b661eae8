import type { CodeDeployDeployment } from '../../src/clients/codeDeploy/codeDeploy';
import type { DeploymentTarget, Diagnostics, LifecycleEvent } from '../../src/clients/codeDeploy/deploymentTargets';
import type { Failed } from '../../src/deployment/state';
import type { Evidence } from '../../src/diagnosis/evidence';
import { codeDeploy, failed, START } from './deploymentSamples';

/** Failed 100 s after its start, after another 20 s of cleaning up. */
export function failedState(difference: Partial<Failed> = {}): Failed {
  return failed({
    phaseStartedAt: START + 120_000,
    durations: { launch: 40, install: 60, cleanUp: 20 },
    percent: 60,
    elastigroupDeploymentId: 'cdbg-1',
    deploymentId: 'd-1',
    failure: { type: 'JobFailed', headline: 'CodeDeploy d-1 failed (HEALTH_CONSTRAINTS: too few are healthy).' },
    cleaned: ['No green instances remain.'],
    ...difference,
  });
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
    hasAllTargets: true,
    instances: [],
    elastigroup: undefined,
    events: [],
    spotInterruptions: 0,
    unread: [],
    ...difference,
  };
}

export function codeDeployFailed(code: string, message = 'its message'): CodeDeployDeployment {
  return codeDeploy('d-1', 'Failed', {
    createdAt: START + 40_000,
    instances: { total: 2, done: 0, failed: 1, skipped: 0 },
    error: { code, message },
  });
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
  const failedEvent = event(eventName, {
    status: 'Failed',
    startedAt: START + 60_000,
    endedAt: START + 70_000,
    diagnostics: { ...SCRIPT_FAILED, ...diagnostics },
  });
  return {
    id,
    status: 'Failed',
    label: 'Green',
    events: [failedEvent, event('ApplicationStart', { status: 'Skipped' })],
  };
}

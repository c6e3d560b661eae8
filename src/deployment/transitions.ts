import type { CodeDeployDeployment } from '../clients/codeDeploy/codeDeploy';
import { cut } from '../lib/wording';
import { tookSeconds } from './history';
import type { Pace } from './elastigroupState';
import type {
  ActiveState,
  BoundByTimeout,
  CleaningUp,
  DryRun,
  Failed,
  Failure,
  Finalizing,
  Installing,
  Launching,
  Starting,
  State,
  Succeeded,
} from './state';

/** The metric to which a phase's duration is added. */
const MEASURED_AS = {
  starting: 'launch',
  launching: 'launch',
  installing: 'install',
  finalizing: 'finalize',
  cleaningUp: 'cleanUp',
} as const;

const LONGEST_PROGRESS = 300;

export function firstState(greenIdentifier: string, now: number): Starting {
  return {
    phase: 'starting',
    greenIdentifier,
    startedAt: now,
    phaseStartedAt: now,
    invocations: 1,
    durations: {},
    progress: 'checking for deployments that this action has already started',
    percent: 0,
  };
}

/** The same phase, a little further. The percentage never decreases. */
export function progressed<S extends ActiveState>(state: S, progress: string, percent: number = state.percent): S {
  return { ...state, progress: cut(progress, LONGEST_PROGRESS), percent: Math.max(state.percent, Math.round(percent)) };
}

/** With the pace of the current Elastigroup state, or without one. */
export function paced<S extends Launching | Finalizing>(state: S, pace: Pace | undefined): S {
  if (pace !== undefined) return { ...state, pace };
  const rest = { ...state };
  delete rest.pace;
  return rest;
}

export function toLaunching(state: Starting, now: number, elastigroupDeploymentId: string): Launching {
  const progress = `Elastigroup ${elastigroupDeploymentId}: launching green instances`;
  const { targetCapacity } = state;
  return {
    ...carriedOver(state, now, progress, 5),
    phase: 'launching',
    elastigroupDeploymentId,
    ...(targetCapacity !== undefined && { targetCapacity }),
  };
}

/** A CreateDeployment may have been processed, or another delivery of the event is at work. */
export function perhapsWithCodeDeploy<S extends State>(state: S): S {
  if (!('noCodeDeploySent' in state)) return state;
  const rest = { ...state };
  delete rest.noCodeDeploySent;
  return rest;
}

/** @param createdAt when CodeDeploy's deployment was created, where that is known */
export function toInstalling(
  state: Starting | Launching,
  now: number,
  deploymentId: string,
  createdAt?: number,
): Installing {
  const progress = `CodeDeploy ${deploymentId}: started`;
  return {
    ...carriedOver(state, now, progress, 40),
    ...idsOf(state),
    phase: 'installing',
    deploymentId,
    ...(createdAt !== undefined && { createdAt }),
  };
}

export function toFinalizing(
  state: Installing | CleaningUp,
  now: number,
  deployment: Pick<CodeDeployDeployment, 'id' | 'instances' | 'createdAt' | 'endedAt'>,
): Finalizing {
  const { id, instances } = deployment;
  const { total, failed, skipped } = instances;
  const seconds = tookSeconds(deployment, now);
  return {
    ...carriedOver(state, now, `CodeDeploy ${id}: succeeded; Elastigroup is replacing blue`, 85),
    ...idsOf(state),
    phase: 'finalizing',
    deploymentId: id,
    instances: { total, failed, skipped },
    ...(seconds !== undefined && { tookSeconds: seconds }),
    ...('launched' in state && { launched: state.launched }),
    ...('startedOn' in state && { startedOn: state.startedOn }),
  };
}

export function toSucceeded(
  state: Finalizing,
  now: number,
  { greenInstanceIds, greenTotal, shortfalls }: Pick<Succeeded, 'greenInstanceIds' | 'greenTotal' | 'shortfalls'>,
): Succeeded {
  const progress = `CodeDeploy ${state.deploymentId}: succeeded; green has replaced blue`;
  return {
    ...carriedOver(state, now, progress, 100),
    ...idsOf(state),
    phase: 'succeeded',
    deploymentId: state.deploymentId,
    ...(state.tookSeconds !== undefined && { tookSeconds: state.tookSeconds }),
    greenInstanceIds,
    greenTotal,
    shortfalls,
  };
}

export function toCleaningUp(state: BoundByTimeout, now: number, failure: Failure): CleaningUp {
  return {
    ...carriedOver(state, now, `cleaning up after: ${failure.headline}`, state.percent),
    ...idsOf(state),
    // exactOptionalPropertyTypes: present only where the state has it.
    ...('unconfirmedSince' in state && { unconfirmedSince: state.unconfirmedSince }),
    ...('noCodeDeploySent' in state && { noCodeDeploySent: state.noCodeDeploySent }),
    ...('launched' in state && { launched: state.launched }),
    ...('startedOn' in state && { startedOn: state.startedOn }),
    phase: 'cleaningUp',
    failure,
  };
}

export function toFailed(
  state: ActiveState,
  now: number,
  failure: Failure,
  outcome: Pick<Failed, 'cleaned' | 'left'>,
): Failed {
  return {
    ...carriedOver(state, now, failure.headline, state.percent),
    ...idsOf(state),
    phase: 'failed',
    failure,
    ...outcome,
  };
}

export function toDryRun(state: Starting, now: number, findings: Pick<DryRun, 'conflicts' | 'warnings'>): DryRun {
  return { ...carriedOver(state, now, 'dry run: nothing was started', 100), phase: 'dryRun', ...findings };
}

/** The fields that every phase has, with the duration of the phase that ends added. */
function carriedOver(state: ActiveState, now: number, progress: string, percent: number) {
  const { greenIdentifier, startedAt, invocations, usual, runEndedSince } = state;
  const measure = MEASURED_AS[state.phase];
  const seconds = (state.durations[measure] ?? 0) + (now - state.phaseStartedAt) / 1000;
  return {
    greenIdentifier,
    startedAt,
    phaseStartedAt: now,
    invocations,
    durations: { ...state.durations, [measure]: seconds },
    progress: cut(progress, LONGEST_PROGRESS),
    percent: Math.max(state.percent, percent),
    ...(usual && { usual }),
    ...(runEndedSince !== undefined && { runEndedSince }),
  };
}

/** The ids of what the action has started, as far as they are known. */
export function idsOf(state: State): { elastigroupDeploymentId?: string; deploymentId?: string } {
  return {
    ...('elastigroupDeploymentId' in state && { elastigroupDeploymentId: state.elastigroupDeploymentId }),
    ...('deploymentId' in state && { deploymentId: state.deploymentId }),
  };
}

import type { Evidence } from '../diagnosis/evidence';
import type { EndState, Failed, Succeeded } from '../deployment/state';
import type { FailureType } from '../errors';

/** How an action ended, for its metrics. */
export type EndedAction =
  | {
      readonly kind: 'deployment';
      readonly state: Succeeded | Failed;
      /** The application and its deployment group. */
      readonly group: string;
      readonly spotInterruptions: number;
    }
  /** No state is known: bad input, or a bug of ours. */
  | { readonly kind: 'withoutState'; readonly failureType: FailureType };

/** Every metric of the action and its unit. */
export const METRICS = {
  DeploymentSucceeded: 'Count',
  DeploymentFailed: 'Count',
  DeploymentTimedOut: 'Count',
  LaunchSeconds: 'Seconds',
  InstallSeconds: 'Seconds',
  FinalizeSeconds: 'Seconds',
  CleanUpSeconds: 'Seconds',
  DurationSeconds: 'Seconds',
  SpotInterruptions: 'Count',
  Invocations: 'Count',
} as const;

export type MetricName = keyof typeof METRICS;
export type Measures = Readonly<Partial<Record<MetricName, number>>>;

/** Undefined for a DRY_RUN: it deploys nothing, and so neither succeeds nor fails. */
export function endedActionOf(
  state: EndState,
  { group, isDryRun, evidence }: { group: string; isDryRun: boolean; evidence: Evidence | undefined },
): EndedAction | undefined {
  if (state.phase === 'dryRun' || isDryRun) return undefined;
  return { kind: 'deployment', state, group, spotInterruptions: evidence?.spotInterruptions ?? 0 };
}

export function failureTypeOf(ended: EndedAction): FailureType | undefined {
  if (ended.kind === 'withoutState') return ended.failureType;
  return ended.state.phase === 'failed' ? ended.state.failure.type : undefined;
}

/** The counts of every end are there, 0 included, so that the average of DeploymentSucceeded is the success rate. */
export function measuresOf(ended: EndedAction): Measures {
  if (ended.kind === 'withoutState') return { DeploymentSucceeded: 0, DeploymentFailed: 1, DeploymentTimedOut: 0 };
  const { state, spotInterruptions } = ended;
  const failure = state.phase === 'failed' ? state.failure : undefined;
  return {
    DeploymentSucceeded: failure ? 0 : 1,
    DeploymentFailed: failure ? 1 : 0,
    DeploymentTimedOut: failure?.timedOut ? 1 : 0,
    ...phaseSeconds(state),
    // An end state begins when the action ends.
    DurationSeconds: rounded((state.phaseStartedAt - state.startedAt) / 1000),
    SpotInterruptions: spotInterruptions,
    Invocations: state.invocations,
  };
}

/** Of the phases that took place. */
function phaseSeconds({ durations: { launch, install, finalize, cleanUp } }: EndState): Measures {
  return {
    ...(launch !== undefined && { LaunchSeconds: rounded(launch) }),
    ...(install !== undefined && { InstallSeconds: rounded(install) }),
    ...(finalize !== undefined && { FinalizeSeconds: rounded(finalize) }),
    ...(cleanUp !== undefined && { CleanUpSeconds: rounded(cleanUp) }),
  };
}

/** To milliseconds: sums of fractions have long tails. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

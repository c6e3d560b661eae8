import type { Clock } from '../lib/clock';
import type { CodeDeploy } from '../clients/codeDeploy/codeDeploy';
import type { DeploymentTargets } from '../clients/codeDeploy/deploymentTargets';
import type { DeploymentGroupReader } from '../clients/codeDeploy/deploymentGroup';
import type { Elastigroup, Tag } from '../clients/spot/elastigroup';
import type { ElastigroupEvents } from '../clients/spot/elastigroupEvents';
import type { GreenInstances } from '../clients/greenInstances';
import type { PipelineRuns } from '../clients/pipelineRun';
import type { RevisionObject } from '../clients/revisionObject';
import type { RunMemory } from './runMemory';
import type { Log } from '../lib/log';
import type { UserParameters } from '../input/userParameters/userParameters';

/** What a phase may use: the user's parameters, the services behind narrow interfaces, the clock and the log. */
export interface DeploymentContext {
  readonly clock: Clock;
  readonly parameters: UserParameters;
  readonly cleanupTimeoutSeconds: number;
  readonly elastigroup: Elastigroup;
  readonly codeDeploy: CodeDeploy;
  readonly greenInstances: GreenInstances;
  /** For the diagnosis of a failure. */
  readonly deploymentTargets: DeploymentTargets;
  /** For the diagnosis of a failure. */
  readonly elastigroupEvents: ElastigroupEvents;
  readonly deploymentGroup: DeploymentGroupReader;
  /** Undefined where CHECK_REVISION is false. */
  readonly revisionObject: RevisionObject | undefined;
  /** The pipeline execution that the action belongs to. */
  readonly pipelineRuns: PipelineRuns;
  /** What this invocation knows of it: the one part of a context that changes. */
  readonly runMemory: RunMemory;
  readonly log: Log;
  /** Spot's rate limit is nearly exhausted, or was met lately. */
  readonly isSpotLimitTight: () => boolean;
}

export const GREEN_TAG_KEY = 'GreenIdentifier';

/** The tag of the green instances, by which everything that belongs to an action is found. */
export function greenTag(state: { readonly greenIdentifier: string }): Tag {
  return { key: GREEN_TAG_KEY, value: state.greenIdentifier };
}

export function carriesTag(tags: readonly Tag[], wanted: Tag): boolean {
  return tags.some((tag) => tag.key === wanted.key && tag.value === wanted.value);
}

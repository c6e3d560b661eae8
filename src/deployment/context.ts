import type { Clock } from '../lib/clock';
import type { CodeDeploy } from '../clients/codeDeploy/codeDeploy';
import type { DeploymentTargets } from '../clients/codeDeploy/deploymentTargets';
import type { DeploymentGroupReader } from '../clients/codeDeploy/deploymentGroup';
import type { Elastigroup } from '../clients/spot/elastigroup';
import type { ElastigroupEvents } from '../clients/spot/elastigroupEvents';
import type { Ec2Instances } from '../clients/ec2Instances';
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
  readonly ec2Instances: Ec2Instances;
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

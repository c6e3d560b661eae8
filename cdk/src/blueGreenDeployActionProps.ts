import type { Duration } from 'aws-cdk-lib';
import type { IServerDeploymentConfig, IServerDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import type { CommonAwsActionProps } from 'aws-cdk-lib/aws-codepipeline';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { AutoRollback, ConflictPolicy, FileExistsBehavior } from './options';
import type { Revision } from './revision';

/** An Elastigroup of Spot. */
export interface Elastigroup {
  /** The Spot account, `act-…`. */
  readonly accountId: string;
  /** The Elastigroup, `sig-…`. */
  readonly groupId: string;
}

/** Properties of a blue/green deployment as an action of a pipeline: the function's UserParameters, typed. */
export interface BlueGreenDeployActionProps extends CommonAwsActionProps {
  /** Where the green instances are launched. */
  readonly elastigroup: Elastigroup;
  /** The CodeDeploy deployment group, a blue/green one, with its application. */
  readonly deploymentGroup: IServerDeploymentGroup;
  /**
   * What CodeDeploy installs.
   *
   * @default - what `userParameters` names
   */
  readonly revision?: Revision;
  /**
   * Limit for the whole deployment, 1 second to just under 24 hours.
   *
   * @default Duration.minutes(30)
   */
  readonly timeout?: Duration;
  /**
   * What to do when another deployment of the deployment group is active.
   *
   * @default ConflictPolicy.FAIL
   */
  readonly onConflict?: ConflictPolicy;
  /**
   * Whether CodeDeploy rolls back, and when.
   *
   * @default - the deployment group's own
   */
  readonly autoRollback?: AutoRollback;
  /**
   * The CodeDeploy deployment configuration.
   *
   * @default - the deployment group's own
   */
  readonly deploymentConfig?: IServerDeploymentConfig;
  /**
   * The deployment's description in CodeDeploy, at most 256 characters. Use only pipeline variables that are ids: CodePipeline
   * inserts a value without escaping it, so a commit message could break or change the parameters.
   *
   * @default - none
   */
  readonly description?: string;
  /**
   * What CodeDeploy does with files that already exist.
   *
   * @default FileExistsBehavior.DISALLOW
   */
  readonly fileExists?: FileExistsBehavior;
  /**
   * Whether the deployment continues when an ApplicationStop, BeforeBlockTraffic or AfterBlockTraffic script fails.
   *
   * @default false
   */
  readonly ignoreStopFailures?: boolean;
  /**
   * Whether to deploy even if the Elastigroup's CodeDeploy integration also names other deployment groups; green does not get
   * their applications.
   *
   * @default false
   */
  readonly acceptOtherGroups?: boolean;
  /**
   * Whether to run the checks only: nothing is started, and the action reports what would be done.
   *
   * @default false
   */
  readonly dryRun?: boolean;
  /**
   * The secret with the Spot API token, if it is not the function's.
   *
   * @default - the function's `spotToken`
   */
  readonly spotToken?: ISecret;
  /**
   * The key of the token, if the secret is a JSON object.
   *
   * @default - the secret is the token
   */
  readonly spotTokenField?: string;
  /**
   * Id of the pipeline execution, so that the function notices when it is stopped, and names it.
   *
   * @default codepipeline.GlobalVariables.executionId
   */
  readonly pipelineExecutionId?: string;
  /**
   * UserParameters under their own names, for those without a property. They are checked like all others, and override them.
   *
   * @default - none
   */
  readonly userParameters?: { readonly [name: string]: string };
}

import type { Duration } from 'aws-cdk-lib';
import type { IServerApplication, IServerDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { FunctionLogLevel } from './options';

/** Properties of a BlueGreenDeployFunction: the parameters of the project's template.yaml, typed. */
export interface BlueGreenDeployFunctionProps {
  /**
   * The secret with the Spot API token. The function may also use its `encryptionKey`, if it has one.
   *
   * @default - every action names its own secret
   */
  readonly spotToken?: ISecret;
  /**
   * The key of the token, if the secret is a JSON object.
   *
   * @default - the secret is the token
   */
  readonly spotTokenField?: string;
  /**
   * Address of the Spot API.
   *
   * @default 'https://api.spotinst.io'
   */
  readonly spotApiUrl?: string;

  /**
   * CodeDeploy applications that the function may deploy, to any of their deployment groups.
   *
   * @default - `deploymentGroups`; without either, the deployment groups of the actions that `deployAction` makes
   */
  readonly applications?: IServerApplication[];
  /**
   * CodeDeploy deployment groups that the function may deploy to.
   *
   * @default - `applications`; without either, the deployment groups of the actions that `deployAction` makes
   */
  readonly deploymentGroups?: IServerDeploymentGroup[];
  /**
   * Buckets that hold revisions, for the check that the revision exists; for an input artifact, the pipeline's artifact bucket.
   * With an empty list the function has no permission for S3, and does not check.
   *
   * @default - the buckets of the actions that `deployAction` makes
   */
  readonly revisionBuckets?: IBucket[];
  /**
   * ARNs, or patterns of ARNs, of the pipelines whose executions the function may read, to notice when one is stopped.
   *
   * @default - the pipelines of this account, in any Region
   */
  readonly pipelineArns?: string[];

  /**
   * Time between two polls, 10 ms to 5 minutes.
   *
   * @default Duration.seconds(5)
   */
  readonly pollInterval?: Duration;
  /**
   * How long one invocation polls before the next one continues, up to 15 minutes. With 0 it polls once.
   *
   * @default Duration.minutes(4)
   */
  readonly pollWindow?: Duration;
  /**
   * How long cleaning up after a failed deployment may take, 1 second to 1 hour.
   *
   * @default Duration.minutes(15)
   */
  readonly cleanupTimeout?: Duration;
  /**
   * Whether the function starts deployments for jobs that CodePipeline does not know (sample events). For test services only.
   *
   * @default false
   */
  readonly allowUnknownJob?: boolean;
  /**
   * Memory of the function in MB.
   *
   * @default 256
   */
  readonly memorySize?: number;
  /**
   * Concurrent executions that are reserved for the function, and its maximum. A deployment in progress occupies one.
   *
   * @default - the function shares the account's concurrency
   */
  readonly reservedConcurrency?: number;

  /**
   * How much the function logs.
   *
   * @default FunctionLogLevel.INFO
   */
  readonly logLevel?: FunctionLogLevel;
  /**
   * How long the log is kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * A customer managed key that encrypts the log; its policy must let CloudWatch Logs use it.
   *
   * @default - CloudWatch's own key
   */
  readonly logEncryptionKey?: IKey;
  /**
   * How long events that Lambda could not deliver are kept, 1 minute to 14 days. They hold secrets.
   *
   * @default Duration.days(1)
   */
  readonly failedEventsRetention?: Duration;
  /**
   * ARNs, or patterns of ARNs, of the IAM roles and users that may read those events; the root user always can.
   *
   * @default - IAM Identity Center's AdministratorAccess role
   */
  readonly failedEventsReaderArns?: string[];
  /**
   * A customer managed key that encrypts those events.
   *
   * @default - SQS's own key
   */
  readonly failedEventsEncryptionKey?: IKey;

  /**
   * CloudWatch namespace of the function's metrics.
   *
   * @default 'BlueGreenStage'
   */
  readonly metricsNamespace?: string;
  /**
   * Whether there is a CloudWatch dashboard.
   *
   * @default true
   */
  readonly dashboardEnabled?: boolean;
  /**
   * The topic that the alarms notify; its policy must let CloudWatch publish.
   *
   * @default - see notificationEmail
   */
  readonly notificationTopic?: ITopic;
  /**
   * E-mail address that the alarms notify, through a topic of the construct when there is no notificationTopic. The
   * recipient must confirm the subscription first.
   *
   * @default - the alarms change state, but notify nobody
   */
  readonly notificationEmail?: string;
}

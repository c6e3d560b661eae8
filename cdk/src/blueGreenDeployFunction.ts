import path from 'node:path';
import { Aws, Duration, Lazy, Names, PhysicalName, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Alarm, CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import {
  Effect,
  Policy,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
  StarPrincipal,
} from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  CfnEventInvokeConfig,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  RuntimeFamily,
} from 'aws-cdk-lib/aws-lambda';
import type { IServerDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { BlueGreenDeployAction } from './blueGreenDeployAction';
import type { BlueGreenDeployActionProps } from './blueGreenDeployActionProps';
import type { BlueGreenDeployFunctionProps } from './blueGreenDeployFunctionProps';
import { environmentOf, plausibleSettings, settingProblems } from './environment';
import { createAlarms, createDashboard } from './monitoring';
import { FunctionLogLevel } from './options';
import { commonStatements, deployStatements, revisionStatements, tokenStatements } from './rolePolicy';

/** CloudFormation's own, unless a pipeline in another Region has to know it. */
const NAME_FOR_OTHER_REGIONS = PhysicalName.GENERATE_IF_NEEDED;

/** What an action needs the function to be allowed. */
interface ActionNeeds {
  readonly deploymentGroup: IServerDeploymentGroup;
  readonly spotToken?: ISecret;
  /** Of the revision. */
  readonly bucket?: IBucket;
}

/**
 * The function that runs blue/green deployments on Spot Elastigroup from CodePipeline, with its role, log, queue of failed
 * events, alarms and dashboard: what the project's template.yaml sets up with SAM.
 */
export class BlueGreenDeployFunction extends Construct {
  /** The Lambda function. */
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;
  /** Events that Lambda could not deliver. They hold secrets. */
  readonly failedEvents: Queue;
  readonly alarms: Alarm[];
  readonly dashboard?: CfnDashboard;
  /** What the alarms notify. */
  readonly topic?: ITopic;
  /** The dimension `service` of the metrics, and the field of the log: it tells two functions apart. */
  readonly serviceName: string;
  readonly metricsNamespace: string;
  private readonly environment: Readonly<Record<string, string>>;
  private checksRevision: boolean;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: BlueGreenDeployFunctionProps = {},
  ) {
    super(scope, id);
    this.serviceName = Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    this.metricsNamespace = props.metricsNamespace ?? 'BlueGreenStage';
    this.logGroup = this.createLogGroup(props);
    this.failedEvents = this.createQueue(props);
    this.role = this.createRole(props);
    this.checksRevision = (props.revisionBuckets ?? []).length > 0;
    this.environment = environmentOf(props, {
      serviceName: this.serviceName,
      metricsNamespace: this.metricsNamespace,
      // An action that is added later may bring a bucket.
      checksRevision: Lazy.string({ produce: () => String(this.checksRevision) }),
    });
    this.node.addValidation({ validate: () => settingProblems(this._settings()) });
    this.function = this.createFunction(props);
    this.topic = this.createTopic(props);
    const monitored = {
      serviceName: this.serviceName,
      metricsNamespace: this.metricsNamespace,
      functionName: this.function.functionName,
      logGroupName: this.logGroup.logGroupName,
      failedEventsQueueName: this.failedEvents.queueName,
    };
    this.alarms = createAlarms(this, monitored, this.topic ? [new SnsAction(this.topic)] : []);
    if (props.dashboardEnabled ?? true) this.dashboard = createDashboard(this, monitored);
  }

  /** A blue/green deployment, for a stage of a pipeline. */
  deployAction(props: BlueGreenDeployActionProps): BlueGreenDeployAction {
    return new BlueGreenDeployAction(this, props);
  }

  /** @internal The function's environment variables as it may see them. */
  _settings(): Record<string, string> {
    return plausibleSettings(this.environment, this);
  }

  /**
   * @internal Allows the function what an action needs, as far as the construct's properties leave it to the actions. The policy
   * is in the action's stack, so that this stack need not know of the pipeline's.
   */
  _allowDeployment(scope: Construct, { deploymentGroup, spotToken, bucket }: ActionNeeds): void {
    const { applications, deploymentGroups, revisionBuckets } = this.props;
    const stack = Stack.of(this);
    const statements: PolicyStatement[] = [];
    if (applications === undefined && deploymentGroups === undefined) {
      statements.push(...deployStatements(stack, { deploymentGroups: [deploymentGroup] }));
    }
    if (revisionBuckets === undefined && bucket !== undefined) {
      this.checksRevision = true;
      statements.push(...revisionStatements([bucket]));
    }
    if (spotToken !== undefined) statements.push(...tokenStatements(stack, spotToken));
    if (statements.length > 0) new Policy(scope, 'FunctionPolicy', { statements, roles: [this.role] });
  }

  private createLogGroup({ logRetention, logEncryptionKey }: BlueGreenDeployFunctionProps): LogGroup {
    return new LogGroup(this, 'LogGroup', {
      logGroupName: `/aws/lambda/${this.serviceName}-blue-green-stage`,
      retention: logRetention ?? RetentionDays.ONE_MONTH,
      encryptionKey: logEncryptionKey,
      // Kept neither when the stack goes nor when the group is replaced: a stack of the same name must be able to come back.
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  /**
   * The events hold the pipeline's temporary credentials: the queue is encrypted, takes no plain http, forgets them soon, and
   * denies reading to whoever is not an administrator.
   */
  private createQueue(props: BlueGreenDeployFunctionProps): Queue {
    const { failedEventsEncryptionKey: key } = props;
    const queue = new Queue(this, 'FailedEventsQueue', {
      encryption: key ? QueueEncryption.KMS : QueueEncryption.SQS_MANAGED,
      encryptionMasterKey: key,
      retentionPeriod: props.failedEventsRetention ?? Duration.days(1),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const iam = `arn:${Aws.PARTITION}:iam::${Stack.of(this).account}`;
    const administrators = `${iam}:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_AdministratorAccess_*`;
    const deny = { effect: Effect.DENY, principals: [new StarPrincipal()], resources: [queue.queueArn] };
    queue.addToResourcePolicy(
      new PolicyStatement({
        ...deny,
        sid: 'OnlyEncrypted',
        actions: ['sqs:*'],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
    queue.addToResourcePolicy(
      new PolicyStatement({
        ...deny,
        sid: 'OnlyAdministratorsRead',
        actions: ['sqs:ReceiveMessage'],
        // Both: neither root nor one of the readers.
        conditions: {
          ArnNotEquals: { 'aws:PrincipalArn': `${iam}:root` },
          ArnNotLike: { 'aws:PrincipalArn': props.failedEventsReaderArns ?? [administrators] },
        },
      }),
    );
    return queue;
  }

  private createRole(props: BlueGreenDeployFunctionProps): Role {
    const stack = Stack.of(this);
    const { logGroup, failedEvents } = this;
    return new Role(this, 'Role', {
      roleName: NAME_FOR_OTHER_REGIONS,
      description: 'Role of the function that runs blue/green deployments on Spot Elastigroup from CodePipeline',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        'blue-green-stage': new PolicyDocument({
          statements: [
            ...commonStatements(stack, { logGroup, failedEvents, pipelineArns: props.pipelineArns }),
            ...deployStatements(stack, props),
            ...tokenStatements(stack, props.spotToken),
            ...revisionStatements(props.revisionBuckets ?? []),
          ],
        }),
      },
    });
  }

  private createFunction(props: BlueGreenDeployFunctionProps): LambdaFunction {
    const lambda = new LambdaFunction(this, 'Function', {
      functionName: NAME_FOR_OTHER_REGIONS,
      description: 'Runs blue/green deployments on Spot Elastigroup from CodePipeline',
      code: Code.fromAsset(path.join(__dirname, 'function')),
      handler: 'handler.handler',
      runtime: new Runtime('nodejs24.x', RuntimeFamily.NODEJS),
      architecture: Architecture.ARM_64,
      // The longest that Lambda allows. The function ends its invocation before that, and continues in the next one.
      timeout: Duration.minutes(15),
      memorySize: props.memorySize ?? 256,
      reservedConcurrentExecutions: props.reservedConcurrency,
      role: this.role,
      // Powertools writes JSON lines itself, which Lambda passes on as they are; this adds JSON for Lambda's own lines.
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2:
        props.logLevel === FunctionLogLevel.DEBUG ? ApplicationLogLevel.DEBUG : ApplicationLogLevel.INFO,
      logGroup: this.logGroup,
      environment: this.environment,
    });
    // Not through the function's properties: they would add more rights to the role than the function needs.
    new CfnEventInvokeConfig(this, 'EventInvokeConfig', {
      functionName: lambda.functionName,
      qualifier: '$LATEST',
      // A repeated event finds its own deployment again, so Lambda's two retries cannot launch a second fleet.
      maximumRetryAttempts: 2,
      // CodePipeline fails a job without an answer after 1,200 s: a later event would start what nobody follows.
      maximumEventAgeInSeconds: 900,
      destinationConfig: { onFailure: { destination: this.failedEvents.queueArn } },
    });
    return lambda;
  }

  private createTopic({ notificationTopic, notificationEmail }: BlueGreenDeployFunctionProps): ITopic | undefined {
    if (notificationTopic !== undefined || notificationEmail === undefined) return notificationTopic;
    // Not encrypted with alias/aws/sns: that key's policy cannot let CloudWatch use it, and alarms would be lost silently.
    const topic = new Topic(this, 'AlarmTopic');
    topic.addSubscription(new EmailSubscription(notificationEmail));
    return topic;
  }
}

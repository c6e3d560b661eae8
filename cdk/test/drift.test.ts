import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ServerApplication, ServerDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { BlueGreenDeployFunction, type BlueGreenDeployFunctionProps, FunctionLogLevel } from '../dist';
import { templateParameters } from '../src/templateParameters';
import { readTemplate, type Template as ReadTemplate } from '../../scripts/cloudFormation.mjs';
import { type Resource, resourcesOf } from './cloudFormation';
import { outputFolder } from './outputFolder';

/*
 * template.yaml and the construct set up the same: all resources of both are compared, with CloudFormation's functions worked
 * out. A change of one without the other fails here.
 */

const TEXT = readFileSync(path.resolve(__dirname, '../../template.yaml'), 'utf8');

type Parameters = Readonly<Record<string, string>>;

interface Case {
  readonly parameters: Parameters;
  readonly props: (scope: Stack) => BlueGreenDeployFunctionProps;
}

const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:spot/api-token-AbCdEf';
const keyArn = (name: string) => `arn:aws:kms:eu-west-1:123456789012:key/${name}`;
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:alarms';

const shop = (scope: Stack) => ServerApplication.fromServerApplicationName(scope, 'Shop', 'shop');

const CASES: Readonly<Record<string, Case>> = {
  'as little as possible': {
    parameters: { CodeDeployApplication: 'shop', CodeDeployDeploymentGroup: '*' },
    props: (scope) => ({ applications: [shop(scope)], revisionBuckets: [] }),
  },
  everything: {
    parameters: {
      SpotApiUrl: 'https://spot.example.com',
      SpotTokenSecret: `${SECRET}#token`,
      CodeDeployApplication: 'shop',
      CodeDeployDeploymentGroup: 'shop-production',
      SecretArn: SECRET,
      SecretKmsKeyArn: keyArn('secret'),
      RevisionBucketArns: 'arn:aws:s3:::revisions, arn:aws:s3:::artifacts',
      PipelineArn: 'arn:aws:codepipeline:eu-west-1:123456789012:shop',
      PollIntervalSeconds: '0.5',
      PollWindowSeconds: '60',
      CleanupTimeoutSeconds: '600',
      AllowUnknownJob: 'true',
      MemorySize: '512',
      ReservedConcurrency: '7',
      LogLevel: 'DEBUG',
      LogRetentionDays: '400',
      LogKmsKeyArn: keyArn('log'),
      FailedEventsRetentionSeconds: '3600',
      FailedEventsReaderArns: 'arn:aws:iam::123456789012:role/operator,arn:aws:iam::123456789012:user/*',
      FailedEventsKmsKeyArn: keyArn('events'),
      MetricsNamespace: 'Shop/BlueGreen',
      DashboardEnabled: 'false',
      NotificationTopicArn: TOPIC,
    },
    props: (scope) => ({
      spotApiUrl: 'https://spot.example.com',
      spotToken: Secret.fromSecretAttributes(scope, 'Token', {
        secretCompleteArn: SECRET,
        encryptionKey: Key.fromKeyArn(scope, 'SecretKey', keyArn('secret')),
      }),
      spotTokenField: 'token',
      deploymentGroups: [
        ServerDeploymentGroup.fromServerDeploymentGroupAttributes(scope, 'Group', {
          application: shop(scope),
          deploymentGroupName: 'shop-production',
        }),
      ],
      revisionBuckets: ['revisions', 'artifacts'].map((name) => Bucket.fromBucketName(scope, name, name)),
      pipelineArns: ['arn:aws:codepipeline:eu-west-1:123456789012:shop'],
      pollInterval: Duration.millis(500),
      pollWindow: Duration.minutes(1),
      cleanupTimeout: Duration.minutes(10),
      allowUnknownJob: true,
      memorySize: 512,
      reservedConcurrency: 7,
      logLevel: FunctionLogLevel.DEBUG,
      logRetention: RetentionDays.THIRTEEN_MONTHS,
      logEncryptionKey: Key.fromKeyArn(scope, 'LogKey', keyArn('log')),
      failedEventsRetention: Duration.hours(1),
      failedEventsReaderArns: ['arn:aws:iam::123456789012:role/operator', 'arn:aws:iam::123456789012:user/*'],
      failedEventsEncryptionKey: Key.fromKeyArn(scope, 'EventsKey', keyArn('events')),
      metricsNamespace: 'Shop/BlueGreen',
      dashboardEnabled: false,
      notificationTopic: Topic.fromTopicArn(scope, 'Topic', TOPIC),
    }),
  },
  'a topic of its own': {
    parameters: {
      CodeDeployApplication: 'shop',
      CodeDeployDeploymentGroup: '*',
      NotificationEmail: 'ops@example.com',
    },
    props: (scope) => ({ applications: [shop(scope)], revisionBuckets: [], notificationEmail: 'ops@example.com' }),
  },
};

function compared(template: ReadTemplate, { parameters, props }: Case) {
  const stack = new Stack(new App({ outdir: outputFolder() }), 'Shop');
  const { serviceName } = new BlueGreenDeployFunction(stack, 'BlueGreen', props(stack));
  const synthesized = Template.fromStack(stack).toJSON() as ReadTemplate;
  return {
    construct: comparable(resourcesOf({ ...synthesized, Parameters: {} }, {}, nameInConstruct)),
    // Its stack's name is what tells its metrics and logs apart.
    template: comparable(
      asWithoutSam(resourcesOf(template, { ...parameters, 'AWS::StackName': serviceName }, nameInTemplate)),
    ),
  };
}

/** `BlueGreenFailedEventsQueuePolicy0A1B2C3D` is `FailedEventsQueuePolicy`. */
function nameInConstruct(logicalId: string): string {
  return /^BlueGreen(.*?)[0-9A-F]{8}$/.exec(logicalId)?.[1] ?? logicalId;
}

function nameInTemplate(logicalId: string): string {
  return logicalId.replace(/^BlueGreenStageFunction(?=.)|^BlueGreenStage/, '');
}

/** What SAM and CloudFormation make of the short forms that the template uses. */
function asWithoutSam(resources: Record<string, Resource>): Record<string, Resource> {
  const { Function: lambda, AlarmTopic: topic, ...others } = resources;
  if (lambda === undefined) throw new Error('template.yaml has no function.');
  const { CodeUri: _code, EventInvokeConfig, Environment, ...properties } = lambda.Properties;
  const { DestinationConfig, ...invoke } = EventInvokeConfig as {
    DestinationConfig: { OnFailure: { Destination: string } };
  };
  const { Variables } = Environment as { Variables: Readonly<Record<string, string>> };
  // They stand in the template because `sam local invoke --env-vars` sets only variables that it declares.
  const variables = Object.fromEntries(
    Object.entries(Variables).filter(([name]) => !name.startsWith('AWS_ENDPOINT_URL_')),
  );
  const { Destination } = DestinationConfig.OnFailure;
  const [subscription] = (topic?.Properties['Subscription'] ?? []) as { Endpoint: string }[];
  const none = { DeletionPolicy: undefined, UpdateReplacePolicy: undefined };
  return {
    ...others,
    Function: {
      ...lambda,
      Type: 'AWS::Lambda::Function',
      Properties: { ...properties, Environment: { Variables: variables } },
    },
    EventInvokeConfig: {
      ...none,
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        ...invoke,
        FunctionName: 'Function',
        Qualifier: '$LATEST',
        DestinationConfig: { OnFailure: { Destination } },
      },
    },
    ...(topic && { AlarmTopic: { ...topic, Properties: {} } }),
    ...(subscription && {
      [`AlarmTopic${subscription.Endpoint.replace(/\W/g, '')}`]: {
        ...none,
        Type: 'AWS::SNS::Subscription',
        Properties: { ...subscription, TopicArn: 'AlarmTopic' },
      },
    }),
  };
}

/** Without what only one of the two has a use for, and with what has no order in one order. */
function comparable(resources: Record<string, Resource>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(resources).map(([name, { Properties, ...resource }]) => {
      const { Code: _code, DashboardBody, ...properties } = Properties;
      const body = typeof DashboardBody === 'string' ? { DashboardBody: JSON.parse(DashboardBody) as unknown } : {};
      return [name, { ...resource, Properties: withComparablePolicies({ ...properties, ...body }) }];
    }),
  );
}

function withComparablePolicies(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withComparablePolicies);
  if (typeof node !== 'object' || node === null) return node;
  const { Statement, ...others } = node as { Statement?: Readonly<Record<string, unknown>>[] };
  const rest = Object.fromEntries(Object.entries(others).map(([key, value]) => [key, withComparablePolicies(value)]));
  if (Statement === undefined) return rest;
  const statements = Statement.map(({ Sid, Action, Resource, ...statement }) => [
    Sid,
    { ...statement, Action: [Action].flat().sort(), Resource: [Resource].flat().sort() },
  ]);
  return { ...rest, Statement: Object.fromEntries(statements) as unknown };
}

const template = readTemplate(TEXT);

test.each(Object.entries(CASES))('the construct sets up what template.yaml does: %s', (_name, given) => {
  const { construct, template: expected } = compared(template, given);
  expect(Object.keys(expected).length).toBeGreaterThan(8);
  expect(construct).toEqual(expected);
});

test('each parameter of template.yaml has a property, and is compared with another value than its default', () => {
  const declared = Object.entries(template.Parameters);
  expect(Object.keys(templateParameters).sort()).toEqual(declared.map(([name]) => name).sort());
  const cases = Object.values(CASES);
  for (const [name, { Default }] of declared) {
    const values = cases.map(({ parameters }) => parameters[name]).filter((value) => value !== undefined);
    expect({ name, values: values.filter((value) => value !== String(Default)) }).not.toMatchObject({ values: [] });
  }
});

test.each([
  ['an action of the role', 'codedeploy:GetDeploymentGroup\n', 'codedeploy:DeleteDeploymentGroup\n'],
  ['a resource of the role', 'codepipeline:*:${AWS::AccountId}', 'codepipeline:${AWS::Region}:${AWS::AccountId}'],
  ['a variable of the environment', 'CHECK_REVISION: ', 'CHECKS_REVISION: '],
  ['a default', 'Default: 240', 'Default: 300'],
  ['an alarm', 'TreatMissingData: notBreaching', 'TreatMissingData: missing'],
  [
    'a new alarm',
    '  EventsDroppedAlarm:\n',
    '  EventsLateAlarm: { Type: AWS::CloudWatch::Alarm }\n  EventsDroppedAlarm:\n',
  ],
  [
    'the queue',
    'SqsManagedSseEnabled: !If [HasFailedEventsKmsKeyArn, !Ref AWS::NoValue, true]',
    'VisibilityTimeout: 30',
  ],
  ['the retries', 'MaximumRetryAttempts: 2', 'MaximumRetryAttempts: 1'],
])('a template with another value for %s is told apart', (_name, from, to) => {
  expect(TEXT).toContain(from);
  const { construct, template: expected } = compared(
    readTemplate(TEXT.replace(from, to)),
    CASES['as little as possible'] as Case,
  );
  expect(construct).not.toEqual(expected);
});

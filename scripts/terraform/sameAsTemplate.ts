import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { evaluate, readTemplate } from '../cloudFormation.mjs';
import type { Block } from './problems';

/** Address → body, as evaluate/main.go wrote them. */
export type Bodies = Readonly<Record<string, Block>>;

const TEMPLATE = readTemplate(readFileSync('template.yaml', 'utf8'));

/** What the values of the example's variables are in the template. */
export interface Given {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Resource of the template → the comparison with the example's. */
const COMPARISONS: Readonly<Record<string, (of: Compared) => void>> = {
  BlueGreenStageFunction: compareFunction,
  BlueGreenStageLogGroup: ({ template, body }) => {
    assert.equal(
      body('aws_cloudwatch_log_group.function').attributes['retention_in_days'],
      template['RetentionInDays'],
    );
  },
  FailedEventsQueue: ({ template, body }) => {
    const { attributes } = body('aws_sqs_queue.failed_events');
    assert.deepEqual(
      [attributes['sqs_managed_sse_enabled'], attributes['message_retention_seconds']],
      [template['SqsManagedSseEnabled'], Number(template['MessageRetentionPeriod'])],
    );
  },
  FailedEventsQueuePolicy: ({ template, body }) => {
    assert.deepEqual(
      fromJson(body('aws_sqs_queue_policy.failed_events').attributes['policy']),
      template['PolicyDocument'],
    );
  },
  StageFailedAlarm: compareAlarm('StageFailed'),
  FunctionErrorsAlarm: compareAlarm('FunctionErrors'),
  EventsDroppedAlarm: compareAlarm('EventsDropped'),
  ThrottlesAlarm: compareAlarm('Throttles'),
  EventAgeAlarm: compareAlarm('EventAge'),
  BlueGreenStageFunctionRole: compareRole,
};

/** The page says so. */
const LEFT_OUT = ['AlarmTopic', 'Dashboard'];

interface Compared {
  readonly template: Readonly<Record<string, unknown>>;
  readonly body: (address: string) => Block;
}

export const comparisons: readonly string[] = Object.keys(COMPARISONS);

export function assertAllAreCompared(): void {
  assert.deepEqual([...comparisons, ...LEFT_OUT].sort(), Object.keys(TEMPLATE.Resources).sort());
}

export function compare(logicalId: string, bodies: Bodies, given: Given): void {
  const template = evaluate(TEMPLATE, TEMPLATE.Resources[logicalId]?.Properties, {
    ...given.parameters,
    'AWS::Region': given.region,
    'AWS::AccountId': given.accountId,
    'AWS::StackName': given.name,
    BlueGreenStageFunction: 'aws_lambda_function.blue_green.function_name',
    BlueGreenStageLogGroup: 'aws_cloudwatch_log_group.function.name',
    'BlueGreenStageLogGroup.Arn': `arn:aws:logs:${given.region}:${given.accountId}:log-group:/aws/lambda/${given.name}:*`,
    FailedEventsQueue: 'aws_sqs_queue.failed_events.id',
    'FailedEventsQueue.Arn':
      logicalId === 'BlueGreenStageFunctionRole'
        ? `arn:aws:sqs:${given.region}:${given.accountId}:${given.name}-failed-events`
        : 'aws_sqs_queue.failed_events.arn',
    'BlueGreenStageFunctionRole.Arn': 'aws_iam_role.function.arn',
  }) as Readonly<Record<string, unknown>>;
  const body = (address: string): Block => {
    const found = bodies[address];
    assert(found !== undefined, `there is no ${address}`);
    return found;
  };
  COMPARISONS[logicalId]?.({ template, body });
}

function compareFunction({ template, body }: Compared): void {
  const { CodeUri: _source, ...expected } = template;
  const { attributes, blocks } = body('aws_lambda_function.blue_green');
  const logging = blocks['logging_config']?.[0]?.attributes ?? {};
  assert.deepEqual(
    {
      Description: attributes['description'],
      Handler: attributes['handler'],
      Runtime: attributes['runtime'],
      Architectures: attributes['architectures'],
      Timeout: attributes['timeout'],
      MemorySize: attributes['memory_size'],
      Role: attributes['role'],
      LoggingConfig: {
        LogFormat: logging['log_format'],
        ApplicationLogLevel: logging['application_log_level'],
        LogGroup: logging['log_group'],
      },
      EventInvokeConfig: eventInvokeConfig(body('aws_lambda_function_event_invoke_config.blue_green')),
      Environment: { Variables: blocks['environment']?.[0]?.attributes['variables'] },
    },
    { ...expected, Environment: environmentOf(template) },
  );
}

function eventInvokeConfig({ attributes, blocks }: Block): unknown {
  const onFailure = blocks['destination_config']?.[0]?.blocks['on_failure']?.[0];
  return {
    MaximumRetryAttempts: attributes['maximum_retry_attempts'],
    MaximumEventAgeInSeconds: attributes['maximum_event_age_in_seconds'],
    DestinationConfig: { OnFailure: { Type: 'SQS', Destination: onFailure?.attributes['destination'] } },
  };
}

/** Lambda's values are text. Those that are empty are there for `sam local`. */
function environmentOf({ Environment }: Readonly<Record<string, unknown>>): unknown {
  const { Variables } = Environment as { Variables: Readonly<Record<string, unknown>> };
  const entries = Object.entries(Variables).filter(([name]) => !name.startsWith('AWS_ENDPOINT_URL_'));
  return { Variables: Object.fromEntries(entries.map(([name, value]) => [name, String(value)])) };
}

function compareAlarm(key: string): (of: Compared) => void {
  return ({ template, body }) => {
    const { attributes } = body(`aws_cloudwatch_metric_alarm.function["${key}"]`);
    const dimensions = template['Dimensions'] as readonly { Name: string; Value: string }[];
    assert.deepEqual(
      {
        AlarmDescription: attributes['alarm_description'],
        Namespace: attributes['namespace'],
        MetricName: attributes['metric_name'],
        Dimensions: attributes['dimensions'],
        Statistic: attributes['statistic'],
        Period: attributes['period'],
        EvaluationPeriods: attributes['evaluation_periods'],
        Threshold: attributes['threshold'],
        ComparisonOperator: attributes['comparison_operator'],
        TreatMissingData: attributes['treat_missing_data'],
        AlarmActions: attributes['alarm_actions'],
      },
      { ...template, Dimensions: Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value])) },
    );
  };
}

interface Policy {
  readonly Version: string;
  readonly Statement: readonly unknown[];
}

/** Its policy is in two parts here: policy.json, and the statements about the bucket. */
function compareRole({ template, body }: Compared): void {
  const { attributes } = body('aws_iam_role.function');
  assert.equal(attributes['description'], template['Description']);
  assert.deepEqual(fromJson(attributes['assume_role_policy']), template['AssumeRolePolicyDocument']);
  const [{ PolicyDocument: expected } = { PolicyDocument: undefined }] = template['Policies'] as {
    PolicyDocument: Policy;
  }[];
  const parts = ['function', 'revision'].map(
    (name) => fromJson(body(`aws_iam_role_policy.${name}`).attributes['policy']) as Policy,
  );
  assert.deepEqual({ Version: '2012-10-17', Statement: parts.flatMap(({ Statement }) => Statement) }, expected);
}

function fromJson(text: unknown): unknown {
  return JSON.parse(String(text));
}

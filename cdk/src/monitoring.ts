import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Aws, Duration } from 'aws-cdk-lib';
import {
  Alarm,
  CfnDashboard,
  ComparisonOperator,
  type IAlarmAction,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** What the alarms and the dashboard show. */
export interface Monitored {
  readonly serviceName: string;
  readonly metricsNamespace: string;
  readonly functionName: string;
  readonly logGroupName: string;
  readonly failedEventsQueueName: string;
}

interface AlarmDescription {
  /** The logical id in template.yaml. */
  readonly id: string;
  readonly description: string;
  readonly metricName: string;
  /** Of the function's own namespace; otherwise of Lambda's. */
  readonly isOwn?: boolean;
  /** Sum, where it is left out. */
  readonly statistic?: string;
  /** 1, where it is left out. */
  readonly threshold?: number;
}

const ALARMS: readonly AlarmDescription[] = [
  {
    id: 'StageFailedAlarm',
    description:
      'A deployment of a CodePipeline action failed. The failed action in the pipeline says why; so do the ERROR lines of the log.',
    metricName: 'DeploymentFailed',
    isOwn: true,
  },
  {
    id: 'FunctionErrorsAlarm',
    description:
      'The function crashed, ran out of time or could not answer CodePipeline. Lambda delivers the event twice more; the log says what happened.',
    metricName: 'Errors',
  },
  {
    id: 'EventsDroppedAlarm',
    description:
      'Lambda dropped an event, so that its CodePipeline job gets no result: the action fails 20 minutes after its last answer. The event is in the queue of failed events.',
    metricName: 'AsyncEventsDropped',
  },
  {
    id: 'ThrottlesAlarm',
    description:
      "Lambda had no concurrency left for the function. The event waits in Lambda's queue, and is dropped after 15 minutes. Raise ReservedConcurrency or the account's quota.",
    metricName: 'Throttles',
  },
  {
    id: 'EventAgeAlarm',
    description:
      "An event waited in Lambda's queue for three minutes or more before the function got it. After 15 minutes Lambda drops it, and the action fails.",
    metricName: 'AsyncEventAge',
    statistic: 'Maximum',
    threshold: 180_000,
  },
];

/** The alarms of template.yaml: test/drift.test.ts compares them. */
export function createAlarms(scope: Construct, monitored: Monitored, actions: readonly IAlarmAction[]): Alarm[] {
  const { serviceName, metricsNamespace, functionName } = monitored;
  return ALARMS.map(({ id, description, metricName, isOwn, statistic = 'Sum', threshold = 1 }) => {
    const metric = new Metric({
      namespace: isOwn ? metricsNamespace : 'AWS/Lambda',
      metricName,
      dimensionsMap: isOwn ? { service: serviceName } : { FunctionName: functionName },
      statistic,
      period: Duration.minutes(1),
    });
    const alarm = new Alarm(scope, id, {
      alarmDescription: description,
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(...actions);
    return alarm;
  });
}

/** The dashboard of template.yaml, whose body scripts/build.mjs puts beside the code. */
export function createDashboard(scope: Construct, monitored: Monitored): CfnDashboard {
  const { serviceName, metricsNamespace, functionName, logGroupName, failedEventsQueueName } = monitored;
  const values = new Map([
    ['AWS::Region', Aws.REGION],
    ['AWS::StackName', serviceName],
    ['MetricsNamespace', metricsNamespace],
    ['BlueGreenStageFunction', functionName],
    ['BlueGreenStageLogGroup', logGroupName],
    ['FailedEventsQueue.QueueName', failedEventsQueueName],
  ]);
  const template = readFileSync(path.join(__dirname, 'dashboard.json'), 'utf8');
  const dashboardBody = template.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`The dashboard refers to ${name}, which src/monitoring.ts does not know.`);
    return value;
  });
  // Dashboards of all Regions share their names.
  return new CfnDashboard(scope, 'Dashboard', { dashboardName: `${serviceName}-${Aws.REGION}`, dashboardBody });
}

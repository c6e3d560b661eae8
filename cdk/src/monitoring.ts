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
];

/** The alarms of template.yaml: test/drift.test.ts compares them. */
export function createAlarms(scope: Construct, monitored: Monitored, actions: readonly IAlarmAction[]): Alarm[] {
  const { serviceName, metricsNamespace, functionName } = monitored;
  return ALARMS.map(({ id, description, metricName, isOwn }) => {
    const metric = new Metric({
      namespace: isOwn ? metricsNamespace : 'AWS/Lambda',
      metricName,
      dimensionsMap: isOwn ? { service: serviceName } : { FunctionName: functionName },
      statistic: 'Sum',
      period: Duration.minutes(1),
    });
    const alarm = new Alarm(scope, id, {
      alarmDescription: description,
      metric,
      threshold: 1,
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

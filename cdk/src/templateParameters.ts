import type { BlueGreenDeployFunctionProps } from './blueGreenDeployFunctionProps';

/**
 * Which property of the construct stands for each parameter of template.yaml. A parameter without an entry fails
 * test/drift.test.ts.
 */
export const templateParameters: Readonly<Record<string, keyof BlueGreenDeployFunctionProps>> = {
  SpotApiUrl: 'spotApiUrl',
  SpotTokenSecret: 'spotToken',
  CodeDeployApplication: 'applications',
  CodeDeployDeploymentGroup: 'deploymentGroups',
  SecretArn: 'spotToken',
  SecretKmsKeyArn: 'spotToken', // its encryptionKey
  RevisionBucketArns: 'revisionBuckets',
  PipelineArn: 'pipelineArns',
  PollIntervalSeconds: 'pollInterval',
  PollWindowSeconds: 'pollWindow',
  CleanupTimeoutSeconds: 'cleanupTimeout',
  AllowUnknownJob: 'allowUnknownJob',
  MemorySize: 'memorySize',
  ReservedConcurrency: 'reservedConcurrency',
  LogLevel: 'logLevel',
  LogRetentionDays: 'logRetention',
  LogKmsKeyArn: 'logEncryptionKey',
  FailedEventsRetentionSeconds: 'failedEventsRetention',
  FailedEventsReaderArns: 'failedEventsReaderArns',
  FailedEventsKmsKeyArn: 'failedEventsEncryptionKey',
  MetricsNamespace: 'metricsNamespace',
  DashboardEnabled: 'dashboardEnabled',
  NotificationTopicArn: 'notificationTopic',
  NotificationEmail: 'notificationEmail',
};

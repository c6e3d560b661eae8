import { Aws, type Stack } from 'aws-cdk-lib';
import type { IServerApplication, IServerDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { Effect, PolicyStatement, type PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';

/*
 * The statements of the function's role, as in template.yaml: test/drift.test.ts compares them. docs/permissions.md explains
 * each action.
 */

/** What every function may do, whatever it deploys. */
export function commonStatements(
  stack: Stack,
  { logGroup, failedEvents, pipelineArns }: { logGroup: ILogGroup; failedEvents: IQueue; pipelineArns?: string[] },
): PolicyStatement[] {
  return [
    allow('WriteTheLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
    allow('KeepFailedEvents', ['sqs:SendMessage'], [failedEvents.queueArn]),
    ...encryptFailedEvents(stack, failedEvents.encryptionMasterKey),
    allow(
      'AnswerThePipeline',
      ['codepipeline:PutJobSuccessResult', 'codepipeline:PutJobFailureResult', 'codepipeline:GetJobDetails'],
      ['*'], // no resource-level permissions
    ),
    allow(
      'NoticeAStop',
      ['codepipeline:GetPipelineExecution', 'codepipeline:ListActionExecutions'],
      // Any Region: an action may run in another one than its pipeline.
      pipelineArns ?? [`arn:${Aws.PARTITION}:codepipeline:*:${stack.account}:*`],
    ),
    allow(
      'FollowAndStop',
      ['codedeploy:StopDeployment', 'codedeploy:ListDeploymentTargets', 'codedeploy:BatchGetDeploymentTargets'],
      ['*'], // AWS contradicts itself about their resource: see template.yaml
      { StringEquals: { 'aws:RequestedRegion': stack.region } },
    ),
    allow(
      'UseTheDeploymentConfiguration',
      ['codedeploy:GetDeploymentConfig'],
      [codeDeployArn(stack, 'deploymentconfig:*')],
    ),
    allow(
      'SeeTheInstances',
      ['ec2:DescribeInstances'],
      ['*'], // no resource-level permissions
      { StringEquals: { 'aws:RequestedRegion': stack.region } },
    ),
  ];
}

function encryptFailedEvents(stack: Stack, key: IKey | undefined): PolicyStatement[] {
  if (key === undefined) return [];
  const viaService = { 'kms:ViaService': `sqs.${stack.region}.${Aws.URL_SUFFIX}` };
  return [
    allow('EncryptFailedEvents', ['kms:GenerateDataKey', 'kms:Decrypt'], [key.keyArn], { StringEquals: viaService }),
  ];
}

/** Deploying to these deployment groups, and to every group of these applications. */
export function deployStatements(
  stack: Stack,
  {
    applications = [],
    deploymentGroups = [],
  }: { applications?: IServerApplication[]; deploymentGroups?: IServerDeploymentGroup[] },
): PolicyStatement[] {
  const groups = [
    ...applications.map((application) => `${application.applicationName}/*`),
    ...deploymentGroups.map((group) => `${group.application.applicationName}/${group.deploymentGroupName}`),
  ];
  if (groups.length === 0) return [];
  const names = [...applications, ...deploymentGroups.map(({ application }) => application)].map(
    ({ applicationName }) => applicationName,
  );
  return [
    allow(
      'Deploy',
      [
        'codedeploy:CreateDeployment',
        'codedeploy:GetDeployment',
        'codedeploy:ListDeployments',
        'codedeploy:BatchGetDeployments',
        'codedeploy:GetDeploymentGroup',
      ],
      groups.map((group) => codeDeployArn(stack, `deploymentgroup:${group}`)),
    ),
    allow(
      'UseTheRevision',
      ['codedeploy:GetApplicationRevision', 'codedeploy:RegisterApplicationRevision'],
      names.map((name) => codeDeployArn(stack, `application:${name}`)),
    ),
  ];
}

/** Reading the token's secret; of any secret whose name begins with "spot/" where no secret is known. */
export function tokenStatements(stack: Stack, secret: ISecret | undefined): PolicyStatement[] {
  const key = secret?.encryptionKey;
  const arn = secret
    ? // A secret that is known by its name only has six characters more in its ARN.
      (secret.secretFullArn ?? `${secret.secretArn}-??????`)
    : `arn:${Aws.PARTITION}:secretsmanager:${stack.region}:${stack.account}:secret:spot/*`;
  const read = allow('ReadTheSpotToken', ['secretsmanager:GetSecretValue'], [arn]);
  if (key === undefined) return [read];
  const viaService = { 'kms:ViaService': `secretsmanager.*.${Aws.URL_SUFFIX}` };
  return [read, allow('DecryptTheSpotToken', ['kms:Decrypt'], [key.keyArn], { StringLike: viaService })];
}

/** Both for HeadObject. Without ListBucket S3 answers 403, not 404, for an object that does not exist. */
export function revisionStatements(buckets: IBucket[]): PolicyStatement[] {
  if (buckets.length === 0) return [];
  const objects = buckets.map((bucket) => bucket.arnForObjects('*'));
  return [
    allow('CheckTheRevision', ['s3:GetObject', 's3:GetObjectVersion'], objects),
    allow(
      'TellMissingFromForbidden',
      ['s3:ListBucket'],
      buckets.map(({ bucketArn }) => bucketArn),
    ),
  ];
}

function codeDeployArn(stack: Stack, resource: string): string {
  return `arn:${Aws.PARTITION}:codedeploy:${stack.region}:${stack.account}:${resource}`;
}

function allow(
  sid: string,
  actions: string[],
  resources: string[],
  conditions?: PolicyStatementProps['conditions'],
): PolicyStatement {
  return new PolicyStatement({ sid, effect: Effect.ALLOW, actions, resources, conditions });
}

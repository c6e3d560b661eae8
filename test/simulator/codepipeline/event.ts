import type { Artifact, CodePipelineEvent } from 'aws-lambda';
import { FAKE_ARTIFACT_CREDENTIALS, type Account } from '../account';
import type { Scenario } from '../scenario';
import type { Job } from './model';

export type JobData = CodePipelineEvent['CodePipeline.job']['data'];

/** The configuration of the action in the pipeline, as its owner wrote it. */
export interface ActionConfiguration {
  readonly FunctionName?: string;
  /** As CodePipeline passes it: one string, not checked. */
  readonly UserParameters: string;
}

export const DEFAULT_ARTIFACT: Artifact = {
  name: 'SourceOutput',
  revision: null,
  location: {
    type: 'S3',
    s3Location: { bucketName: 'shop-pipeline-artifacts', objectKey: 'shop-pipeline/SourceOut/aBcDeF1.zip' },
  },
};

/** The `data` of a job's event (docs/services.md, CodePipeline). */
export function jobData(
  account: Account,
  configuration: ActionConfiguration,
  inputArtifacts: readonly Artifact[],
  continuationToken: string | undefined,
): JobData {
  return {
    actionConfiguration: { configuration: { FunctionName: account.functionName, ...configuration } },
    inputArtifacts: [...inputArtifacts],
    outputArtifacts: [],
    artifactCredentials: { ...FAKE_ARTIFACT_CREDENTIALS },
    ...(continuationToken !== undefined && { continuationToken }),
    encryptionKey: {
      id: `arn:aws:kms:${account.region}:${account.awsAccountId}:key/5d3c2b1a-0f9e-4d8c-a7b6-1f2e3d4c5b6a`,
      type: 'KMS',
    },
  };
}

/** A fresh copy of the event of a job: what one delivery does to it no other delivery sees. */
export function eventOf(job: Job, data: JobData, account: Account): CodePipelineEvent {
  return { 'CodePipeline.job': { id: job.id, accountId: account.awsAccountId, data: structuredClone(data) } };
}

/** UserParameters that deploy a revision from S3, with what the scenario needs; `changes` go last. */
export function userParametersFor(
  account: Account,
  scenario: Scenario,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    API_TOKEN_SECRET: 'spot/api-token',
    ACCOUNT_ID: account.spotAccountId,
    GROUP_ID: account.groupId,
    APP_NAME: account.applicationName,
    DEPLOYMENT_GROUP: account.deploymentGroupName,
    TIMEOUT: 900,
    S3_BUCKET: 'shop-releases',
    S3_KEY: 'shop-1.4.2.zip',
    ...scenario.userParameters,
    ...changes,
  };
}

import { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { CodePipelineClient, type CodePipelineClientConfig } from '@aws-sdk/client-codepipeline';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SDK_DEFAULTS } from './awsCall';

/** The SDK's clients. Those that not every invocation needs are loaded at their first use. */
export interface AwsClients {
  readonly codePipeline: CodePipelineClient;
  /** For a pipeline in another Region than the function's. */
  readonly codePipelineIn: (region: string) => CodePipelineClient;
  readonly codeDeploy: CodeDeployClient;
  readonly ec2: () => Promise<EC2Client>;
  readonly secretsManager: () => Promise<SecretsManagerClient>;
  readonly s3: () => Promise<S3Client>;
}

/** What tests give the clients in place of the network and Lambda's environment. */
export interface AwsClientOptions extends Omit<CodePipelineClientConfig, keyof typeof SDK_DEFAULTS | 'extensions'> {
  /** A custom endpoint has no host for each bucket (`bucket.localhost`): the bucket goes into the path. */
  readonly hasOwnS3Endpoint?: boolean;
}

/** The SDK itself reads these two, and skips an empty one, as the template sets it (docs/services.md, SDK). */
export function hasOwnS3Endpoint(env: Readonly<Record<string, string | undefined>>): boolean {
  return [env['AWS_ENDPOINT_URL_S3'], env['AWS_ENDPOINT_URL']].some((url) => url !== undefined && url !== '');
}

/** Created once per container, so that connections stay open from one invocation to the next. */
export function createAwsClients({
  hasOwnS3Endpoint: forcePathStyle = false,
  ...options
}: AwsClientOptions = {}): AwsClients {
  const config = { ...SDK_DEFAULTS, ...options };
  const regional = new Map<string, CodePipelineClient>();
  return {
    codePipeline: new CodePipelineClient(config),
    codePipelineIn: (region) => {
      const client = regional.get(region) ?? new CodePipelineClient({ ...config, region });
      regional.set(region, client);
      return client;
    },
    codeDeploy: new CodeDeployClient(config),
    ec2: once(async () => new (await import('./ec2Sdk')).EC2Client(config)),
    secretsManager: once(async () => new (await import('./secretsSdk')).SecretsManagerClient(config)),
    s3: once(async () => new (await import('./s3Sdk')).S3Client({ ...config, forcePathStyle })),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

import { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import axios, { type AxiosAdapter, type AxiosInstance } from 'axios';
import type { Account } from './account';
import type { SdkRequestHandler } from './sdkHandler';

/** The real clients, without retries, so that a test meets every answer itself. */
export interface Clients {
  readonly spot: AxiosInstance;
  readonly codeDeploy: CodeDeployClient;
  readonly codePipeline: CodePipelineClient;
  readonly ec2: EC2Client;
  readonly secrets: SecretsManagerClient;
}

/** In process instead of over sockets, when there is a transport. */
export interface InProcess {
  readonly requestHandler: SdkRequestHandler;
  readonly axiosAdapter: AxiosAdapter;
}

export function clientsFor(account: Account, url: string, inProcess?: InProcess): Clients {
  const settings = {
    region: account.region,
    endpoint: url,
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIAFAKESIMULATOR000', secretAccessKey: 'fake-key-of-the-simulator' },
    ...(inProcess && { requestHandler: inProcess.requestHandler }),
  };
  return {
    spot: axios.create({
      baseURL: `${url}/aws/ec2/group/${account.groupId}`,
      params: { accountId: account.spotAccountId },
      headers: { Authorization: `Bearer ${account.spotToken}`, 'Content-Type': 'application/json' },
      timeout: 2000,
      ...(inProcess && { adapter: inProcess.axiosAdapter }),
    }),
    codeDeploy: new CodeDeployClient(settings),
    codePipeline: new CodePipelineClient(settings),
    ec2: new EC2Client(settings),
    secrets: new SecretsManagerClient(settings),
  };
}

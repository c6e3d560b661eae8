import type { AxiosAdapter } from 'axios';
import type { AwsClients } from './clients/awsClients';
import type { CallBudget } from './clients/callPolicy';
import { codeDeployClient } from './clients/codeDeploy/codeDeploy';
import { deploymentTargetsClient } from './clients/codeDeploy/deploymentTargets';
import { deploymentGroupClient } from './clients/codeDeploy/deploymentGroup';
import { elastigroupClient, SPOT_OPERATIONS } from './clients/spot/elastigroup';
import { elastigroupEventsClient } from './clients/spot/elastigroupEvents';
import { ec2InstancesClient } from './clients/ec2Instances';
import { pipelineRunsClient } from './clients/pipelineRun';
import { revisionObjectClient } from './clients/revisionObject';
import type { SpotRateLimit } from './clients/spot/rateLimit';
import { SpotApi, type SpotApiOptions } from './clients/spot/spotApi';
import type { DeploymentContext } from './deployment/context';
import type { RunMemory } from './deployment/runMemory';
import type { JobInput } from './input/jobInput';
import type { Log } from './lib/log';

interface Ingredients {
  readonly input: JobInput;
  readonly token: SpotApiOptions['token'];
  readonly aws: AwsClients;
  readonly spotAdapter: AxiosAdapter | undefined;
  readonly budget: CallBudget;
  readonly rateLimit: SpotRateLimit;
  readonly runMemory: RunMemory;
  readonly log: Log;
}

/** Puts the real services behind the narrow interfaces that a deployment uses. */
export function createContext({
  input,
  token,
  aws,
  spotAdapter,
  budget,
  rateLimit,
  runMemory,
  log,
}: Ingredients): DeploymentContext {
  const { parameters, settings } = input;
  const api = new SpotApi({
    url: settings.spotApiUrl,
    token,
    accountId: parameters.accountId,
    budget,
    rateLimit,
    adapter: spotAdapter,
  });
  return {
    clock: budget.clock,
    parameters,
    cleanupTimeoutSeconds: settings.cleanupTimeoutSeconds,
    elastigroup: elastigroupClient(api, parameters.groupId, (sentence) => {
      log.warn(sentence);
    }),
    codeDeploy: codeDeployClient(aws.codeDeploy, parameters, budget),
    ec2Instances: ec2InstancesClient(aws.ec2, budget),
    deploymentTargets: deploymentTargetsClient(aws.codeDeploy, budget),
    elastigroupEvents: elastigroupEventsClient(api, parameters.groupId),
    deploymentGroup: deploymentGroupClient(aws.codeDeploy, parameters, budget),
    revisionObject: settings.checkRevision ? revisionObjectClient(aws.s3, budget) : undefined,
    pipelineRuns: pipelineRunsClient(aws, budget),
    runMemory,
    log,
    isSpotLimitTight: () => rateLimit.isTight(SPOT_OPERATIONS.list, budget.clock.now()),
  };
}

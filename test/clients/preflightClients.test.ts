import { createAwsClients } from '../../src/clients/awsClients';
import { RetryQuota, type CallBudget } from '../../src/clients/callPolicy';
import { deploymentGroupClient } from '../../src/clients/codeDeploy/deploymentGroup';
import { elastigroupClient } from '../../src/clients/spot/elastigroup';
import { revisionObjectClient } from '../../src/clients/revisionObject';
import { SpotRateLimit } from '../../src/clients/spot/rateLimit';
import { SpotApi } from '../../src/clients/spot/spotApi';
import { systemClock } from '../../src/lib/clock';
import { DEFAULT_ACCOUNT } from '../simulator/account';
import type { FaultKind } from '../simulator/faults';
import type { WorldOptions } from '../simulator/options';
import { scenarioNamed } from '../simulator/scenarios';
import { environmentFor, startServer, type SimulatorServer } from '../simulator/server';
import { World } from '../simulator/world';
import type { S3Revision, UserParameters } from '../../src/input/userParameters/userParameters';

/* The clients of preflight over real HTTP, with the SDK's own settings from the environment, as in Lambda. */

const REVISION: S3Revision = { kind: 's3', bucket: 'releases', key: 'shop/a b.zip', bundleType: 'zip' };
const environment = process.env;
let server: SimulatorServer;
let world: World;

afterEach(async () => {
  process.env = environment;
  await server.close();
});

interface Around {
  readonly options?: Partial<WorldOptions>;
  readonly fault?: (call: number) => FaultKind | undefined;
  readonly parameters?: Partial<UserParameters>;
}

async function clients({ options = {}, fault, parameters: changes }: Around = {}) {
  world = new World({ now: () => Date.now(), seed: 1, scenario: scenarioNamed('success'), options });
  server = await startServer({ world, ...(fault && { intercept: fault }) });
  // localhost, where a bucket cannot be a part of the host's name.
  process.env = { ...environment, ...environmentFor(server.url.replace('127.0.0.1', 'localhost')) };
  const budget: CallBudget = {
    clock: systemClock,
    until: Date.now() + 10_000,
    jitter: () => 0,
    retries: new RetryQuota(),
    redact: (text) => text,
  };
  const aws = createAwsClients({ hasOwnS3Endpoint: true });
  const { applicationName, deploymentGroupName, groupId, spotAccountId: accountId, spotToken: token } = DEFAULT_ACCOUNT;
  const parameters: UserParameters = {
    token: { kind: 'clear', value: token },
    accountId,
    groupId,
    applicationName,
    deploymentGroupName,
    timeoutSeconds: 900,
    revision: REVISION,
    onConflict: 'FAIL',
    dryRun: false,
    ...changes,
  };
  const api = new SpotApi({
    url: server.url,
    token: () => Promise.resolve(token),
    accountId,
    budget,
    rateLimit: new SpotRateLimit(),
  });
  return {
    revisionObject: revisionObjectClient(aws.s3, budget),
    deploymentGroup: deploymentGroupClient(aws.codeDeploy, parameters, budget),
    elastigroup: elastigroupClient(api, parameters.groupId, () => undefined),
  };
}

describe('HeadObject', () => {
  test('a 400 that names the Region of the bucket is another Region', async () => {
    const { revisionObject } = await clients({ options: { headObject: 'other-region-400' } });
    expect(await revisionObject.head(REVISION)).toEqual({ kind: 'other-region' });
  });

  test('a 400 that names the Region of this function is about the request', async () => {
    const { revisionObject } = await clients({ options: { headObject: 'malformed-here' } });
    expect(await revisionObject.head(REVISION)).toEqual({ kind: 'malformed' });
  });

  test.each(['missing', 'forbidden', 'other-region', 'malformed'] as const)('%s', async (headObject) => {
    const { revisionObject } = await clients({ options: { headObject } });
    expect(await revisionObject.head(REVISION)).toEqual({ kind: headObject });
    expect(world.calls).toHaveLength(1);
  });

  test('found, with its ETag', async () => {
    const { revisionObject } = await clients();
    expect(await revisionObject.head(REVISION)).toEqual({
      kind: 'found',
      eTag: expect.stringMatching(/^"\w+"$/) as string,
    });
  });

  test('a busy S3 is asked again', async () => {
    const { revisionObject } = await clients({ fault: (call) => (call === 0 ? 'error-503' : undefined) });
    expect(await revisionObject.head(REVISION)).toMatchObject({ kind: 'found' });
  });

  test('an answer without an ETag is none of S3, and a transient error', async () => {
    const { revisionObject } = await clients({ fault: () => 'not-json' });
    await expect(revisionObject.head(REVISION)).rejects.toMatchObject({ kind: 'unreadable', transient: true });
  });

  test('an S3 that stays busy is a transient error', async () => {
    const { revisionObject } = await clients({ fault: () => 'error-503' });
    await expect(revisionObject.head(REVISION)).rejects.toMatchObject({ service: 'S3', transient: true });
  });
});

describe('GetDeploymentGroup', () => {
  test('reads how the group deploys', async () => {
    const { deploymentGroup } = await clients();
    expect(await deploymentGroup.read()).toEqual({
      computePlatform: 'Server',
      deploymentType: 'BLUE_GREEN',
      configName: 'CodeDeployDefault.OneAtATime',
      greenFleet: 'DISCOVER_EXISTING',
      blueTerminationWaitMinutes: undefined,
      rerouteWaitMinutes: undefined,
    });
  });

  test('reads the waits', async () => {
    const { deploymentGroup } = await clients({
      options: { deploymentGroup: { blueTerminationWaitMinutes: 60, rerouteWaitMinutes: 15 } },
    });
    expect(await deploymentGroup.read()).toMatchObject({ blueTerminationWaitMinutes: 60, rerouteWaitMinutes: 15 });
  });

  test('reads a group that deploys in place', async () => {
    const { deploymentGroup } = await clients({ options: { deploymentGroup: { deploymentType: 'IN_PLACE' } } });
    expect(await deploymentGroup.read()).toMatchObject({ deploymentType: 'IN_PLACE', greenFleet: undefined });
  });

  test('is told when it may not read, and when there is no such group', async () => {
    const denied = await clients({ options: { deploymentGroupAccess: 'denied' } });
    await expect(denied.deploymentGroup.read()).rejects.toMatchObject({ kind: 'denied' });
    await server.close();
    const unknown = await clients({ parameters: { deploymentGroupName: 'nonsense' } });
    await expect(unknown.deploymentGroup.read()).rejects.toMatchObject({
      code: 'DeploymentGroupDoesNotExistException',
    });
  });
});

describe("the Elastigroup's CodeDeploy integration", () => {
  const { applicationName, deploymentGroupName } = DEFAULT_ACCOUNT;

  test.each([
    ['named', [{ applicationName, deploymentGroupName }]],
    ['another', [{ applicationName, deploymentGroupName: 'shop-staging' }]],
    ['none', undefined],
  ] as const)('%s', async (integration, expected) => {
    const { elastigroup } = await clients({ options: { integration } });
    expect((await elastigroup.readGroup()).deploymentGroups).toEqual(expected);
  });

  test('of a group that does not exist', async () => {
    const { elastigroup } = await clients({ parameters: { groupId: 'sig-nonsense' } });
    await expect(elastigroup.readGroup()).rejects.toMatchObject({ code: 'GROUP_DOESNT_EXIST', transient: false });
  });

  test('an answer that is no JSON is a transient error', async () => {
    const { elastigroup } = await clients({ fault: () => 'not-json' });
    await expect(elastigroup.readGroup()).rejects.toMatchObject({ kind: 'unreadable', transient: true });
  });
});

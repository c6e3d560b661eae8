import {
  BatchGetDeploymentTargetsCommand,
  BatchGetDeploymentsCommand,
  GetApplicationCommand,
  GetDeploymentConfigCommand,
  GetDeploymentGroupCommand,
  ListDeploymentTargetsCommand,
  StopDeploymentCommand,
  paginateListDeployments,
  type CreateDeploymentCommandInput,
  type ListDeploymentTargetsCommandOutput,
} from '@aws-sdk/client-codedeploy';
import {
  GetJobDetailsCommand,
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
} from '@aws-sdk/client-codepipeline';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import axios, { type AxiosError, type AxiosRequestConfig } from 'axios';
import { timerClock } from './clocks';
import { FAULT_KINDS, type FaultKind } from './faults';
import type { WorldOptions } from './options';
import { runAction, type ActionSettings } from './pipeline';
import { SCENARIOS, scaled, scenarioNamed } from './scenarios';
import { environmentFor, startServer, type SimulatorServer } from './server';
import { clientsFor } from './testClients';
import {
  BLUE_GREEN,
  UUID,
  account,
  blueGreenBody,
  create,
  deploy,
  errorOf,
  get,
  green,
  inProcess,
  list,
  newWorld,
  only,
  post,
  stateOf,
  type Setup,
  type SpotBody,
} from './testWorld';
import { inProcessTransport } from './transport';
import type { World } from './world';

const servers: SimulatorServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function overHttp(name?: string, options?: Partial<WorldOptions>, fault?: FaultKind): Promise<Setup> {
  const { world, clock } = newWorld(name, options);
  const server = await startServer({ world, intercept: () => fault });
  servers.push(server);
  return { world, clock, clients: clientsFor(account, server.url) };
}

async function spotError(work: Promise<unknown>): Promise<AxiosError<SpotBody>> {
  const error = await errorOf(work);
  if (axios.isAxiosError<SpotBody>(error)) return error;
  throw error;
}

describe('scenarios', () => {
  it('have names of their own, and an unknown name is answered with the known ones', () => {
    expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
    expect(() => scenarioNamed('nonsense')).toThrow(/"nonsense".*success, script-fails/);
  });

  it('can be scaled as a whole', () => {
    const half = scaled(scenarioNamed('never-finishes'), 0.5);
    expect(half.durations.awaitingLaunch).toBe(6);
    expect(half.userParameters).toEqual({ TIMEOUT: 45 });
    expect(scaled(scenarioNamed('slow-tags'), 0.1).options.tagVisibilitySeconds).toBeCloseTo(1.2);
    expect(scaled(scenarioNamed('group-renamed-meanwhile'), 0.2).options.codeDeployLost?.afterSeconds).toBe(2);
  });
});

describe('the Spot API over HTTP', () => {
  it('answers a POST with one item, and finds it again', async () => {
    const { clients } = await overHttp();
    const { data } = await clients.spot.post<SpotBody>(BLUE_GREEN, blueGreenBody());
    expect(data).toMatchObject({
      request: { method: 'POST', url: expect.stringContaining('accountId=act-1a2b3c4d') as string },
      response: {
        status: { code: 200 },
        kind: 'spotinst:aws:ec2:group:codeDeploy:blueGreenDeployment',
        count: 1,
        items: [
          {
            id: expect.stringMatching(/^cdbg-[0-9a-f]{8}$/) as string,
            groupId: account.groupId,
            state: 'STARTING',
            config: { timeout: 20 },
          },
        ],
      },
    });
    expect(await list(clients)).toEqual(data.response.items);
  });

  it('shows the group, its instances and its log', async () => {
    const { clients } = await overHttp();
    await post(clients);
    const group = await clients.spot.get('');
    expect(group.data).toMatchObject({
      response: {
        items: [{ id: account.groupId, thirdPartiesIntegration: { codeDeploy: { cleanUpOnFailure: true } } }],
      },
    });
    const status = await clients.spot.get<SpotBody>('/status');
    expect(status.data.response.items).toHaveLength(account.capacityTarget);
    const logs = await clients.spot.get('/logs', {
      params: { fromDate: '2026-11-21', toDate: '2026-11-22', severity: 'INFO' },
    });
    expect(logs.data).toMatchObject({
      response: { items: [{ severity: 'INFO', createdAt: '2026-11-21T10:00:00.000Z' }] },
    });
  });

  it.each<[string, AxiosRequestConfig<unknown, object>, number, string]>([
    ['a wrong token', { headers: { Authorization: 'Bearer nonsense' } }, 401, 'UNAUTHORIZED'],
    ['a form', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a request that does not say what it is', { headers: { 'Content-Type': null } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['no account', { params: { accountId: undefined } }, 400, 'GROUP_DOESNT_EXIST'],
    ['another account', { params: { accountId: 'act-other' } }, 403, 'FORBIDDEN'],
    ['another group', { baseURL: '/aws/ec2/group/sig-other' }, 400, 'GROUP_DOESNT_EXIST'],
  ])('refuses %s', async (_what, config, status, code) => {
    const { clients } = await overHttp();
    const base = clients.spot.defaults.baseURL ?? '';
    const baseURL = new URL(config.baseURL ?? base, base).href;
    const { response } = await spotError(clients.spot.get(BLUE_GREEN, { ...config, baseURL }));
    expect(response?.status).toBe(status);
    expect(response?.data.response).toMatchObject({ status: { code: status }, errors: [{ code }] });
  });

  it.each([
    ['timeout', { ...blueGreenBody(), deployment: { timeout: 0 } }],
    ['tags', { deployment: { timeout: 1, tags: [] } }],
    [
      'deploymentGroups',
      {
        deployment: {
          timeout: 1,
          tags: [{ tagKey: 'k', tagValue: 'v' }],
          deploymentGroups: [{ applicationName: 'other', deploymentGroupName: 'g' }],
        },
      },
    ],
  ])('refuses a body whose %s is wrong', async (what, body) => {
    const { clients, world } = await overHttp();
    const { response } = await spotError(clients.spot.post(BLUE_GREEN, body));
    expect(response?.status).toBe(400);
    expect(response?.data.response.errors?.[0]?.message).toContain(what);
    expect(world.spot.deployments).toHaveLength(0);
  });

  it('lists the events of the group, the newest first, as many as are asked for', async () => {
    const { clients, clock } = await overHttp();
    await post(clients);
    clock.advance(60);
    const dates = { fromDate: String(clock.now() - 3_600_000), toDate: String(clock.now()) };
    const read = async (params: object) => {
      const { data } = await clients.spot.get<{ response: { items: { createdAt: string }[] } }>('/logs', { params });
      return data.response.items.map(({ createdAt }) => createdAt);
    };
    const all = await read(dates);
    expect(all.length).toBeGreaterThan(3);
    expect(all).toEqual(all.toSorted().reverse());
    expect(await read({ ...dates, limit: 2 })).toEqual(all.slice(0, 2));
    for (const wrong of [{ toDate: undefined }, { fromDate: undefined }, { limit: 1001 }, { severity: 'LOUD' }]) {
      const { response } = await spotError(clients.spot.get('/logs', { params: { ...dates, ...wrong } }));
      expect(response?.status).toBe(400);
    }
  });

  it('tells of its limit with every answer, and the window slides', async () => {
    const { clients, clock } = await overHttp('success', { spotRequestsPerMinute: 3 });
    const headers = async () => {
      const answer = await clients.spot.get(BLUE_GREEN);
      return ['limit', 'remaining', 'reset'].map((name) => Number(answer.headers[`x-ratelimit-${name}`]));
    };
    expect(await headers()).toEqual([3, 2, 0]);
    clock.advance(40);
    expect(await headers()).toEqual([3, 1, 0]);
    expect(await headers()).toEqual([3, 0, 20]);
    clock.advance(20);
    expect(await headers()).toEqual([3, 0, 40]);
  });

  it('limits requests by route and method, and holds an early one against the client', async () => {
    const { clients, clock, world } = await overHttp('success', { spotRequestsPerMinute: 2 });
    await list(clients);
    await list(clients);
    clock.advance(10);
    const { response } = await spotError(list(clients));
    expect(response?.status).toBe(429);
    expect(response?.headers).toMatchObject({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '50' });
    expect(response?.data.response.errors).toBeUndefined();
    await post(clients);
    clock.advance(20);
    expect((await spotError(list(clients))).response?.headers['x-ratelimit-reset']).toBe('60');
    expect(world.earlyAfter429).toHaveLength(1);
    clock.advance(60);
    await list(clients);
    expect(world.earlyAfter429).toHaveLength(1);
  });
});

describe('the kinds of Spot', () => {
  it('rejects a second deployment, or accepts it', async () => {
    const rejecting = await overHttp();
    await post(rejecting.clients);
    const { response } = await spotError(post(rejecting.clients, 'another'));
    expect(response?.data.response.errors?.[0]?.code).toBe('BLUE_GREEN_DEPLOYMENT_IN_PROGRESS');

    const accepting = await overHttp('success', { secondDeployment: 'accepted' });
    const first = await post(accepting.clients);
    const second = await post(accepting.clients, 'another');
    expect((await list(accepting.clients)).map(({ id }) => id)).toEqual([second.id, first.id]);
  });

  it('lists in any order, and may drop what has finished', async () => {
    const options = { secondDeployment: 'accepted', listOrder: 'oldest', listsFinished: false } as const;
    const { clients, clock } = await overHttp('success', options);
    const first = await post(clients);
    const second = await post(clients, 'another');
    expect((await list(clients)).map(({ id }) => id)).toEqual([first.id, second.id]);
    await clients.spot.put(`${BLUE_GREEN}/${first.id}/stop`);
    clock.advance(20);
    expect(await list(clients)).toMatchObject([{ state: 'FINISHED_STOPPED' }, { id: second.id }]);
    clock.advance(90);
    expect((await list(clients)).map(({ id }) => id)).toEqual([second.id]);
  });

  it.each(['ERROR', 'FINISHED_PARTIALLY'])("may list another's old deployment for good, as %s", async (state) => {
    const { clients, world } = await overHttp('success', { oldDeploymentState: state, listsFinished: false });
    const old = only(world.spot.deployments);
    const own = await post(clients);
    expect(await list(clients)).toMatchObject([{ id: own.id }, { id: old.id, state }]);
    const { response } = await spotError(clients.spot.put(`${BLUE_GREEN}/${old.id}/stop`));
    expect(response?.data.response.errors?.[0]?.code).toBe('CANNOT_STOP_BLUE_GREEN_DEPLOYMENT');
  });

  it('may react to a failed CodeDeploy deployment, or wait for its own timeout', async () => {
    const reacting = await overHttp('script-fails', { reactsToFailure: true });
    await deploy(reacting);
    reacting.clock.advance(60);
    expect(await stateOf(reacting.clients)).toBe('FINISHED_ERROR');

    const waiting = await overHttp('script-fails');
    await deploy(waiting);
    waiting.clock.advance(60);
    expect(await stateOf(waiting.clients)).toBe('AWAITING_DEPLOYMENT_TO_FINISH');
    waiting.clock.advance(20 * 60);
    expect(await stateOf(waiting.clients)).toBe('FINISHED_ERROR');
    expect(await green(waiting.clients)).toHaveLength(0);
  });
});

describe('a whole success', () => {
  it('goes through the states in time', async () => {
    const setup = await overHttp();
    const { clients, clock, world } = setup;
    await post(clients);
    const seen: string[] = [];
    for (const seconds of [1, 2, 2, 4, 12]) {
      clock.advance(seconds);
      seen.push(await stateOf(clients));
    }
    expect(seen).toEqual([
      'STARTING',
      'VALIDATE_TAGS',
      'LAUNCHING_NEW_INSTANCES',
      'AWAITING_INSTANCES_LAUNCH',
      'TAG_INSTANCES_WITH_GREEN_TAG',
    ]);
    expect(await green(clients)).toHaveLength(0);
    clock.advance(4);
    expect(await stateOf(clients)).toBe('AWAITING_USER_DEPLOYMENT');
    expect(await green(clients)).toHaveLength(4);

    const id = await create(clients);
    expect((await get(clients, id)).status).toBe('Created');
    clock.advance(4);
    expect(await stateOf(clients)).toBe('AWAITING_DEPLOYMENT_TO_FINISH');
    clock.advance(10);
    const halfway = await get(clients, id);
    expect(halfway.status).toBe('InProgress');
    expect(halfway.deploymentOverview).toMatchObject({ Ready: 2, InProgress: 1, Pending: 1, Failed: 0 });

    clock.advance(120);
    const done = await get(clients, id);
    expect(done).toMatchObject({ status: 'Succeeded', deploymentOverview: { Succeeded: 4, Pending: 0 } });
    expect(done.completeTime?.getTime()).toBeLessThan(clock.now());
    expect(await stateOf(clients)).toBe('FINISHED');
    expect(world.spot.deployments[0]?.history.map(({ state }) => state).slice(-4)).toEqual([
      'WAIT_BEFORE_TERMINATION',
      'REMOVE_OLD_INSTANCES',
      'REMOVE_ALL_SUSPENSIONS',
      'FINISHED',
    ]);
    expect(await green(clients)).toHaveLength(4);
    const blue = world.ec2.instances.filter(({ launchedBy }) => launchedBy === undefined);
    expect(blue.map(({ state, stateReason }) => [state, stateReason?.code])).toEqual(
      Array(4).fill(['terminated', 'Client.UserInitiatedShutdown']),
    );
    const history = world.spot.deployments[0]?.history ?? [];
    const seconds = ((history.at(-1)?.at ?? 0) - (history[0]?.at ?? 0)) / 1000;
    expect(seconds).toBeGreaterThan(60);
    expect(seconds).toBeLessThan(90);
    expect(world.unexpectedCalls).toEqual([]);
  });

  it('is the same for the same seed', async () => {
    const ids = await Promise.all(
      [inProcess(), inProcess()].map(async (setup) => [await deploy(setup), setup.world.ec2.instances[5]?.id]),
    );
    expect(ids[0]).toEqual(ids[1]);
  });
});

describe('CodeDeploy over HTTP', () => {
  it.each<[string, Partial<CreateDeploymentCommandInput>]>([
    ['ApplicationDoesNotExistException', { applicationName: 'nonsense' }],
    ['DeploymentGroupDoesNotExistException', { deploymentGroupName: 'nonsense' }],
    ['InvalidDeploymentGroupNameException', { deploymentGroupName: 'white space' }],
    ['DeploymentConfigDoesNotExistException', { deploymentConfigName: 'nonsense' }],
    ['RevisionRequiredException', { revision: {} }],
    ['InvalidRevisionException', { revision: { revisionType: 'GitHub', gitHubLocation: { repository: 'x' } } }],
    ['DescriptionTooLongException', { description: 'x'.repeat(257) }],
    ['InvalidAutoRollbackConfigException', { autoRollbackConfiguration: { enabled: true, events: [] } }],
    ['InvalidTargetInstancesException', { targetInstances: { tagFilters: [] } }],
    [
      'InvalidTargetInstancesException',
      { targetInstances: { tagFilters: [{ Key: 'GreenIdentifier', Value: 'nobody', Type: 'KEY_AND_VALUE' }] } },
    ],
    ['InvalidTargetInstancesException', { deploymentGroupName: account.inPlaceGroupName }],
  ])('refuses with %s', async (name, changes) => {
    const { clients } = await overHttp();
    expect(await errorOf(create(clients, changes))).toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  });

  it.each(['active', 'deploying'] as const)('names the other deployment in the form "%s"', async (limitMessage) => {
    const { clients, world } = await overHttp('conflict-codedeploy', { limitMessage });
    const other = world.codeDeploy.activeIn(account.deploymentGroupName)?.id ?? '';
    const error = await errorOf(create(clients));
    expect(error.name).toBe('DeploymentLimitExceededException');
    expect(error.message).toContain(
      limitMessage === 'active' ? `active Deployment '${other}'` : `deploying deployment '${other}'`,
    );
  });

  it('pages through deployments and targets, filters them, and shows lifecycle events', async () => {
    const setup = await overHttp('script-fails');
    const { clients, clock } = setup;
    const id = await deploy(setup);
    clock.advance(40);
    const { applicationName, deploymentGroupName } = account;
    const config = { client: clients.codeDeploy };
    const pages: (readonly string[])[] = [];
    for await (const page of paginateListDeployments(config, { applicationName, deploymentGroupName })) {
      pages.push(page.deployments ?? []);
    }
    expect(pages.map(({ length }) => length)).toEqual([3, 2]);
    expect(pages[0]?.[0]).toBe(id);
    const recent = { start: new Date(clock.now() - 3_600_000) };
    for await (const page of paginateListDeployments(config, {
      applicationName,
      deploymentGroupName,
      createTimeRange: recent,
      includeOnlyStatuses: ['Failed'],
    })) {
      expect(page.deployments).toEqual([id]);
    }
    const batch = await clients.codeDeploy.send(new BatchGetDeploymentsCommand({ deploymentIds: pages.flat() }));
    expect(batch.deploymentsInfo?.map(({ status }) => status)).toEqual([
      'Failed',
      ...Array<string>(4).fill('Succeeded'),
    ]);

    const targetIds: string[] = [];
    for (let nextToken: string | undefined = ''; nextToken !== undefined;) {
      const ask = new ListDeploymentTargetsCommand({ deploymentId: id, ...(nextToken !== '' && { nextToken }) });
      const page: ListDeploymentTargetsCommandOutput = await clients.codeDeploy.send(ask);
      targetIds.push(...(page.targetIds ?? []));
      nextToken = page.nextToken;
    }
    const { deploymentTargets = [] } = await clients.codeDeploy.send(
      new BatchGetDeploymentTargetsCommand({ deploymentId: id, targetIds }),
    );
    const targets = deploymentTargets.map(({ instanceTarget }) => instanceTarget);
    expect(targets.map((target) => `${target?.instanceLabel ?? ''} ${target?.status ?? ''}`)).toEqual([
      'Green Skipped',
      'Green Failed',
      'Green Skipped',
      'Green Skipped',
      ...Array<string>(4).fill('Blue Skipped'),
    ]);
    const filtered = (targetFilters: Record<string, string[]>) =>
      clients.codeDeploy.send(new ListDeploymentTargetsCommand({ deploymentId: id, targetFilters }));
    const only = await filtered({ TargetStatus: ['Failed'], ServerInstanceLabel: ['Green'] });
    expect(only.targetIds).toEqual([targetIds[1]]);
    expect((await errorOf(filtered({ Status: ['Failed'] }))).name).toBe('InvalidTargetFilterNameException');
    expect((await errorOf(filtered({ TargetStatus: ['failed'] }))).name).toBe('InvalidInstanceStatusException');
    const failed = targets[1]?.lifecycleEvents?.find(({ status }) => status === 'Failed');
    expect(failed).toMatchObject({
      lifecycleEventName: 'AfterInstall',
      diagnostics: { errorCode: 'ScriptFailed', logTail: expect.stringContaining('ENOSPC') as string },
    });
    expect(failed?.endTime).toBeInstanceOf(Date);
    expect(await get(clients, id)).toMatchObject({
      status: 'Failed',
      errorInformation: { code: 'HEALTH_CONSTRAINTS' },
    });
    const blue = await clients.codeDeploy.send(
      new ListDeploymentTargetsCommand({ deploymentId: id, targetFilters: { ServerInstanceLabel: ['Blue'] } }),
    );
    expect(blue.targetIds).toHaveLength(3);
  });

  it('stops a deployment, and rolls it back when it is asked to', async () => {
    const setup = await overHttp('never-finishes');
    const { clients, clock, world } = setup;
    const deploymentId = await deploy(setup);
    clock.advance(10);
    const stop = new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: true });
    expect(await clients.codeDeploy.send(stop)).toMatchObject({ status: 'Pending' });
    expect((await get(clients, deploymentId)).status).toBe('InProgress');
    clock.advance(4);
    const stopped = await get(clients, deploymentId);
    const rollbackId = stopped.rollbackInfo?.rollbackDeploymentId ?? '';
    expect(stopped).toMatchObject({ status: 'Stopped', errorInformation: { code: 'MANUAL_STOP' } });
    expect(await get(clients, rollbackId)).toMatchObject({ status: 'InProgress', creator: 'codeDeployRollback' });
    expect((await errorOf(create(clients))).name).toBe('DeploymentLimitExceededException');
    clock.advance(10);
    expect((await get(clients, rollbackId)).status).toBe('Succeeded');
    expect((await errorOf(clients.codeDeploy.send(stop))).name).toBe('DeploymentAlreadyCompletedException');
    expect(world.codeDeploy.byId(deploymentId)?.stopRequests).toMatchObject([{ by: 'api' }]);
  });

  it('works on as many instances at a time as the config says', async () => {
    const setup = await overHttp();
    await post(setup.clients);
    setup.clock.advance(30);
    const id = await create(setup.clients, { deploymentConfigName: 'CodeDeployDefault.AllAtOnce' });
    setup.clock.advance(4);
    expect((await get(setup.clients, id)).deploymentOverview).toMatchObject({ InProgress: 4, Pending: 0 });
  });

  it('shows the deployment group and its config, and refuses what it does not know', async () => {
    const { clients, world } = await overHttp();
    const { applicationName, deploymentGroupName } = account;
    const group = await clients.codeDeploy.send(
      new GetDeploymentGroupCommand({ applicationName, deploymentGroupName }),
    );
    expect(group.deploymentGroupInfo).toMatchObject({
      deploymentStyle: { deploymentType: 'BLUE_GREEN' },
      blueGreenDeploymentConfiguration: { greenFleetProvisioningOption: { action: 'DISCOVER_EXISTING' } },
    });
    const deploymentConfigName = 'CodeDeployDefault.HalfAtATime';
    const config = await clients.codeDeploy.send(new GetDeploymentConfigCommand({ deploymentConfigName }));
    expect(config.deploymentConfigInfo?.minimumHealthyHosts).toEqual({ type: 'FLEET_PERCENT', value: 50 });
    const unknown = await errorOf(clients.codeDeploy.send(new GetApplicationCommand({ applicationName })));
    expect(unknown.name).toBe('UnknownOperationException');
    expect(world.unexpectedCalls).toHaveLength(1);
    const absent = new BatchGetDeploymentTargetsCommand({ deploymentId: 'd-AAAAAAAAA', targetIds: ['i-1'] });
    expect((await errorOf(clients.codeDeploy.send(absent))).name).toBe('DeploymentDoesNotExistException');
  });
});

describe('as AWS answers', () => {
  it('targets are refused before a deployment has started', async () => {
    const setup = inProcess();
    const deploymentId = await deploy(setup);
    const read = () => setup.clients.codeDeploy.send(new ListDeploymentTargetsCommand({ deploymentId }));
    expect((await errorOf(read())).name).toBe('DeploymentNotStartedException');
    setup.clock.advance(2);
    expect((await read()).targetIds).not.toEqual([]);
  });

  it('an id that does not exist is left out of BatchGetDeployments', async () => {
    const setup = inProcess();
    const id = await deploy(setup);
    const batch = new BatchGetDeploymentsCommand({ deploymentIds: ['d-AAAAAAAAA', id] });
    const { deploymentsInfo } = await setup.clients.codeDeploy.send(batch);
    expect(deploymentsInfo?.map(({ deploymentId }) => deploymentId)).toEqual([id]);
  });

  it('every answer has a request id of its own, errors included', async () => {
    const { world } = newWorld();
    const ask = (target: string) =>
      world.handle({
        method: 'POST',
        url: '/',
        headers: { 'x-amz-target': target },
        body: '{"SecretId":"spot/api-token"}',
      });
    const answers = [
      ask('secretsmanager.GetSecretValue'),
      ask('CodeDeploy_20141006.GetDeployment'),
      world.handle({ method: 'POST', url: '/', headers: {}, body: 'Action=DescribeInstances' }),
      world.handle({ method: 'HEAD', url: '/bucket/key', headers: {}, body: '' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 200, 200]);
    const ids = answers.map(({ headers }) => headers['x-amzn-requestid'] ?? headers['x-amz-request-id'] ?? '');
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('EC2 over HTTP', () => {
  it('needs paging, and shows instances in full', async () => {
    const setup = await overHttp();
    await post(setup.clients);
    setup.clock.advance(30);
    const Filters = [{ Name: `tag:${account.tagKey}`, Values: [UUID] }];
    const first = await setup.clients.ec2.send(new DescribeInstancesCommand({ Filters }));
    expect(first.Reservations).toHaveLength(2);
    expect(first.NextToken).toBeDefined();
    const instances = await green(setup.clients);
    expect(instances).toHaveLength(4);
    expect(instances.map(({ InstanceLifecycle }) => InstanceLifecycle)).toEqual(['spot', 'spot', 'spot', undefined]);
    expect(instances[0]).toMatchObject({
      InstanceId: expect.stringMatching(/^i-[0-9a-f]{17}$/) as string,
      State: { Name: 'running', Code: 16 },
      LaunchTime: expect.any(Date) as Date,
      Placement: { AvailabilityZone: 'us-east-1b' },
      PrivateIpAddress: '10.0.0.14',
      Tags: [{ Key: account.tagKey, Value: UUID }],
    });
  });

  it('shows why an instance ended, for an hour', async () => {
    const setup = await overHttp('spot-interruption');
    const id = await deploy(setup);
    setup.clock.advance(60);
    expect((await get(setup.clients, id)).errorInformation?.code).toBe('HEALTH_CONSTRAINTS');
    const lost = only(await green(setup.clients, 'terminated'));
    expect(lost).toMatchObject({ InstanceLifecycle: 'spot', StateReason: { Code: 'Server.SpotInstanceTermination' } });
    setup.clock.advance(3600);
    const ids = (await green(setup.clients, 'terminated')).map(({ InstanceId }) => InstanceId);
    expect(ids).not.toContain(lost.InstanceId);
  });

  it('shows a fresh tag late, and CodeDeploy sees it later still', async () => {
    const setup = await overHttp('slow-tags');
    await post(setup.clients);
    setup.clock.advance(25);
    expect(await stateOf(setup.clients)).toBe('AWAITING_USER_DEPLOYMENT');
    expect(await green(setup.clients)).toHaveLength(0);
    setup.clock.advance(10);
    expect(await green(setup.clients)).toHaveLength(4);
    expect((await errorOf(create(setup.clients))).name).toBe('InvalidTargetInstancesException');
    setup.clock.advance(5);
    expect(await create(setup.clients)).toMatch(/^d-/);
  });

  it.each([
    ['InvalidParameterValue', { Filters: [{ Name: 'nonsense', Values: ['x'] }] }],
    ['InvalidParameterValue', { MaxResults: 3 }],
    ['InvalidNextToken', { NextToken: 'nonsense' }],
    ['InvalidInstanceID.NotFound', { InstanceIds: ['i-00000000000000000'] }],
  ])('refuses with %s', async (name, input) => {
    const { clients } = await overHttp();
    expect((await errorOf(clients.ec2.send(new DescribeInstancesCommand(input)))).name).toBe(name);
  });
});

describe('Secrets Manager and S3 over HTTP', () => {
  it('gives plain and JSON secrets, by name or ARN', async () => {
    const { clients } = await overHttp();
    const plain = await clients.secrets.send(new GetSecretValueCommand({ SecretId: 'spot/api-token' }));
    expect(plain).toMatchObject({ SecretString: account.spotToken, CreatedDate: expect.any(Date) as Date });
    const SecretId = plain.ARN ?? '';
    expect(await clients.secrets.send(new GetSecretValueCommand({ SecretId }))).toMatchObject({
      Name: 'spot/api-token',
    });
    const json = await clients.secrets.send(new GetSecretValueCommand({ SecretId: 'spot/credentials' }));
    expect(JSON.parse(json.SecretString ?? '')).toMatchObject({ token: account.spotToken });
  });

  it.each([
    ['ResourceNotFoundException', 'allowed'],
    ['AccessDeniedException', 'denied'],
    ['AccessDeniedException', 'key-refused'],
  ] as const)('refuses with %s', async (name, secretAccess) => {
    const { clients } = await overHttp('success', { secretAccess });
    const error = await errorOf(clients.secrets.send(new GetSecretValueCommand({ SecretId: 'nonsense' })));
    expect(error.name).toBe(name);
  });

  it.each([
    ['found', 200],
    ['missing', 404],
    ['forbidden', 403],
    ['other-region', 301],
    ['other-region-400', 400],
    ['malformed', 400],
  ] as const)('answers HeadObject: %s', async (headObject, status) => {
    const { world } = newWorld('success', { headObject });
    const server = await startServer({ world });
    servers.push(server);
    const response = await axios.head(`${server.url}/bucket/key.zip`, { validateStatus: () => true });
    expect(response.status).toBe(status);
    expect(world.calls).toMatchObject([{ service: 's3', operation: 'HeadObject', status }]);
  });
});

describe('CodePipeline over HTTP', () => {
  const jobId = (world: World): string => world.jobs.create({ continuationToken: 'a token' }).id;

  it('takes one result for a job, and counts what it refuses', async () => {
    const { clients, world } = await overHttp();
    const id = jobId(world);
    const details = await clients.codePipeline.send(new GetJobDetailsCommand({ jobId: id }));
    expect(details.jobDetails).toMatchObject({
      id,
      data: { continuationToken: 'a token', pipelineContext: { pipelineName: account.pipelineName } },
    });
    const executionDetails = { summary: 'done', percentComplete: 100 };
    const outputVariables = { deploymentId: 'd-1' };
    const success = new PutJobSuccessResultCommand({ jobId: id, executionDetails, outputVariables });
    await clients.codePipeline.send(success);
    expect((await errorOf(clients.codePipeline.send(success))).name).toBe('InvalidJobStateException');
    expect(world.jobs.all[0]).toMatchObject({ result: { kind: 'success', outputVariables }, refusedResults: 1 });
    const other = new PutJobSuccessResultCommand({ jobId: UUID });
    expect((await errorOf(clients.codePipeline.send(other))).name).toBe('JobNotFoundException');
  });

  it.each<[string, object]>([
    ['an empty token', { continuationToken: '' }],
    ['a long token', { continuationToken: 'x'.repeat(2049) }],
    ['an empty summary', { executionDetails: { summary: '' } }],
    ['a long summary', { executionDetails: { summary: 'x'.repeat(2049) } }],
    ['an empty execution id', { executionDetails: { externalExecutionId: '' } }],
    ['101 percent', { executionDetails: { percentComplete: 101 } }],
    ['variables with a token', { continuationToken: 'x', outputVariables: { a: 'b' } }],
    ['a variable with a bad name', { outputVariables: { 'a b': 'c' } }],
    ['a job id that is none', { jobId: 'nonsense' }],
  ])('refuses a success with %s', async (_what, input) => {
    const { clients, world } = await overHttp();
    const command = new PutJobSuccessResultCommand({ jobId: jobId(world), ...input });
    expect((await errorOf(clients.codePipeline.send(command))).name).toBe('ValidationException');
    expect(world.jobs.all[0]?.result).toBeUndefined();
  });

  it.each([
    ['', 'JobFailed'],
    ['x'.repeat(5001), 'JobFailed'],
  ] as const)('refuses a failure with a bad message', async (message, type) => {
    const { clients, world } = await overHttp();
    const command = new PutJobFailureResultCommand({ jobId: jobId(world), failureDetails: { message, type } });
    expect((await errorOf(clients.codePipeline.send(command))).name).toBe('ValidationException');
  });
});

/** What upstream does in each scenario when a client starts both sides, waits, and stops nothing. */
describe('upstream of each scenario', () => {
  type Row = [string, { spot: string; codeDeploy: string | undefined; error?: string }];
  it.each<Row>([
    ['success', { spot: 'FINISHED', codeDeploy: 'Succeeded' }],
    ['script-fails', { spot: 'AWAITING_DEPLOYMENT_TO_FINISH', codeDeploy: 'Failed', error: 'HEALTH_CONSTRAINTS' }],
    ['script-fails-rolled-back', { spot: 'FINISHED_ERROR', codeDeploy: 'Failed', error: 'HEALTH_CONSTRAINTS' }],
    ['launch-fails', { spot: 'FINISHED_ERROR', codeDeploy: undefined }],
    ['never-finishes', { spot: 'AWAITING_DEPLOYMENT_TO_FINISH', codeDeploy: 'InProgress' }],
    ['spot-interruption', { spot: 'AWAITING_DEPLOYMENT_TO_FINISH', codeDeploy: 'Failed', error: 'HEALTH_CONSTRAINTS' }],
    ['stopped-by-hand', { spot: 'AWAITING_DEPLOYMENT_TO_FINISH', codeDeploy: 'Stopped', error: 'MANUAL_STOP' }],
    ['elastigroup-error', { spot: 'FINISHED_ERROR', codeDeploy: 'Failed', error: 'HEALTH_CONSTRAINTS' }],
    ['waits-for-traffic', { spot: 'FINISHED', codeDeploy: 'Succeeded' }],
    ['slow-tags', { spot: 'FINISHED', codeDeploy: 'Succeeded' }],
    [
      'revision-missing-unseen',
      { spot: 'AWAITING_DEPLOYMENT_TO_FINISH', codeDeploy: 'Failed', error: 'REVISION_MISSING' },
    ],
    ['odd-states', { spot: 'FINISHED', codeDeploy: 'Succeeded' }],
  ])('%s', async (name, expected) => {
    const { clients, clock, world } = inProcess(name);
    await post(clients);
    clock.advance(60);
    const id = expected.codeDeploy === undefined ? undefined : await create(clients);
    clock.advance(140);
    await list(clients);
    expect(only(world.spot.deployments).state).toBe(expected.spot);
    if (id !== undefined) {
      const info = await get(clients, id);
      expect(info.status).toBe(expected.codeDeploy);
      expect(info.errorInformation?.code).toBe(expected.error);
    }
    expect(world.unexpectedCalls).toEqual([]);
  });

  it('launch-fails says why in the log', async () => {
    const { clients, clock } = inProcess('launch-fails');
    await post(clients);
    clock.advance(60);
    const logs = await clients.spot.get('/logs', {
      params: { fromDate: '2026-11-21', toDate: '2026-11-22', severity: 'ERROR' },
    });
    expect(logs.data).toMatchObject({
      response: { items: [{ message: expect.stringContaining('MaxSpotInstanceCountExceeded') as string }] },
    });
  });

  it('waits-for-traffic is Ready for a while', async () => {
    const setup = inProcess('waits-for-traffic');
    const id = await deploy(setup);
    setup.clock.advance(30);
    expect(await get(setup.clients, id)).toMatchObject({ status: 'Ready', deploymentOverview: { Ready: 4 } });
  });

  it('conflict has both of another active from the start', async () => {
    const { clients, world, clock } = inProcess('conflict');
    clock.advance(600);
    expect((await spotError(post(clients))).response?.status).toBe(400);
    expect(only(await list(clients)).state).toBe('AWAITING_DEPLOYMENT_TO_FINISH');
    expect(only(world.spot.deployments).owner).toBe('other');
    expect(world.codeDeploy.activeIn(account.deploymentGroupName)?.owner).toBe('other');
  });

  it('wrong-token repeats the token in its error, missing-permission names the action', async () => {
    const { response } = await spotError(post(inProcess('wrong-token').clients));
    expect(response?.data.response.errors?.[0]?.message).toContain(account.spotToken);
    const denied = await errorOf(create(inProcess('missing-permission').clients));
    expect(denied.name).toBe('AccessDeniedException');
    expect(denied.message).toContain('is not authorized to perform: codedeploy:CreateDeployment on resource: arn:aws:');
    expect((await errorOf(create(inProcess('revision-refused').clients))).name).toBe('RevisionDoesNotExistException');
  });

  it('throttled-account refuses what is more than its limits, until time has passed', async () => {
    const { clients, clock } = inProcess('throttled-account');
    const describeInstances = () => clients.ec2.send(new DescribeInstancesCommand({}));
    await describeInstances();
    expect((await errorOf(describeInstances())).name).toBe('RequestLimitExceeded');
    clock.advance(11);
    await describeInstances();
    expect((await errorOf(describeInstances())).name).toBe('RequestLimitExceeded');
  });

  it('odd-states shows unknown states, and an empty list now and then', async () => {
    const { clients, clock, world } = inProcess('odd-states');
    await post(clients);
    const lengths = [];
    for (let count = 0; count < 8; count += 1) lengths.push((await list(clients)).length);
    expect(lengths).toEqual([1, 1, 1, 0, 1, 1, 1, 0]);
    clock.advance(60);
    await list(clients);
    expect(only(world.spot.deployments).history.map(({ state }) => state)).toContain('RECALCULATING_CAPACITY');
  });

  it('records a stop that comes after CodeDeploy has succeeded', async () => {
    const setup = inProcess();
    await deploy(setup);
    setup.clock.advance(29);
    const id = setup.world.spot.deployments[0]?.id ?? '';
    setup.world.catchUp();
    expect(setup.world.codeDeploy.all.at(-1)?.status).toBe('Succeeded');
    await setup.clients.spot.put(`${BLUE_GREEN}/${id}/stop`);
    setup.clock.advance(60);
    expect(await stateOf(setup.clients)).toBe('FINISHED_STOPPED');
    expect(setup.world.rolledBackAfterSuccess).toEqual([id]);
    const { response } = await spotError(setup.clients.spot.put(`${BLUE_GREEN}/${id}/stop`));
    expect(response?.data.response.errors?.[0]?.code).toBe('CANNOT_STOP_BLUE_GREEN_DEPLOYMENT');
  });
});

describe('faults', () => {
  const listEmpty = new DescribeInstancesCommand({});
  const withSignal = (): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(100) });

  it.each<FaultKind>(['reset-before', 'reset-after'])('over sockets: %s', async (fault) => {
    const { clients, world } = await overHttp('success', {}, fault);
    expect((await spotError(post(clients))).code).toBe('ECONNRESET');
    expect(world.spot.deployments).toHaveLength(fault === 'reset-after' ? 1 : 0);
    expect(await errorOf(clients.ec2.send(listEmpty))).toMatchObject({ code: 'ECONNRESET' });
  });

  it.each<FaultKind>(['timeout', 'timeout-after'])('over sockets: %s', async (fault) => {
    const { clients, world } = await overHttp('success', {}, fault);
    const lost = clients.spot.post(BLUE_GREEN, blueGreenBody(), { timeout: 100 });
    expect((await spotError(lost)).code).toBe('ECONNABORTED');
    expect(world.spot.deployments).toHaveLength(fault === 'timeout-after' ? 1 : 0);
    const { signal } = withSignal();
    expect((await errorOf(clients.ec2.send(listEmpty, { abortSignal: signal }))).name).toBe('AbortError');
  });

  it.each<[FaultKind, string]>([
    ['refused', 'ECONNREFUSED'],
    ['reset-before', 'ECONNRESET'],
    ['reset-after', 'ECONNRESET'],
  ])('in process: %s', async (fault, code) => {
    const { clients, world } = inProcess('success', {}, fault);
    const error = await spotError(post(clients));
    expect(error).toMatchObject({ code, config: { method: 'post' }, cause: { code } });
    expect(error.response).toBeUndefined();
    expect((await errorOf(clients.ec2.send(listEmpty))).code).toBe(code);
    expect(world.calls).toHaveLength(fault === 'reset-after' ? 2 : 0);
  });

  it('in process: a silent call ends by the signal or by the timeout', async () => {
    const { clients } = inProcess('success', {}, 'timeout');
    const canceled = await spotError(clients.spot.get(BLUE_GREEN, withSignal()));
    expect(canceled.code).toBe('ERR_CANCELED');
    expect(axios.isCancel(canceled)).toBe(true);
    const late = await spotError(clients.spot.get(BLUE_GREEN, { timeout: 20 }));
    expect(late).toMatchObject({ code: 'ECONNABORTED', message: 'timeout of 20ms exceeded' });
    const { signal } = withSignal();
    expect((await errorOf(clients.ec2.send(listEmpty, { abortSignal: signal }))).name).toBe('AbortError');
    const byOption = await errorOf(clients.ec2.send(listEmpty, { requestTimeout: 20 }));
    expect(byOption).toMatchObject({ name: 'TimeoutError', code: 'ETIMEDOUT' });
    const gone = AbortSignal.abort();
    expect((await errorOf(clients.ec2.send(listEmpty, { abortSignal: gone }))).name).toBe('AbortError');
    expect((await spotError(clients.spot.get(BLUE_GREEN, { signal: gone }))).code).toBe('ERR_CANCELED');
  });

  const places: [string, (fault: FaultKind) => Promise<Setup>][] = [
    ['sockets', (fault) => overHttp('success', {}, fault)],
    ['the in-process transport', (fault) => Promise.resolve(inProcess('success', {}, fault))],
  ];

  it.each(places)('answers of failing services over %s', async (_place, setupFor) => {
    const limited = await setupFor('rate-limited');
    const { response } = await spotError(post(limited.clients));
    expect(response).toMatchObject({ status: 429, headers: { 'x-ratelimit-reset': '20' } });
    expect((await errorOf(create(limited.clients))).name).toBe('ThrottlingException');
    expect((await errorOf(limited.clients.ec2.send(listEmpty))).name).toBe('RequestLimitExceeded');
    await spotError(post(limited.clients));
    expect(limited.world.earlyAfter429).toHaveLength(1);

    const failing = await setupFor('error-500');
    expect((await spotError(post(failing.clients))).response?.data.response.errors).toHaveLength(1);
    expect(await errorOf(create(failing.clients))).toMatchObject({ $metadata: { httpStatusCode: 500 } });
    expect(await errorOf(failing.clients.ec2.send(listEmpty))).toMatchObject({ $metadata: { httpStatusCode: 500 } });

    const down = await setupFor('error-503');
    expect((await spotError(post(down.clients))).response?.status).toBe(503);
    expect(await errorOf(create(down.clients))).toMatchObject({ $metadata: { httpStatusCode: 503 } });

    const strange = await setupFor('not-json');
    const { data } = await strange.clients.spot.get<unknown>(BLUE_GREEN);
    expect(data).toMatch(/^<html>/);
    expect((await errorOf(create(strange.clients))).name).toBe('SyntaxError');
  });

  it('in process: a killed transport calls no more', async () => {
    const { world } = newWorld();
    const killed: number[] = [];
    const transport = inProcessTransport({
      world,
      inject: (index) => (index === 1 ? 'killed-after' : undefined),
      onKill: ({ index }) => killed.push(index),
    });
    const clients = clientsFor(account, 'http://localhost:1', transport);
    await list(clients);
    const settled = vi.fn();
    void clients.spot.post(BLUE_GREEN, blueGreenBody(), { timeout: 0 }).finally(settled);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(killed).toEqual([1]);
    expect(world.spot.deployments).toHaveLength(1);
    void clients.spot.get(BLUE_GREEN, { timeout: 0 }).finally(settled);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(settled).not.toHaveBeenCalled();
    expect(transport.calls).toMatchObject([
      { operation: 'GET blueGreenDeployment', write: false, status: 200 },
      { operation: 'POST blueGreenDeployment', write: true, fault: 'killed-after' },
    ]);
    expect(world.calls).toHaveLength(2);
  });

  it('in process: a transport that is killed from outside neither calls nor answers', async () => {
    const { world } = newWorld();
    const transport = inProcessTransport({ world, latencyMs: () => 10 });
    const clients = clientsFor(account, 'http://localhost:1', transport);
    const settled = vi.fn();
    void clients.spot.get(BLUE_GREEN, { timeout: 0 }).finally(settled);
    await new Promise((resolve) => setTimeout(resolve, 1));
    transport.kill();
    void clients.spot.get(BLUE_GREEN, { timeout: 0 }).finally(settled);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(settled).not.toHaveBeenCalled();
    expect(world.calls).toHaveLength(1);
  });

  it('are all known', () => {
    expect(FAULT_KINDS).toHaveLength(14);
  });
});

describe('the in-process transport', () => {
  it('gives the same answers as the server', async () => {
    const tell = async (setup: Setup): Promise<unknown> => {
      const id = await deploy(setup);
      setup.clock.advance(100);
      const info = await get(setup.clients, id);
      const secret = await setup.clients.secrets.send(new GetSecretValueCommand({ SecretId: 'spot/api-token' }));
      const { $metadata, ...rest } = secret;
      expect($metadata.httpStatusCode).toBe(200);
      const refused = await errorOf(create(setup.clients, { applicationName: 'nonsense' }));
      const group = await setup.clients.spot.get<{ response: object }>('');
      return {
        info,
        rest,
        group: group.data.response,
        error: [refused.name, refused.message],
        ec2: await green(setup.clients),
      };
    };
    expect(await tell(inProcess())).toEqual(await tell(await overHttp()));
  });

  it('takes time when it is told to', async () => {
    const { world } = newWorld();
    const transport = inProcessTransport({ world, latencyMs: () => 20 });
    const clients = clientsFor(account, 'http://localhost:1', transport);
    const before = performance.now();
    await list(clients);
    expect(performance.now() - before).toBeGreaterThan(15);
  });
});

describe('the pipeline', () => {
  const limits = { noAnswerSeconds: 0.4, actionSeconds: 2, retryDelaysSeconds: [0.02, 0.04] };

  function play(
    invoke: (setup: Setup, ...args: Parameters<ActionSettings['invoke']>) => Promise<unknown>,
    changes: Partial<ActionSettings> = {},
  ): { setup: Setup; result: ReturnType<typeof runAction> } {
    const setup = inProcess();
    const result = runAction({
      world: setup.world,
      clock: timerClock,
      invoke: async (event, info) => {
        await invoke(setup, event, info);
      },
      gapSeconds: 0.01,
      redelivery: 'lambda',
      limits,
      ...changes,
    });
    return { setup, result };
  }

  it('starts a new job with the token after each continuation', async () => {
    const tokens: (string | undefined)[] = [];
    const { result } = play(async ({ clients }, event, { jobIndex }) => {
      const { id, data } = event['CodePipeline.job'];
      tokens.push(data.continuationToken);
      expect(JSON.parse(data.actionConfiguration.configuration.UserParameters)).toMatchObject({
        GROUP_ID: 'sig-1a2b3c4d',
      });
      const continuationToken = jobIndex < 2 ? { continuationToken: `token ${jobIndex}` } : {};
      const executionDetails = { percentComplete: jobIndex * 50, summary: `step ${jobIndex}` };
      await clients.codePipeline.send(
        new PutJobSuccessResultCommand({ jobId: id, executionDetails, ...continuationToken }),
      );
    });
    const { status, reason, jobs, history, message } = await result;
    expect({ status, reason, message }).toEqual({ status: 'Succeeded', reason: 'result', message: 'step 2' });
    expect(tokens).toEqual([undefined, 'token 0', 'token 1']);
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(3);
    expect(history.map(({ percentComplete }) => percentComplete)).toEqual([0, 50, 100]);
  });

  it('tries a failed invocation twice more with the same event, then drops it and waits in vain', async () => {
    const { result } = play(() => Promise.reject(new Error('killed')));
    const { status, reason, message, invocations, jobs } = await result;
    expect({ status, reason }).toEqual({ status: 'Failed', reason: 'no-answer' });
    expect(message).toContain('did not respond');
    expect(invocations.map(({ attempt, jobId }) => [attempt, jobId])).toEqual([0, 1, 2].map((n) => [n, jobs[0]?.id]));
  });

  it('delivers an event twice when asked, and ends with the first result', async () => {
    const { result } = play(
      async ({ clients }, event, { copy }) => {
        const jobId = event['CodePipeline.job'].id;
        const failureDetails = { type: 'JobFailed', message: `copy ${copy}` } as const;
        await clients.codePipeline.send(new PutJobFailureResultCommand({ jobId, failureDetails }));
      },
      { duplicateDelivery: { which: 0, delaySeconds: 0.05 }, redelivery: 'none' },
    );
    const { failure, invocations, jobs } = await result;
    expect(failure).toEqual({ type: 'JobFailed', message: 'copy 0' });
    expect(invocations.map(({ copy, error }) => [copy, error instanceof Error && error.name])).toEqual([
      [0, false],
      [1, 'InvalidJobStateException'],
    ]);
    expect(jobs[0]?.refusedResults).toBe(1);
  });

  it('ends an action that runs too long', async () => {
    const { result } = play(
      async ({ clients }, event) => {
        const jobId = event['CodePipeline.job'].id;
        await clients.codePipeline.send(new PutJobSuccessResultCommand({ jobId, continuationToken: 'on' }));
      },
      { limits: { ...limits, actionSeconds: 0.1 }, gapSeconds: 0.03 },
    );
    expect(await result).toMatchObject({ status: 'Failed', reason: 'action-limit' });
  });
});

describe('the environment for the function', () => {
  it('sends every service to the simulator, with credentials that are no secret', () => {
    const environment = environmentFor('http://127.0.0.1:1');
    expect(Object.keys(environment)).toContain('AWS_ENDPOINT_URL_CODEPIPELINE');
    expect(environment['AWS_ACCESS_KEY_ID']).toContain('FAKE');
  });
});

import {
  BatchGetDeploymentTargetsCommand,
  GetDeploymentGroupCommand,
  ListDeploymentTargetsCommand,
  ListDeploymentsCommand,
  StopDeploymentCommand,
  type InstanceTarget,
} from '@aws-sdk/client-codedeploy';
import { TERMINATION_WAIT } from './codedeploy/model';
import type { Durations, DeploymentTrouble, Scenario } from './scenario';
import { DURATIONS, SCRIPT_FAILS, scenario } from './scenarioBase';
import type { WorldOptions } from './options';
import {
  BLUE_GREEN,
  account,
  create,
  deploy,
  errorOf,
  get,
  green,
  inProcess,
  only,
  post,
  type Setup,
} from './testWorld';

/*
 * Where the traffic is: the order in which CodeDeploy moves it, what a stop, a failure and a rollback leave, and who is to
 * blame where nothing serves (docs/services.md, CodeDeploy traffic). CodeDeploy begins to move it 22 s after its creation.
 */

interface Differences {
  readonly deployment?: DeploymentTrouble;
  readonly durations?: Partial<Durations>;
  readonly options?: Partial<WorldOptions>;
}

function played({ deployment, durations, options = {} }: Differences): Scenario {
  return scenario({
    name: 'traffic',
    title: 'a scenario of this test',
    expected: 'Failed',
    durations: { ...DURATIONS, ...durations },
    script: deployment ? { deployment } : {},
    options,
  });
}

/** A deployment that has gone on for so many seconds. */
async function deployed(differences: Differences, seconds: number): Promise<Setup & { id: string }> {
  const setup = inProcess(played(differences));
  const id = await deploy(setup);
  setup.clock.advance(seconds);
  setup.world.catchUp();
  return { ...setup, id };
}

/** How many of each fleet served, one after the other: `blue green`. */
function served({ world }: Setup): string[] {
  world.catchUp();
  return world.traffic.history.map(({ blue, green: greens }) => `${blue} ${greens}`);
}

async function targetsOf({ clients }: Setup, deploymentId: string): Promise<InstanceTarget[]> {
  const targets: InstanceTarget[] = [];
  for (const ServerInstanceLabel of ['Blue', 'Green']) {
    let nextToken: string | undefined;
    do {
      const listed = await clients.codeDeploy.send(
        new ListDeploymentTargetsCommand({
          deploymentId,
          targetFilters: { ServerInstanceLabel: [ServerInstanceLabel] },
          ...(nextToken !== undefined && { nextToken }),
        }),
      );
      const got = await clients.codeDeploy.send(
        new BatchGetDeploymentTargetsCommand({ deploymentId, targetIds: listed.targetIds ?? [] }),
      );
      targets.push(...(got.deploymentTargets ?? []).flatMap(({ instanceTarget }) => instanceTarget ?? []));
      ({ nextToken } = listed);
    } while (nextToken !== undefined);
  }
  return targets;
}

function stop({ clients }: Setup, deploymentId: string, autoRollbackEnabled: boolean) {
  return clients.codeDeploy.send(new StopDeploymentCommand({ deploymentId, autoRollbackEnabled }));
}

const stopGreen = ({ clients, world }: Setup) =>
  clients.spot.put(`${BLUE_GREEN}/${only(world.spot.deployments).id}/stop`);

const SLOW = { targetHealth: 5, deregistrationDelay: 60 };
/** CodeDeploy's creation, install, and AllowTraffic on four instances, one at a time. */
const UNTIL_BLOCKED_SLOWLY = 22 + 4 * 5.5;
const IN_BLOCK = { instance: 0, lifecycleEvent: 'BlockTraffic' } as const;
const BY_HAND = { kind: 'stopped-by-hand', ...IN_BLOCK } as const;

describe('traffic moves in order', () => {
  it('green comes in, some at a time, before blue goes out; then Elastigroup removes blue', async () => {
    const setup = await deployed({}, 60);
    expect(served(setup)).toEqual(['1 0', '2 0', '3 0', '4 0', '4 1', '4 2', '4 3', '4 4', '3 4', '2 4', '1 4', '0 4']);
    expect(setup.world.traffic.outages).toEqual([]);
    expect((await get(setup.clients, setup.id)).status).toBe('Succeeded');
  });

  it('with BlockTraffic as long as the deregistration delay; or at once, where there are no connections', async () => {
    const seconds = async (options: Partial<WorldOptions>): Promise<number> => {
      const setup = await deployed({ durations: { deregistrationDelay: 40 }, options }, 120);
      const [blue] = await targetsOf(setup, setup.id);
      const event = blue?.lifecycleEvents?.find(({ lifecycleEventName }) => lifecycleEventName === 'BlockTraffic');
      return ((event?.endTime?.getTime() ?? NaN) - (event?.startTime?.getTime() ?? NaN)) / 1000;
    };
    expect(await seconds({})).toBeCloseTo(40);
    expect(await seconds({ openConnections: false })).toBeCloseTo(0);
  });

  it('a target without connections shows as draining until the delay is over', async () => {
    const { world, clock } = await deployed(
      { durations: { deregistrationDelay: 40 }, options: { openConnections: false } },
      28,
    );
    const [blue] = world.ec2.instances;
    expect(blue && world.traffic.stateOf(blue)).toBe('draining');
    clock.advance(40);
    world.catchUp();
    expect(blue && world.traffic.stateOf(blue)).toBe('unregistered');
  });

  it('with a termination wait green serves alone, InProgress, until CodeDeploy terminates blue', async () => {
    const setup = await deployed({ options: { deploymentGroup: { blueTerminationWaitMinutes: 2 } } }, 100);
    expect(await get(setup.clients, setup.id)).toMatchObject({
      status: 'InProgress',
      instanceTerminationWaitTimeStarted: true,
      blueGreenDeploymentConfiguration: {
        terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 2 },
      },
    });
    expect(setup.world.traffic.serving).toEqual({ blue: 0, green: 4 });
    setup.clock.advance(50);
    expect((await get(setup.clients, setup.id)).status).toBe('Succeeded');
    expect(setup.world.ec2.instances.slice(0, 4).map(({ state }) => state)).not.toContain('running');
  });

  it('without a load balancer there are no traffic events, and blue serves while it runs', async () => {
    const setup = await deployed({ options: { deploymentGroup: { loadBalancer: false } } }, 24);
    expect(setup.world.traffic.serving).toEqual({ blue: 4, green: 4 });
    const names = (await targetsOf(setup, setup.id)).flatMap(({ lifecycleEvents = [] }) =>
      lifecycleEvents.map(({ lifecycleEventName = '' }) => lifecycleEventName),
    );
    expect(names.filter((name) => name.includes('Traffic'))).toEqual([]);
    const { applicationName, deploymentGroupName } = account;
    const { deploymentGroupInfo } = await setup.clients.codeDeploy.send(
      new GetDeploymentGroupCommand({ applicationName, deploymentGroupName }),
    );
    expect(deploymentGroupInfo?.deploymentStyle?.deploymentOption).toBe('WITHOUT_TRAFFIC_CONTROL');
    expect(deploymentGroupInfo?.loadBalancerInfo).toBeUndefined();
    setup.clock.advance(30);
    expect(served(setup).at(-1)).toBe('0 4');
    expect(setup.world.traffic.outages).toEqual([]);
  });
});

describe('a stop', () => {
  it("stays Pending while blue's BlockTraffic is running, and its rollback brings blue back before green goes", async () => {
    const setup = await deployed({ durations: SLOW }, UNTIL_BLOCKED_SLOWLY + 10);
    const { clients, clock, world, id } = setup;
    expect(await stop(setup, id, true)).toMatchObject({ status: 'Pending' });
    clock.advance(40);
    expect(await get(clients, id)).toMatchObject({ status: 'InProgress' });
    clock.advance(15);
    const stopped = await get(clients, id);
    expect(stopped).toMatchObject({ status: 'Stopped', errorInformation: { code: 'MANUAL_STOP' } });

    const rollbackId = stopped.rollbackInfo?.rollbackDeploymentId ?? '';
    expect(await get(clients, rollbackId)).toMatchObject({
      status: 'InProgress',
      creator: 'codeDeployRollback',
      rollbackInfo: { rollbackTriggeringDeploymentId: id },
    });
    const { applicationName, deploymentGroupName } = account;
    const listed = await clients.codeDeploy.send(new ListDeploymentsCommand({ applicationName, deploymentGroupName }));
    expect(listed.deployments?.[0]).toBe(rollbackId);
    expect((await errorOf(create(clients))).name).toBe('DeploymentLimitExceededException');

    clock.advance(80);
    expect((await get(clients, rollbackId)).status).toBe('Succeeded');
    const targets = await targetsOf(setup, rollbackId);
    expect(targets.map(({ instanceLabel, lifecycleEvents = [] }) => [instanceLabel, lifecycleEvents.length])).toEqual([
      ...Array<unknown>(4).fill(['Blue', 3]),
      ...Array<unknown>(4).fill(['Green', 3]),
    ]);
    expect(served(setup).slice(-9)).toEqual(['0 4', '1 4', '2 4', '3 4', '4 4', '4 3', '4 2', '4 1', '4 0']);
    expect(world.traffic.outages).toEqual([]);
  });

  it('after traffic has moved leaves green in service alone, where nobody asks for a rollback', async () => {
    const setup = await deployed({ deployment: BY_HAND }, 120);
    expect(await get(setup.clients, setup.id)).toMatchObject({ status: 'Stopped' });
    expect(setup.world.traffic.serving).toEqual({ blue: 0, green: 4 });
  });

  it('before traffic has moved is short, and its rollback changes no traffic', async () => {
    const setup = await deployed({}, 10);
    await stop(setup, setup.id, true);
    setup.clock.advance(4);
    const { rollbackInfo } = await get(setup.clients, setup.id);
    setup.clock.advance(7);
    const rollbackId = rollbackInfo?.rollbackDeploymentId ?? '';
    expect((await get(setup.clients, rollbackId)).status).toBe('Succeeded');
    expect(served(setup)).toHaveLength(4);
  });

  it('can be accepted without any effect', async () => {
    const setup = await deployed({ options: { stopHasNoEffect: true } }, 10);
    expect(await stop(setup, setup.id, true)).toMatchObject({ status: 'Pending' });
    setup.clock.advance(60);
    expect((await get(setup.clients, setup.id)).status).toBe('Succeeded');
  });

  it('records what was asked, and whether blue was leaving', async () => {
    const setup = await deployed({ durations: SLOW }, UNTIL_BLOCKED_SLOWLY + 10);
    await stop(setup, setup.id, false);
    expect(setup.world.codeDeploy.byId(setup.id)?.stopRequests).toMatchObject([
      { by: 'api', withRollback: false, blueWasLeaving: true },
    ]);
  });
});

describe('after traffic has moved', () => {
  const AN_ALARM = { kind: 'stopped-by-alarm', ...IN_BLOCK } as const;

  it.each([
    [true, { blue: 4, green: 0 }],
    [false, { blue: 0, green: 4 }],
  ])('an alarm stops the deployment (the group rolls back: %s)', async (groupAutoRollback, serving) => {
    const setup = await deployed({ deployment: AN_ALARM, options: { groupAutoRollback } }, 120);
    expect(await get(setup.clients, setup.id)).toMatchObject({
      status: 'Stopped',
      errorInformation: { code: 'ALARM_ACTIVE' },
    });
    expect(setup.world.traffic.serving).toEqual(serving);
  });

  it.each([
    ['registering-blue', { blue: 0, green: 4 }],
    ['blocking-green', { blue: 4, green: 4 }],
  ] as const)('a rollback can fail (%s)', async (rollbackFails, serving) => {
    const setup = await deployed({ deployment: { ...BY_HAND, withRollback: true }, options: { rollbackFails } }, 120);
    const { rollbackInfo } = await get(setup.clients, setup.id);
    expect(await get(setup.clients, rollbackInfo?.rollbackDeploymentId ?? '')).toMatchObject({ status: 'Failed' });
    expect(setup.world.traffic.serving).toEqual(serving);
  });

  it.each<[string, DeploymentTrouble, number]>([
    ['AWS reclaims one', { kind: 'spot-interruption', ...IN_BLOCK }, 0],
    ['CodeDeploy cannot', { kind: 'block-fails', ...IN_BLOCK }, 1],
  ])('one blue instance that is not deregistered fails the deployment: %s', async (_what, deployment, blue) => {
    const setup = await deployed({ deployment }, 120);
    expect(await get(setup.clients, setup.id)).toMatchObject({
      status: 'Failed',
      deploymentOverview: { Succeeded: 4, Failed: 0 },
    });
    const [failed] = (await targetsOf(setup, setup.id)).filter(({ status }) => status === 'Failed');
    expect(failed).toMatchObject({ instanceLabel: 'Blue' });
    expect(failed?.lifecycleEvents?.[1]).toMatchObject({ lifecycleEventName: 'BlockTraffic', status: 'Failed' });
    expect(setup.world.traffic.serving).toEqual({ blue, green: 4 });
  });

  it('a failing AfterAllowTraffic script fails the deployment, while both fleets serve', async () => {
    const deployment = { ...SCRIPT_FAILS, lifecycleEvent: 'AfterAllowTraffic' };
    const setup = await deployed({ deployment }, 120);
    expect(await get(setup.clients, setup.id)).toMatchObject({ status: 'Failed' });
    expect(setup.world.traffic.serving).toEqual({ blue: 4, green: 2 });
  });
});

describe('who is to blame for an outage', () => {
  it('a rollback needs green until it has ended: whoever removes green meanwhile', async () => {
    const setup = await deployed(
      { deployment: { ...BY_HAND, withRollback: true }, durations: { targetHealth: 8 } },
      22 + 4 * 8.5 + 8,
    );
    expect(setup.world.traffic.serving).toEqual({ blue: 0, green: 4 });
    await stopGreen(setup);
    setup.clock.advance(60);
    setup.world.catchUp();
    const { id, stopRequests } = only(setup.world.spot.deployments);
    expect(only(setup.world.traffic.outages)).toMatchObject({ cause: { by: 'function', what: `PUT stop ${id}` } });
    expect(stopRequests).toMatchObject([{ servingGreen: { length: 4 }, servingOthers: [] }]);
  });

  it('green that was stopped while CodeDeploy went on to take blue out', async () => {
    const setup = await deployed({}, 26.5);
    await stopGreen(setup);
    setup.clock.advance(60);
    setup.world.catchUp();
    expect(only(setup.world.traffic.outages).cause?.by).toBe('function');
  });

  it("Elastigroup's own timeout, and its own reaction to a failure, are the world's doing", async () => {
    const late = await deployed({ deployment: BY_HAND }, 1300);
    expect(only(late.world.traffic.outages).cause).toMatchObject({
      by: 'world',
      what: expect.stringMatching(/its own timeout/) as string,
    });
    const reacting = await deployed({ deployment: BY_HAND, options: { reactsToFailure: true } }, 120);
    expect(only(reacting.world.traffic.outages).cause?.what).toMatch(/its reaction to a failure/);
  });

  it('and so is an interruption of the last instance that serves', async () => {
    const setup = await deployed(
      {
        deployment: { kind: 'spot-interruption', instance: 0, lifecycleEvent: TERMINATION_WAIT },
        options: { account: { capacityTarget: 1 }, deploymentGroup: { blueTerminationWaitMinutes: 2 } },
      },
      90,
    );
    const [, greenInstance] = setup.world.ec2.instances;
    expect(only(setup.world.traffic.outages)).toMatchObject({
      until: undefined,
      cause: { by: 'world', what: `AWS reclaimed ${greenInstance?.id ?? ''}` },
    });
  });
});

describe('green is not always what was asked for', () => {
  it('some tags show later than the others, at EC2 and at CodeDeploy', async () => {
    const setup = inProcess('success', { lateTags: { count: 1, seconds: 60 } });
    const id = await deploy(setup);
    expect(await green(setup.clients)).toHaveLength(3);
    setup.clock.advance(2);
    expect((await targetsOf(setup, id)).filter(({ instanceLabel }) => instanceLabel === 'Green')).toHaveLength(3);
    setup.clock.advance(60);
    expect(await green(setup.clients)).toHaveLength(4);
    expect(setup.world.traffic.serving).toEqual({ blue: 0, green: 3 });
  });

  it('fewer instances are launched than the target says, and the target may count weights', async () => {
    const setup = inProcess('success', { launchedInstances: 3, capacityUnit: 'weight' });
    await post(setup.clients);
    setup.clock.advance(30);
    expect(await green(setup.clients)).toHaveLength(3);
    const { data } = await setup.clients.spot.get<{ response: { items: unknown[] } }>('');
    expect(data.response.items).toMatchObject([{ capacity: { target: 8, unit: 'weight' } }]);
  });

  const FAILS = (instance: number): DeploymentTrouble => ({ ...SCRIPT_FAILS, instance });

  it.each([
    ['CodeDeployDefault.AllAtOnce', 1, 'Succeeded', 3],
    ['CodeDeployDefault.HalfAtATime', 1, 'Succeeded', 3],
    ['CodeDeployDefault.OneAtATime', 1, 'Failed', 0],
    ['CodeDeployDefault.OneAtATime', 3, 'Succeeded', 3],
  ])(
    'with %s and instance %i failing the deployment is %s',
    async (deploymentConfigName, instance, status, serving) => {
      const setup = inProcess(played({ deployment: FAILS(instance) }));
      await post(setup.clients);
      setup.clock.advance(30);
      const id = await create(setup.clients, { deploymentConfigName });
      setup.clock.advance(60);
      const info = await get(setup.clients, id);
      expect(info).toMatchObject({ status, deploymentOverview: { Failed: 1, Succeeded: serving } });
      expect(setup.world.traffic.serving.green).toBe(serving);
      expect((await targetsOf(setup, id)).filter((target) => target.status === 'Failed')).toHaveLength(1);
    },
  );

  it('more failures than the config allows fail it', async () => {
    const setup = inProcess('success');
    await post(setup.clients);
    setup.clock.advance(30);
    const id = await create(setup.clients, { deploymentConfigName: 'CodeDeployDefault.HalfAtATime' });
    setup.clock.advance(4);
    setup.world.catchUp();
    const { ec2 } = setup.world;
    for (const instance of ec2.instances.slice(-3)) ec2.terminate(instance, { code: 'x', message: 'x' });
    setup.clock.advance(60);
    expect(await get(setup.clients, id)).toMatchObject({ status: 'Failed', deploymentOverview: { Failed: 3 } });
    expect(setup.world.traffic.serving).toEqual({ blue: 4, green: 0 });
  });
});

import type { CallDescription } from '../simulator/calls';
import { isActive, isBlueLeaving, type Deployment } from '../simulator/codedeploy/model';
import type { Injector } from '../simulator/faults';
import type { CodeDeployTells, WorldOptions } from '../simulator/options';
import type { DeploymentTrouble, Scenario } from '../simulator/scenario';
import { scenarioNamed } from '../simulator/scenarios';
import type { World } from '../simulator/world';
import { violationsOf } from './invariants';
import { playReleases, playRun, type RunPlan, type RunTrace } from './playRun';
import { trafficViolationsOf } from './trafficInvariants';

/*
 * The first rule where the services answer otherwise than they do by default: what no documentation settles, what comes late,
 * and what people do in the consoles meanwhile.
 */

const success = scenarioNamed('success');
/** So slow that each step of the traffic can be met. */
const SLOW: Scenario = { ...success, durations: { ...success.durations, deregistrationDelay: 30, targetHealth: 10 } };
const STOPPED: DeploymentTrouble = { kind: 'stopped-by-hand', instance: 0, lifecycleEvent: 'BlockTraffic' };
const ROLLED_BACK: DeploymentTrouble = { ...STOPPED, withRollback: true };
const TO_GREEN = { rollbackServes: 'green', groupAutoRollback: true } as const;
/** Preflight would refuse such a wait, where it may read the group. */
const WAITS_LONG = { deploymentGroup: { blueTerminationWaitMinutes: 60 }, deploymentGroupAccess: 'denied' } as const;
const createUnanswered: RunPlan['inject'] = (_index, { operation }) =>
  operation === 'CreateDeployment' ? 'reset-after' : undefined;

async function play(plan: Omit<RunPlan, 'seed'>): Promise<RunTrace> {
  const trace = await playRun({ seed: 1, ...plan });
  expect(trafficViolationsOf(trace)).toEqual([]);
  return trace;
}

async function playWhole(plan: Omit<RunPlan, 'seed'>): Promise<RunTrace> {
  const trace = await play(plan);
  expect(violationsOf(trace)).toEqual([]);
  return trace;
}

function playStopped(trouble: DeploymentTrouble, options: Partial<WorldOptions>): Promise<RunTrace> {
  return playWhole({ scenario: { ...SLOW, script: { deployment: trouble } }, options });
}

function tells(codeDeployTells: Partial<CodeDeployTells>): Partial<WorldOptions> {
  return { codeDeployTells };
}

describe('a rollback that has succeeded', () => {
  test('and has deployed to green leaves green in service', async () => {
    const { action } = await playStopped(ROLLED_BACK, { rollbackServes: 'green' });
    expect(action.message).toContain('no blue instance was seen to be back in service and running');
  });

  test('and has deployed to green leaves green in service, where targets have no lifecycle events', async () => {
    const { world } = await playStopped(ROLLED_BACK, { rollbackServes: 'green', ...tells({ events: 'none' }) });
    expect(world.traffic.serving.green).toBe(4);
  });

  test.each<[string, Scenario, Partial<CodeDeployTells>]>([
    ['the group rolls back by itself', scenarioNamed('script-fails'), {}],
    ['only the rollback names the deployment', scenarioNamed('script-fails'), { rollbackId: false }],
    ['TIMEOUT stops it with a rollback', scenarioNamed('never-finishes'), {}],
  ])(
    'and has deployed to green before traffic had moved leaves green in service: %s',
    async (_name, scenario, told) => {
      const { action, world } = await playWhole({
        scenario,
        options: { rollbackServes: 'green', groupAutoRollback: true, ...tells(told) },
        userParameters: { TIMEOUT: 90 },
      });
      expect(action.message).toMatch(/rollback \S+ of CodeDeploy \S+ has deployed to green/);
      expect(action.message).toContain('Blue: 4 of 4 instances deregistered from the load balancer');
      expect(world.traffic.serving).toEqual({ blue: 0, green: 4 });
    },
  );

  test('and that appeared a few seconds after the end leaves green in service', async () => {
    const failing = scenarioNamed('script-fails');
    const { world } = await playWhole({
      scenario: { ...failing, durations: { ...failing.durations, rollbackAppears: 8, stopping: 20 } },
      options: TO_GREEN,
    });
    expect(world.traffic.serving.green).toBe(4);
  });

  test('and that began after a stop of Elastigroup without effect keeps the next stop from being sent', async () => {
    const failing = scenarioNamed('script-fails');
    const { world } = await playWhole({
      scenario: { ...failing, durations: { ...failing.durations, rollbackAppears: 40 } },
      options: TO_GREEN,
      ...sinceFailed(0, (seconds, { service, operation }) =>
        service === 'spot' && operation.startsWith('PUT') && seconds < 45 ? 'denied' : undefined,
      ),
    });
    expect(world.traffic.serving.green).toBe(4);
  });

  test('leaves green in service where CodeDeploy had terminated blue', async () => {
    const deploymentGroup = { blueTerminationWaitMinutes: 0, blueTerminationSeconds: 60 };
    await playWhole({
      scenario: SLOW,
      options: { deploymentGroup, rollbackServes: 'green' },
      userParameters: { TIMEOUT: 110 },
    });
  });

  test.each<[string, Partial<CodeDeployTells>]>([
    ['lists no targets', {}],
    ['lists blue', { idleRollback: 'blue' }],
    ['lists blue, without labels', { idleRollback: 'blue', labels: false }],
    ['lists blue, and calls it Green', { idleRollback: 'blue', rollbackLabels: 'swapped' }],
    ['lists all as Skipped', { idleRollback: 'skipped' }],
    ['lists all as Skipped, without labels', { idleRollback: 'skipped', labels: false }],
  ])('lets green go where no traffic had moved, and the rollback %s', async (_name, codeDeployTells) => {
    const { action, world } = await playWhole({
      scenario: scenarioNamed('script-fails'),
      options: { groupAutoRollback: true, ...tells(codeDeployTells) },
    });
    expect(action.message).toContain('No green instances remain.');
    expect(world.traffic.serving).toEqual({ blue: 4, green: 0 });
  });

  test('and has deployed to green leaves it in service, where it calls green Blue', async () => {
    const { world } = await playWhole({
      scenario: scenarioNamed('script-fails'),
      options: { ...TO_GREEN, ...tells({ rollbackLabels: 'swapped' }) },
    });
    expect(world.traffic.serving.green).toBe(4);
  });

  test.each<[string, Partial<CodeDeployTells>]>([
    ['targets have no labels', { labels: false }],
    ['targets show only what has begun', { events: 'begun' }],
    ['CodeDeploy does not say when a deployment has ended', { completeTime: false }],
    ['only the rollback names the deployment', { rollbackId: false }],
    ['the rollback can be read only after a while', { lagSeconds: 20 }],
  ])('lets green go where %s', async (_name, codeDeployTells) => {
    const { action, world } = await playStopped(ROLLED_BACK, tells(codeDeployTells));
    expect(action.message).toContain('No green instances remain.');
    expect(world.traffic.serving).toEqual({ blue: 4, green: 0 });
  });
});

describe('green that alone serves is kept', () => {
  test.each<[string, Partial<CodeDeployTells>]>([
    ['targets have no lifecycle events', { events: 'none' }],
    ['the targets of green are listed, and not described', { leavesOut: 4 }],
    ['all targets are listed, and none is described', { leavesOut: 8, overview: 'nothing' }],
    ['no targets are listed', { listsTargets: false }],
    ['no targets are listed, nor counted', { listsTargets: false, overview: 'nothing' }],
    ['neither deployment names the other', { rollbackId: false, rolledBackId: false }],
  ])('where %s', async (_name, codeDeployTells) => {
    const { world } = await playStopped(STOPPED, tells(codeDeployTells));
    expect(world.traffic.serving.green).toBe(4);
  });

  test('without a load balancer, where CodeDeploy has begun to terminate blue', async () => {
    await playWhole({
      scenario: success,
      options: {
        deploymentGroup: { loadBalancer: false, blueTerminationWaitMinutes: 0, blueTerminationSeconds: 60 },
      },
      userParameters: { TIMEOUT: 60 },
    });
  });

  test.each<[string, Partial<CodeDeployTells>]>([
    ['does not tell for which instances it was created', { targetTags: false }],
    ['is listed only after minutes', { lagSeconds: 200 }],
  ])('where the answer to CreateDeployment was lost, and the deployment %s', async (_name, codeDeployTells) => {
    const { action } = await play({
      scenario: { ...SLOW, durations: { ...SLOW.durations, deregistrationDelay: 1 } },
      options: { ...WAITS_LONG, codeDeployTells },
      inject: createUnanswered,
      userParameters: { TIMEOUT: 100 },
    });
    expect(action.message).toContain('is past waiting for CodeDeploy');
  });
});

/** Faults by the seconds since CodeDeploy has failed; after `retryAfter` of them somebody retries it, where that is not 0. */
function sinceFailed(
  retryAfter: number,
  faultAt: (seconds: number, call: CallDescription) => ReturnType<Injector>,
  onRetry: (retry: Deployment, world: World) => void = () => undefined,
): Pick<RunPlan, 'onWorld' | 'inject'> {
  let failed: { readonly at: number; readonly deployment: Deployment } | undefined;
  let retry: Deployment | undefined;
  const seconds = () => (failed ? (Date.now() - failed.at) / 1000 : -1);
  return {
    onWorld: (world) => {
      const deployment = world.codeDeploy.all.find(({ status, creator }) => status === 'Failed' && creator === 'user');
      if (deployment) failed ??= { at: Date.now(), deployment };
      if (failed && !retry && retryAfter > 0 && seconds() >= retryAfter)
        retry = world.codeDeploy.create({ ...failed.deployment, configName: 'CodeDeployDefault.AllAtOnce' }, 'other');
      if (retry && isActive(retry)) onRetry(retry, world);
    },
    inject: (_index, call) => (failed ? faultAt(seconds(), call) : undefined),
  };
}

/** Once CodeDeploy has failed, somebody retries it, and Spot cannot be queried for a minute, or so many seconds. */
function retriedInAnOutage(
  scenario: Scenario,
  secondsUntilRetry: number,
  outageSeconds = 60,
): Omit<RunPlan, 'seed' | 'options'> {
  let failedAt: number | undefined;
  let isRetried = false;
  const since = (time: number) => (Date.now() - time) / 1000;
  return {
    scenario,
    onWorld: ({ codeDeploy }: World) => {
      const last = codeDeploy.all.at(-1);
      if (last?.status !== 'Failed') return;
      failedAt ??= Date.now();
      if (isRetried || since(failedAt) < secondsUntilRetry) return;
      isRetried = true;
      codeDeploy.create({ ...last, configName: 'CodeDeployDefault.AllAtOnce' }, 'other');
    },
    inject: (_index, { service }) =>
      service === 'spot' && failedAt !== undefined && since(failedAt) < outageSeconds ? 'error-503' : undefined,
  };
}

describe('somebody retries the deployment in CodeDeploy while cleaning up waits for Spot', () => {
  const failing = scenarioNamed('script-fails');

  test('and it waits to terminate blue', async () => {
    const { world } = await play({ ...retriedInAnOutage(failing, 5), options: WAITS_LONG });
    expect(world.traffic.serving.green).toBe(4);
  });

  test('and it has succeeded, so that Elastigroup has replaced blue', async () => {
    const { world, action } = await play(retriedInAnOutage(failing, 5));
    expect(world.traffic.serving.green).toBe(4);
    expect(action.status).toBe('Failed');
    expect(action.message).toMatch(/were kept: Elastigroup deployment cdbg-\w+ is FINISHED/);
    expect(action.endedAt - action.startedAt).toBeLessThan(200_000);
  });

  test('and somebody stops that one too, after traffic has moved', async () => {
    const plan = retriedInAnOutage(failing, 5, 120);
    const { world, action } = await play({
      ...plan,
      onWorld: (at) => {
        plan.onWorld?.(at);
        const retry = at.codeDeploy.all.at(-1);
        if (retry && isActive(retry) && isBlueLeaving(retry)) at.codeDeploy.stop(retry, 'hand', false);
      },
    });
    expect(world.traffic.serving.green).toBe(4);
    expect(action.message).toContain('ended as Stopped, and no rollback followed');
  });
});

describe('green is kept where somebody retries the deployment that has failed', () => {
  const failing = scenarioNamed('script-fails');

  test('and stops that one at once, after a rollback that only names it had moved the traffic', async () => {
    const { world, action } = await play({
      scenario: failing,
      options: { ...TO_GREEN, ...tells({ rollbackId: false }) },
      ...sinceFailed(
        60,
        (seconds, { service }) => (service === 'spot' && seconds < 120 ? 'error-503' : undefined),
        (retry, { codeDeploy }) => codeDeploy.stop(retry, 'hand', false),
      ),
    });
    expect(action.message).toMatch(/rollback \S+ of CodeDeploy \S+ has deployed to green/);
    expect(world.traffic.serving.green).toBe(4);
  });

  test.each(['error-503', 'denied'] as const)(
    'and the deployment group cannot be searched before the time for cleaning up is over: %s',
    async (fault) => {
      const { world, action } = await play({
        scenario: { ...failing, durations: { ...failing.durations, deregistrationDelay: 30 } },
        env: { CLEANUP_TIMEOUT_SECONDS: '130' },
        ...sinceFailed(
          5,
          (_seconds, { operation }) => (operation === 'ListDeployments' ? fault : undefined),
          (retry, { codeDeploy }) => {
            if (isBlueLeaving(retry)) codeDeploy.stop(retry, 'hand', false);
          },
        ),
      });
      expect(action.message).toContain('which fleet gets the traffic could not be determined');
      expect(world.traffic.serving.green).toBe(4);
    },
  );
});

describe('no false success', () => {
  test.each(['both', 'nothing'] as const)(
    'an instance without the revision is named, where CodeDeploy counts %s',
    async (overview) => {
      const { action } = await playWhole({
        scenario: success,
        options: { codeDeployTells: { overview }, lateTags: { count: 1, seconds: 140 } },
      });
      expect(action.message).toMatch(/1 without the revision: i-\w+/);
    },
  );

  test.each([4, 8])(
    'where CodeDeploy does not describe %d of its targets, one of which has failed',
    async (leavesOut) => {
      const { action } = await playWhole({ scenario: scenarioNamed('partial-success'), options: tells({ leavesOut }) });
      expect(action.message).toMatch(/4 without a known outcome: i-/);
    },
  );

  test('nor is one missed where the group has grown while the action waited', async () => {
    const { action } = await playWhole({
      scenario: scenarioNamed('conflict-ends'),
      options: { lateTags: { count: 2, seconds: 60 } },
      onWorld: ({ account }) => {
        if (Date.now() > Date.UTC(2026, 0, 5, 9, 0, 20)) Object.assign(account, { capacityTarget: 6 });
      },
    });
    expect(action.message).toContain('6 green instances replaced blue');
  });
});

describe('a deployment that is stopped before it has begun', () => {
  test.each(['targets', 'nothing', 'not-started'] as const)(
    'lets green go, where CodeDeploy tells %s of it afterwards',
    async (unbegun) => {
      const { action } = await playWhole({
        scenario: { ...success, durations: { ...success.durations, deploymentCreated: 60 } },
        options: tells({ unbegun }),
        userParameters: { TIMEOUT: 45 },
      });
      expect(action.message).toContain('No green instances remain.');
    },
  );
});

test('one denial while it is read where the traffic is costs time only', async () => {
  let denials = 0;
  const { action } = await playWhole({
    scenario: scenarioNamed('script-fails'),
    // One call and the one retry that a denial gets.
    inject: (_index, { operation }) =>
      operation === 'ListDeploymentTargets' && (denials += 1) <= 2 ? 'denied' : undefined,
  });
  expect(action.message).toContain('No green instances remain.');
});

/** AWS reclaims all green instances, so many seconds after the start of the action. */
function greenReclaimedAfter(seconds: number) {
  return ({ ec2 }: World) => {
    if (Date.now() < Date.UTC(2026, 0, 5, 9, 0, seconds)) return;
    for (const instance of ec2.instances.filter(({ fleet }) => fleet === 'green'))
      ec2.terminate(instance, { code: 'Server.SpotInstanceTermination', message: 'Spot instance termination' });
  };
}

describe('AWS reclaims all green instances', () => {
  test('when they serve: the failure does not say that they do', async () => {
    const { action } = await playRun({
      seed: 1,
      scenario: SLOW,
      options: WAITS_LONG,
      onWorld: greenReclaimedAfter(140),
      userParameters: { TIMEOUT: 160 },
    });
    expect(action.message).toContain('EC2 shows no green instance any more');
    expect(action.message).not.toContain('are in service');
  });

  test('while blue is replaced: the success says so', async () => {
    const { action } = await playRun({ seed: 1, scenario: success, onWorld: greenReclaimedAfter(60) });
    expect(action.message).toContain('EC2 shows no green instance running');
  });
});

test('after green was kept, neither the failure nor that of a retry advises what would remove it', async () => {
  const plan = { seed: 1, scenario: scenarioNamed('stopped-without-rollback') };
  const { actions, world } = await playReleases(plan, [{}, { startsAfterSeconds: 200 }]);
  const [kept = '', conflict = ''] = actions.map(({ message }) => message);
  expect(kept).toContain('stop nothing while green alone serves');
  expect(kept).toContain('A retry of the stage is refused until the Elastigroup deployment has ended.');
  expect(conflict).toContain('Conflicting deployment: Elastigroup deployment');
  expect(conflict).toContain('unless its green instances serve (a stop removes them)');
  expect(world.traffic.serving).toEqual({ blue: 0, green: 4 });
});

import fc from 'fast-check';
import { SPOT_OPERATIONS } from '../../../src/clients/spot/elastigroup';
import { SpotRateLimit } from '../../../src/clients/spot/rateLimit';
import type { ListedAction, PipelineRun } from '../../../src/clients/pipelineRun';
import { UPSTREAM_ERROR_KINDS, type UpstreamErrorKind } from '../../../src/clients/upstreamError';
import type { DeploymentContext } from '../../../src/deployment/context';
import { newRunMemory } from '../../../src/deployment/runMemory';
import { poll } from '../../../src/deployment/poll';
import { hasResult, type ActiveState, type State } from '../../../src/deployment/state';
import {
  checked,
  cleaningUp,
  codeDeploy,
  elastigroup,
  finalizing,
  installing,
  instance,
  launching,
  noAnswer,
  OTHER_TAG,
  parametersWith,
  START,
  starting,
} from '../../support/deploymentSamples';
import { CollectedLog, JOB_AT_HAND } from '../../support/fakeContext';
import { ManualClock } from '../../support/manualClock';
import { TRIES_ALL } from '../../support/triesAll';

/*
 * TIMEOUT, and CLEANUP_TIMEOUT_SECONDS after it, bound every phase, whatever the services answer or do not: each call of a
 * run gets one of these answers for ever, or one after the other, and none of them leads anywhere. Time-outs take their time,
 * a 429 of Spot blocks its operation, and the run goes on from one invocation to the next.
 */

const STANDS_STILL = 'stands-still';
/** CodePipeline's alone: it shows the action as Failed, which a second reading has to confirm. */
const ENDED = 'ended';
type Fault = UpstreamErrorKind | typeof STANDS_STILL | typeof ENDED;

const PHASES: readonly ActiveState[] = [
  starting(),
  checked(),
  checked({ unconfirmedSince: START }),
  launching(),
  installing(),
  finalizing(),
  cleaningUp(),
];
/** Seconds that a last poll may be late: its calls, its pause, and the patience with a service before anything was stopped. */
const SLACK_S = 170;
/** Milliseconds that a call without an answer takes (callPolicy.ts, pipelineRun.ts). */
const TIME_LIMIT_MS = { spot: 10_000, codeDeploy: 10_000, ec2: 10_000, codePipeline: 5_000 };

type Answers = Record<'spot' | 'codeDeploy' | 'ec2' | 'codePipeline', readonly Fault[]>;

interface World extends DeploymentContext {
  /** When the first stop was sent (ms since the epoch). */
  firstStopAt: number | undefined;
}

/** What each service answers: `faults` in turn, the last of them for ever. */
function contextWith(faults: Answers, limits: Limits, rateLimit: SpotRateLimit): World {
  const clock = new ManualClock(START);
  const turn = { spot: 0, codeDeploy: 0, ec2: 0, codePipeline: 0 };
  const services = { spot: 'Spot', codeDeploy: 'CodeDeploy', ec2: 'EC2', codePipeline: 'CodePipeline' } as const;
  const answer = async <T>(service: keyof typeof turn, still: T, operation = 'call'): Promise<T> => {
    // As SpotApi does it: nothing is sent before the reset.
    if (service === 'spot' && rateLimit.allowedAt(operation) > clock.now()) throw noAnswer('Spot', 'rate-limited');
    const list = faults[service];
    const fault = list[Math.min(turn[service]++, list.length - 1)] ?? STANDS_STILL;
    if (fault === STANDS_STILL || fault === ENDED) return still;
    if (fault === 'timeout') await clock.sleep(TIME_LIMIT_MS[service]);
    if (service === 'spot' && fault === 'rate-limited')
      rateLimit.block(operation, limits.reset, { clock, jitter: () => 0.5 });
    throw noAnswer(services[service], fault);
  };
  const stop = <T>(service: 'spot' | 'codeDeploy', still: T): Promise<T> => {
    world.firstStopAt ??= clock.now();
    return answer(service, still, SPOT_OPERATIONS.stop);
  };
  const running = codeDeploy('d-OWN', limits.status, { createdAt: START });
  const world: World = {
    firstStopAt: undefined,
    clock,
    parameters: parametersWith({ timeoutSeconds: limits.timeoutSeconds, onConflict: 'WAIT' }),
    cleanupTimeoutSeconds: limits.cleanupTimeoutSeconds,
    log: new CollectedLog(),
    isSpotLimitTight: () => false,
    pipelineRuns: {
      identify: () => answer('codePipeline', { run: RUN, data: JOB_AT_HAND }),
      executionStatus: () => answer('codePipeline', 'InProgress'),
      listActions: () => {
        const { codePipeline: list } = faults;
        const isEnded = list[Math.min(turn.codePipeline, list.length - 1)] === ENDED;
        return answer('codePipeline', [listedAction(isEnded ? 'Failed' : 'InProgress')]);
      },
    },
    runMemory: newRunMemory(JOB_AT_HAND, { isUnknownJobAllowed: false, givenExecutionId: undefined }),
    elastigroup: {
      listDeployments: () =>
        answer(
          'spot',
          limits.mine ? [elastigroup('cdbg-1', limits.state)] : [elastigroup('cdbg-9', limits.state, [OTHER_TAG])],
          SPOT_OPERATIONS.list,
        ),
      startDeployment: () => answer('spot', elastigroup('cdbg-1', 'STARTING'), SPOT_OPERATIONS.start),
      stopDeployment: () => stop('spot', undefined),
      listInstances: () => answer('spot', [{ id: 'i-blue', createdAt: undefined, isLocked: false }]),
      readGroup: () =>
        answer(
          'spot',
          {
            deploymentGroups: [{ applicationName: 'shop', deploymentGroupName: 'shop-green' }],
            targetCapacity: 2,
            tagKeys: ['GreenIdentifier'],
            hasLoadBalancers: false,
            healthCheckType: undefined,
            gracePeriodSeconds: undefined,
          },
          SPOT_OPERATIONS.group,
        ),
    },
    codeDeploy: {
      getDeployment: () => answer('codeDeploy', running),
      findDeployments: () => answer('codeDeploy', []),
      createDeployment: () => answer('codeDeploy', { kind: 'created', deploymentId: 'd-OWN' } as const),
      stopDeployment: () => stop('codeDeploy', 'stopping' as const),
    },
    ec2Instances: {
      find: () => answer('ec2', limits.mine ? [instance('i-1')] : []),
      describe: () => answer('ec2', [instance('i-blue', { launchedAt: START - 1 })]),
    },
    deploymentTargets: {
      list: () => answer('codeDeploy', []),
      listFailedFirst: () => answer('codeDeploy', { targets: [] }),
    },
    elastigroupEvents: { problemsBetween: () => answer('spot', []) },
    deploymentGroup: { read: () => answer('codeDeploy', { deploymentType: 'BLUE_GREEN' } as never) },
    revisionObject: { head: () => answer('ec2', { kind: 'found' } as never) },
  };
  return world;
}

const RUN: PipelineRun = { pipeline: 'shop', stage: 'Deploy', action: 'BlueGreen', executionId: 'e-1' };

function listedAction(status: string): ListedAction {
  const { stage, action, executionId } = RUN;
  return { stage, action, executionId, actionExecutionId: 'a-1', status, startedAt: START, names: () => true };
}

interface Limits {
  readonly timeoutSeconds: number;
  readonly cleanupTimeoutSeconds: number;
  /** Elastigroup lists a deployment of this action, which never goes on; else one of another, which never ends. */
  readonly mine: boolean;
  /** What Elastigroup and CodeDeploy say for ever. */
  readonly state: string;
  readonly status: string;
  /** X-RateLimit-Reset */
  readonly reset: string;
  /** POLL_WINDOW_SECONDS */
  readonly windowSeconds: number;
}

/** From one invocation to the next, without a gap, until there is a result. */
async function playToEnd(first: ActiveState, answers: Answers, limits: Limits): Promise<World> {
  const rateLimit = new SpotRateLimit();
  const world = contextWith(answers, limits, rateLimit);
  let state: State = first;
  let { runMemory } = world;
  for (let invocation = 0; !hasResult(state); invocation += 1) {
    if (invocation > 1000) throw new Error(`no end in sight: ${JSON.stringify(state)}`);
    const until = world.clock.now() + limits.windowSeconds * 1000;
    const pacing = { pollIntervalSeconds: 5, until, latest: until, jitter: () => 0.5, rateLimit };
    // What the continuation token carries.
    const { run, unreadSince } = runMemory;
    runMemory = newRunMemory(JOB_AT_HAND, {
      isUnknownJobAllowed: false,
      givenExecutionId: undefined,
      run,
      unreadSince,
    });
    state = await poll(state, { ...world, runMemory }, pacing);
    // From a continuation to the next event.
    await world.clock.sleep(10_000);
  }
  return world;
}

async function expectBounded(first: ActiveState, answers: Answers, limits: Limits): Promise<void> {
  const world = await playToEnd(first, answers, limits);
  const since = (time: number) => (time - START) / 1000;
  const { timeoutSeconds, cleanupTimeoutSeconds } = limits;
  const firstStop = since(world.firstStopAt ?? START);
  expect(firstStop).toBeLessThanOrEqual(timeoutSeconds + cleanupTimeoutSeconds + SLACK_S);
  // A first stop that could be sent only late still gets the time for cleaning up.
  expect(since(world.clock.now())).toBeLessThanOrEqual(
    Math.max(timeoutSeconds, firstStop) + cleanupTimeoutSeconds + SLACK_S,
  );
}

const faults = fc.array(fc.constantFrom<Fault>(STANDS_STILL, ...UPSTREAM_ERROR_KINDS), { minLength: 1, maxLength: 6 });

const pipelineFaults = fc.array(fc.constantFrom<Fault>(STANDS_STILL, ENDED, ...UPSTREAM_ERROR_KINDS), {
  minLength: 1,
  maxLength: 6,
});

test('TIMEOUT and CLEANUP_TIMEOUT_SECONDS bound every phase, whatever answers or does not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...PHASES),
      fc.record({ spot: faults, codeDeploy: faults, ec2: faults, codePipeline: pipelineFaults }),
      fc.record({
        timeoutSeconds: fc.integer({ min: 60, max: 1800 }),
        cleanupTimeoutSeconds: fc.integer({ min: 60, max: 900 }),
        mine: fc.boolean(),
        state: fc.constantFrom(
          'STARTING',
          'AWAITING_USER_DEPLOYMENT',
          'REMOVE_OLD_INSTANCES',
          'ERROR',
          'NEW',
          'STOPPING',
        ),
        status: fc.constantFrom('InProgress', 'Ready', 'Failed', 'Stopped'),
        reset: fc.constantFrom('20', '60', '3600'),
        windowSeconds: fc.constantFrom(0, 30, 240, 900),
      }),
      expectBounded,
    ),
    { numRuns: TRIES_ALL ? 500 : 100 },
  );
});

describe.each(PHASES.map((state) => [state.phase, state] as const))('from %s on', (_phase, state) => {
  const limits: Limits = {
    timeoutSeconds: 300,
    cleanupTimeoutSeconds: 120,
    mine: state.phase !== 'starting',
    state: 'AWAITING_DEPLOYMENT_TO_FINISH',
    status: 'InProgress',
    reset: '3600',
    windowSeconds: 240,
  };
  const well: Answers = {
    spot: [STANDS_STILL],
    codeDeploy: [STANDS_STILL],
    ec2: [STANDS_STILL],
    codePipeline: [STANDS_STILL],
  };

  test.each<[string, Partial<Answers>]>([
    ["Spot's 429", { spot: ['rate-limited'] }],
    ['CodeDeploy being away', { codeDeploy: ['unavailable'] }],
    ['CodePipeline being away', { codePipeline: ['unavailable'] }],
    ['both', { spot: ['rate-limited'], codeDeploy: ['timeout'] }],
    [
      'silence of everything',
      { spot: ['timeout'], codeDeploy: ['timeout'], ec2: ['timeout'], codePipeline: ['timeout'] },
    ],
    ['nothing that happens', {}],
    [
      'an end that CodePipeline has shown once, and then nothing,',
      { codePipeline: [STANDS_STILL, STANDS_STILL, ENDED, 'unavailable'] },
    ],
  ])('%s for ever is bounded', (_what, faulty) => expectBounded(state, { ...well, ...faulty }, limits));
});

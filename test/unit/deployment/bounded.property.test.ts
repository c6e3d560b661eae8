import fc from 'fast-check';
import { SpotRateLimit } from '../../../src/clients/spot/rateLimit';
import type { UpstreamErrorKind } from '../../../src/clients/upstreamError';
import type { DeploymentContext } from '../../../src/deployment/context';
import { newRunMemory } from '../../../src/deployment/runMemory';
import { poll } from '../../../src/deployment/poll';
import { hasResult, type ActiveState } from '../../../src/deployment/state';
import {
  at,
  checked,
  cleaningUp,
  codeDeploy,
  elastigroup,
  finalizing,
  installing,
  instance,
  JOB,
  launching,
  noAnswer,
  OTHER_TAG,
  parametersWith,
  START,
  starting,
} from '../../support/deploymentSamples';
import { CollectedLog, FakeContext } from '../../support/fakeContext';
import { ManualClock } from '../../support/manualClock';

/*
 * TIMEOUT, and CLEANUP_TIMEOUT_SECONDS after it, bound every phase, whatever the services answer or do not: each call of a
 * run gets one of these answers for ever, or one after the other, and none of them leads anywhere.
 */

const KINDS: readonly UpstreamErrorKind[] = [
  'unreachable',
  'connection',
  'timeout',
  'unavailable',
  'unreadable',
  'throttled',
  'clock-skew',
  'rate-limited',
  'denied',
  'rejected',
];
const STANDS_STILL = 'stands-still';
type Fault = UpstreamErrorKind | typeof STANDS_STILL;

const PHASES: readonly ActiveState[] = [
  starting(),
  checked(),
  checked({ unconfirmedSince: START }),
  launching(),
  installing(),
  finalizing(),
  cleaningUp(),
];
/** Seconds that a last poll may be late: its pause, and the patience with a service before anything was stopped. */
const SLACK_S = 120;

/** What each service answers: `faults` in turn, the last of them for ever. */
function contextWith(
  faults: Record<'spot' | 'codeDeploy' | 'ec2', readonly Fault[]>,
  limits: Limits,
): DeploymentContext {
  const turn = { spot: 0, codeDeploy: 0, ec2: 0 };
  const services = { spot: 'Spot', codeDeploy: 'CodeDeploy', ec2: 'EC2' } as const;
  const answer = async <T>(service: keyof typeof turn, still: T): Promise<T> => {
    const list = faults[service];
    const fault = list[Math.min(turn[service]++, list.length - 1)] ?? STANDS_STILL;
    if (fault === STANDS_STILL) return still;
    throw noAnswer(services[service], fault);
  };
  const running = codeDeploy('d-OWN', 'InProgress', { createdAt: START });
  return {
    clock: new ManualClock(START),
    parameters: parametersWith({ timeoutSeconds: limits.timeoutSeconds, onConflict: 'WAIT' }),
    cleanupTimeoutSeconds: limits.cleanupTimeoutSeconds,
    log: new CollectedLog(),
    pipelineRuns: new FakeContext({}).pipelineRuns,
    runMemory: {
      ...newRunMemory(JOB, { isUnknownJobAllowed: false, givenExecutionId: undefined }),
      isOff: true,
    },
    elastigroup: {
      listDeployments: () =>
        answer(
          'spot',
          limits.mine ? [elastigroup('cdbg-1', 'STARTING')] : [elastigroup('cdbg-9', 'STARTING', [OTHER_TAG])],
        ),
      startDeployment: () => answer('spot', elastigroup('cdbg-1', 'STARTING')),
      stopDeployment: () => answer('spot', undefined),
      listInstances: () => answer('spot', [{ id: 'i-blue', createdAt: undefined, isLocked: false }]),
      readGroup: () =>
        answer('spot', {
          deploymentGroups: [{ applicationName: 'shop', deploymentGroupName: 'shop-green' }],
          targetCapacity: 2,
          tagKeys: ['GreenIdentifier'],
          hasLoadBalancers: false,
          healthCheckType: undefined,
          gracePeriodSeconds: undefined,
        }),
    },
    codeDeploy: {
      getDeployment: () => answer('codeDeploy', running),
      findDeployments: () => answer('codeDeploy', []),
      createDeployment: () => answer('codeDeploy', { kind: 'created', deploymentId: 'd-OWN' } as const),
      stopDeployment: () => answer('codeDeploy', 'stopping' as const),
    },
    greenInstances: {
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
}

interface Limits {
  readonly timeoutSeconds: number;
  readonly cleanupTimeoutSeconds: number;
  /** Elastigroup lists a deployment of this action, which never goes on; else one of another, which never ends. */
  readonly mine: boolean;
}

const faults = fc.array(fc.constantFrom<Fault>(STANDS_STILL, ...KINDS), { minLength: 1, maxLength: 6 });

test('TIMEOUT and CLEANUP_TIMEOUT_SECONDS bound every phase, whatever answers or does not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...PHASES),
      fc.record({ spot: faults, codeDeploy: faults, ec2: faults }),
      fc.record({
        timeoutSeconds: fc.integer({ min: 60, max: 1800 }),
        cleanupTimeoutSeconds: fc.integer({ min: 60, max: 900 }),
        mine: fc.boolean(),
      }),
      async (state, answers, limits) => {
        const context = contextWith(answers, limits);
        const end = await poll(state, context, {
          pollIntervalSeconds: 5,
          until: at(100_000),
          latest: at(100_000),
          jitter: () => 0.5,
          rateLimit: new SpotRateLimit(),
        });
        const seconds = (context.clock.now() - START) / 1000;
        expect(hasResult(end)).toBe(true);
        expect(seconds).toBeLessThanOrEqual(limits.timeoutSeconds + limits.cleanupTimeoutSeconds + SLACK_S);
      },
    ),
    { numRuns: 500 },
  );
});

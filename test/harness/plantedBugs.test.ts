import type { CleanupDecision, CleanupView } from '../../src/deployment/phases/cleanupDecision';
import type { fleetReadiness } from '../../src/deployment/phases/greenFleet';
import type { protectGreen } from '../../src/deployment/phases/greenProtection';
import type { DeploymentContext } from '../../src/deployment/context';
import type { CleaningUp, Starting, State } from '../../src/deployment/state';
import { toFailed, toLaunching } from '../../src/deployment/transitions';
import { violationsOf } from './invariants';
import { playRun } from './playRun';
import { randomPlan } from './randomPlan';

/*
 * The soak must notice a broken product: each bug is planted in one module, and random runs go on until an invariant is
 * violated. Without a bug the same runs are clean.
 */

const RUNS = 400;
/** `npm run soak` plays thousands. */
const CLEAN_RUNS = 100;

interface Bug {
  readonly name: string;
  readonly module: string;
  /** What replaces the module's own exports. */
  readonly plant: (actual: Record<string, unknown>) => Record<string, unknown>;
  readonly violation: RegExp;
  /** The only scenario that can show it: of the soak's runs those in it are played. */
  readonly scenario?: string;
}

const BUGS: readonly Bug[] = [
  {
    name: 'the look before the start is dropped',
    module: '../../src/deployment/phases/starting',
    plant: () => ({ start: startWithoutLooking }),
    violation: /Elastigroup deployments of one action/,
  },
  {
    name: 'a CodeDeploy deployment of another is taken for the own one',
    module: '../../src/deployment/ownDeployments',
    plant: (actual) => ({
      ...actual,
      isOwnCodeDeploy: () => true,
      isStoppable: () => true,
      findCodeDeploy: takeAnyCodeDeploy,
    }),
    violation: /belongs to someone else, and was stopped|reported success/,
  },
  {
    name: 'cleaning up ends without having stopped anything, and says that nothing is left',
    module: '../../src/deployment/phases/cleaningUp',
    plant: () => ({ cleanUp: claimToHaveCleanedUp }),
    violation: /is left/,
  },
  {
    name: 'cleaning up does not care whether CodeDeploy has succeeded',
    module: '../../src/deployment/phases/cleanupDecision',
    plant: (actual) => ({ ...actual, decideCleanup: stopWhateverItIs }),
    violation: /was stopped after CodeDeploy had succeeded|^no fleet served .*: PUT stop|green instances alone served$/,
    // CodeDeploy succeeds between the look that reaches TIMEOUT and the next one: few runs show it.
    scenario: 'success',
  },
  {
    name: 'TIMEOUT removes green, whatever the traffic',
    module: '../../src/deployment/phases/greenProtection',
    plant: (actual) => ({ ...actual, protectGreen: removableOnTimeout(actual['protectGreen'] as ProtectGreen) }),
    violation: /^no fleet served .*: PUT stop|green instances alone served$/,
  },
  {
    name: 'the rollback is ignored: green is removed when CodeDeploy has ended',
    module: '../../src/deployment/phases/greenProtection',
    plant: (actual) => ({ ...actual, protectGreen: removableDuringRollback(actual['protectGreen'] as ProtectGreen) }),
    violation: /^no fleet served .*: PUT stop|green instances alone served$/,
  },
  {
    name: 'the first list of EC2 is believed',
    module: '../../src/deployment/phases/greenFleet',
    plant: (actual) => ({ ...actual, fleetReadiness: readyAtOnce(actual['fleetReadiness'] as FleetReadinessOf) }),
    violation: /was started before EC2 showed the tag of green instance/,
  },
  {
    name: 'secrets are not redacted',
    module: '../../src/lib/redaction',
    plant: () => ({ Redactor: TalkativeRedactor }),
    violation: /the secret .* is in/,
  },
  {
    name: 'an unknown state of Elastigroup reads as success',
    module: '../../src/deployment/elastigroupState',
    plant: (actual) => ({
      ...actual,
      progressOf: optimisticProgress(actual['progressOf'] as (state: string) => string),
    }),
    violation: /Elastigroup has not FINISHED/,
    scenario: 'odd-states',
  },
  {
    name: 'a failed report is forgotten',
    module: '../../src/report/sendReport',
    plant: () => ({ sendReport: () => Promise.resolve() }),
    violation: /without a result/,
  },
];

test.each(BUGS)(
  'the soak notices when $name',
  async ({ module, plant, violation, scenario }) => {
    const play = harnessWith(module, plant);
    for (let seed = 1, played = 0; played < RUNS; seed += 1) {
      const plan = randomPlan(seed);
      if (scenario !== undefined && plan.scenario.name !== scenario) continue;
      played += 1;
      if (violationsOf(await play(plan)).some((text) => violation.test(text))) return;
    }
    throw new Error(`${RUNS} runs, and no violation was found.`);
  },
  60_000,
);

test('the same runs are clean without a bug', async () => {
  for (let seed = 1; seed <= CLEAN_RUNS; seed += 1) expect(violationsOf(await playRun(randomPlan(seed)))).toEqual([]);
}, 60_000);

/** The harness with everything below it loaded anew, and one module of the product replaced. */
function harnessWith(module: string, plant: Bug['plant']): typeof playRun {
  let play: typeof playRun | undefined;
  jest.isolateModules(() => {
    const actual = jest.requireActual<Record<string, unknown>>(module);
    jest.doMock(module, () => plant(actual));
    play = jest.requireActual<{ playRun: typeof playRun }>('./playRun').playRun;
    jest.dontMock(module);
  });
  if (!play) throw new Error('the harness could not be loaded');
  return play;
}

// The bugs. Each does what a hurried change might do.

/** Sends the start at once; also for an event that is delivered again. */
async function startWithoutLooking(state: Starting, context: DeploymentContext): Promise<State> {
  const { applicationName, deploymentGroupName } = context.parameters;
  const greenTag = { key: 'GreenIdentifier', value: state.greenIdentifier };
  const started = await context.elastigroup.startDeployment({
    greenTag,
    applicationName,
    deploymentGroupName,
    timeoutMinutes: 60,
  });
  return toLaunching(state, context.clock.now(), started.id);
}

async function takeAnyCodeDeploy(_state: State, context: DeploymentContext) {
  const [own] = await context.codeDeploy.findDeployments(0);
  return { own, otherActive: undefined };
}

async function claimToHaveCleanedUp(state: CleaningUp, context: DeploymentContext): Promise<State> {
  return toFailed(state, context.clock.now(), state.failure, { cleaned: ['No green instances remain.'], left: [] });
}

/** Stops Elastigroup whenever it is there, without the last look at CodeDeploy. */
function stopWhateverItIs(_state: CleaningUp, view: CleanupView): CleanupDecision {
  const ids = view.elastigroup.ok ? view.elastigroup.value.map(({ id }) => id) : [];
  const isAlive =
    view.elastigroup.ok &&
    view.elastigroup.value.some(({ state }) => !/^FINISHED|STOPPING|REMOVE|ROLLBACK/.test(state));
  return isAlive ? { kind: 'stop-elastigroup', ids, reason: 'a bug' } : { kind: 'check-green', because: 'ended' };
}

type ProtectGreen = typeof protectGreen;
type FleetReadinessOf = typeof fleetReadiness;

function removableOnTimeout(actual: ProtectGreen): ProtectGreen {
  return (state, ...rest) =>
    state.failure.timedOut ? { kind: 'removable', reason: 'TIMEOUT is over' } : actual(state, ...rest);
}

function removableDuringRollback(actual: ProtectGreen): ProtectGreen {
  return (state, deployment, view, moment) =>
    view.rollback?.ok && view.rollback.value
      ? { kind: 'removable', reason: 'CodeDeploy rolls back' }
      : actual(state, deployment, view, moment);
}

/** Whatever shows is all. */
function readyAtOnce(actual: FleetReadinessOf): FleetReadinessOf {
  return (state, green, now) => actual({ ...state, targetCapacity: 1 }, green, now);
}

class TalkativeRedactor {
  add(): void {
    // forgets it
  }

  redact(text: string): string {
    return text;
  }
}

function optimisticProgress(actual: (state: string) => string) {
  return (state: string) => (actual(state) === 'unknown' ? 'finished' : actual(state));
}

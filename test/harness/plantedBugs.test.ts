import type { checkRun } from '../../src/deployment/checkRun';
import type { CleanupDecision } from '../../src/deployment/phases/cleanupDecision';
import type { CleanupView } from '../../src/deployment/phases/cleanupView';
import type { fleetReadiness } from '../../src/deployment/phases/greenFleet';
import type { protectGreen } from '../../src/deployment/phases/greenProtection';
import type { DeploymentContext } from '../../src/deployment/context';
import type { CleaningUp, Starting, State } from '../../src/deployment/state';
import { toFailed, toLaunching } from '../../src/deployment/transitions';
import { SCENARIOS, scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import type { playRun, RunPlan } from './playRun';
import { randomPlan } from './randomPlan';
import { stepOfTimeout, type DeploymentStep } from './stepOfTimeout';
import { TRIES_ALL } from '../support/triesAll';

/*
 * The soak must notice a broken product: each bug is planted in one module, and random runs go on until an invariant is
 * violated. Without a bug the same runs are clean.
 */

const RUNS = 400;
/**
 * CI plays each scenario several times, and `npm run soak` thousands; `npm test` plays those runs in which TIMEOUT came in
 * all steps of the traffic when this was written, and goes on where it no longer does.
 */
const CLEAN_RUNS = TRIES_ALL ? { first: 1, last: 4 * SCENARIOS.length } : { first: 30, last: 48 };

interface Bug {
  readonly name: string;
  readonly module: string;
  /** What replaces the module's own exports. */
  readonly plant: (actual: Exports) => Exports;
  readonly violation: RegExp;
  /** Of the soak's runs, those in this scenario from this seed on are played; the first noticed it when this was written. */
  readonly firstRun: { readonly scenario: string; readonly seed: number };
}

type Exports = Readonly<Record<string, unknown>>;

const BUGS: readonly Bug[] = [
  {
    name: 'the look before the start is dropped',
    module: '../../src/deployment/phases/starting',
    plant: () => ({ start: startWithoutLooking }),
    violation: /Elastigroup deployments of one action/,
    firstRun: { scenario: 'script-fails-rolled-back', seed: 2 },
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
    firstRun: { scenario: 'conflict', seed: 10 },
  },
  {
    name: 'cleaning up ends without having stopped anything, and says that nothing is left',
    module: '../../src/deployment/phases/cleaningUp',
    plant: () => ({ cleanUp: claimToHaveCleanedUp }),
    violation: /is left/,
    firstRun: { scenario: 'script-fails-rolled-back', seed: 2 },
  },
  {
    name: 'cleaning up does not care whether CodeDeploy has succeeded',
    module: '../../src/deployment/phases/cleanupDecision',
    plant: (actual) => ({ ...actual, decideCleanup: stopWhateverItIs }),
    violation: /was stopped after CodeDeploy had succeeded|^no fleet served .*: PUT stop|green instances alone served$/,
    firstRun: { scenario: 'success', seed: 270 },
  },
  {
    name: 'TIMEOUT removes green, whatever the traffic',
    module: '../../src/deployment/phases/greenProtection',
    plant: (actual) => ({ ...actual, protectGreen: removableOnTimeout(actual['protectGreen'] as ProtectGreen) }),
    violation: /^no fleet served .*: PUT stop|green instances alone served$/,
    firstRun: { scenario: 'may-not-look', seed: 18 },
  },
  {
    name: 'the rollback is ignored: green is removed when CodeDeploy has ended',
    module: '../../src/deployment/phases/greenProtection',
    plant: (actual) => ({ ...actual, protectGreen: removableDuringRollback(actual['protectGreen'] as ProtectGreen) }),
    violation: /^no fleet served .*: PUT stop|green instances alone served$/,
    firstRun: { scenario: 'stopped-after-traffic', seed: 203 },
  },
  {
    name: 'the first list of EC2 is believed',
    module: '../../src/deployment/phases/greenFleet',
    plant: (actual) => ({ ...actual, fleetReadiness: readyAtOnce(actual['fleetReadiness'] as FleetReadinessOf) }),
    violation: /was started before EC2 showed the tag of green instance/,
    firstRun: { scenario: 'stopped-by-hand', seed: 6 },
  },
  {
    name: 'secrets are not redacted',
    module: '../../src/lib/redaction',
    plant: () => ({ Redactor: TalkativeRedactor }),
    violation: /the secret .* is in/,
    firstRun: { scenario: 'wrong-token', seed: 24 },
  },
  {
    name: 'an unknown state of Elastigroup reads as success',
    module: '../../src/deployment/elastigroupState',
    plant: (actual) => ({
      ...actual,
      progressOf: optimisticProgress(actual['progressOf'] as (state: string) => string),
    }),
    violation: /Elastigroup has not FINISHED/,
    firstRun: { scenario: 'odd-states', seed: 961 },
  },
  {
    name: 'the pipeline execution is looked at before a start only',
    module: '../../src/deployment/checkRun',
    plant: (actual) => ({ ...actual, checkRun: neverEnded }),
    violation: /^invocation \d .*: Elastigroup deployment \S+ is /,
    firstRun: { scenario: 'never-finishes', seed: 146 },
  },
  {
    name: 'nothing is looked at before a start',
    module: '../../src/deployment/checkRun',
    plant: (actual) => ({ ...actual, checkRun: neverEnded, insteadOfStart: () => Promise.resolve() }),
    violation: /was started .* after its action had ended/,
    firstRun: { scenario: 'success', seed: 265 },
  },
  {
    name: 'one reading of the pipeline execution is believed',
    module: '../../src/deployment/checkRun',
    plant: (actual) => ({ ...actual, checkRun: believing(actual['checkRun'] as CheckRun) }),
    violation: /a healthy deployment was ended: The pipeline execution was/,
    firstRun: { scenario: 'success', seed: 186 },
  },
  {
    name: 'a failed report is forgotten',
    module: '../../src/report/sendReport',
    plant: () => ({ sendReport: () => Promise.resolve() }),
    violation: /without a result/,
    firstRun: { scenario: 'script-fails', seed: 1 },
  },
];

let planted: { readonly module: string; readonly exports: Exports } | undefined;
let play: typeof playRun;

/** The harness is loaded once; a module in which a bug can be planted is the actual one, but for what `planted` has of it. */
beforeAll(() => {
  for (const module of new Set(BUGS.map((bug) => bug.module))) {
    const get = (actual: Exports, name: string): unknown =>
      (planted?.module === module ? planted.exports[name] : undefined) ?? actual[name];
    jest.doMock(module, () => new Proxy(jest.requireActual<Exports>(module), { get }));
  }
  play = jest.requireActual<{ playRun: typeof playRun }>('./playRun').playRun;
});

afterEach(() => {
  planted = undefined;
});

test.each(BUGS)(
  'the soak notices when $name',
  async ({ module, plant, violation, firstRun: { scenario, seed: first } }) => {
    planted = { module, exports: plant(jest.requireActual<Exports>(module)) };
    for (let seed = first; seed < first + RUNS; seed += 1) {
      const trace = await play(randomPlan(seed, scenarioNamed(scenario)));
      if (violationsOf(trace).some((text) => violation.test(text))) return;
    }
    throw new Error(`${RUNS} runs, and no violation was found.`);
  },
  60_000,
);

test('the same runs are clean without a bug, and reach TIMEOUT in each step of the traffic', async () => {
  const steps = new Set<DeploymentStep>();
  const wanted: readonly DeploymentStep[] = ['installing', 'allowing green', 'blocking blue', 'waiting'];
  const isMissing = () => wanted.some((step) => !steps.has(step));
  const check = async (plan: RunPlan) => {
    const trace = await play(plan);
    expect(violationsOf(trace)).toEqual([]);
    const step = stepOfTimeout(trace);
    if (step !== undefined) steps.add(step);
  };
  for (const { firstRun } of BUGS) await check(randomPlan(firstRun.seed, scenarioNamed(firstRun.scenario)));
  const { first, last } = CLEAN_RUNS;
  for (let seed = first; seed <= last || (seed < first + RUNS && isMissing()); seed += 1) await check(randomPlan(seed));
  expect([...steps]).toEqual(expect.arrayContaining([...wanted]));
}, 120_000);

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
type CheckRun = typeof checkRun;
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

async function neverEnded(state: State): Promise<{ kind: 'goes-on'; state: State }> {
  return { kind: 'goes-on', state };
}

function believing(actual: CheckRun): CheckRun {
  return async (state, context, occasion) => {
    const check = await actual(state, context, occasion);
    return check.kind === 'doubt'
      ? actual({ ...check.state, runEndedSince: context.clock.now() - 30_000 }, context, 'over')
      : check;
  };
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

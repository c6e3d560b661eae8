import * as checks from '../../src/deployment/checkRun';
import type { DeploymentContext } from '../../src/deployment/context';
import * as elastigroupState from '../../src/deployment/elastigroupState';
import * as ownDeployments from '../../src/deployment/ownDeployments';
import * as cleaningUp from '../../src/deployment/phases/cleaningUp';
import * as cleanupDecision from '../../src/deployment/phases/cleanupDecision';
import type { CleanupView } from '../../src/deployment/phases/cleanupView';
import * as greenFleet from '../../src/deployment/phases/greenFleet';
import * as greenProtection from '../../src/deployment/phases/greenProtection';
import * as starting from '../../src/deployment/phases/starting';
import type { ActiveState, CleaningUp, Starting, State } from '../../src/deployment/state';
import { toFailed, toLaunching } from '../../src/deployment/transitions';
import { Redactor } from '../../src/lib/redaction';
import * as report from '../../src/report/sendReport';
import { SCENARIOS, scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun, type RunPlan } from './playRun';
import { randomPlan } from './randomPlan';
import { stepOfTimeout, type DeploymentStep } from './stepOfTimeout';
import { TRIES_ALL } from '../support/triesAll';

/*
 * The soak must notice a broken product: each bug is planted in place of one function, and random runs go on until an
 * invariant is violated. Without a bug the same runs are clean.
 */

const RUNS = 400;
/**
 * CI plays each scenario several times, and `npm run soak` thousands; `npm test` plays these first, in which TIMEOUT came in
 * all steps of the traffic when this was written, and others where it no longer does.
 */
const CLEAN_RUNS = TRIES_ALL ? Array.from({ length: 4 * SCENARIOS.length }, (_, index) => index + 1) : [30, 34, 39, 48];

interface Bug {
  readonly name: string;
  readonly plant: () => void;
  readonly violation: RegExp;
  /** Of the soak's runs, those in this scenario from this seed on are played; the first noticed it when this was written. */
  readonly firstRun: { readonly scenario: string; readonly seed: number };
}

// The functions themselves, before anything stands in their place.
const { checkRun } = checks;
const { fleetReadiness } = greenFleet;
const { progressOf } = elastigroupState;
const { protectGreen } = greenProtection;

const BUGS: readonly Bug[] = [
  {
    name: 'the search before the start is dropped',
    plant: () => vi.spyOn(starting, 'start').mockImplementation(startWithoutLooking),
    violation: /Elastigroup deployments of one action/,
    firstRun: { scenario: 'script-fails-rolled-back', seed: 2 },
  },
  {
    name: 'a CodeDeploy deployment of another is taken for the own one',
    plant: () => {
      vi.spyOn(ownDeployments, 'isOwnCodeDeploy').mockReturnValue(true);
      vi.spyOn(ownDeployments, 'isStoppable').mockReturnValue(true);
      vi.spyOn(ownDeployments, 'findCodeDeploy').mockImplementation(takeAnyCodeDeploy);
    },
    violation: /belongs to someone else, and was stopped|reported success/,
    firstRun: { scenario: 'conflict', seed: 10 },
  },
  {
    name: 'cleaning up ends without having stopped anything, and says that nothing is left',
    plant: () => vi.spyOn(cleaningUp, 'cleanUp').mockImplementation(claimToHaveCleanedUp),
    violation: /is left/,
    firstRun: { scenario: 'script-fails-rolled-back', seed: 2 },
  },
  {
    name: 'cleaning up does not care whether CodeDeploy has succeeded',
    plant: () => vi.spyOn(cleanupDecision, 'decideCleanup').mockImplementation(stopWhateverItIs),
    violation: /was stopped after CodeDeploy had succeeded|^no fleet served .*: PUT stop|green instances alone served$/,
    firstRun: { scenario: 'success', seed: 270 },
  },
  {
    name: 'TIMEOUT removes green, whatever the traffic',
    plant: () => vi.spyOn(greenProtection, 'protectGreen').mockImplementation(removableOnTimeout(protectGreen)),
    violation: /^no fleet served .*: PUT stop|green instances alone served$/,
    firstRun: { scenario: 'checks-denied', seed: 18 },
  },
  {
    name: 'the rollback is ignored: green is removed when CodeDeploy has ended',
    plant: () => vi.spyOn(greenProtection, 'protectGreen').mockImplementation(removableDuringRollback(protectGreen)),
    violation: /^no fleet served .*: PUT stop|green instances alone served$/,
    firstRun: { scenario: 'stopped-after-traffic', seed: 203 },
  },
  {
    name: 'the first list of EC2 is believed',
    plant: () => vi.spyOn(greenFleet, 'fleetReadiness').mockImplementation(readyAtOnce(fleetReadiness)),
    violation: /was started before EC2 showed the tag of green instance/,
    firstRun: { scenario: 'stopped-by-hand', seed: 6 },
  },
  {
    name: 'secrets are not redacted',
    plant: () => vi.spyOn(Redactor.prototype, 'redact').mockImplementation((text) => text),
    violation: /the secret .* is in/,
    firstRun: { scenario: 'wrong-token', seed: 24 },
  },
  {
    name: 'an unknown state of Elastigroup reads as success',
    plant: () => vi.spyOn(elastigroupState, 'progressOf').mockImplementation(optimisticProgress(progressOf)),
    violation: /Elastigroup has not FINISHED/,
    firstRun: { scenario: 'odd-states', seed: 961 },
  },
  {
    name: 'the pipeline execution is read before a start only',
    plant: () => vi.spyOn(checks, 'checkRun').mockImplementation(neverEnded),
    violation: /^invocation \d .*: Elastigroup deployment \S+ is /,
    firstRun: { scenario: 'never-finishes', seed: 146 },
  },
  {
    name: 'nothing is checked before a start',
    plant: () => {
      vi.spyOn(checks, 'checkRun').mockImplementation(neverEnded);
      vi.spyOn(checks, 'insteadOfStart').mockResolvedValue(undefined);
    },
    violation: /was started .* after its action had ended/,
    firstRun: { scenario: 'success', seed: 265 },
  },
  {
    name: 'one reading of the pipeline execution is believed',
    plant: () => vi.spyOn(checks, 'checkRun').mockImplementation(believing(checkRun)),
    violation: /a healthy deployment was ended: The pipeline execution was/,
    firstRun: { scenario: 'success', seed: 186 },
  },
  {
    name: 'a failed report is forgotten',
    plant: () => vi.spyOn(report, 'sendReport').mockResolvedValue(undefined),
    violation: /without a result/,
    firstRun: { scenario: 'script-fails', seed: 1 },
  },
];

test.each(BUGS)(
  'the soak notices when $name',
  async ({ plant, violation, firstRun: { scenario, seed: first } }) => {
    plant();
    for (let seed = first; seed < first + RUNS; seed += 1) {
      const trace = await playRun(randomPlan(seed, scenarioNamed(scenario)));
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
    const trace = await playRun(plan);
    expect(violationsOf(trace)).toEqual([]);
    const step = stepOfTimeout(trace);
    if (step !== undefined) steps.add(step);
  };
  for (const { firstRun } of BUGS) await check(randomPlan(firstRun.seed, scenarioNamed(firstRun.scenario)));
  for (const seed of CLEAN_RUNS) await check(randomPlan(seed));
  for (let seed = 1; seed < RUNS && isMissing(); seed += 1) await check(randomPlan(seed));
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

async function takeAnyCodeDeploy(_state: State, context: DeploymentContext): Promise<ownDeployments.FoundCodeDeploy> {
  const recent = await context.codeDeploy.findDeployments(0);
  return { recent, own: recent[0], otherActive: undefined };
}

async function claimToHaveCleanedUp(state: CleaningUp, context: DeploymentContext): Promise<State> {
  return toFailed(state, context.clock.now(), state.failure, { cleaned: ['No green instances remain.'], left: [] });
}

/** Stops Elastigroup whenever it is there, without the last reading of CodeDeploy. */
function stopWhateverItIs(_state: CleaningUp, view: CleanupView): cleanupDecision.CleanupDecision {
  const ids = view.elastigroup.ok ? view.elastigroup.value.map(({ id }) => id) : [];
  const isAlive =
    view.elastigroup.ok &&
    view.elastigroup.value.some(({ state }) => !/^FINISHED|STOPPING|REMOVE|ROLLBACK/.test(state));
  return isAlive ? { kind: 'stop-elastigroup', ids, reason: 'a bug' } : { kind: 'check-green', because: 'ended' };
}

function removableOnTimeout(actual: typeof protectGreen): typeof protectGreen {
  return (state, ...rest) =>
    state.failure.timedOut ? { kind: 'removable', reason: 'TIMEOUT is over' } : actual(state, ...rest);
}

function removableDuringRollback(actual: typeof protectGreen): typeof protectGreen {
  return (state, deployment, view, moment) =>
    view.rollback?.ok && view.rollback.value
      ? { kind: 'removable', reason: 'CodeDeploy rolls back' }
      : actual(state, deployment, view, moment);
}

/** Whatever shows is all. */
function readyAtOnce(actual: typeof fleetReadiness): typeof fleetReadiness {
  return (state, green, now) => actual({ ...state, targetCapacity: 1 }, green, now);
}

async function neverEnded(state: ActiveState): Promise<checks.RunCheck> {
  return { kind: 'goes-on', state };
}

function believing(actual: typeof checkRun): typeof checkRun {
  return async (state, context, occasion) => {
    const check = await actual(state, context, occasion);
    return check.kind === 'doubt'
      ? actual({ ...check.state, runEndedSince: context.clock.now() - 30_000 }, context, 'over')
      : check;
  };
}

function optimisticProgress(actual: typeof progressOf): typeof progressOf {
  return (state) => (actual(state) === 'unknown' ? 'finished' : actual(state));
}

import { FAULT_KINDS, type FaultKind, type Injector } from '../simulator/faults';
import type { WorldOptions } from '../simulator/options';
import type { Duplicate } from '../simulator/pipeline';
import { Random, pick } from '../simulator/random';
import type { Scenario } from '../simulator/scenario';
import { SCENARIOS } from '../simulator/scenarios';
import type { RunPlan } from './playRun';
import { isEndTold } from './stopInvariants';
import { randomTraffic } from './randomTraffic';

/** Seconds after the start of an action, between which CodeDeploy succeeds where all goes well. */
const AROUND_CODEDEPLOYS_END = [40, 65] as const;

/**
 * A random plan; the seed alone decides it, so that a violation can be replayed. Each part draws from a sequence of its own
 * (`seed ^ …`), so that one draw more in it leaves the other parts of all plans as they are.
 */
export function randomPlan(seed: number, played = scenarioOf(seed)): RunPlan {
  const random = new Random(seed);
  const traffic = randomTraffic(new Random(~seed), played);
  const { scenario } = traffic;
  // TIMEOUT can be reached at any moment, also just when CodeDeploy succeeds.
  const [from, to] = random.next() < 0.5 ? [15, 150] : AROUND_CODEDEPLOYS_END;
  const drawn = random.next() < 0.5 ? undefined : Math.round(random.between(from, to));
  const timeout = traffic.timeout ?? drawn;
  const { stop, options: pipeline, userParameters: given } = randomStop(new Random(seed ^ 0x5a5a5a5a));
  const isTold = isEndTold(pipeline, given);
  const leavesNoTrace = !isTold && (scenario.script.noSpotCapacity === true || (timeout ?? 900) < 60);
  const pollWindow = pick(random, ['', '', '0', '10', '60']);
  const invocationSeconds = pick(random, [60, 120, 300, 900]);
  // A denial ends an action at any moment: also before it has left a trace. So does TIMEOUT, while another's is waited for.
  // Only CodePipeline tells then that it has ended, where it tells that.
  const mayBeDenied = random.next() < 0.3;
  const waits = scenario.userParameters['ON_CONFLICT'] === 'WAIT' && timeout !== undefined;
  const deliveredOnce = !isTold && (mayBeDenied || waits);
  const oddities = randomOddities(new Random(seed ^ 0x0f0f0f0f));
  return {
    seed,
    scenario,
    options: {
      ...randomOptions(random),
      history: randomHistory(new Random(seed ^ 0x33333333)),
      ...oddities,
      ...randomAnswers(new Random(seed ^ 0x66666666)),
      ...randomField(new Random(seed ^ 0x3c3c3c3c), { ...scenario.options, ...oddities }),
      ...pipeline,
      ...traffic.options,
      ...(leavesNoTrace && LISTS_WHAT_FAILED),
    },
    env: {
      ...(pollWindow !== '' && { POLL_WINDOW_SECONDS: pollWindow }),
      CLEANUP_TIMEOUT_SECONDS: pick(random, ['120', '300']),
    },
    userParameters: { ...traffic.userParameters, ...given, ...(timeout !== undefined && { TIMEOUT: timeout }) },
    ...randomRollback(new Random(seed ^ 0x69696969)),
    gapSeconds: (continuation) => 5 + ((continuation * 37 + seed * 13) % 56),
    invocationSeconds: () => invocationSeconds,
    duplicates: deliveredOnce ? [] : randomDuplicates(random),
    inject: randomFaults(random, {
      mostKills: leavesNoTrace || deliveredOnce ? 0 : MOST_KILLS,
      kinds: mayBeDenied ? FAULT_KINDS : FAULT_KINDS.filter((kind) => kind !== 'denied'),
    }),
    injectFrom: traffic.injectFrom,
    ...(stop && { stop }),
    latencyMs: randomLatency(random),
  };
}

/** What no documentation settles of CodeDeploy's answers: each otherwise than by default now and then. */
function randomAnswers(random: Random): Partial<WorldOptions> {
  const rarely = () => random.next() < 0.08;
  return {
    ...(rarely() && { rollbackServes: 'green' }),
    codeDeployTells: {
      overview: pick(random, ['green', 'green', 'green', 'both', 'nothing']),
      ...(rarely() && { labels: false }),
      ...(rarely() && { events: pick(random, ['begun', 'none']) }),
      ...(rarely() && { leavesOut: pick(random, [1, 4, 8]) }),
      ...(rarely() && { rollbackId: false }),
      ...(rarely() && { rolledBackId: false }),
      ...(rarely() && { completeTime: false }),
      ...(rarely() && { listsTargets: false }),
      unbegun: pick(random, ['targets', 'nothing', 'not-started']),
    },
  };
}

/**
 * What hardly ever happens: CodeDeploy that cannot be read any more, a word that nobody documents, a filter that is refused, a
 * retry of the stage.
 */
function randomOddities(random: Random): Partial<WorldOptions> {
  const lost = { afterSeconds: Math.round(random.between(0, 90)), how: pick(random, ['group-renamed', 'denied']) };
  return {
    finalState: pick(random, ['FINISHED', 'FINISHED', 'FINISHED', 'FINISHED', 'COMPLETED']),
    targetFilters: pick(random, ['served', 'served', 'refused']),
    ...(random.next() < 0.06 && { codeDeployLost: lost }),
    ...(random.next() < 0.1 && { earlierAttempt: pick(random, ['Failed', 'Abandoned', 'Succeeded']) }),
  };
}

/**
 * What organisations' accounts hold, and Spot's documentation leaves open: late, odd and limited answers, a group that scales.
 *
 * "There is no such deployment group" means that nothing was started; where somebody has just renamed the group, a further delivery
 * of the event knows better only by Spot's list. These plans leave a late list out.
 */
function randomField(random: Random, { codeDeployLost }: Partial<WorldOptions>): Partial<WorldOptions> {
  const isLimited = random.next() < 0.2;
  const lag = pick(random, [0, 0, 0, 5, 20]);
  return {
    listLagSeconds: codeDeployLost?.how === 'group-renamed' ? 0 : lag,
    scaledUp: pick(random, [0, 0, 0, 2]),
    oddItems: random.next() < 0.1,
    spotRequestsPerMinute: isLimited ? 20 : 10_000,
    spotLimitHeaders: pick(random, ['always', 'with-429']),
    statusLagSeconds: pick(random, [0, 0, 600]),
    ...(random.next() < 0.1 && {
      scaledTo: { afterSeconds: Math.round(random.between(0, 60)), target: pick(random, [0, 2, 8]) },
    }),
  };
}

/** Of every tenth run the function is rolled back in mid-run: one continuation has a token of a newer version. */
function randomRollback(random: Random): Pick<RunPlan, 'jobEvent'> {
  if (random.next() >= 0.1) return {};
  const which = pick(random, [1, 2, 3, 4]);
  return {
    jobEvent: (event, invocation) => {
      const copy = structuredClone(event);
      const { data } = copy['CodePipeline.job'];
      const token = data.continuationToken;
      if (invocation === which && token !== undefined)
        data.continuationToken = ['v2', 'unreadable', 'here', ...token.split('.').slice(-2)].join('.');
      return copy;
    },
  };
}

function randomHistory(random: Random): WorldOptions['history'] {
  return {
    pattern: pick(random, ['steady', 'steady', 'noisy', 'changing', 'odd', 'none']),
    count: pick(random, [1, 4, 12]),
    times: pick(random, [1, 1, 0.5, 2, 20]),
  };
}

/** In turn: the first numbers of neighbouring seeds are alike, and left scenarios out. */
function scenarioOf(seed: number): Scenario {
  const scenario = SCENARIOS[seed % SCENARIOS.length];
  if (!scenario) throw new Error('There is no scenario.');
  return scenario;
}

/** What CodePipeline tells of the execution, and, of every fifth run, when somebody stops it, or something harmless happens to it. */
function randomStop(random: Random): {
  stop: RunPlan['stop'];
  options: Partial<WorldOptions>;
  userParameters: Readonly<Record<string, string>>;
} {
  const none = Array.from({ length: 12 }, () => undefined);
  const kind = pick(random, [...none, 'abandon', 'abandon', 'wait', 'other-fails', 'cancel'] as const);
  const stop = kind && { kind, afterSeconds: Math.round(random.between(1, 120)) };
  const options: Partial<WorldOptions> = {
    jobDetails: pick(random, ['whole', 'whole', 'whole', ...HALF_TOLD]),
    executionReads: pick(random, ['allowed', 'allowed', 'allowed', 'allowed', 'denied', 'status-only', 'actions-only']),
    abandonedResult: pick(random, ['refused', 'accepted', 'unknown']),
    abandonedExecution: pick(random, ['stopped', 'stopping']),
    executionReadsLagSeconds: pick(random, [0, 0, 2]),
    oddExecutionReads: random.next() < 0.15,
  };
  const isGiven = options.jobDetails === 'no-ids' && random.next() < 0.5;
  return { stop, options, userParameters: isGiven ? { PIPELINE_EXECUTION_ID: FIRST_EXECUTION } : {} };
}

const HALF_TOLD = [
  'no-token',
  'no-configuration',
  'no-execution-id',
  'no-action-id',
  'no-ids',
  'no-context',
  'unknown-after-result',
  'denied',
] as const;
/** The id of the simulated pipeline's first execution. */
const FIRST_EXECUTION = '0a1b2c3d-4e5f-4a6b-0000-9e0f1a2b3c4d';

function randomOptions(random: Random): Partial<WorldOptions> {
  return {
    secondDeployment: pick(random, ['rejected', 'accepted']),
    listOrder: pick(random, ['newest', 'oldest', 'shuffled']),
    listsFinished: random.next() < 0.7,
    reactsToFailure: random.next() < 0.3,
    emptyListEvery: pick(random, [0, 0, 0, 5]),
    errorsEchoSecrets: random.next() < 0.5,
    limitMessage: pick(random, ['active', 'deploying']),
    groupAutoRollback: random.next() < 0.3,
    tagVisibilitySeconds: pick(random, [0, 0, 6]),
    codeDeployTagLagSeconds: pick(random, [0, 0, 4]),
    secretAccess: random.next() < 0.95 ? 'allowed' : 'once',
  };
}

/**
 * An action that ends before any instance was tagged leaves no trace but Spot's own list, and one that ends before the
 * start leaves none at all. Should Spot drop what has ended from its list within minutes (undocumented), or Lambda deliver
 * the event again because the process died after its report, that delivery cannot know that the action is over
 * (docs/how-it-works.md, "What it cannot know"). These plans leave out just that.
 */
const LISTS_WHAT_FAILED: Partial<WorldOptions> = { listsFinished: true };

/** Lambda delivers an event more than once now and then: at the same time, or while the first is still at work. */
function randomDuplicates(random: Random): Duplicate[] {
  const count = pick(random, [0, 0, 1, 2]);
  return Array.from({ length: count }, () => ({
    which: pick(random, [0, 0, 1, 2]),
    delaySeconds: pick(random, [0, 0, 1, 10, 45]),
  }));
}

/** Lambda tries an event three times; a process that dies more often than twice is beyond what anybody can fix. */
const MOST_KILLS = 2;
const MOST_FAULTS = 12;

function randomFaults(
  random: Random,
  { mostKills, kinds }: { mostKills: number; kinds: readonly FaultKind[] },
): Injector {
  const rate = pick(random, [0, 0.02, 0.05, 0.15]);
  let kills = 0;
  let faults = 0;
  return (_index, { service, write }) => {
    if (random.next() >= rate || faults >= MOST_FAULTS) return undefined;
    const kind = pick(random, kinds);
    // A missing permission to read the execution is one of the options: it costs the feature.
    if (kind === 'denied' && service === 'codepipeline' && !write) return undefined;
    if (kind.startsWith('killed')) {
      if (kills >= mostKills) return undefined;
      kills += 1;
    }
    faults += 1;
    return kind;
  };
}

function randomLatency(random: Random): (call: number) => number {
  const slowest = pick(random, [20, 150, 800]);
  return () => 5 + Math.floor(random.next() * slowest);
}

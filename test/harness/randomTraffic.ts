import { TERMINATION_WAIT } from '../simulator/codedeploy/model';
import type { LateTags, WorldOptions } from '../simulator/options';
import { pick, type Random } from '../simulator/random';
import type { DeploymentTrouble, Durations, Scenario } from '../simulator/scenario';
import { SCRIPT_FAILS } from '../simulator/scenarioBase';

/** What a random plan adds around the traffic. */
export interface TrafficPlan {
  readonly scenario: Scenario;
  readonly options: Partial<WorldOptions>;
  readonly userParameters: Readonly<Record<string, string>>;
  /** TIMEOUT, in seconds; undefined: none of its own. */
  readonly timeout: number | undefined;
  /** Whether faults begin only when traffic moves: few calls are made then. */
  readonly injectFrom: 'start' | 'traffic';
}

/** Seconds after the start of an action, at which CodeDeploy begins to move traffic where nothing is slow. */
const TRAFFIC_BEGINS = 48;

/** Slow steps, troubles and a TIMEOUT that fall into each step of the traffic. */
export function randomTraffic(random: Random, given: Scenario): TrafficPlan {
  const durations = randomDurations(random, given.durations);
  const options = randomOptions(random);
  const trouble = given.script.deployment === undefined && random.next() < 0.4 ? randomTrouble(random) : undefined;
  const script = trouble === undefined ? given.script : { ...given.script, deployment: trouble };
  const timeout =
    random.next() < 0.4 ? timeoutInTraffic(random, durations, { ...options, ...given.options }) : undefined;
  const config = pick(random, ['', '', 'CodeDeployDefault.AllAtOnce', 'CodeDeployDefault.HalfAtATime']);
  return {
    scenario: { ...given, durations, script },
    options,
    timeout,
    userParameters: {
      ...(config !== '' && { DEPLOYMENT_CONFIG: config }),
      ...(random.next() < 0.2 && { AUTO_ROLLBACK: 'false' }),
    },
    injectFrom: pick(random, ['start', 'traffic']),
  };
}

function randomDurations(random: Random, given: Durations): Durations {
  return {
    ...given,
    targetHealth: Math.max(given.targetHealth, pick(random, [0.4, 0.4, 3, 12])),
    deregistrationDelay: Math.max(given.deregistrationDelay, pick(random, [1.5, 10, 60, 200])),
    rollbackAppears: pick(random, [0, 0, 5, 30]),
    deploymentStopping: pick(random, [given.deploymentStopping, given.deploymentStopping, 45]),
  };
}

function randomOptions(random: Random): Partial<WorldOptions> {
  const wait = pick(random, [undefined, undefined, undefined, 0, 1, 60]);
  const lateTags: LateTags = { count: pick(random, [1, 3]), seconds: pick(random, [20, 60]) };
  return {
    rollbackFails: pick(random, ['never', 'never', 'never', 'registering-blue', 'blocking-green']),
    stopHasNoEffect: random.next() < 0.05,
    openConnections: random.next() < 0.8,
    deploymentGroup: {
      ...(random.next() < 0.1 && { loadBalancer: false }),
      ...(wait !== undefined && { blueTerminationWaitMinutes: wait }),
      ...(wait === 0 && { blueTerminationSeconds: 20 }),
    },
    // Preflight would refuse the longest of these waits, and none would fall into it.
    deploymentGroupAccess: wait === 60 ? 'denied' : 'allowed',
    ...(random.next() < 0.15 && { lateTags }),
    capacityUnit: pick(random, ['instance', 'instance', 'weight']),
    oldDeploymentState: pick(random, [undefined, undefined, undefined, undefined, 'ERROR', 'FINISHED_PARTIALLY']),
  };
}

/** From just before traffic moves until a while after its last step. */
function timeoutInTraffic(random: Random, durations: Durations, { deploymentGroup }: Partial<WorldOptions>): number {
  const moved = TRAFFIC_BEGINS + 4 * durations.targetHealth + durations.deregistrationDelay;
  const wait = Math.min(120, 60 * (deploymentGroup?.blueTerminationWaitMinutes ?? 0));
  const from = wait > 0 && random.next() < 0.5 ? moved : TRAFFIC_BEGINS - 5;
  return Math.round(random.between(from, moved + wait + 30));
}

function randomTrouble(random: Random): DeploymentTrouble {
  const instance = pick(random, [0, 1, 3]);
  const whileMoving = pick(random, ['AllowTraffic', 'AfterAllowTraffic', 'BlockTraffic', 'AfterBlockTraffic']);
  const moment = pick(random, [whileMoving, TERMINATION_WAIT]);
  switch (pick(random, ['script', 'hangs', 'interruption', 'block-fails', 'hand', 'hand', 'alarm'] as const)) {
    case 'script':
      return { ...SCRIPT_FAILS, instance, lifecycleEvent: pick(random, ['AfterInstall', 'AfterAllowTraffic']) };
    case 'hangs':
      return { kind: 'hangs', instance, lifecycleEvent: whileMoving };
    case 'interruption':
      return { kind: 'spot-interruption', instance, lifecycleEvent: moment };
    case 'block-fails':
      return { kind: 'block-fails', instance, lifecycleEvent: 'BlockTraffic' };
    case 'hand':
      return {
        kind: 'stopped-by-hand',
        instance,
        lifecycleEvent: moment,
        ...(random.next() < 0.5 && { withRollback: true }),
      };
    case 'alarm':
      return { kind: 'stopped-by-alarm', instance, lifecycleEvent: moment };
  }
}

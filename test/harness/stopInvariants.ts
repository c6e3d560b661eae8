import { RUN_MESSAGES } from '../../src/deployment/messages';
import { hasMovedTraffic } from '../simulator/codedeploy/model';
import type { WorldOptions } from '../simulator/options';
import { ownCodeDeploy, ownSpot } from './ownWork';
import type { RunPlan, RunTrace } from './playRun';

/*
 * Stopped in CodePipeline (issue 13): a fleet of an abandoned action does not outlive the next check by more than a minute, as far
 * as the first rule allows, and an action that has ended starts nothing.
 */

export function stopViolationsOf(trace: RunTrace): string[] {
  return [...abandonedFleets(trace), ...startedAfterTheEnd(trace), ...endedForNothing(trace)];
}

/**
 * A result that CodePipeline has taken does not claim that there was nobody to take it. Where CodePipeline shows again and again
 * that an action was abandoned which was not, two readings may agree: that costs an action that has started nothing.
 */
function endedForNothing(trace: RunTrace): string[] {
  const { action, world } = trace;
  if (action.reason !== 'result' || action.status !== 'Failed') return [];
  if (world.options.oddExecutionReads && ownSpot(trace).length === 0) return [];
  const [execution] = world.executions.all;
  const isCancelled = execution?.history.some(({ status }) => status === 'Cancelled') === true;
  const wrong = [
    ...(isCancelled ? [] : [RUN_MESSAGES.stopped('')]),
    RUN_MESSAGES.ended(''),
    ...(world.options.jobDetails === 'unknown' ? [] : [RUN_MESSAGES.unknownJob()]),
    ...(world.executions.all.length > 1 ? [] : [RUN_MESSAGES.newer('')]),
  ].map((text) => text.slice(0, BEGINNING));
  return wrong
    .filter((text) => action.message.startsWith(text))
    .map((text) => `a healthy deployment was ended: ${text}…`);
}

/** Characters that tell these messages apart; what they name comes later. */
const BEGINNING = 30;

/** Whether CodePipeline tells enough of the action's own end: the ids, or its execution's alone, and the list of its actions. */
export function isEndTold(
  { jobDetails = 'whole', executionReads = 'allowed' }: Partial<WorldOptions>,
  { PIPELINE_EXECUTION_ID }: RunPlan['userParameters'] = {},
): boolean {
  const isIdentified = !['denied', 'no-context', 'no-ids'].includes(jobDetails);
  const isGiven = jobDetails === 'no-ids' && PIPELINE_EXECUTION_ID !== undefined;
  return (isIdentified || isGiven) && ['allowed', 'actions-only'].includes(executionReads);
}

/** Seconds after the check that shows it, in which the fleet is told to stop: a second check confirms it. */
const STOPPED_WITHIN_S = 60;
/** Seconds between two checks; a poll and its calls may come between. */
const CHECKED_EVERY_S = 45;
/** Seconds by which a call that fails may delay what follows, its retries and the longer pauses after it included. */
const FAULT_COSTS_S = 60;
/** The same for Spot's 429, where a second one means that the limit is shared. */
const LIMIT_COSTS_S = 150;
/** Seconds of an invocation's end that are kept for the report and for a slow poll; of a short one half. */
const KEPT_S = 75;
/** Seconds for which a reading counts before a start, or a continuation, with the calls in between. */
const READING_COUNTS_S = 10;

const CHECKS: ReadonlySet<string> = new Set(['GetPipelineExecution', 'ListActionExecutions']);

interface Invoked {
  readonly startedAt: number;
  readonly endedAt: number;
  /** It returned although it had time left, and was not killed. */
  readonly isFree: boolean;
  readonly calls: readonly Made[];
}

interface Made {
  readonly at: number;
  readonly service: string;
  readonly operation: string;
  readonly isGood: boolean;
  readonly costs: number;
}

function invocationsOf({ action, plan, calls, madeBy }: RunTrace): Invoked[] {
  return action.invocations.map(({ startedAt, endedAt = Number.POSITIVE_INFINITY, error }, number) => {
    const seconds = plan.invocationSeconds?.(number) ?? 900;
    const isFree = error === undefined && (endedAt - startedAt) / 1000 < seconds - Math.min(KEPT_S, seconds / 2) - 5;
    const made = calls
      .filter(({ index }) => madeBy[index]?.invocation === number)
      .map(({ index, service, operation, fault, status }): Made => {
        const isGood = fault === undefined && status === 200;
        const limited = fault === 'rate-limited' || status === 429;
        const costs = isGood ? 0 : limited ? LIMIT_COSTS_S : FAULT_COSTS_S;
        return { at: madeBy[index]?.at ?? 0, service, operation, isGood, costs };
      });
    return { startedAt, endedAt, isFree, calls: made };
  });
}

/** Each invocation that was there has checked in time, and then has told the fleet to stop, unless its time was over. */
function abandonedFleets(trace: RunTrace): string[] {
  const { action, world, plan } = trace;
  // However long a rollback takes, green is kept until then.
  if (ownCodeDeploy(trace).some(hasMovedTraffic)) return [];
  const stoppedAt = world.executions.all[0]?.stoppedAt;
  if (action.reason !== 'abandoned' || stoppedAt === undefined || !isEndTold(world.options, plan.userParameters))
    return [];
  const shownAt = stoppedAt + world.options.executionReadsLagSeconds * 1000;
  const left = ownSpot(trace).filter(({ state, stopRequests: [stop] }) =>
    stop === undefined ? isAtWork(state) : stop.at > shownAt,
  );
  if (left.length === 0 || mayServe(trace)) return [];
  const stops = left.map(({ stopRequests: [stop] }) => stop?.at ?? Number.POSITIVE_INFINITY);
  return invocationsOf(trace).flatMap((invocation, number) => {
    const problem = problemOf(invocation, shownAt, world.scenario.durations.deploymentStopping, Math.max(...stops));
    return problem === undefined
      ? []
      : left.map(({ id, state }) => `invocation ${number} ${problem}: Elastigroup deployment ${id} is ${state}`);
  });
}

/** @param stoppedAt when the fleets were told to stop, by whichever delivery of the event */
function problemOf(
  { startedAt, endedAt, isFree, calls }: Invoked,
  shownAt: number,
  stopTakes: number,
  stoppedAt: number,
) {
  // Whether Spot answers a stop is not the invocation's doing: it counts when it is tried.
  const own = calls.find(({ at, operation }) => at >= shownAt && operation === 'PUT stop');
  const stop = own ?? (stoppedAt < endedAt ? { at: stoppedAt } : undefined);
  const until = stop?.at ?? endedAt;
  const after = calls.filter(({ at }) => at >= shownAt && at <= until);
  const delays = after.reduce((sum, { costs }) => sum + costs, 0);
  const check = after.find(({ operation, isGood }) => CHECKS.has(operation) && isGood);
  if (!check) {
    const since = Math.max(shownAt, startedAt);
    const isLong = (until - since) / 1000 > CHECKED_EVERY_S + delays;
    const isContinuation = isFree && !stop && delays === 0 && (endedAt - since) / 1000 > READING_COUNTS_S;
    return isLong || isContinuation ? 'did not check whether its action was abandoned' : undefined;
  }
  const isOver = (until - check.at) / 1000 > STOPPED_WITHIN_S + stopTakes + delays;
  if (isOver) return 'did not stop the fleet of its abandoned action in time';
  return isFree && !stop && delays === 0 ? 'returned with the fleet of its abandoned action' : undefined;
}

function isAtWork(state: string): boolean {
  return !/^FINISHED|^STOPPING|^ROLLBACK|^REMOVE_NEW/.test(state);
}

/**
 * Traffic has moved to green, and no rollback has returned it; or CodeDeploy itself terminates blue, without a load balancer: the
 * first rule protects green.
 */
function mayServe(trace: RunTrace): boolean {
  const { loadBalancer, blueTerminationWaitMinutes } = trace.world.options.deploymentGroup;
  if (loadBalancer === false && blueTerminationWaitMinutes !== undefined && ownCodeDeploy(trace).length > 0)
    return true;
  // CodeDeploy does not show where the traffic is, so that green is kept.
  if (trace.world.options.codeDeployTells.listsTargets === false && ownCodeDeploy(trace).length > 0) return true;
  return ownCodeDeploy(trace).some((deployment) => {
    const isBack = trace.world.codeDeploy.all.some(
      ({ rollsBack, status }) => rollsBack === deployment.id && status === 'Succeeded',
    );
    return deployment.status === 'Succeeded' || (hasMovedTraffic(deployment) && !isBack);
  });
}

/** Whatever is started later than a fresh reading allows was started blindly, unless CodePipeline could not be read. */
function startedAfterTheEnd(trace: RunTrace): string[] {
  const { action, world, plan, calls, madeBy } = trace;
  if (!isEndTold(world.options, plan.userParameters)) return [];
  const endedAt = world.executions.all[0]?.stoppedAt ?? action.endedAt;
  const shownAt = endedAt + world.options.executionReadsLagSeconds * 1000;
  const isUnread = (at: number) =>
    calls.some(({ index, service, fault }) => {
      const before = at - (madeBy[index]?.at ?? 0);
      return service === 'codepipeline' && fault !== undefined && before >= 0 && before < FAULT_COSTS_S * 1000;
    });
  const started = [
    ...ownSpot(trace).map(({ id, createdAt }) => ({ id, at: createdAt })),
    ...ownCodeDeploy(trace).map(({ id, createTime }) => ({ id, at: createTime })),
  ];
  return started
    .filter(({ at }) => at > shownAt + READING_COUNTS_S * 1000 && !isUnread(at))
    .map(({ id, at }) => `${id} was started ${((at - endedAt) / 1000).toFixed(1)} s after its action had ended`);
}

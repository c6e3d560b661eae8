import { hasMovedTraffic } from '../simulator/codedeploy/model';
import { ownCodeDeploy, ownSpot } from './ownWork';
import type { RunTrace } from './playRun';

/** Seconds after the check that could see it, in which the fleet of an abandoned action is stopped. */
const STOPPED_WITHIN_S = 60;
const ENDED: readonly string[] = ['FINISHED_STOPPED', 'FINISHED_ERROR'];

/**
 * No fleet of an abandoned action lives longer than a minute after the next check: its Elastigroup deployment is told to stop by
 * then, unless traffic has moved (then green is protected, as after any failure), or a fault or the end of Lambda's time
 * comes between. Where nothing tells the function of the stop, nothing is promised.
 */
export function stopViolationsOf(trace: RunTrace): string[] {
  const { action, world, calls, errors } = trace;
  const stoppedAt = world.executions.all[0]?.stoppedAt;
  if (action.reason !== 'abandoned' || stoppedAt === undefined) return [];
  const disturbed = errors.length > 0 || calls.some(({ fault }) => fault !== undefined);
  if (disturbed || ownCodeDeploy(trace).some(hasMovedTraffic)) return [];
  const check = world.calls.find(
    ({ at, operation, status }) => at > stoppedAt && status === 200 && CHECKS.has(operation),
  );
  if (!check) return [];
  // CodeDeploy comes first, and its stop takes its time.
  const until = check.at + (STOPPED_WITHIN_S + world.scenario.durations.deploymentStopping) * 1000;
  const lastReturn = Math.max(...action.invocations.map(({ endedAt }) => endedAt ?? 0));
  const ended = [...ENDED, world.options.finalState];
  return ownSpot(trace)
    .filter(({ state, stopRequests }) => !ended.includes(state) && stopRequests.length === 0 && lastReturn > until)
    .map(({ id, state }) => `Elastigroup deployment ${id} of an abandoned action was not stopped in time: ${state}`);
}

const CHECKS: ReadonlySet<string> = new Set(['GetPipelineExecution', 'ListActionExecutions']);

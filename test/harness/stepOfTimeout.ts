import type { Deployment } from '../simulator/codedeploy/model';
import { ownCodeDeploy } from './ownWork';
import type { RunTrace } from './playRun';

export type DeploymentStep =
  'before CodeDeploy' | 'installing' | 'allowing green' | 'blocking blue' | 'waiting' | 'ended';

/** In which step a run that failed for it reached its TIMEOUT. */
export function stepOfTimeout(trace: RunTrace): DeploymentStep | undefined {
  const { action, plan } = trace;
  const timeout = plan.userParameters?.['TIMEOUT'] ?? plan.scenario.userParameters['TIMEOUT'];
  if (action.status !== 'Failed' || !action.message.startsWith('TIMEOUT') || typeof timeout !== 'number')
    return undefined;
  return stepAt(trace, action.startedAt + timeout * 1000);
}

/** Which step CodeDeploy's deployment of the action was in at that time (ms since the epoch). */
function stepAt(trace: RunTrace, at: number): DeploymentStep {
  const [deployment] = ownCodeDeploy(trace);
  if (!deployment || deployment.createTime > at) return 'before CodeDeploy';
  if (deployment.completeTime !== undefined && deployment.completeTime <= at) return 'ended';
  if (hasEndedAll(deployment, 'AfterBlockTraffic', at)) return 'waiting';
  if (hasBegun(deployment, 'BeforeBlockTraffic', at)) return 'blocking blue';
  return hasBegun(deployment, 'BeforeAllowTraffic', at) ? 'allowing green' : 'installing';
}

function eventsOf({ targets }: Deployment, name: string) {
  return targets.flatMap(({ events }) => events).filter((event) => event.name === name);
}

function hasBegun(deployment: Deployment, name: string, at: number): boolean {
  return eventsOf(deployment, name).some(({ startTime }) => startTime !== undefined && startTime <= at);
}

function hasEndedAll(deployment: Deployment, name: string, at: number): boolean {
  const events = eventsOf(deployment, name);
  return events.length > 0 && events.every(({ endTime }) => endTime !== undefined && endTime <= at);
}

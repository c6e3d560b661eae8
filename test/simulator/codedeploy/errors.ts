import type { Deployment, Diagnostics, Stopper } from './model';

type DeploymentError = NonNullable<Deployment['error']>;

export const HEALTH_CONSTRAINTS: DeploymentError = {
  code: 'HEALTH_CONSTRAINTS',
  message:
    'The overall deployment failed because too many individual instances failed deployment, too few healthy instances ' +
    'are available for deployment, or some instances in your deployment group are experiencing problems.',
};

/** What a stopped deployment gives as its reason (service model, codedeploy 2014-10-06: ErrorCode). */
export function stopError(by: Stopper): DeploymentError {
  if (by !== 'alarm') return { code: 'MANUAL_STOP', message: 'The deployment was stopped by a user.' };
  return {
    code: 'ALARM_ACTIVE',
    message: 'One or more alarms have been activated, and the deployment has been stopped. Alarms: <shop-5xx>',
  };
}

export const NOT_DEREGISTERED = unknownError('The instance could not be deregistered from the load balancer.');
export const NOT_REGISTERED = unknownError('The instance did not become healthy in the target group.');
const NOT_RUNNING = unknownError(
  'CodeDeploy agent was not able to receive the lifecycle event: the instance is no longer running.',
);

/** What an event says whose instance is gone: AllowTraffic and BlockTraffic need no agent. */
export function lostIn(eventName: string): Diagnostics {
  if (eventName === 'AllowTraffic') return NOT_REGISTERED;
  return eventName === 'BlockTraffic' ? NOT_DEREGISTERED : NOT_RUNNING;
}

function unknownError(message: string): Diagnostics {
  return { errorCode: 'UnknownError', scriptName: '', message, logTail: '' };
}

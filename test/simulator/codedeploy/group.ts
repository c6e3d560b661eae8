import type { Context } from '../context';

/** The deployment groups of the account, as far as the simulator asks. */
export function isInPlaceGroup(groupName: string, { account, options }: Context): boolean {
  return groupName === account.inPlaceGroupName || options.deploymentGroup.deploymentType === 'IN_PLACE';
}

/** Without one CodeDeploy moves no traffic (docs/services.md, CodeDeploy traffic). */
export function hasLoadBalancer({ options }: Context): boolean {
  return options.deploymentGroup.loadBalancer ?? true;
}

/** Seconds for which CodeDeploy waits before it terminates blue; undefined: it keeps blue alive. */
export function terminationWaitOf({ options, durations }: Context): number | undefined {
  const minutes = options.deploymentGroup.blueTerminationWaitMinutes;
  return minutes === undefined ? undefined : minutes * durations.terminationWaitMinute;
}

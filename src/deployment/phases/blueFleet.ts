import type { DeploymentTarget } from '../../clients/codeDeploy/deploymentTargets';
import type { DeploymentContext } from '../context';
import { greenTag } from '../greenTag';
import type { State } from '../state';

/**
 * The instances of blue that run and, where there is a rollback, that it has brought back: without any, green is all that
 * can serve. Throws UpstreamError.
 */
export async function blueInService(
  deploymentId: string,
  rollbackId: string | undefined,
  state: State,
  context: DeploymentContext,
): Promise<readonly string[]> {
  const targets = await context.deploymentTargets.list(deploymentId);
  const blue = await blueOf(targets, state, context);
  const back = rollbackId === undefined ? undefined : await context.deploymentTargets.list(rollbackId);
  const expected = back ? blue.filter((id) => back.some((target) => target.id === id && isBack(target))) : blue;
  const found = await context.ec2Instances.describe(expected);
  return found.filter((instance) => instance.state === 'running').map(({ id }) => id);
}

/** By the label; a target without one is blue where it does not carry the green tag. */
async function blueOf(
  targets: readonly DeploymentTarget[],
  state: State,
  { ec2Instances }: DeploymentContext,
): Promise<readonly string[]> {
  const unlabelled = targets.some(({ label }) => label === undefined);
  const green = unlabelled ? await ec2Instances.find(greenTag(state)) : [];
  return targets
    .filter(
      ({ id, label }) => label === 'Blue' || (label === undefined && !green.some((instance) => instance.id === id)),
    )
    .map(({ id }) => id);
}

/** That the rollback has succeeded on it proves nothing: it may have taken it out of service. */
function isBack({ events }: DeploymentTarget): boolean {
  return events.some(({ name, status }) => name === 'AllowTraffic' && status === 'Succeeded');
}

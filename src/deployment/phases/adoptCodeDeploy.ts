import type { CodeDeployDeployment } from '../../clients/codeDeploy/codeDeploy';
import type { DeploymentContext } from '../context';
import { backdateStart } from '../ownDeployments';
import type { Installing, Launching, Starting } from '../state';
import { toInstalling } from '../transitions';

/** Continues with this action's own CodeDeploy deployment that an earlier invocation, or another delivery of its event, created. */
export function adoptCodeDeploy(
  state: Starting | Launching,
  own: CodeDeployDeployment,
  context: DeploymentContext,
): Installing {
  context.log.info(`Adopting this action's own CodeDeploy deployment ${own.id}.`, { deploymentId: own.id });
  return toInstalling(backdateStart(state, [own.createdAt]), context.clock.now(), own.id, own.createdAt);
}

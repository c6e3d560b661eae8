import type { CodeDeployDeployment } from '../clients/codeDeploy';
import { noTargets } from './failures';
import { NO_TARGETS_LIMIT_S } from './limits';
import { findCodeDeploy, isActive, isOwnCodeDeploy, startedNoLaterThan } from './ownDeployments';
import { meetOthers, othersCodeDeploy, unnamedCodeDeploy } from './othersDeployment';
import { greenTag, type Stage } from './stage';
import type { Launching, State } from './state';
import { progressed, toInstalling } from './transitions';

/** Elastigroup waits for CodeDeploy. Starts it on exactly the tagged instances once EC2 shows all of them running, and only once. */
export async function createCodeDeploy(state: Launching, stage: Stage): Promise<State> {
  const green = (await stage.greenInstances.find(greenTag(state))).filter(
    (instance) => instance.state === 'running' || instance.state === 'pending',
  );
  const running = green.filter((instance) => instance.state === 'running').length;
  if (running === 0 || running < green.length) {
    return progressed(state, `EC2 shows ${running} of ${green.length} tagged instances running`);
  }
  const aged = startedNoLaterThan(
    state,
    green.map((instance) => instance.launchedAt),
  );

  // There is no idempotency token (FACTS, section 2): an earlier try may have created it although its answer was lost.
  const { own, otherActive } = await findCodeDeploy(aged, stage);
  if (own) return adopt(aged, own, stage);
  if (otherActive) return meetOthers(aged, [othersCodeDeploy(otherActive)], stage);

  const outcome = await stage.codeDeploy.createDeployment(greenTag(aged));
  switch (outcome.kind) {
    case 'created':
      stage.log.info(`CodeDeploy deployment ${outcome.deploymentId} has started on ${running} green instances.`, {
        deploymentId: outcome.deploymentId,
      });
      return toInstalling(aged, stage.clock.now(), outcome.deploymentId);
    case 'other-active':
      return meetActive(aged, outcome, stage);
    case 'no-targets':
      return waitForTargets(aged, outcome.message, stage);
  }
}

function adopt(state: Launching, own: CodeDeployDeployment, stage: Stage): State {
  stage.log.info(`Adopting this action's own CodeDeploy deployment ${own.id}.`, { deploymentId: own.id });
  return toInstalling(startedNoLaterThan(state, [own.createdAt]), stage.clock.now(), own.id);
}

/** DeploymentLimitExceeded: a duplicate of this event may have been first, and then the deployment is this action's own. */
async function meetActive(
  state: Launching,
  refusal: { deploymentId: string | undefined; message: string },
  stage: Stage,
): Promise<State> {
  if (refusal.deploymentId === undefined) {
    const { own, otherActive } = await findCodeDeploy(state, stage);
    if (own) return adopt(state, own, stage);
    return meetOthers(state, [otherActive ? othersCodeDeploy(otherActive) : unnamedCodeDeploy(refusal.message)], stage);
  }
  const inTheWay = await stage.codeDeploy.getDeployment(refusal.deploymentId);
  if (isOwnCodeDeploy(inTheWay, state)) return adopt(state, inTheWay, stage);
  // It has ended between the two calls: the next tick tries again.
  if (!isActive(inTheWay)) return progressed(state, `CodeDeploy ${inTheWay.id} of another has just ended`);
  return meetOthers(state, [othersCodeDeploy(inTheWay)], stage);
}

function waitForTargets(state: Launching, message: string, stage: Stage): State {
  const now = stage.clock.now();
  const since = state.noTargetsSince ?? now;
  if (now - since >= NO_TARGETS_LIMIT_S * 1000) throw noTargets(message);
  return { ...progressed(state, 'waiting for CodeDeploy to see the tagged instances'), noTargetsSince: since };
}

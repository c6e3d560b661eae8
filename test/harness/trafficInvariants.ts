import { isUp } from '../simulator/ec2/fleet';
import { isNamedAsLeft, ownCodeDeploy, ownGreen, ownSpot } from './ownWork';
import type { RunTrace } from './playRun';

/** The first rule (issue 11): at every moment a fleet serves, and the function never removes or stops the one that does. */
export function trafficViolationsOf(trace: RunTrace): string[] {
  return [
    ...aFleetServes(trace),
    ...whatServesIsNotRemoved(trace),
    ...stoppedWithRollback(trace),
    ...servingGreenIsNamed(trace),
    ...startedOnAllOfGreen(trace),
    ...allOfGreenIsInstalled(trace),
    ...remainingBlueIsNamed(trace),
  ];
}

/** At every moment, unless the world itself took away what served: a spot interruption, Elastigroup's own timeout. */
function aFleetServes({ world, action }: RunTrace): string[] {
  return world.traffic.outages
    .filter(({ cause }) => cause?.by !== 'world')
    .map(({ at, until, cause }) => {
      const length = until === undefined ? 'until the end' : `for ${seconds(until - at)} s`;
      const why = cause?.what ?? 'in the ordinary course of the deployment';
      return `no fleet served from second ${seconds(at - action.startedAt)} on, ${length}: ${why}`;
    });
}

/** At each stop of Elastigroup, which removes green, something else served, or that green did not. */
function whatServesIsNotRemoved(trace: RunTrace): string[] {
  return ownSpot(trace).flatMap(({ id, stopRequests }) =>
    stopRequests
      .filter(({ servingGreen, servingOthers }) => servingGreen.length > 0 && servingOthers.length === 0)
      .map(({ at, servingGreen }) => {
        const second = seconds(at - trace.action.startedAt);
        return `Elastigroup deployment ${id} was stopped in second ${second}, while its ${servingGreen.length} green instances alone served`;
      }),
  );
}

/** While blue goes out of service, or is out, CodeDeploy is stopped with a rollback only; and no rollback is stopped. */
function stoppedWithRollback(trace: RunTrace): string[] {
  const without = ownCodeDeploy(trace).filter(({ stopRequests }) =>
    stopRequests.some(({ by, blueWasLeaving, withRollback }) => by === 'api' && blueWasLeaving && !withRollback),
  );
  const rollbacks = trace.world.codeDeploy.all.filter(
    ({ creator, stopRequests }) => creator === 'codeDeployRollback' && stopRequests.some(({ by }) => by === 'api'),
  );
  return [
    ...without.map(({ id }) => `CodeDeploy ${id} was stopped without rollback after traffic had moved`),
    ...rollbacks.map(({ id }) => `the rollback ${id} was stopped`),
  ];
}

/** A failure whose green serves says that it does, or may do so, and which instances that are. */
function servingGreenIsNamed(trace: RunTrace): string[] {
  const { action, world } = trace;
  // This delivery has seen nothing of what another one has started, e.g. since it has no token: it names the tag.
  if (/If another delivery of this event launched instances/.test(action.message)) return [];
  const then = world.traffic.history.findLast(({ at }) => at <= action.endedAt);
  if (action.reason !== 'result' || action.status !== 'Failed' || then === undefined || then.green === 0) return [];
  const healthy = world.traffic.healthyIds();
  const serving = ownGreen(trace).filter(({ id }) => healthy.includes(id));
  if (serving.length === 0) return [];
  const unnamed = serving.filter(({ id }) => !isNamedAsLeft(trace, id));
  return [
    ...(/\b(?:in service|serves?)\b/.test(action.message) ? [] : ['green serves, and the failure does not say so']),
    ...unnamed.map(({ id }) => `green instance ${id} serves, and the failure does not name it`),
  ];
}

/** Seconds for which the function must have waited before it may start CodeDeploy on fewer instances than there are. */
const PATIENCE_WITH_TAGS_S = 120;

/** CodeDeploy does not start while the tag of a green instance has yet to show at EC2, unless that takes too long. */
function startedOnAllOfGreen(trace: RunTrace): string[] {
  const { tagVisibilitySeconds } = trace.world.options;
  // Of two deliveries at once, the second one's fleet is a duplicate, which is stopped.
  const [kept] = ownSpot(trace).toSorted((one, other) => one.createdAt - other.createdAt);
  return ownCodeDeploy(trace).flatMap(({ id, createTime, tagFilters }) =>
    ownGreen(trace)
      .filter(({ launchedBy }) => launchedBy === kept?.id)
      .filter(({ launchedAt, terminatedAt }) => launchedAt <= createTime && (terminatedAt ?? Infinity) > createTime)
      .filter(({ launchedBy, tags }) => {
        const shownAt = (tags.get(tagFilters[0]?.key ?? '')?.at ?? Infinity) + tagVisibilitySeconds * 1000;
        return shownAt > createTime && createTime - readyAt(trace, launchedBy) < PATIENCE_WITH_TAGS_S * 1000;
      })
      .map((instance) => `CodeDeploy ${id} was started before EC2 showed the tag of green instance ${instance.id}`),
  );
}

/** When Elastigroup began to wait for CodeDeploy (ms since the epoch). */
function readyAt(trace: RunTrace, elastigroupId: string | undefined): number {
  const deployment = ownSpot(trace).find(({ id }) => id === elastigroupId);
  return deployment?.history.find(({ state }) => state === 'AWAITING_USER_DEPLOYMENT')?.at ?? Infinity;
}

/** A success has the revision on every green instance, or says on which it has not. */
function allOfGreenIsInstalled(trace: RunTrace): string[] {
  const { action } = trace;
  if (action.status !== 'Succeeded') return [];
  const installed = ownCodeDeploy(trace)
    .flatMap(({ targets }) => targets)
    .filter(({ label, status }) => label === 'Green' && status === 'Succeeded');
  const missing = ownGreen(trace).filter(
    (instance) => isUp(instance) && !installed.some(({ instanceId }) => instanceId === instance.id),
  );
  const says = (id: string) =>
    action.message.includes(id) || action.message.includes('which instances these are could not be read');
  const given = (action.outputVariables['GreenInstanceIds'] ?? '').split(',');
  return missing.flatMap(({ id }) => [
    ...(says(id) ? [] : [`green instance ${id} has no revision, and the success does not say so`]),
    ...(given.includes(id) ? [`green instance ${id} has no revision, and is in GreenInstanceIds`] : []),
  ]);
}

/** A success names what the group still runs of blue, or says that this could not be read. */
function remainingBlueIsNamed({ action, world }: RunTrace): string[] {
  if (action.status !== 'Succeeded' || action.message.includes('whether blue is gone could not be read')) return [];
  return world.ec2.instances
    .filter((instance) => isUp(instance) && instance.launchedAt < action.startedAt)
    .filter(({ id }) => !action.message.includes(id))
    .map(({ id }) => `blue instance ${id} is still in the Elastigroup, and the success does not say so`);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

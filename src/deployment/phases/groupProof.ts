import { isLeft, type Ec2Instance } from '../../clients/ec2Instances';
import { attempt } from '../attempt';
import type { DeploymentContext } from '../context';
import { greenTag } from '../greenTag';
import { earliestLaunch, isSince } from './greenFleet';
import { hasLasted, UNLISTED_PROOF_S } from '../limits';
import type { Finalizing } from '../state';

/*
 * Whether Spot continues to list a deployment that has finished is undocumented, and so are states beyond the known ones
 * (docs/services.md, Spot). When its list has told nothing for a while (one empty list says nothing), the group's own
 * instances are the proof that green has replaced blue.
 */

/** Seconds after which a proof that failed is tried again. */
const PROOF_AGAIN_S = 30;

export function isGroupProofDue({ unlistedSince, proofTriedAt }: Finalizing, now: number): boolean {
  if (!hasLasted(unlistedSince, UNLISTED_PROOF_S, now)) return false;
  return proofTriedAt === undefined || hasLasted(proofTriedAt, PROOF_AGAIN_S, now);
}

/** The group runs green instances, and none that is older than green, but for those that people have locked, or that shut down. */
export async function isProvenByGroup(state: Finalizing, context: DeploymentContext): Promise<boolean> {
  const read = await attempt(
    Promise.all([context.ec2Instances.find(greenTag(state)), context.elastigroup.listInstances()]),
  );
  if (!read.ok) return false;
  const [green, inGroup] = read.value;
  const greenIds = new Set(green.filter(isLeft).map((instance) => instance.id));
  if (!inGroup.some(({ id }) => greenIds.has(id))) return false;
  const others = inGroup.filter(({ id, isLocked }) => !isLocked && !greenIds.has(id)).map(({ id }) => id);
  return others.length === 0 || areYoungerOrGone(others, green, context);
}

/** Launched since green was: by scaling, or in the place of a Spot Instance that was reclaimed. Blue is older, or shuts down. */
async function areYoungerOrGone(
  ids: readonly string[],
  green: readonly Ec2Instance[],
  context: DeploymentContext,
): Promise<boolean> {
  const greenSince = earliestLaunch(green) ?? Number.POSITIVE_INFINITY;
  const others = await attempt(context.ec2Instances.describe(ids));
  if (!others.ok) return false;
  return ids.every((id) =>
    others.value.some((instance) => instance.id === id && (!isLeft(instance) || isSince(instance, greenSince))),
  );
}

import type { GroupInstance } from '../../clients/spot/elastigroup';
import { isLeft, type Ec2Instance } from '../../clients/ec2Instances';
import { listing } from '../../lib/wording';
import { attempt, type Attempt } from '../attempt';
import type { DeploymentContext } from '../context';
import { SHORTFALL_MESSAGES } from '../messages';
import type { Finalizing } from '../state';
import { earliestLaunch, isSince } from './greenFleet';

/** Elastigroup says that green has replaced blue; its own list of instances shows whether it has. A phrase for the summary, or nothing. */
export async function remainingBlue(
  state: Pick<Finalizing, 'startedAt'>,
  inGroup: Attempt<readonly GroupInstance[]>,
  green: Attempt<readonly Ec2Instance[]>,
  { ec2Instances }: Pick<DeploymentContext, 'ec2Instances'>,
): Promise<readonly string[]> {
  if (!inGroup.ok) return [SHORTFALL_MESSAGES.blueUnknown];
  // An action that has waited for another's deployment replaces what that one has launched meanwhile.
  const greenSince = (green.ok && earliestLaunch(green.value)) || state.startedAt;
  const listed = blueIn(inGroup.value, green, greenSince);
  if (listed.length === 0) return [];
  // Whether Spot still lists what shuts down is undocumented (docs/services.md, Spot): EC2 decides, where it answers, also on the age.
  const described = await attempt(ec2Instances.describe(listed));
  const blue = described.ok
    ? listed.filter((id) =>
        described.value.some((instance) => instance.id === id && isLeft(instance) && !isSince(instance, greenSince)),
      )
    : listed;
  return blue.length === 0 ? [] : [SHORTFALL_MESSAGES.blueRemains(String(blue.length), listing(blue))];
}

/**
 * Not blue are green, what the group has launched since green (scaling, a replaced Spot Instance), and what somebody has locked,
 * so that it stays by design. Blue that CodeDeploy keeps alive is no longer in the group.
 */
function blueIn(
  inGroup: readonly GroupInstance[],
  green: Attempt<readonly Ec2Instance[]>,
  greenSince: number,
): readonly string[] {
  const greenIds = green.ok ? new Set(green.value.map(({ id }) => id)) : undefined;
  const isBlue = ({ id, createdAt, isLocked }: GroupInstance): boolean => {
    if (isLocked || greenIds?.has(id)) return false;
    // Without a time, all that is known is that it is not green.
    return createdAt === undefined ? greenIds !== undefined : createdAt < greenSince;
  };
  return inGroup.filter(isBlue).map(({ id }) => id);
}

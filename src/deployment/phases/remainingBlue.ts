import type { GroupInstance } from '../../clients/spot/elastigroup';
import type { GreenInstance } from '../../clients/greenInstances';
import { listing } from '../../lib/wording';
import type { Attempt } from '../attempt';
import { SHORTFALL_MESSAGES } from '../messages';
import type { Finalizing } from '../state';

/**
 * Elastigroup says that green has replaced blue; its own list of instances shows whether it has. A phrase for the summary, or
 * nothing. Not blue are green, what the group has launched since the action started (scaling, a replaced Spot Instance), and
 * what somebody has locked, so that it stays by design. Blue that CodeDeploy keeps alive is no longer in the group.
 */
export function remainingBlue(
  { startedAt }: Pick<Finalizing, 'startedAt'>,
  inGroup: Attempt<readonly GroupInstance[]>,
  green: Attempt<readonly GreenInstance[]>,
): readonly string[] {
  if (!inGroup.ok) return [SHORTFALL_MESSAGES.blueUnknown];
  const greenIds = green.ok ? new Set(green.value.map(({ id }) => id)) : undefined;
  const blue = inGroup.value.filter(({ id, createdAt, isLocked }) => {
    if (isLocked || greenIds?.has(id)) return false;
    // Without a time, all that is known is that it is not green.
    return createdAt === undefined ? greenIds !== undefined : createdAt < startedAt;
  });
  if (blue.length === 0) return [];
  return [SHORTFALL_MESSAGES.blueRemains(String(blue.length), listing(blue.map(({ id }) => id)))];
}

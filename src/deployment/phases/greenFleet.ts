import type { Ec2Instance } from '../../clients/ec2Instances';
import { hasLasted } from '../limits';
import type { Launching } from '../state';

/** Seconds for which the number of tagged instances must stand still where it is not the target capacity. */
const FLEET_STILL_S = 120;

/** When the first of them was launched (ms since the epoch), where that is known. */
export function earliestLaunch(instances: readonly Ec2Instance[]): number | undefined {
  const times = instances.map(({ launchedAt }) => launchedAt).filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

export function isSince({ launchedAt }: Ec2Instance, time: number): boolean {
  return launchedAt !== undefined && launchedAt >= time;
}

/** The green fleet as EC2 shows it by the tag, and whether CodeDeploy may start on it. */
export type FleetReadiness =
  | {
      readonly kind: 'wait';
      readonly reason: string;
      readonly seen: { readonly count: number; readonly since: number };
    }
  | { readonly kind: 'complete'; readonly count: number }
  /** Bounded: fewer than the target capacity, or an unknown number, for FLEET_STILL_S. */
  | { readonly kind: 'incomplete'; readonly count: number };

/**
 * Tags take time to show, one instance later than another (docs/services.md, EC2), and CodeDeploy deploys to those alone
 * that show when it starts: an instance that shows later would serve without the revision. So all tagged instances must be
 * running, and as many as the group's target capacity. Where that number is unknown, or is never reached (Elastigroup
 * launched fewer, or the target was raised meanwhile), the number must have stood still for FLEET_STILL_S.
 */
export function fleetReadiness(state: Launching, green: readonly Ec2Instance[], now: number): FleetReadiness {
  const up = green.filter((instance) => instance.state === 'running' || instance.state === 'pending');
  const running = up.filter((instance) => instance.state === 'running').length;
  const seen = state.greenSeen?.count === up.length ? state.greenSeen : { count: up.length, since: now };
  const { targetCapacity } = state;
  const wanted = typeof targetCapacity === 'number' ? targetCapacity : undefined;
  if (running === 0 || running < up.length)
    return { kind: 'wait', reason: `EC2 shows ${running} of ${wanted ?? up.length} tagged instances running`, seen };
  if (wanted !== undefined && running >= wanted) return { kind: 'complete', count: running };
  if (hasLasted(seen.since, FLEET_STILL_S, now)) return { kind: 'incomplete', count: running };
  const of = wanted === undefined ? 'an unknown number of' : `${wanted}`;
  return { kind: 'wait', reason: `EC2 shows ${running} of ${of} tagged instances running; waiting for more`, seen };
}

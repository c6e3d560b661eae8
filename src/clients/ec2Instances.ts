import type { EC2Client, Instance } from '@aws-sdk/client-ec2';
import { callAws } from './awsCall';
import type { CallBudget } from './callPolicy';
import type { Tag } from './tag';
import { everyPage } from './pages';
import { lacks, unreadable } from './upstreamError';

/** An EC2 instance: green, where it was found by its tag. */
export interface Ec2Instance {
  /** `i-…` */
  readonly id: string;
  /** pending | running | shutting-down | terminated | stopping | stopped */
  readonly state: string;
  /** `spot` or `on-demand` */
  readonly lifecycle: 'spot' | 'on-demand';
  /** ms since the epoch */
  readonly launchedAt: number | undefined;
  /** StateReason.Code, e.g. `Server.SpotInstanceTermination`: AWS reclaimed the Spot Instance (docs/services.md, EC2). */
  readonly stateReason: string | undefined;
  /** When a call of the EC2 API shut it down (ms since the epoch, whole seconds), where EC2 says so. */
  readonly shutDownAt: number | undefined;
}

/** The instances of the account in EC2, of either fleet. Throws UpstreamError. */
export interface Ec2Instances {
  /** By tag, terminated ones included (EC2 shows them for up to an hour). */
  find(tag: Tag): Promise<readonly Ec2Instance[]>;
  /** Any instances, by their ids; those that EC2 does not know are left out. */
  describe(ids: readonly string[]): Promise<readonly Ec2Instance[]>;
}

/** Values that one filter may have (docs/services.md, EC2). */
const VALUES_OF_A_FILTER = 200;

/** The SDK of EC2 is the heaviest of all, and not every invocation needs it: it is loaded at the first call. */
export function ec2InstancesClient(loadClient: () => Promise<EC2Client>, budget: CallBudget): Ec2Instances {
  const findBy = async (name: string, values: readonly string[]): Promise<Ec2Instance[]> => {
    const { DescribeInstancesCommand } = await import('./ec2Sdk');
    const client = await loadClient();
    const query = { Filters: [{ Name: name, Values: [...values] }], MaxResults: 1000 };
    const call = { service: 'EC2', operation: 'DescribeInstances', kind: 'read' } as const;
    return everyPage((NextToken) =>
      callAws(budget, call, async (abortSignal) => {
        const page = await client.send(new DescribeInstancesCommand({ ...query, NextToken }), { abortSignal });
        // EC2 sends the set even when it is empty. An answer without it must not be read as "none left".
        if (page.Reservations === undefined) throw unreadable('EC2', 'DescribeInstances', lacks('reservationSet'));
        const items = page.Reservations.flatMap(({ Instances = [] }) => Instances.map(readInstance));
        return { items, nextToken: page.NextToken };
      }),
    );
  };
  return {
    find: ({ key, value }) => findBy(`tag:${key}`, [value]),

    async describe(ids) {
      const found: Ec2Instance[] = [];
      // An unknown id among `InstanceIds` would be an error, one among a filter's values is not.
      for (let start = 0; start < ids.length; start += VALUES_OF_A_FILTER)
        found.push(...(await findBy('instance-id', ids.slice(start, start + VALUES_OF_A_FILTER))));
      return found;
    },
  };
}

function readInstance(instance: Instance): Ec2Instance {
  return {
    id: instance.InstanceId ?? 'unknown',
    state: instance.State?.Name ?? 'unknown',
    lifecycle: instance.InstanceLifecycle === 'spot' ? 'spot' : 'on-demand',
    launchedAt: instance.LaunchTime?.getTime(),
    stateReason: instance.StateReason?.Code,
    shutDownAt: timeIn(instance.StateTransitionReason),
  };
}

/** `User initiated (2026-11-21 09:00:31 GMT)` (docs/services.md, EC2); other reasons have no time. */
function timeIn(reason = ''): number | undefined {
  const [, day, time] = /^User initiated \((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:GMT|UTC)\)$/.exec(reason) ?? [];
  const at = Date.parse(`${day ?? ''}T${time ?? ''}Z`);
  return Number.isNaN(at) ? undefined : at;
}

/** It costs money, or may be started again: every state but shutting-down and terminated. */
export function isLeft(instance: Ec2Instance): boolean {
  return instance.state !== 'shutting-down' && instance.state !== 'terminated';
}

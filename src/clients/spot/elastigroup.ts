import * as z from 'zod/mini';
import { SPOT_WARNINGS } from '../messages';
import { lenient, numberLike } from './lenient';
import { readTime } from './readTime';
import { readItem, type SpotApi } from './spotApi';
import type { Tag } from '../tag';
import { unreadable } from '../upstreamError';

/** A blue/green deployment of an Elastigroup. `state` is Spot's own; see deployment/elastigroupState.ts. */
export interface ElastigroupDeployment {
  /** `cdbg-…` */
  readonly id: string;
  readonly state: string;
  /** The tags of its green instances. */
  readonly tags: readonly Tag[];
}

export interface StartRequest {
  readonly greenTag: Tag;
  readonly applicationName: string;
  readonly deploymentGroupName: string;
  /** Elastigroup's own limit, in minutes. */
  readonly timeoutMinutes: number;
}

/** A CodeDeploy deployment group, by name. */
export interface DeploymentGroupName {
  readonly applicationName: string;
  readonly deploymentGroupName: string;
}

/** The blue/green deployments of one Elastigroup. Every method throws UpstreamError. */
export interface Elastigroup {
  /**
   * All that Spot lists and that can be read, in no order that may be relied on; finished ones may be missing. An
   * item without a readable id is skipped, unless it may be a deployment with the tag `own`.
   */
  listDeployments(own: Tag): Promise<readonly ElastigroupDeployment[]>;
  /** Launches green. A lost answer leaves open whether it did: check before repeating. */
  startDeployment(request: StartRequest): Promise<ElastigroupDeployment>;
  /** Removes green again. */
  stopDeployment(id: string): Promise<void>;
  /** The instances that the group runs now. */
  listInstances(): Promise<readonly GroupInstance[]>;
  readGroup(): Promise<ElastigroupConfiguration>;
}

/** An instance that the group runs. */
export interface GroupInstance {
  /** `i-…` */
  readonly id: string;
  /** ms since the epoch; undefined where Spot gives no readable time */
  readonly createdAt: number | undefined;
  /** Somebody protects it from termination (Spot's instance lock). */
  readonly isLocked: boolean;
}

/** How the Elastigroup is set up. */
export interface ElastigroupConfiguration {
  /** The deployment groups that its CodeDeploy integration names; undefined where it has no such integration. */
  readonly deploymentGroups: readonly DeploymentGroupName[] | undefined;
  /** Instances that the group runs, and a blue/green deployment launches; undefined where it counts in weights, but for 0. */
  readonly targetCapacity: number | undefined;
  /** Of the launch specification; undefined where Spot does not say. */
  readonly tagKeys: readonly string[] | undefined;
  /** Whether the group registers its instances with load balancers itself. */
  readonly hasLoadBalancers: boolean;
  /** EC2 | ELB | TARGET_GROUP | …; undefined where the group has no health check. */
  readonly healthCheckType: string | undefined;
  readonly gracePeriodSeconds: number | undefined;
}

/** The names of the operations, which are also the units of Spot's rate limit. */
export const SPOT_OPERATIONS = {
  list: 'list blue/green deployments',
  start: 'start blue/green deployment',
  stop: 'stop blue/green deployment',
  groupStatus: 'group status',
  group: 'read group',
} as const;

const deploymentSchema = z.object({
  // No longer than fits into the state, and so into the continuation token.
  id: z.string().check(z.minLength(1), z.maxLength(128)),
  // Without a readable state it is an unknown one: neither success nor a crash.
  state: z.catch(z.string(), ''),
  config: lenient(z.object({ tags: lenient(z.array(z.unknown())) })),
});
const tagSchema = z.object({ tagKey: z.string(), tagValue: z.string() });
const tagKeySchema = z.object({ tagKey: z.string() });
const deploymentGroupSchema = z.object({ applicationName: z.string(), deploymentGroupName: z.string() });
const groupSchema = z.object({
  capacity: lenient(z.object({ target: lenient(numberLike), unit: lenient(z.string()) })),
  compute: lenient(
    z.object({
      launchSpecification: lenient(
        z.object({
          tags: lenient(z.array(z.unknown())),
          loadBalancersConfig: lenient(z.object({ loadBalancers: lenient(z.array(z.unknown())) })),
          healthCheckType: lenient(z.string()),
          healthCheckGracePeriod: lenient(numberLike),
        }),
      ),
    }),
  ),
  thirdPartiesIntegration: lenient(
    z.object({ codeDeploy: lenient(z.object({ deploymentGroups: lenient(z.array(z.unknown())) })) }),
  ),
});
const instanceSchema = z.object({
  instanceId: z.optional(z.nullable(z.string())),
  createdAt: lenient(z.union([z.string(), z.number()])),
  lockStatus: lenient(z.string()),
});

/** `warn` takes a sentence for the log. */
export function elastigroupClient(api: SpotApi, groupId: string, warn: (sentence: string) => void): Elastigroup {
  const group = `/aws/ec2/group/${encodeURIComponent(groupId)}`;
  const deployments = `${group}/codeDeploy/blueGreenDeployment`;
  const warnOnce = onlyOnce(warn);
  return {
    async listDeployments(own) {
      const items = await api.items({
        operation: SPOT_OPERATIONS.list,
        kind: 'read',
        method: 'GET',
        path: deployments,
      });
      return items.flatMap((item) => readListed(item, own, warnOnce) ?? []);
    },

    async startDeployment(request) {
      const operation = SPOT_OPERATIONS.start;
      const body = startBody(request);
      const [item] = await api.items({ operation, kind: 'write', method: 'POST', path: deployments, body });
      if (item === undefined) throw unreadable('Spot', operation, 'the answer names no deployment');
      return readDeployment(item, operation);
    },

    async stopDeployment(id) {
      const path = `${deployments}/${encodeURIComponent(id)}/stop`;
      await api.items({ operation: SPOT_OPERATIONS.stop, kind: 'read', method: 'PUT', path });
    },

    async listInstances() {
      const operation = SPOT_OPERATIONS.groupStatus;
      const items = await api.items({ operation, kind: 'read', method: 'GET', path: `${group}/status` });
      return items.flatMap((item) => readInstance(readItem(instanceSchema, item, operation)));
    },

    async readGroup() {
      const operation = SPOT_OPERATIONS.group;
      const [item] = await api.items({ operation, kind: 'read', method: 'GET', path: group });
      if (item === undefined) throw unreadable('Spot', operation, 'the answer contains no group');
      return readConfiguration(readItem(groupSchema, item, operation));
    },
  };
}

/** An item without an id is a request for an instance that is not there yet. */
function readInstance({ instanceId, createdAt, lockStatus }: z.infer<typeof instanceSchema>): GroupInstance[] {
  if (!instanceId) return [];
  return [{ id: instanceId, createdAt: readTime(createdAt), isLocked: lockStatus === 'locked' }];
}

function readConfiguration(group: z.infer<typeof groupSchema>): ElastigroupConfiguration {
  const { thirdPartiesIntegration, capacity, compute } = group;
  const codeDeploy = thirdPartiesIntegration?.codeDeploy;
  const countsInstances = (capacity?.unit ?? 'instance').toLowerCase() === 'instance' || capacity?.target === 0;
  const launch = compute?.launchSpecification;
  return {
    deploymentGroups: codeDeploy ? readableOf(deploymentGroupSchema, codeDeploy.deploymentGroups) : undefined,
    targetCapacity: countsInstances ? capacity?.target : undefined,
    tagKeys: launch && readableOf(tagKeySchema, launch.tags).map(({ tagKey }) => tagKey),
    hasLoadBalancers: (launch?.loadBalancersConfig?.loadBalancers ?? []).length > 0,
    healthCheckType: launch?.healthCheckType,
    gracePeriodSeconds: launch?.healthCheckGracePeriod,
  };
}

/** `deployment.timeout` is in minutes: the API reference says so, one console page says seconds (docs/services.md, Spot). */
function startBody(request: StartRequest): unknown {
  const { greenTag, applicationName, deploymentGroupName, timeoutMinutes } = request;
  return {
    deployment: {
      timeout: timeoutMinutes,
      tags: [{ tagKey: greenTag.key, tagValue: greenTag.value }],
      deploymentGroups: [{ applicationName, deploymentGroupName }],
    },
  };
}

function readDeployment(item: unknown, operation: string): ElastigroupDeployment {
  const { id, state, config } = readItem(deploymentSchema, item, operation);
  const tags = readableOf(tagSchema, config?.tags).map(({ tagKey, tagValue }) => ({ key: tagKey, value: tagValue }));
  return { id, state, tags };
}

/**
 * One odd item, perhaps an old deployment of somebody else, must not hide all others. To overlook an own deployment would start a
 * second one, though: where the tags cannot be read, one that names the own tag anywhere is taken for own; without an id it is an error.
 */
function readListed(item: unknown, own: Tag, warn: (sentence: string) => void): ElastigroupDeployment | undefined {
  const parsed = deploymentSchema.safeParse(item);
  const deployment = parsed.success ? readDeployment(item, SPOT_OPERATIONS.list) : undefined;
  const isPlain = deployment !== undefined && deployment.tags.length === parsed.data?.config?.tags?.length;
  if (isPlain && deployment.tags.length > 0) return deployment;
  const mentionsOwn = JSON.stringify(item).includes(own.value);
  if (deployment) return mentionsOwn ? { ...deployment, tags: [...deployment.tags, own] } : deployment;
  if (mentionsOwn)
    throw unreadable('Spot', SPOT_OPERATIONS.list, 'an item with the tag of this action has no readable id');
  warn(SPOT_WARNINGS.oddItem);
  return undefined;
}

function readableOf<T extends z.ZodMiniType>(schema: T, items: readonly unknown[] | undefined): z.infer<T>[] {
  return (items ?? []).flatMap((item) => {
    const parsed = schema.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
}

/** The list is read at every poll: the same sentence is told once in an invocation. */
function onlyOnce(warn: (sentence: string) => void): (sentence: string) => void {
  const told = new Set<string>();
  return (sentence) => {
    if (told.has(sentence)) return;
    told.add(sentence);
    warn(sentence);
  };
}

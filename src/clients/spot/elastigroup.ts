import * as z from 'zod/mini';
import { readItem, type SpotApi } from './spotApi';
import { unreadable } from '../upstreamError';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

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
  /** All that Spot lists. Their order is undocumented, and finished ones may be missing. */
  listDeployments(): Promise<readonly ElastigroupDeployment[]>;
  /** Launches green. After a lost answer it may have been launched: check before repeating. */
  startDeployment(request: StartRequest): Promise<ElastigroupDeployment>;
  /** Removes green again. */
  stopDeployment(id: string): Promise<void>;
  /** The ids of the instances that the group runs now. */
  listInstanceIds(): Promise<readonly string[]>;
  readGroup(): Promise<ElastigroupConfiguration>;
}

/** How the Elastigroup is set up. */
export interface ElastigroupConfiguration {
  /** The deployment groups that its CodeDeploy integration names; undefined where it has no such integration. */
  readonly deploymentGroups: readonly DeploymentGroupName[] | undefined;
  /** Instances that the group runs, and a blue/green deployment launches; undefined where it counts in weights. */
  readonly targetCapacity: number | undefined;
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
  // A missing state is an unknown one: no success, and no error.
  state: z._default(z.string(), ''),
  config: z.optional(
    z.nullable(
      z.object({ tags: z.optional(z.nullable(z.array(z.object({ tagKey: z.string(), tagValue: z.string() })))) }),
    ),
  ),
});
const groupSchema = z.object({
  capacity: z.optional(
    z.nullable(z.object({ target: z.optional(z.nullable(z.number())), unit: z.optional(z.nullable(z.string())) })),
  ),
  thirdPartiesIntegration: z.optional(
    z.nullable(
      z.object({
        codeDeploy: z.optional(
          z.nullable(
            z.object({
              deploymentGroups: z.optional(
                z.nullable(z.array(z.object({ applicationName: z.string(), deploymentGroupName: z.string() }))),
              ),
            }),
          ),
        ),
      }),
    ),
  ),
});
const instanceSchema = z.object({ instanceId: z.optional(z.nullable(z.string())) });

export function elastigroupClient(api: SpotApi, groupId: string): Elastigroup {
  const group = `/aws/ec2/group/${encodeURIComponent(groupId)}`;
  const deployments = `${group}/codeDeploy/blueGreenDeployment`;
  return {
    async listDeployments() {
      const operation = SPOT_OPERATIONS.list;
      const items = await api.items({ operation, kind: 'read', method: 'GET', path: deployments });
      return items.map((item) => readDeployment(item, operation));
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

    async listInstanceIds() {
      const operation = SPOT_OPERATIONS.groupStatus;
      const items = await api.items({ operation, kind: 'read', method: 'GET', path: `${group}/status` });
      return items.map((item) => readItem(instanceSchema, item, operation).instanceId ?? '').filter((id) => id !== '');
    },

    async readGroup() {
      const operation = SPOT_OPERATIONS.group;
      const [item] = await api.items({ operation, kind: 'read', method: 'GET', path: group });
      if (item === undefined) throw unreadable('Spot', operation, 'the answer contains no group');
      const { thirdPartiesIntegration, capacity } = readItem(groupSchema, item, operation);
      const codeDeploy = thirdPartiesIntegration?.codeDeploy;
      const countsInstances = (capacity?.unit ?? 'instance') === 'instance';
      return {
        deploymentGroups: codeDeploy ? (codeDeploy.deploymentGroups ?? []) : undefined,
        targetCapacity: countsInstances ? (capacity?.target ?? undefined) : undefined,
      };
    },
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
  return { id, state, tags: (config?.tags ?? []).map(({ tagKey, tagValue }) => ({ key: tagKey, value: tagValue })) };
}

import {
  CreateDeploymentCommand,
  GetDeploymentCommand,
  type CreateDeploymentCommandInput,
  type DeploymentInfo,
} from '@aws-sdk/client-codedeploy';
import { paginateDescribeInstances, type Instance } from '@aws-sdk/client-ec2';
import { DEFAULT_ACCOUNT } from './account';
import type { FaultKind } from './faults';
import type { WorldOptions } from './options';
import type { Scenario } from './scenario';
import { scenarioNamed } from './scenarios';
import { ManualClock } from '../support/manualClock';
import { clientsFor, type Clients } from './testClients';
import { inProcessTransport } from './transport';
import { World } from './world';

/* What the tests of the simulator share: a world under a clock that they move, and the calls that a client makes. */

export const account = DEFAULT_ACCOUNT;
export const UUID = '6f1e2d3c-4b5a-4987-8765-43210fedcba9';
export const BLUE_GREEN = '/codeDeploy/blueGreenDeployment';

export interface Setup {
  readonly world: World;
  readonly clock: ManualClock;
  readonly clients: Clients;
}

export interface SpotItem {
  readonly id: string;
  readonly state: string;
}

export interface SpotBody {
  readonly response: {
    readonly status: { readonly code: number };
    readonly items?: readonly SpotItem[];
    readonly errors?: readonly { readonly code: string; readonly message: string }[];
  };
}

export function newWorld(
  played: string | Scenario = 'success',
  options: Partial<WorldOptions> = {},
): { world: World; clock: ManualClock } {
  const clock = new ManualClock(Date.UTC(2026, 10, 21, 10, 0, 0));
  const scenario = typeof played === 'string' ? scenarioNamed(played) : played;
  return { clock, world: new World({ now: () => clock.now(), seed: 7, scenario, options }) };
}

export function inProcess(name?: string | Scenario, options?: Partial<WorldOptions>, fault?: FaultKind): Setup {
  const { world, clock } = newWorld(name, options);
  const transport = inProcessTransport({ world, inject: () => fault });
  return { world, clock, clients: clientsFor(account, 'http://localhost:1', transport) };
}

export function blueGreenBody(tagValue = UUID): object {
  const { applicationName, deploymentGroupName } = account;
  const deploymentGroups = [{ applicationName, deploymentGroupName }];
  return { deployment: { timeout: 20, tags: [{ tagKey: account.tagKey, tagValue }], deploymentGroups } };
}

export async function post(clients: Clients, tagValue?: string): Promise<SpotItem> {
  const { data } = await clients.spot.post<SpotBody>(BLUE_GREEN, blueGreenBody(tagValue));
  return only(data.response.items ?? []);
}

export async function list(clients: Clients): Promise<readonly SpotItem[]> {
  const { data } = await clients.spot.get<SpotBody>(BLUE_GREEN);
  return data.response.items ?? [];
}

export async function stateOf(clients: Clients): Promise<string> {
  return only(await list(clients)).state;
}

function deploymentInput(changes: Partial<CreateDeploymentCommandInput> = {}): CreateDeploymentCommandInput {
  return {
    applicationName: account.applicationName,
    deploymentGroupName: account.deploymentGroupName,
    revision: { revisionType: 'S3', s3Location: { bucket: 'releases', key: 'app.zip', bundleType: 'zip' } },
    targetInstances: { tagFilters: [{ Key: account.tagKey, Value: UUID, Type: 'KEY_AND_VALUE' }] },
    ...changes,
  };
}

export async function create(clients: Clients, changes?: Partial<CreateDeploymentCommandInput>): Promise<string> {
  const { deploymentId } = await clients.codeDeploy.send(new CreateDeploymentCommand(deploymentInput(changes)));
  return deploymentId ?? '';
}

export async function get(clients: Clients, deploymentId: string): Promise<DeploymentInfo> {
  const { deploymentInfo } = await clients.codeDeploy.send(new GetDeploymentCommand({ deploymentId }));
  if (!deploymentInfo) throw new Error('no deploymentInfo');
  return deploymentInfo;
}

export async function green(clients: Clients, state = 'running'): Promise<readonly Instance[]> {
  const Filters = [
    { Name: `tag:${account.tagKey}`, Values: [UUID] },
    { Name: 'instance-state-name', Values: [state] },
  ];
  const found: Instance[] = [];
  for await (const page of paginateDescribeInstances({ client: clients.ec2 }, { Filters })) {
    for (const { Instances = [] } of page.Reservations ?? []) found.push(...Instances);
  }
  return found;
}

/** Starts Elastigroup, and CodeDeploy as soon as its green instances are there. */
export async function deploy({ clients, clock }: Setup): Promise<string> {
  await post(clients);
  clock.advance(30);
  return create(clients);
}

export function only<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined || items.length !== 1) throw new Error(`expected one item, got ${items.length}`);
  return item;
}

export async function errorOf(work: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('expected a rejection');
}

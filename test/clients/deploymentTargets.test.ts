import {
  BatchGetDeploymentTargetsCommand,
  CodeDeployClient,
  DeploymentNotStartedException,
  ListDeploymentTargetsCommand,
  type DeploymentTarget,
} from '@aws-sdk/client-codedeploy';
import { mockClient } from 'aws-sdk-client-mock';
import { deploymentTargetsClient } from '../../src/clients/codeDeploy/deploymentTargets';
import { SDK_DEFAULTS } from '../../src/clients/awsCall';
import { RetryQuota } from '../../src/clients/callPolicy';
import type { UpstreamError } from '../../src/clients/upstreamError';
import { ManualClock } from '../support/manualClock';

const client = new CodeDeployClient({ ...SDK_DEFAULTS, region: 'us-east-1' });
const sdk = mockClient(client);
const targets = () =>
  deploymentTargetsClient(client, {
    clock: new ManualClock(0),
    until: 10_000,
    jitter: () => 0,
    retries: new RetryQuota(),
    redact: (text) => text,
  });
const ids = (from: number, count: number) => Array.from({ length: count }, (_, index) => `i-${from + index}`);
const succeeded = (targetId: string): DeploymentTarget => ({ instanceTarget: { targetId, status: 'Succeeded' } });

beforeEach(() => {
  sdk.reset();
  sdk
    .on(BatchGetDeploymentTargetsCommand)
    .callsFake(({ targetIds }: { targetIds: string[] }) => ({ deploymentTargets: targetIds.map(succeeded) }));
});

test('all pages are listed, and 25 at a time described', async () => {
  sdk
    .on(ListDeploymentTargetsCommand, { deploymentId: 'd-1', nextToken: undefined })
    .resolves({ targetIds: ids(0, 40), nextToken: 'two' })
    .on(ListDeploymentTargetsCommand, { deploymentId: 'd-1', nextToken: 'two' })
    .resolves({ targetIds: ids(40, 20), nextToken: 'three' })
    .on(ListDeploymentTargetsCommand, { deploymentId: 'd-1', nextToken: 'three' })
    .resolves({ targetIds: ids(60, 1) });
  const found = await targets().list('d-1');
  expect(found.map(({ id }) => id)).toEqual(ids(0, 61));
  expect(sdk.commandCalls(ListDeploymentTargetsCommand)).toHaveLength(3);
  const batches = sdk.commandCalls(BatchGetDeploymentTargetsCommand).map(({ args }) => args[0].input);
  expect(batches.map(({ deploymentId, targetIds }) => [deploymentId, targetIds?.length])).toEqual([
    ['d-1', 25],
    ['d-1', 25],
    ['d-1', 11],
  ]);
});

test('a token that comes again is not followed for ever', async () => {
  sdk.on(ListDeploymentTargetsCommand).resolves({ targetIds: ['i-1'], nextToken: 'again' });
  await targets().list('d-1');
  expect(sdk.commandCalls(ListDeploymentTargetsCommand)).toHaveLength(2);
});

test('a deployment without instances is not asked for any', async () => {
  sdk.on(ListDeploymentTargetsCommand).resolves({});
  expect(await targets().list('d-1')).toEqual([]);
  expect(sdk.commandCalls(BatchGetDeploymentTargetsCommand)).toHaveLength(0);
});

describe('a deployment that has not started yet has no targets, which is no failure', () => {
  const notStarted = new DeploymentNotStartedException({ message: 'not started', $metadata: { httpStatusCode: 400 } });

  test('in the list', async () => {
    sdk.on(ListDeploymentTargetsCommand).rejects(notStarted);
    expect(await targets().list('d-1')).toEqual([]);
  });

  test('in the description', async () => {
    sdk.on(ListDeploymentTargetsCommand).resolves({ targetIds: ['i-1'] });
    sdk.on(BatchGetDeploymentTargetsCommand).rejects(notStarted);
    expect(await targets().list('d-1')).toEqual([]);
  });
});

test('what CodeDeploy left out is tolerated', async () => {
  sdk.on(ListDeploymentTargetsCommand).resolves({ targetIds: ['i-1'] });
  const start = new Date(1000);
  sdk.on(BatchGetDeploymentTargetsCommand).resolves({
    deploymentTargets: [
      { ecsTarget: { targetId: 'no instance' } },
      {
        instanceTarget: {
          targetId: 'i-1',
          instanceLabel: 'Green',
          lifecycleEvents: [{}, { lifecycleEventName: 'Install', startTime: start, diagnostics: {} }],
        },
      },
    ],
  });
  const nothing = { startedAt: undefined, endedAt: undefined, diagnostics: undefined };
  const empty = { code: '', script: '', message: '', logTail: '' };
  expect(await targets().list('d-1')).toEqual([
    {
      id: 'i-1',
      status: 'Unknown',
      label: 'Green',
      events: [
        { name: 'unknown', status: 'Unknown', ...nothing },
        { ...nothing, name: 'Install', status: 'Unknown', startedAt: 1000, diagnostics: empty },
      ],
    },
  ]);
});

test('an answer without targets is no answer', async () => {
  sdk.on(ListDeploymentTargetsCommand).resolves({ targetIds: ['i-1'] });
  sdk.on(BatchGetDeploymentTargetsCommand).resolves({});
  await expect(targets().list('d-1')).rejects.toMatchObject({
    operation: 'BatchGetDeploymentTargets',
    kind: 'unreadable',
  } satisfies Partial<UpstreamError>);
});

import {
  BatchGetDeploymentTargetsCommand,
  CodeDeployClient,
  CodeDeployServiceException,
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

test('a target that is listed and not described is Unknown: it must not look as if it were not there', async () => {
  sdk.on(ListDeploymentTargetsCommand).resolves({ targetIds: ['i-1', 'i-2'] });
  sdk.on(BatchGetDeploymentTargetsCommand).resolves({
    deploymentTargets: [{ instanceTarget: { targetId: 'i-2', status: 'Succeeded', instanceLabel: 'Green' } }, {}],
  });
  expect(await targets().list('d-1')).toEqual([
    { id: 'i-2', status: 'Succeeded', label: 'Green', events: [] },
    { id: 'i-1', status: 'Unknown', label: undefined, events: [] },
  ]);
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

describe('those that failed first', () => {
  const filtered = (status: string) => ({ deploymentId: 'd-1', targetFilters: { TargetStatus: [status] } });
  const all = { deploymentId: 'd-1', targetFilters: undefined };
  const described = () =>
    sdk.commandCalls(BatchGetDeploymentTargetsCommand).map(({ args }) => args[0].input.targetIds ?? []);
  const rejected = (name: string) =>
    new CodeDeployServiceException({ name, $fault: 'client', $metadata: { httpStatusCode: 400 }, message: 'no' });
  /** The n-th batch, from 1, gets no answer. */
  const failAtBatch = (number: number) => {
    let batch = 0;
    sdk.on(BatchGetDeploymentTargetsCommand).callsFake(({ targetIds }: { targetIds: string[] }) => {
      batch += 1;
      if (batch >= number) throw rejected('InvalidDeploymentTargetIdException');
      return { deploymentTargets: targetIds.map(succeeded) };
    });
  };

  test('are read before the others, and none twice', async () => {
    sdk.on(ListDeploymentTargetsCommand, filtered('Failed')).resolves({ targetIds: ['i-50'] });
    sdk.on(ListDeploymentTargetsCommand, all).resolves({ targetIds: ids(0, 60) });
    const { targets: found, unread } = await targets().listFailedFirst('d-1');
    expect(described().map((batch) => [batch.length, batch[0]])).toEqual([
      [1, 'i-50'],
      [25, 'i-0'],
      [25, 'i-25'],
      [9, 'i-51'],
    ]);
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set(ids(0, 60)));
    expect(unread).toBeUndefined();
  });

  test('are described page by page at first: what was read is kept where the list of them takes too long', async () => {
    sdk
      .on(ListDeploymentTargetsCommand)
      .resolvesOnce({ targetIds: ids(0, 30), nextToken: 'more' })
      .rejects(rejected('InvalidNextTokenException'));
    const { targets: found, unread } = await targets().listFailedFirst('d-1');
    expect(found).toHaveLength(30);
    expect(unread).toMatchObject({ count: undefined, error: { operation: 'ListDeploymentTargets' } });
  });

  test('or, where none has, those that are at work', async () => {
    sdk.on(ListDeploymentTargetsCommand, filtered('Failed')).resolves({ targetIds: [] });
    sdk.on(ListDeploymentTargetsCommand, filtered('InProgress')).resolves({ targetIds: ['i-2'] });
    sdk.on(ListDeploymentTargetsCommand, all).resolves({ targetIds: ids(0, 3) });
    await targets().listFailedFirst('d-1');
    expect(described()).toEqual([['i-2'], ['i-0', 'i-1']]);
  });

  test.each(['InvalidTargetFilterNameException', 'InvalidInstanceStatusException'])(
    'or all as they come, where CodeDeploy refuses the filter (%s)',
    async (name) => {
      sdk.on(ListDeploymentTargetsCommand).rejects(rejected(name));
      sdk.on(ListDeploymentTargetsCommand, all).resolves({ targetIds: ids(0, 3) });
      const { targets: found } = await targets().listFailedFirst('d-1');
      expect(found).toHaveLength(3);
    },
  );

  test('and what was read before an error is kept, and the rest counted', async () => {
    sdk.on(ListDeploymentTargetsCommand, filtered('Failed')).resolves({ targetIds: ['i-50'] });
    sdk.on(ListDeploymentTargetsCommand, all).resolves({ targetIds: ids(0, 60) });
    failAtBatch(3);
    const { targets: found, unread } = await targets().listFailedFirst('d-1');
    expect(found).toHaveLength(26);
    expect(unread).toMatchObject({ count: 34, error: { operation: 'BatchGetDeploymentTargets' } });
  });

  test('or not counted, where their list could not be read', async () => {
    sdk.on(ListDeploymentTargetsCommand, filtered('Failed')).resolves({ targetIds: ['i-50'] });
    sdk.on(ListDeploymentTargetsCommand, all).rejects(rejected('InvalidNextTokenException'));
    const { targets: found, unread } = await targets().listFailedFirst('d-1');
    expect(found.map(({ id }) => id)).toEqual(['i-50']);
    expect(unread).toMatchObject({ count: undefined, error: { operation: 'ListDeploymentTargets' } });
  });

  test('of a deployment that has not started are none', async () => {
    sdk.on(ListDeploymentTargetsCommand).rejects(rejected('DeploymentNotStartedException'));
    expect(await targets().listFailedFirst('d-1')).toEqual({ targets: [] });
  });

  test('an error before anything was read is one', async () => {
    sdk.on(ListDeploymentTargetsCommand).resolves({ targetIds: ['i-1'] });
    failAtBatch(1);
    await expect(targets().listFailedFirst('d-1')).rejects.toMatchObject({ operation: 'BatchGetDeploymentTargets' });
  });
});

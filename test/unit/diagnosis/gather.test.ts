import { RetryQuota, type CallBudget } from '../../../src/clients/callPolicy';
import { UpstreamError, type ServiceName } from '../../../src/clients/upstreamError';
import type { Failed } from '../../../src/deployment/state';
import { gatherEvidence, searchBudget } from '../../../src/diagnosis/gather';
import { codeDeploy, elastigroup, instance, noAnswer, START } from '../../support/deploymentSamples';
import {
  beforeCodeDeploy,
  codeDeployFailed,
  evidenceOf,
  failedState,
  failedTarget,
  nothingStarted,
} from '../../support/failedDeployment';
import { FakeContext } from '../../support/fakeContext';
import { ManualClock } from '../../support/manualClock';

const EVENTS = [{ at: START, severity: 'WARN' as const, message: 'slow' }];
const REFUSED: Failed['failure'] = { type: 'JobFailed', headline: 'No.' };

// FakeContext fails a test in which something is called more or less often than scripted, or with another tag.

test('each side is queried once, up to the failure', async () => {
  const context = new FakeContext({
    getDeployment: [codeDeployFailed('HEALTH_CONSTRAINTS')],
    failedFirst: [{ targets: [failedTarget('i-1')] }],
    green: [
      [
        instance('i-1', { stateReason: 'Server.SpotInstanceTermination' }),
        instance('i-2', { stateReason: 'Server.SpotInstanceShutdown' }),
        instance('i-3', { stateReason: 'Client.UserInitiatedShutdown' }),
        instance('i-4'),
      ],
    ],
    list: [[elastigroup('cdbg-0', 'FINISHED'), elastigroup('cdbg-1', 'FINISHED_STOPPED')]],
    events: [EVENTS],
  });

  const evidence = await gatherEvidence(failedState(), context);

  expect(context.targetsOf).toEqual(['d-1']);
  expect(context.eventsBetween).toEqual([[START, START + 100_000]]);
  expect(context.changes).toEqual([]);
  expect(evidence).toMatchObject({
    codeDeploy: { id: 'd-1' },
    targets: [{ id: 'i-1' }],
    hasAllTargets: true,
    elastigroup: { id: 'cdbg-1', state: 'FINISHED_STOPPED' },
    events: EVENTS,
    spotInterruptions: 2,
    unread: [],
  });
});

test("Elastigroup's events about deployments in temporary groups are left out", async () => {
  const own = `d-${'OWN'.padEnd(9, '1')}`;
  const messages = [
    'CodeDeploy deployment d-ABCDEFGH1 failed for i-1.',
    `CodeDeploy deployment ${own} failed.`,
    'Instance i-2 was interrupted.',
    `d-ABCDEFGH1 failed beside ${own}.`,
  ];
  const context = new FakeContext({
    getDeployment: [codeDeploy(own, 'Failed')],
    failedFirst: [{ targets: [] }],
    green: [[]],
    list: [[]],
    events: [messages.map((message) => ({ at: START, severity: 'ERROR', message }))],
  });
  const evidence = await gatherEvidence(failedState({ deploymentId: own }), context);
  expect(evidence?.events.map(({ message }) => message)).toEqual(messages.slice(1));
});

test('nothing is queried where nothing was started', async () => {
  expect(await gatherEvidence(nothingStarted(REFUSED), new FakeContext({}))).toBeUndefined();
});

test('without a CodeDeploy deployment CodeDeploy is not queried', async () => {
  const context = new FakeContext({ green: [[]], list: [[]], events: [[]] });

  await gatherEvidence(beforeCodeDeploy(REFUSED), context);

  expect(context.targetsOf).toEqual([]);
});

test.each([
  [975, '975 of 976 targets of the CodeDeploy deployment were not read'],
  [undefined, 'An unknown number of targets of the CodeDeploy deployment were not read'],
])('targets that could not be read are counted, and those that could are kept (%s)', async (count, says) => {
  const error = noAnswer('CodeDeploy', 'timeout', 'no answer');
  const context = new FakeContext({
    getDeployment: [codeDeployFailed('HEALTH_CONSTRAINTS')],
    failedFirst: [{ targets: [failedTarget('i-1')], unread: { count, error } }],
    green: [[]],
    list: [[]],
    events: [[]],
  });

  const evidence = await gatherEvidence(failedState(), context);

  expect(evidence).toMatchObject({
    targets: [{ id: 'i-1' }],
    hasAllTargets: false,
    unread: [`${says} (CodeDeploy call: no answer); those that failed come first.`],
  });
});

test('a query that fails costs a line, and nothing else', async () => {
  const failing = (service: ServiceName, detail: string) =>
    new UpstreamError({ service, operation: 'Op', kind: 'denied', detail });
  const denied = `is not authorized to perform: codedeploy:ListDeploymentTargets on ${'x'.repeat(400)}`;
  const context = new FakeContext({
    getDeployment: [failing('CodeDeploy', 'no')],
    failedFirst: [failing('CodeDeploy', denied)],
    green: [failing('EC2', 'no')],
    list: [failing('Spot', 'no')],
    events: [new TypeError('a bug')],
  });

  const evidence = await gatherEvidence(failedState(), context);

  expect(evidence).toEqual(
    evidenceOf({
      hasAllTargets: false,
      unread: [
        'The CodeDeploy deployment could not be read (CodeDeploy Op: no).',
        expect.stringMatching(
          /^Per-instance failure details could not be read \(CodeDeploy Op: is not .{200,240}…\)\. Allow codedeploy:ListDeploymentTargets in the function's role\.$/,
        ),
        'Green instances in EC2 could not be read (EC2 Op: no).',
        'The Elastigroup deployment could not be read (Spot Op: no).',
        'The Elastigroup event log could not be read (unexpected error).',
      ],
    }),
  );
  const errors = context.log.lines.filter(({ level }) => level === 'error').map(({ sentence }) => sentence);
  expect(errors).toEqual([expect.stringMatching(/^Unexpected error: TypeError: a bug/)]);
});

test.each([
  ['10 seconds', 60_000, 10_000],
  ['what is left of the work', 4_000, 4_000],
  ['nothing, where nothing is left', -1_000, -1_000],
])('the search may take %s', (_name, left, expected) => {
  const clock = new ManualClock(START);
  const budget: CallBudget = {
    clock,
    until: START + left,
    jitter: () => 0,
    retries: new RetryQuota(),
    redact: (text) => text,
  };
  expect(searchBudget(budget)).toEqual({ ...budget, until: START + expected });
});

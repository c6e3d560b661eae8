import type { CodeDeploy } from '../../../src/clients/codeDeploy/codeDeploy';
import { RetryQuota, type CallBudget } from '../../../src/clients/callPolicy';
import type { Elastigroup } from '../../../src/clients/spot/elastigroup';
import { UpstreamError, type ServiceName } from '../../../src/clients/upstreamError';
import type { DeploymentContext } from '../../../src/deployment/context';
import { gatherEvidence, searchBudget } from '../../../src/diagnosis/gather';
import type { Log } from '../../../src/lib/log';
import {
  beforeCodeDeploy,
  codeDeployFailed,
  failedState,
  failedTarget,
  instance,
  nothingStarted,
  START,
} from '../../support/failedDeployment';
import { ManualClock } from '../../support/manualClock';
import { GOOD_STAGE_PARAMETERS } from '../../support/sampleParameters';

const calls: unknown[][] = [];
const errors: string[] = [];
const called = <T>(name: string, value: T, ...args: unknown[]): Promise<T> => {
  calls.push([name, ...args]);
  return Promise.resolve(value);
};
const unexpected = () => Promise.reject(new Error('not expected here'));
const silent = () => undefined;
const log: Log = {
  debug: silent,
  info: silent,
  warn: silent,
  error: (sentence) => void errors.push(sentence),
  remember: silent,
  countFrom: silent,
};

const codeDeploy: CodeDeploy = {
  getDeployment: (id) => called('getDeployment', codeDeployFailed('HEALTH_CONSTRAINTS'), id),
  findDeployments: unexpected,
  createDeployment: unexpected,
  stopDeployment: unexpected,
};
const elastigroup: Elastigroup = {
  listDeployments: () =>
    called('listDeployments', [
      { id: 'cdbg-0', state: 'FINISHED', tags: [] },
      { id: 'cdbg-1', state: 'FINISHED_STOPPED', tags: [] },
    ]),
  startDeployment: unexpected,
  stopDeployment: unexpected,
  listInstanceIds: unexpected,
  readGroup: unexpected,
};
const EVENTS = [{ at: START, severity: 'WARN' as const, message: 'slow' }];

function stageOf(difference: Partial<DeploymentContext> = {}): DeploymentContext {
  return {
    clock: new ManualClock(START + 120_000),
    parameters: GOOD_STAGE_PARAMETERS,
    cleanupTimeoutSeconds: 300,
    elastigroup,
    codeDeploy,
    greenInstances: {
      find: (tag) =>
        called(
          'find',
          [
            instance('i-1', { stateReason: 'Server.SpotInstanceTermination' }),
            instance('i-2', { stateReason: 'Server.SpotInstanceShutdown' }),
            instance('i-3', { stateReason: 'Client.UserInitiatedShutdown' }),
            instance('i-4'),
          ],
          tag,
        ),
    },
    deploymentTargets: { list: (id) => called('list', [failedTarget('i-1')], id) },
    elastigroupEvents: { problemsBetween: (from, to) => called('problemsBetween', EVENTS, from, to) },
    deploymentGroup: { read: unexpected },
    revisionObject: { head: unexpected },
    log,
    ...difference,
  };
}

beforeEach(() => {
  calls.length = 0;
  errors.length = 0;
});

test('one look at each side, up to the failure', async () => {
  const evidence = await gatherEvidence(failedState(), stageOf());
  expect(calls).toEqual([
    ['getDeployment', 'd-1'],
    ['list', 'd-1'],
    ['find', { key: 'GreenIdentifier', value: 'green-1' }],
    ['listDeployments'],
    ['problemsBetween', START, START + 100_000],
  ]);
  expect(evidence).toMatchObject({
    codeDeploy: { id: 'd-1' },
    targets: [{ id: 'i-1' }],
    elastigroup: { id: 'cdbg-1', state: 'FINISHED_STOPPED' },
    events: EVENTS,
    spotInterruptions: 2,
    unread: [],
  });
});

test('nothing is looked for where nothing was started', async () => {
  expect(await gatherEvidence(nothingStarted({ type: 'JobFailed', headline: 'No.' }), stageOf())).toBeUndefined();
  expect(calls).toEqual([]);
});

test('without a CodeDeploy deployment CodeDeploy is not asked', async () => {
  await gatherEvidence(beforeCodeDeploy({ type: 'JobFailed', headline: 'No.' }), stageOf());
  expect(calls.map(([name]) => name)).toEqual(['find', 'listDeployments', 'problemsBetween']);
});

test('a look that fails costs a line, and nothing else', async () => {
  const failing = (service: ServiceName, detail: string) =>
    Promise.reject(new UpstreamError({ service, operation: 'Op', kind: 'denied', detail }));
  const denied = `is not authorized to perform: codedeploy:ListDeploymentTargets on ${'x'.repeat(400)}`;
  const evidence = await gatherEvidence(
    failedState(),
    stageOf({
      codeDeploy: { ...codeDeploy, getDeployment: () => failing('CodeDeploy', 'no') },
      deploymentTargets: { list: () => failing('CodeDeploy', denied) },
      greenInstances: { find: () => failing('EC2', 'no') },
      elastigroup: { ...elastigroup, listDeployments: () => failing('Spot', 'no') },
      elastigroupEvents: {
        problemsBetween: () => {
          throw new TypeError('a bug');
        },
      },
    }),
  );
  expect(evidence).toEqual({
    codeDeploy: undefined,
    targets: [],
    instances: [],
    elastigroup: undefined,
    events: [],
    spotInterruptions: 0,
    unread: [
      'The CodeDeploy deployment could not be read (CodeDeploy Op: no).',
      expect.stringMatching(
        /^What failed on which instance could not be read \(CodeDeploy Op: is not .{200,240}…\)\. Allow codedeploy:ListDeploymentTargets in the function's role\.$/,
      ),
      'The green instances in EC2 could not be read (EC2 Op: no).',
      'The Elastigroup deployment could not be read (Spot Op: no).',
      'The log of the Elastigroup could not be read (unexpected error).',
    ],
  });
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

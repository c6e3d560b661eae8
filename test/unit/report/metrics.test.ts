import type { NamedRun } from '../../../src/deployment/runMemory';
import type { Failed, Succeeded } from '../../../src/deployment/state';
import {
  endedActionOf,
  failureTypeOf,
  measuresOf,
  METRICS,
  type EndedAction,
  type Measures,
} from '../../../src/report/measures';
import { writeMetrics } from '../../../src/report/metrics';
import { JOB, START, succeeded } from '../../support/deploymentSamples';
import { evidenceOf, failedState, nothingStarted } from '../../support/failedDeployment';

const SUCCEEDED = succeeded({
  phaseStartedAt: START + 61_500,
  invocations: 3,
  durations: { launch: 20.25, install: 30.1 + 0.2, finalize: 10.95 },
  deploymentId: 'd-1',
  greenInstanceIds: ['i-1'],
});

function ended(state: Succeeded | Failed, spotInterruptions = 0): EndedAction {
  return { kind: 'deployment', state, group: 'shop/production', spotInterruptions };
}

const OK = { DeploymentSucceeded: 1, DeploymentFailed: 0, DeploymentTimedOut: 0 };
const FAILED = { DeploymentSucceeded: 0, DeploymentFailed: 1, DeploymentTimedOut: 0 };

const ROWS: readonly (readonly [
  name: string,
  end: EndedAction,
  failureType: string | undefined,
  measures: Measures,
])[] = [
  [
    'a success over three invocations',
    ended(SUCCEEDED),
    undefined,
    {
      ...OK,
      LaunchSeconds: 20.25,
      InstallSeconds: 30.3,
      FinalizeSeconds: 10.95,
      DurationSeconds: 61.5,
      SpotInterruptions: 0,
      Invocations: 3,
    },
  ],
  [
    'a deployment that CodeDeploy failed, with two interruptions',
    ended(failedState(), 2),
    'JobFailed',
    {
      ...FAILED,
      LaunchSeconds: 40,
      InstallSeconds: 60,
      CleanUpSeconds: 20,
      DurationSeconds: 120,
      SpotInterruptions: 2,
      Invocations: 1,
    },
  ],
  [
    'TIMEOUT while green was launched',
    ended(
      failedState({
        failure: { type: 'JobFailed', headline: 'TIMEOUT', timedOut: true },
        durations: { launch: 100, cleanUp: 20 },
      }),
    ),
    'JobFailed',
    {
      ...FAILED,
      DeploymentTimedOut: 1,
      LaunchSeconds: 100,
      CleanUpSeconds: 20,
      DurationSeconds: 120,
      SpotInterruptions: 0,
      Invocations: 1,
    },
  ],
  [
    'a start that was refused',
    ended({ ...nothingStarted({ type: 'PermissionError', headline: 'no' }), durations: { launch: 0 } }),
    'PermissionError',
    { ...FAILED, LaunchSeconds: 0, DurationSeconds: 120, SpotInterruptions: 0, Invocations: 1 },
  ],
  ['bad input', { kind: 'withoutState', failureType: 'ConfigurationError' }, 'ConfigurationError', FAILED],
];

describe('what is counted of', () => {
  test.each(ROWS)('%s', (_name, end, failureType, measures) => {
    expect(failureTypeOf(end)).toBe(failureType);
    expect(measuresOf(end)).toEqual(measures);
  });
});

describe('the end of an action', () => {
  const context = { group: 'shop/production', isDryRun: false, evidence: undefined };

  test('has the interruptions of the evidence', () => {
    const evidence = evidenceOf({ spotInterruptions: 2 });
    expect(endedActionOf(failedState(), { ...context, evidence })).toMatchObject({ spotInterruptions: 2 });
    expect(endedActionOf(SUCCEEDED, context)).toMatchObject({ spotInterruptions: 0, group: 'shop/production' });
  });

  test('a dry run is none, even one whose checks fail', () => {
    const { deploymentId: _id, greenInstanceIds: _ids, ...common } = SUCCEEDED;
    expect(endedActionOf({ ...common, phase: 'dryRun', conflicts: [], warnings: [] }, context)).toBeUndefined();
    expect(endedActionOf(failedState(), { ...context, isDryRun: true })).toBeUndefined();
  });
});

describe('the line in embedded metric format', () => {
  const environment = { ...process.env };
  beforeEach(() => {
    process.env['POWERTOOLS_DEV'] = 'true';
    process.env['POWERTOOLS_METRICS_DISABLED'] = 'false';
  });
  afterEach(() => {
    process.env = { ...environment };
  });

  function written(end: EndedAction, env: Readonly<Record<string, string>> = {}, run?: NamedRun): unknown {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    writeMetrics(end, { jobId: 'job-1', env, run, redact: (text) => text.replaceAll('hidden', '***') });
    expect(warn).not.toHaveBeenCalled();
    expect(log).toHaveBeenCalledTimes(1);
    return JSON.parse(String(log.mock.calls[0]?.[0]));
  }

  test('of a success', () => {
    const measures = measuresOf(ended(SUCCEEDED));
    const env = { POWERTOOLS_SERVICE_NAME: 'stack-1', POWERTOOLS_METRICS_NAMESPACE: 'Shop' };
    expect(written(ended(SUCCEEDED), env)).toEqual({
      _aws: {
        Timestamp: expect.any(Number) as number,
        CloudWatchMetrics: [
          {
            Namespace: 'Shop',
            Dimensions: [['service']],
            Metrics: Object.keys(measures).map((Name) => ({ Name, Unit: METRICS[Name as keyof typeof METRICS] })),
          },
        ],
      },
      service: 'stack-1',
      jobId: 'job-1',
      group: 'shop/production',
      greenIdentifier: JOB,
      deploymentId: 'd-1',
      elastigroupDeploymentId: 'cdbg-1',
      ...measures,
    });
  });

  test('of a failure: for all failures and for its type', () => {
    expect(written(ended(failedState()))).toMatchObject({
      _aws: {
        CloudWatchMetrics: [{ Namespace: 'BlueGreenStage', Dimensions: [['service'], ['service', 'FailureType']] }],
      },
      FailureType: 'JobFailed',
      DeploymentFailed: 1,
    });
  });

  test.each<[NamedRun, object]>([
    [
      { pipeline: 'shop', executionId: 'e-1' },
      { pipeline: 'shop', execution: 'e-1' },
    ],
    [{ pipeline: 'hidden' }, { pipeline: '***' }],
    [{ executionId: 'e-1' }, { execution: 'e-1' }],
  ])('names the pipeline and its execution as plain fields, no dimensions: %j', (run, fields) => {
    const line = written(ended(SUCCEEDED), {}, run);
    expect(line).toMatchObject({ ...fields, _aws: { CloudWatchMetrics: [{ Dimensions: [['service']] }] } });
  });

  test('a blank setting is none, and no field holds a secret', () => {
    const end: EndedAction = { kind: 'deployment', state: SUCCEEDED, group: 'shop/hidden', spotInterruptions: 0 };
    expect(written(end, { POWERTOOLS_SERVICE_NAME: ' ', POWERTOOLS_METRICS_NAMESPACE: '' })).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Namespace: 'BlueGreenStage' }] },
      service: 'service_undefined',
      group: 'shop/***',
    });
  });
});

import fc from 'fast-check';
import type { DeploymentTarget } from '../../../src/clients/codeDeploy/deploymentTargets';
import type { NamedRun } from '../../../src/deployment/runMemory';
import type { Failed } from '../../../src/deployment/state';
import type { Evidence } from '../../../src/diagnosis/evidence';
import { failureMessage } from '../../../src/diagnosis/failureMessage';
import { Redactor } from '../../../src/lib/redaction';
import { instance, JOB, START } from '../../support/deploymentSamples';
import {
  beforeCodeDeploy,
  codeDeployFailed,
  event,
  evidenceOf,
  failedState,
  failedTarget,
  nothingStarted,
} from '../../support/failedDeployment';
import { anyCharacter } from '../../support/anyCharacter';
import { TRIES_ALL } from '../../support/triesAll';

const redactor = new Redactor();
redactor.add('the-secret-of-this-test');
const redact = (text: string) => redactor.redact(text);

function messageOf(state: Failed, evidence?: Evidence, region: string | undefined = 'us-east-1'): string {
  return failureMessage(state, { evidence, groupId: 'sig-1', region, redact });
}

const ELASTIGROUP =
  'Elastigroup sig-1, deployment cdbg-1: https://console.spotinst.com/#/aws/ec2/elastigroup/view/sig-1';
const CODEDEPLOY =
  'CodeDeploy d-1: https://us-east-1.console.aws.amazon.com/codesuite/codedeploy/deployments/d-1?region=us-east-1';
const TAG = `Tag of the green instances: GreenIdentifier=${JOB}`;

const pipelineLink = (region: string) =>
  `https://${region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/shop/executions/e-1/timeline?region=${region}`;

test.each<[string, NamedRun, string | undefined, string]>([
  ['in its own Region', { pipeline: 'shop', region: 'eu-west-1', executionId: 'e-1' }, 'us-east-1', 'eu-west-1'],
  ["in the function's Region", { pipeline: 'shop', executionId: 'e-1' }, 'us-east-1', 'us-east-1'],
  ['without a link where no Region is known', { pipeline: 'shop', executionId: 'e-1' }, undefined, ''],
])('the message names the pipeline and its execution %s', (_name, run, region, linked) => {
  const lines = failureMessage(failedState(), { evidence: undefined, groupId: 'sig-1', region, run, redact }).split(
    '\n',
  );
  expect(lines).toContain(`Pipeline shop, execution e-1${linked && `: ${pipelineLink(linked)}`}`);
});

test.each<[string, NamedRun, string]>([
  ['the pipeline alone', { pipeline: 'shop' }, 'Pipeline shop'],
  ['the execution alone, which PIPELINE_EXECUTION_ID tells', { executionId: 'e-1' }, 'Pipeline execution e-1'],
])('the message names %s', (_name, run, line) => {
  const message = failureMessage(nothingStarted({ type: 'JobFailed', headline: 'no' }), {
    evidence: undefined,
    groupId: 'sig-1',
    region: 'us-east-1',
    run,
    redact,
  });
  expect(message.split('\n')).toContain(line);
});

describe('the message', () => {
  test('of a script that fails on several instances', () => {
    const evidence = evidenceOf({
      codeDeploy: codeDeployFailed('HEALTH_CONSTRAINTS'),
      targets: [
        failedTarget('i-1'),
        failedTarget('i-2'),
        failedTarget('i-3', { script: '', code: 'UnknownError', message: 'lost', logTail: '' }, 'BeforeInstall'),
        { id: 'i-4', status: 'Succeeded', label: 'Green', events: [event('AfterInstall', { status: 'Succeeded' })] },
      ],
      instances: [instance('i-1'), instance('i-2', { lifecycle: 'on-demand' })],
    });
    expect(messageOf(failedState({ left: ['Green instances remain: i-1.'] }), evidence).split('\n')).toEqual([
      'CodeDeploy d-1 failed (HEALTH_CONSTRAINTS: too few are healthy). Failed after 1m40s.',
      'Likely fix: Fix the script; log below.',
      'Green instances remain: i-1.',
      'Failed: i-1 (spot), lifecycle event AfterInstall, script scripts/install.sh: ScriptFailed: it exited with 1',
      'Same failure on: i-2 (on-demand).',
      '  | first line',
      '  | last line',
      'Failed: i-3, lifecycle event BeforeInstall: UnknownError: lost',
      'No green instances remain.',
      CODEDEPLOY,
      ELASTIGROUP,
      TAG,
    ]);
  });

  test('where nothing was started', () => {
    const state = nothingStarted({ type: 'ConfigurationError', headline: 'No.', known: { cause: 'wrong-token' } });
    expect(messageOf(state).split('\n')).toEqual([
      'No.',
      expect.stringMatching(/^Likely fix: Check the Spot API token/),
      ELASTIGROUP.replace(', deployment cdbg-1', ''),
    ]);
  });

  test('without a region has no link to CodeDeploy, and says what could not be seen', () => {
    const evidence = evidenceOf({ unread: ['EC2 could not be read.'] });
    const message = failureMessage(failedState(), { evidence, groupId: 'sig-1', region: undefined, redact });
    expect(message.split('\n').slice(1)).toEqual([
      'No green instances remain.',
      'EC2 could not be read.',
      'CodeDeploy d-1',
      ELASTIGROUP,
      TAG,
    ]);
  });

  test('of a time-out names the instances that had not ended', () => {
    const failure = { type: 'JobFailed', headline: 'TIMEOUT (1m) reached.', timedOut: true } as const;
    const target = (id: string): DeploymentTarget => ({
      id,
      status: 'Skipped',
      label: 'Green',
      events: [
        event('Install', { status: 'Succeeded', startedAt: START, endedAt: START + 1 }),
        event('ApplicationStart', { status: 'Skipped', startedAt: START + 61_000 }),
      ],
    });
    const lines = messageOf(failedState({ failure }), evidenceOf({ targets: [target('i-1'), target('i-2')] })).split(
      '\n',
    );
    expect(lines.slice(0, 3)).toEqual([
      'TIMEOUT (1m) reached.',
      expect.stringMatching(/^Likely fix: Lifecycle event still running\. /),
      'Still running: i-1 in ApplicationStart since 09:01:01Z, i-2 in ApplicationStart since 09:01:01Z.',
    ]);
  });

  test("of a failure that is not CodeDeploy's still tells CodeDeploy's error and rollback", () => {
    const failure = { type: 'JobFailed', headline: 'Elastigroup deployment cdbg-1 failed.' } as const;
    const codeDeploy = { ...codeDeployFailed('A_NEW_CODE', 'cpu'), rollbackDeploymentId: 'd-2' };
    const lines = messageOf(failedState({ failure }), evidenceOf({ codeDeploy })).split('\n');
    expect(lines.slice(1, 3)).toEqual([
      'CodeDeploy d-1 failed (A_NEW_CODE: cpu).',
      'CodeDeploy d-1 is rolled back by d-2.',
    ]);
  });

  test('of a launch that failed shows what Elastigroup logged, the same only once', () => {
    const failure = { type: 'JobFailed', headline: 'Elastigroup deployment cdbg-1 failed.' } as const;
    const again = (seconds: number) => ({
      at: START + seconds * 1000,
      severity: 'ERROR' as const,
      message: 'no\ncapacity',
    });
    const evidence = evidenceOf({
      elastigroup: { id: 'cdbg-1', state: 'FINISHED_ERROR', tags: [] },
      events: [again(1), { at: undefined, severity: 'WARN', message: 'slow' }, again(5), again(9)],
    });
    expect(messageOf(beforeCodeDeploy(failure), evidence).split('\n').slice(2, 5)).toEqual([
      'Elastigroup deployment cdbg-1 (now FINISHED_ERROR); group events:',
      '  WARN slow',
      '  09:00:09Z ERROR no capacity (3 times)',
    ]);
    const silent = messageOf(beforeCodeDeploy(failure), { ...evidence, events: [] }).split('\n');
    expect(silent[1]).toBe('Elastigroup deployment cdbg-1 is now FINISHED_ERROR.');
  });

  test.each([
    ['Failed after 1m40s', {}],
    ['Failed after 2m', { durations: { cleanUp: 20, finalize: 30 } }],
  ])('says "%s", the time before cleaning up', (expected, difference) => {
    expect(messageOf(failedState(difference)).split('\n')[0]).toContain(`). ${expected}.`);
  });
});

describe('secrets', () => {
  test('are taken out before a text is cut, wherever the cut falls', () => {
    for (let before = 350; before < 410; before += 1) {
      const message = `${'x'.repeat(before)} the-secret-of-this-test`;
      const text = messageOf(failedState(), evidenceOf({ targets: [failedTarget('i-1', { message })] }));
      expect(text).not.toMatch(/the-s/);
    }
  });

  test('without a closing quote do not hide what follows, also when the line is redacted once more', () => {
    const logTail = '[stdout]API_TOKEN="a-token-that-nobody-knows';
    const text = messageOf(failedState(), evidenceOf({ targets: [failedTarget('i-1', { logTail })] }));
    expect(text).toContain('  | [stdout]API_TOKEN="***"\nNo green instance');
    expect(redact(text)).toBe(text);
  });
});

describe('trimming', () => {
  // All that people and services write: long, of many lines, with surrogates on their own, colours and secrets.
  const anything = fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: anyCharacter, maxLength: 300 }) },
    fc
      .array(fc.constantFrom('\ud83d', '\ude00', '😀', 'a', '\n', ' ', '\u001b[31m', '\u0000'), {
        maxLength: 3000,
        size: 'max',
      })
      .map((all) => all.join('')),
    fc.nat(6000).map((length) => 'é'.repeat(length)),
  );
  const target = fc
    .record({ id: fc.stringMatching(/^i-[0-9a-f]{17}$/), message: anything, script: anything, end: anything })
    .map(({ id, message, script, end }) => failedTarget(id, { message, script, logTail: `${end}\nTHE LAST LINE\n` }));
  const evidence = fc
    .record({
      targets: fc.array(target, { minLength: 1, maxLength: 60, size: 'max' }),
      unread: fc.array(anything),
      events: fc.array(anything),
    })
    .map(({ targets, unread, events }) =>
      evidenceOf({
        targets,
        unread,
        events: events.map((message) => ({ at: START, severity: 'WARN' as const, message })),
        instances: targets.map(({ id }) => instance(id)),
      }),
    );

  test('keeps within the limit, well formed, with all that is important', () => {
    fc.assert(
      fc.property(evidence, anything, fc.array(anything, { maxLength: 4 }), (found, headline, cleaned) => {
        const left = [
          `Green instances remain: ${found.targets
            .map(({ id }) => id)
            .slice(0, 50)
            .join(', ')}.`,
        ];
        const state = failedState({ failure: { type: 'JobFailed', headline: `Failed: ${headline}` }, cleaned, left });
        const text = messageOf(state, found);
        expect(text.length).toBeLessThanOrEqual(5000);
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toMatch(/[^\P{Cc}\n\t]/u);
        expect(text).toMatch(/^Failed: [^]*? Failed after 1m40s\.\nLikely fix: Fix the script/);
        for (const line of left) expect(text).toContain(line);
        expect(text).toContain(`\nFailed: ${found.targets[0]?.id ?? ''} (spot), lifecycle event AfterInstall`);
        expect(text).toContain('  | THE LAST LINE');
        expect(text.endsWith([CODEDEPLOY, ELASTIGROUP, TAG].join('\n'))).toBe(true);
      }),
      { numRuns: TRIES_ALL ? 300 : 60 },
    );
  });

  test('keeps the end of a log that is one long line', () => {
    const logTail = `${'.'.repeat(4000)} no space left on device`;
    const text = messageOf(failedState(), evidenceOf({ targets: [failedTarget('i-1', { logTail })] }));
    expect(text).toMatch(/\n {0}….+ no space left on device\n/);
  });

  test('uses the room that there is for further instances and events', () => {
    const targets = Array.from({ length: 9 }, (_, index) =>
      failedTarget(`i-${index}`, { message: `${index} `.repeat(100), logTail: 'z'.repeat(300) }),
    );
    const text = messageOf(failedState(), evidenceOf({ targets }));
    expect(text).toContain('Failed: i-5');
    expect(text).toContain('\n… and 3 more kinds of failure.\n');
  });
});

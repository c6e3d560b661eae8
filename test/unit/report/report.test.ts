import fc from 'fast-check';
import { Redactor } from '../../../src/lib/redaction';
import type { DryRun, Succeeded } from '../../../src/deployment/state';
import {
  OUTPUT_VARIABLES,
  reportDryRun,
  reportFailed,
  reportWithoutState,
  reportProgress,
  reportSuccess,
  type Report,
} from '../../../src/report/report';
import {
  at,
  cleaningUp,
  failed,
  FAILURE,
  JOB,
  launching,
  installing,
  parametersWith,
  succeeded,
} from '../../support/deploymentSamples';
import { anyCharacter } from '../../support/anyCharacter';

const PARAMETERS = parametersWith();
const asIs = (text: string) => text;
const SECRET = 'S3CR3T-0123456789-abcdefghij';
const redactor = new Redactor();
redactor.add(SECRET);
const redact = (text: string) => redactor.redact(text);
const context = (redactWith: typeof redact) => ({
  evidence: undefined,
  groupId: 'sig-1',
  region: undefined,
  redact: redactWith,
});
const ELASTIGROUP = 'https://console.spotinst.com/#/aws/ec2/elastigroup/view/sig-1';

const { phase: _phase, deploymentId: _id, greenInstanceIds: _ids, ...common } = succeeded();
const DRY_RUN: DryRun = { ...withoutElastigroup(common), phase: 'dryRun', conflicts: [], warnings: [] };

function withoutElastigroup<S extends Pick<Succeeded, 'elastigroupDeploymentId'>>(
  state: S,
): Omit<S, 'elastigroupDeploymentId'> {
  const { elastigroupDeploymentId: _elastigroupDeploymentId, ...rest } = state;
  return rest;
}

/** Every text of a report, by where it stands. */
function textsOf(value: unknown, where = ''): [string, string][] {
  if (typeof value === 'string') return [[where, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsOf(inner, `${where}.${name}`));
}

function variablesOf(report: Report): Record<string, string> {
  if (report.kind === 'failure') throw new Error('a failure has no output variables');
  return report.result.outputVariables ?? {};
}

function messageOf(report: Report): string {
  if (report.kind === 'success') throw new Error('a success has no failure message');
  return report.result.failureDetails?.message ?? '';
}

function summaryOf(report: Report): string {
  if (report.kind === 'failure') throw new Error('a failure has no summary');
  return report.result.executionDetails?.summary ?? '';
}

const text = fc.oneof(
  fc.string({ maxLength: 12_000 }),
  fc.string({ unit: anyCharacter, maxLength: 6000 }),
  fc.constant(''),
);
const id = fc.oneof(
  fc.stringMatching(/^d-[A-Z0-9]{9}$/),
  fc.string({ minLength: 1, maxLength: 3000, unit: anyCharacter }),
);

describe('whatever the state', () => {
  const reports = fc.oneof(
    fc
      .tuple(text, id, fc.constantFrom('t', 'v1.x.y'))
      .map(([progress, deploymentId, token]) =>
        reportProgress('job-2', installing({ progress, deploymentId }), token, PARAMETERS, at(190), asIs),
      ),
    fc
      .tuple(id, fc.array(fc.oneof(fc.stringMatching(/^i-[0-9a-f]{17}$/), id), { maxLength: 120 }))
      .map(([deploymentId, greenInstanceIds]) =>
        reportSuccess('job-2', succeeded({ deploymentId, greenInstanceIds }), PARAMETERS, at(190), asIs),
      ),
    fc
      .tuple(text, fc.array(text, { maxLength: 3 }), fc.array(text, { maxLength: 3 }), id)
      .map(([headline, cleaned, left, deploymentId]) =>
        reportFailed(
          'job-2',
          failed({ failure: { ...FAILURE, headline }, cleaned, left, deploymentId }),
          context(asIs),
        ),
      ),
    text.map((message) => reportWithoutState('job-2', 'ConfigurationError', message, asIs)),
  );

  test('no text is empty or over its limit', () => {
    const limits: Record<string, number> = {
      '.executionDetails.summary': 2048,
      '.executionDetails.externalExecutionId': 1500,
      '.failureDetails.externalExecutionId': 1500,
      '.failureDetails.message': 5000,
      '.continuationToken': 2048,
    };
    fc.assert(
      fc.property(reports, (report) => {
        for (const [where, value] of textsOf(report.result)) {
          expect([where, value.length]).not.toEqual([where, 0]);
          expect(value.length).toBeLessThanOrEqual(limits[where] ?? 1000);
        }
      }),
    );
  });

  test('no character is halved', () => {
    fc.assert(
      fc.property(reports, (report) => {
        for (const [, value] of textsOf(report.result)) expect(value.isWellFormed()).toBe(true);
      }),
    );
    for (const shift of ['', 'x', 'xx', 'xxx'])
      expect(messageOf(reportWithoutState('job-2', 'JobFailed', shift + '😀'.repeat(3000), asIs)).isWellFormed()).toBe(
        true,
      );
  });

  test('it answers the job in hand, not the first one', () => {
    fc.assert(
      fc.property(reports, (report) => {
        expect(report.result.jobId).toBe('job-2');
      }),
    );
  });

  test('the names of output variables are those that CodePipeline takes', () => {
    fc.assert(
      fc.property(reports, (report) => {
        if (report.kind === 'failure') return;
        for (const name of Object.keys(variablesOf(report))) expect(name).toMatch(/^[A-Za-z0-9@\-_]+$/);
      }),
    );
  });
});

describe('in progress', () => {
  test('it carries the token, the percentage and a summary with the time, and no output variables', () => {
    const state = installing({ progress: 'CodeDeploy d-1A2B3C: 2 of 4 instances done', percent: 63 });
    const parameters = parametersWith({ timeoutSeconds: 600 });
    expect(reportProgress('job-2', state, 'v1.x.y', parameters, at(190), asIs)).toEqual({
      kind: 'success',
      result: {
        jobId: 'job-2',
        continuationToken: 'v1.x.y',
        executionDetails: {
          summary: 'CodeDeploy d-1A2B3C: 2 of 4 instances done, 3m10s of 10m',
          percentComplete: 63,
          externalExecutionId: 'd-OWN',
        },
      },
    });
  });

  test.each([
    ['the CodeDeploy deployment', installing(), 'd-OWN'],
    ['else the Elastigroup deployment', launching(), 'cdbg-1'],
  ])('the external id is %s', (_which, state, externalId) => {
    expect(reportProgress('job-2', state, 't', PARAMETERS, at(1), asIs)).toHaveProperty(
      'result.executionDetails.externalExecutionId',
      externalId,
    );
  });
});

describe('success', () => {
  test('tells later actions what was deployed', () => {
    const report = reportSuccess('job-2', succeeded(), PARAMETERS, at(190), asIs);
    expect(variablesOf(report)).toEqual({
      DeploymentId: 'd-OWN',
      ElastigroupDeploymentId: 'cdbg-1',
      GreenIdentifier: JOB,
      GreenInstanceIds: 'i-1,i-2',
      DurationSeconds: '190',
      Revision: 's3://revisions/shop.zip',
    });
    expect(report).toMatchObject({ result: { executionDetails: { percentComplete: 100 } } });
    expect(report.result).not.toHaveProperty('continuationToken');
  });

  test.each([
    ['a deployment', reportSuccess('job-2', succeeded(), PARAMETERS, at(190), asIs)],
    [
      'one of which little is known',
      reportSuccess('job-2', withoutElastigroup(succeeded({ greenInstanceIds: [] })), PARAMETERS, at(0), asIs),
    ],
    ['a dry run', reportDryRun('job-2', DRY_RUN, PARAMETERS, asIs)],
  ])('sets every output variable, which a later action may name: %s', (_name, report) => {
    expect(Object.keys(variablesOf(report))).toEqual([...OUTPUT_VARIABLES]);
    for (const value of Object.values(variablesOf(report))) expect(value).not.toBe('');
  });

  test('of a dry run has "none" for all but the revision', () => {
    const { Revision, ...others } = variablesOf(reportDryRun('job-2', DRY_RUN, PARAMETERS, asIs));
    expect(Revision).toBe('s3://revisions/shop.zip');
    expect(new Set(Object.values(others))).toEqual(new Set(['none']));
  });

  test.each([
    [[], 'green replaced blue'],
    [['i-1'], '1 green instance replaced blue'],
    [['i-1', 'i-2'], '2 green instances replaced blue'],
  ])('with the instances %j says "%s"', (greenInstanceIds, words) => {
    const report = reportSuccess(
      'job-2',
      succeeded({ greenInstanceIds, greenTotal: greenInstanceIds.length }),
      PARAMETERS,
      at(190),
      asIs,
    );
    expect(summaryOf(report)).toBe(`CodeDeploy d-OWN succeeded; ${words} in 3m10s`);
    expect(variablesOf(report)['GreenInstanceIds']).toBe(greenInstanceIds.join(',') || 'none');
  });

  test('of any number of instances names whole ids only, the first ones, as many as fit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (count) => {
        const ids = Array.from({ length: count }, (_, index) => `i-${index.toString(16).padStart(17, '0')}`);
        const shown = variablesOf(
          reportSuccess('job-2', succeeded({ greenInstanceIds: ids }), PARAMETERS, at(1), asIs),
        )['GreenInstanceIds']?.split(',');
        expect(shown).toEqual(ids.slice(0, shown?.length));
        expect(shown?.length).toBeGreaterThanOrEqual(Math.min(count, 45));
      }),
    );
  });

  test.each([
    [{ kind: 's3', bucket: 'b', key: 'k', bundleType: 'zip', version: '7' } as const, 's3://b/k?versionId=7'],
    [{ kind: 'github', repository: 'o/r', commitId: 'abc' } as const, 'https://github.com/o/r/commit/abc'],
  ])('names the revision %j as %s', (revision, words) => {
    const report = reportSuccess('job-2', succeeded(), parametersWith({ revision }), at(1), asIs);
    expect(variablesOf(report)['Revision']).toBe(words);
  });
});

describe('failure', () => {
  test('says what happened, what is left, what was cleaned up, and where to look, in this order', () => {
    const state = failed({
      elastigroupDeploymentId: 'cdbg-1',
      deploymentId: 'd-OWN',
      cleaned: ['CodeDeploy d-OWN was stopped with rollback.'],
      left: ['Green instances remain: i-1.'],
    });
    const report = reportFailed('job-2', state, context(asIs));
    expect(messageOf(report).split('\n')).toEqual([
      expect.stringContaining(FAILURE.headline),
      'Green instances remain: i-1.',
      'CodeDeploy d-OWN was stopped with rollback.',
      'CodeDeploy d-OWN',
      `Elastigroup sig-1, deployment cdbg-1: ${ELASTIGROUP}`,
      `Tag of the green instances: GreenIdentifier=${JOB}`,
    ]);
    expect(report).toMatchObject({ kind: 'failure', result: { failureDetails: { type: 'JobFailed' } } });
  });

  test('before anything was started points to the Elastigroup alone', () => {
    expect(messageOf(reportFailed('job-2', failed(), context(asIs)))).toBe(
      `${FAILURE.headline}\nElastigroup sig-1: ${ELASTIGROUP}`,
    );
  });

  test('without a text has one all the same', () => {
    expect(messageOf(reportWithoutState('job-2', 'JobFailed', '', asIs))).not.toBe('');
  });
});

describe('a secret', () => {
  /** Long enough to be told from chance. */
  const pieces = [SECRET, SECRET.slice(0, 8), SECRET.slice(-8)];

  test('is taken out before a text is cut: no half of it remains, wherever the cut falls', () => {
    for (let room = 0; room <= SECRET.length + 2; room += 1) {
      const message = messageOf(
        reportWithoutState('job-2', 'JobFailed', 'x'.repeat(5000 - room) + SECRET + 'y'.repeat(50), redact),
      );
      const state = installing({ progress: 'x'.repeat(2048 - room) + SECRET });
      const summary = summaryOf(reportProgress('job-2', state, 't', PARAMETERS, at(1), redact));
      for (const piece of pieces) {
        expect(message).not.toContain(piece);
        expect(summary).not.toContain(piece);
      }
    }
  });

  test.each<[string, Report]>([
    ['a summary', reportProgress('job-2', installing({ progress: `at ${SECRET}` }), 't', PARAMETERS, at(1), redact)],
    ['a headline', reportFailed('job-2', failed({ failure: { ...FAILURE, headline: SECRET } }), context(redact))],
    ['what is left', reportFailed('job-2', failed({ left: [`see ${SECRET}`] }), context(redact))],
    ['a message', reportWithoutState('job-2', 'JobFailed', `no ${SECRET}`, redact)],
    [
      'the revision',
      reportSuccess(
        'job-2',
        succeeded(),
        parametersWith({ revision: { kind: 's3', bucket: 'b', key: SECRET, bundleType: 'zip' } }),
        at(1),
        redact,
      ),
    ],
  ])('is not in %s', (_where, report) => {
    expect(JSON.stringify(report)).not.toContain(SECRET);
    expect(JSON.stringify(report)).toContain('***');
  });
});

describe('a success with restrictions', () => {
  test('says on how many instances, which one is without, and why', () => {
    const state = succeeded({
      greenInstanceIds: ['i-1', 'i-3', 'i-4'],
      greenTotal: 4,
      shortfalls: ['1 failed: i-2 in AfterInstall, script scripts/after_install.sh'],
    });
    const report = reportSuccess('job', state, parametersWith(), at(362), (text) => text);
    expect(report).toMatchObject({
      result: {
        executionDetails: {
          summary:
            'CodeDeploy d-OWN succeeded; 3 of 4 green instances replaced blue in 6m02s; ' +
            '1 failed: i-2 in AfterInstall, script scripts/after_install.sh',
        },
        outputVariables: { GreenInstanceIds: 'i-1,i-3,i-4' },
      },
    });
  });
});

describe('how long it takes', () => {
  const usual = { median: 370, high: 540, count: 5 };

  test('is in the summary under way', () => {
    const state = installing({ usual, createdAt: at(60), progress: 'CodeDeploy d-OWN: 2 of 4 instances done' });
    expect(summaryOf(reportProgress('job-2', state, 't', PARAMETERS, at(250), asIs))).toBe(
      'CodeDeploy d-OWN: 2 of 4 instances done, about 3m left (the last 5 took a median of 6m10s), 4m10s of 30m',
    );
  });

  test('past TIMEOUT the summary does not count beyond it, as in "11m of 10m"', () => {
    const state = cleaningUp({ progress: 'cleaning up: stopping Elastigroup deployment cdbg-OWN' });
    const parameters = { ...PARAMETERS, timeoutSeconds: 600 };
    expect(summaryOf(reportProgress('job-2', state, 't', parameters, at(660), asIs))).toBe(
      'cleaning up: stopping Elastigroup deployment cdbg-OWN, 11m (TIMEOUT 10m)',
    );
  });

  test('is compared in a success, CodeDeploy beside CodeDeploy', () => {
    const state = succeeded({ usual, tookSeconds: 362 });
    expect(summaryOf(reportSuccess('job-2', state, PARAMETERS, at(490), asIs))).toBe(
      'CodeDeploy d-OWN succeeded in 6m02s (usually 6m10s); 2 green instances replaced blue in 8m10s',
    );
  });

  test.each([
    ['a history', { usual }],
    ['times of its own', { tookSeconds: 362 }],
  ])('is left out of a success that has only %s', (_name, known) => {
    expect(summaryOf(reportSuccess('job-2', succeeded(known), PARAMETERS, at(490), asIs))).toBe(
      'CodeDeploy d-OWN succeeded; 2 green instances replaced blue in 8m10s',
    );
  });

  test('is in a dry run', () => {
    expect(summaryOf(reportDryRun('job-2', { ...DRY_RUN, usual }, PARAMETERS, asIs)).split('\n')).toContain(
      'CodeDeploy deployments of the group: the last 5 took a median of 6m10s, up to 9m.',
    );
  });
});

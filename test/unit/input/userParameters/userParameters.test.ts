import { parsePipelineJob } from '../../../../src/input/pipelineJob';
import { parseUserParameters } from '../../../../src/input/userParameters/parseUserParameters';
import { parameterTable } from '../../../../src/input/userParameters/schema';
import { PARAMETER_MESSAGES } from '../../../../src/input/messages';
import type { UserParameters } from '../../../../src/input/userParameters/userParameters';
import { eventOf } from '../badInput.corpus';

const ARTIFACT = { name: 'App', bucket: 'artifacts', key: 'shop/App/AbC123x' };
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const REQUIRED = {
  API_TOKEN_SECRET: 'spot/token',
  ACCOUNT_ID: 'act-1a2b3c4d',
  GROUP_ID: 'sig-1a2b3c4d',
  APP_NAME: 'shop',
  DEPLOYMENT_GROUP: 'shop-production',
};
const PARSED: UserParameters = {
  token: { kind: 'secret', id: 'spot/token' },
  accountId: 'act-1a2b3c4d',
  groupId: 'sig-1a2b3c4d',
  applicationName: 'shop',
  deploymentGroupName: 'shop-production',
  timeoutSeconds: 1800,
  revision: {
    kind: 's3',
    bucket: 'artifacts',
    key: 'shop/App/AbC123x',
    bundleType: 'zip',
    artifactName: 'App',
  },
  onConflict: 'FAIL',
  dryRun: false,
};

/** Parses parameters that must be good. */
function parse(more: object, artifacts = [ARTIFACT], defaults: { tokenSecret?: string } = {}): UserParameters {
  const text = JSON.stringify({ ...REQUIRED, ...more });
  const result = parseUserParameters(text, { inputArtifacts: artifacts }, defaults);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

test('what is left out has its default, and the group keeps its own options', () => {
  expect(parse({})).toStrictEqual(PARSED);
});

describe('a value is read in every form it may have', () => {
  test.each<[name: string, given: object, expected: Partial<UserParameters>]>([
    ['TIMEOUT as a number', { TIMEOUT: 600 }, { timeoutSeconds: 600 }],
    ['TIMEOUT as text', { TIMEOUT: ' 600 ' }, { timeoutSeconds: 600 }],
    ['TIMEOUT at its least', { TIMEOUT: 1 }, { timeoutSeconds: 1 }],
    ['TIMEOUT at its most', { TIMEOUT: '85500' }, { timeoutSeconds: 85_500 }],
    ['a text between white space', { APP_NAME: ' \t shop\n' }, { applicationName: 'shop' }],
    ['a name with every allowed sign', { APP_NAME: 'a+=,.@_-Z9' }, { applicationName: 'a+=,.@_-Z9' }],
    [
      'DEPLOYMENT_CONFIG',
      { DEPLOYMENT_CONFIG: 'CodeDeployDefault.OneAtATime' },
      { deploymentConfigName: 'CodeDeployDefault.OneAtATime' },
    ],
    ['DESCRIPTION with emoji and joiners', { DESCRIPTION: 'by 👩‍🚀 “now”' }, { description: 'by 👩‍🚀 “now”' }],
    ['DESCRIPTION of 256 characters', { DESCRIPTION: '🚀'.repeat(128) }, { description: '🚀'.repeat(128) }],
    ['FILE_EXISTS in lower case', { FILE_EXISTS: 'retain' }, { fileExistsBehavior: 'RETAIN' }],
    ['IGNORE_STOP_FAILURES as a boolean', { IGNORE_STOP_FAILURES: true }, { ignoreApplicationStopFailures: true }],
    ['IGNORE_STOP_FAILURES as text', { IGNORE_STOP_FAILURES: 'False' }, { ignoreApplicationStopFailures: false }],
    ['ON_CONFLICT in mixed case', { ON_CONFLICT: 'Wait' }, { onConflict: 'WAIT' }],
    ['DRY_RUN as text', { DRY_RUN: 'TRUE' }, { dryRun: true }],
    ['AUTO_ROLLBACK false', { AUTO_ROLLBACK: false }, { autoRollback: { enabled: false } }],
    [
      'AUTO_ROLLBACK "true"',
      { AUTO_ROLLBACK: 'true' },
      { autoRollback: { enabled: true, events: ['DEPLOYMENT_FAILURE'] } },
    ],
    [
      'AUTO_ROLLBACK as a comma-separated text',
      { AUTO_ROLLBACK: 'deployment_failure, DEPLOYMENT_STOP_ON_ALARM,DEPLOYMENT_FAILURE' },
      { autoRollback: { enabled: true, events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] } },
    ],
    [
      'AUTO_ROLLBACK as a list',
      { AUTO_ROLLBACK: ['DEPLOYMENT_STOP_ON_REQUEST'] },
      { autoRollback: { enabled: true, events: ['DEPLOYMENT_STOP_ON_REQUEST'] } },
    ],
  ])('%s', (_name, given, expected) => {
    expect(parse(given)).toStrictEqual({ ...PARSED, ...expected });
  });
});

describe('the revision comes from the one source that is given', () => {
  const s3 = { kind: 's3', bucket: 'releases' };
  const artifact = PARSED.revision;
  test.each([
    ['S3', { S3_BUCKET: 'releases', S3_KEY: 'a/b.zip' }, { ...s3, key: 'a/b.zip', bundleType: 'zip' }],
    [
      'a version and an ETag in S3',
      { S3_BUCKET: 'releases', S3_KEY: 'a.tgz', S3_VERSION: 'v1', S3_ETAG: 'e1' },
      { ...s3, key: 'a.tgz', bundleType: 'tgz', version: 'v1', eTag: 'e1' },
    ],
    [
      'GitHub',
      { GITHUB_REPO: 'ann_acme/shop.js', COMMIT_ID: COMMIT },
      { kind: 'github', repository: 'ann_acme/shop.js', commitId: COMMIT },
    ],
    [
      'GitHub with a SHA-256 commit',
      { GITHUB_REPO: 'acme/shop', COMMIT_ID: 'A'.repeat(64) },
      { kind: 'github', repository: 'acme/shop', commitId: 'A'.repeat(64) },
    ],
    ['the named artifact', { INPUT_ARTIFACT: 'App' }, artifact],
    ['the only artifact', {}, artifact],
    ['the only artifact, of another kind', { S3_BUNDLE: 'tgz' }, { ...artifact, bundleType: 'tgz' }],
    [
      'the named artifact, of another kind',
      { INPUT_ARTIFACT: 'App', S3_BUNDLE: 'JSON' },
      { ...artifact, bundleType: 'JSON' },
    ],
  ])('%s', (_name, given, expected) => {
    expect(parse(given).revision).toStrictEqual(expected);
  });

  test('one of several artifacts, by its name', () => {
    const second = { name: 'Config', bucket: 'artifacts', key: 'shop/Config/1.tar.gz' };
    expect(parse({ INPUT_ARTIFACT: 'Config' }, [ARTIFACT, second]).revision).toStrictEqual({
      ...PARSED.revision,
      key: second.key,
      bundleType: 'tgz',
      artifactName: 'Config',
    });
  });
});

describe("the bundle's kind comes from S3_BUNDLE, or else from the key's ending", () => {
  test.each([
    ['a.tar', undefined, 'tar'],
    ['a.tgz', undefined, 'tgz'],
    ['a.TAR.GZ', undefined, 'tgz'],
    ['a.Zip', undefined, 'zip'],
    ['a.yaml', undefined, 'YAML'],
    ['a.yml', undefined, 'YAML'],
    ['a.JSON', undefined, 'JSON'],
    ['a.zip', 'TAR', 'tar'],
    ['a', 'ZIP', 'zip'],
    ['a', 'yaml', 'YAML'],
    ['a', ' json ', 'JSON'],
  ])('%s with S3_BUNDLE %s is %s', (S3_KEY, S3_BUNDLE, expected) => {
    expect(parse({ S3_BUCKET: 'releases', S3_KEY, S3_BUNDLE }).revision).toMatchObject({ bundleType: expected });
  });
});

describe('the token comes from API_TOKEN, API_TOKEN_SECRET, or else the default secret', () => {
  const arn = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:spot/token-AbCdEf';
  test.each([
    ['clear text', { API_TOKEN: ' abc123 ', API_TOKEN_SECRET: undefined }, { kind: 'clear', value: 'abc123' }],
    ['a secret', { API_TOKEN_SECRET: 'spot' }, { kind: 'secret', id: 'spot' }],
    ['a JSON key of a secret', { API_TOKEN_SECRET: 'spot#a#b' }, { kind: 'secret', id: 'spot', jsonKey: 'a#b' }],
    ['an ARN', { API_TOKEN_SECRET: arn }, { kind: 'secret', id: arn }],
    ['a JSON key of an ARN', { API_TOKEN_SECRET: `${arn}#token` }, { kind: 'secret', id: arn, jsonKey: 'token' }],
    ['the default', { API_TOKEN_SECRET: undefined }, { kind: 'secret', id: 'default', jsonKey: 'token' }],
  ])('%s', (_name, given, expected) => {
    expect(parse(given, [ARTIFACT], { tokenSecret: 'default#token' }).token).toStrictEqual(expected);
  });

  test('a token in plain text is warned about, a secret is not', () => {
    const job = { inputArtifacts: [ARTIFACT] };
    const clear = parseUserParameters(
      JSON.stringify({ ...REQUIRED, API_TOKEN_SECRET: undefined, API_TOKEN: 'abc' }),
      job,
      {},
    );
    expect(clear).toMatchObject({ ok: true, warnings: [PARAMETER_MESSAGES.clearToken] });
    expect(parseUserParameters(JSON.stringify(REQUIRED), job, {})).toMatchObject({ ok: true, warnings: [] });
  });
});

test('resolved variables may make the text longer than the 1000 characters of CodePipeline', () => {
  expect(parse({ S3_BUCKET: 'releases', S3_KEY: `${'x/'.repeat(500)}a.zip` }).revision).toMatchObject({ kind: 's3' });
});

test('every parameter is described in the table, with a sentence', () => {
  expect(parameterTable.map(({ name }) => name)).toHaveLength(24);
  for (const { meaning } of parameterTable) expect(meaning).toMatch(/^.+\.$/);
});

test('the defaults in the table are those that the parser uses', () => {
  const defaults = new Map(parameterTable.map((row) => [row.name, row.default]));
  const given = Object.fromEntries(
    (['TIMEOUT', 'ON_CONFLICT', 'DRY_RUN'] as const).map((name) => [name, defaults.get(name)]),
  );
  expect(parse(given)).toStrictEqual(PARSED);
});

test("a whole event's parameters are parsed", () => {
  const job = parsePipelineJob(eventOf({}));
  if (!job.ok) throw new Error('the event is good');
  expect(parseUserParameters(job.value.userParameters, job.value, {})).toMatchObject({ ok: true });
});

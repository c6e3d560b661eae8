import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/* `npm run package`, on the bundle that is in dist/. */

const run = promisify(execFile);

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

let folder: string;
let packed: Awaited<ReturnType<typeof pack>>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'package-'));
  packed = await pack('first');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function pack(name: string, ...args: readonly string[]) {
  const out = path.join(folder, name);
  const { stderr } = await run(process.execPath, ['scripts/package.mjs', '--out', out, ...args], {
    env: { PATH: process.env['PATH'] },
  });
  expect(stderr).toBe('');
  const policyText = await readFile(path.join(out, 'policy.json'), 'utf8');
  const { Statement: statements } = JSON.parse(policyText) as { Statement: readonly Statement[] };
  return { zip: await readFile(path.join(out, 'lambda.zip')), policyText, statements };
}

/** Values for the statements that are there only where they are needed. */
const EVERYTHING = [
  'SecretKmsKeyArn=arn:aws:kms:eu-west-1:123456789012:key/1',
  'FailedEventsKmsKeyArn=arn:aws:kms:eu-west-1:123456789012:key/2',
  'RevisionBucketArns=arn:aws:s3:::one',
];

test('packed twice, the bytes are the same', async () => {
  const second = await pack('second');
  expect(packed.zip.equals(second.zip)).toBe(true);
  expect(second.policyText).toBe(packed.policyText);
});

test('the zip holds the bundle as it is, and nothing else', async () => {
  const file = path.join(folder, 'first', 'lambda.zip');
  const script = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps({i.filename: z.read(i).decode() for i in z.infolist()}))`;
  const { stdout } = await run('python3', ['-c', script, file], { maxBuffer: 1 << 28 });
  const content = JSON.parse(stdout) as Record<string, string>;
  expect(packed.zip.length).toBeLessThan(50_000_000); // what the console takes
  expect(Object.keys(content)).toEqual(expect.arrayContaining(['handler.mjs']));
  for (const [name, text] of Object.entries(content)) {
    expect(name).toMatch(/^(handler|chunks\/[\w.-]+)\.mjs(\.map)?$/);
    expect(text === (await readFile(path.join('dist', name), 'utf8'))).toBe(true);
  }
});

test("the policy allows the actions of the template's role, and leaves nothing of CloudFormation in it", async () => {
  const { statements, policyText } = await pack('all', ...EVERYTHING);
  const template = await readFile('template.yaml', 'utf8');
  const written = template.slice(template.indexOf('PolicyName:'), template.indexOf('\nOutputs:'));
  const withoutComments = written.replace(/(^|\s)#.*$/gm, '').replace(/kms:ViaService|aws:\w+/g, '');
  const actions = new Set(withoutComments.match(/\b[a-z0-9]+:[A-Z]\w+/g));
  expect(new Set(statements.flatMap(({ Action }) => Action))).toEqual(actions);
  expect(actions.size).toBeGreaterThan(15);
  expect(policyText).not.toMatch(/\$\{|undefined|null|Fn::|AWS::/);
  for (const { Resource } of statements) for (const arn of [Resource].flat()) expect(arn).toMatch(/^(\*|arn:aws:\S+)$/);
  expect(new Set(statements.map(({ Sid }) => Sid)).size).toBe(statements.length);
});

test('by default the policy reaches no object in S3, no key, and no application until one is named', () => {
  const { statements } = packed;
  expect(statements.flatMap(({ Action }) => Action).filter((action) => /^(s3|kms):/.test(action))).toEqual([]);
  for (const { Sid, Action, Resource } of statements) {
    if (![Action].flat().some((action) => action.startsWith('codedeploy:'))) continue;
    if (Sid === 'FollowAndStop' || Sid === 'UseTheDeploymentConfiguration') continue; // no resource of an application
    expect(Resource).toMatch(
      /:(deploymentgroup:CODE_DEPLOY_APPLICATION\/CODE_DEPLOY_DEPLOYMENT_GROUP|application:CODE_DEPLOY_APPLICATION)$/,
    );
  }
});

test('values narrow the policy', async () => {
  const { statements } = await pack(
    'narrow',
    'Region=eu-west-1',
    'AccountId=123456789012',
    'FunctionName=deploy-shop',
    'CodeDeployApplication=shop',
    'CodeDeployDeploymentGroup=live',
    'SecretArn=arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-??????',
    'SecretKmsKeyArn=',
    'RevisionBucketArns= arn:aws:s3:::one, arn:aws:s3:::two ',
  );
  const resourceOf = (sid: string) => statements.find(({ Sid }) => Sid === sid)?.Resource;
  expect(resourceOf('WriteTheLog')).toBe('arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/deploy-shop:*');
  expect(resourceOf('Deploy')).toBe('arn:aws:codedeploy:eu-west-1:123456789012:deploymentgroup:shop/live');
  expect(resourceOf('ReadTheSpotToken')).toBe('arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-??????');
  expect(resourceOf('DecryptTheSpotToken')).toBeUndefined();
  expect(resourceOf('CheckTheRevision')).toEqual(['arn:aws:s3:::one/*', 'arn:aws:s3:::two/*']);
  expect(resourceOf('TellMissingFromForbidden')).toEqual(['arn:aws:s3:::one', 'arn:aws:s3:::two']);
});

test('a value for nothing is refused', async () => {
  await expect(pack('typo', 'CodeDeployAplication=shop')).rejects.toThrow(/no parameter CodeDeployAplication/);
});

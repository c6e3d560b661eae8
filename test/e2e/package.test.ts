import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
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
let complete: Awaited<ReturnType<typeof pack>>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'package-'));
  [packed, complete] = await Promise.all([pack('first'), pack('all', ...EVERYTHING)]);
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

/** Narrow values, also for the statements that are there only where they are needed. */
const EVERYTHING = [
  'Region=eu-west-1',
  'AccountId=123456789012',
  'FunctionName=deploy-shop',
  'CodeDeployApplication=shop',
  'CodeDeployDeploymentGroup=live',
  'SecretArn=arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-??????',
  'SecretKmsKeyArn=arn:aws:kms:eu-west-1:123456789012:key/1',
  'FailedEventsKmsKeyArn=arn:aws:kms:eu-west-1:123456789012:key/2',
  'RevisionBucketArns= arn:aws:s3:::one, arn:aws:s3:::two ',
];

// .ci/run packs twice with the same values, and compares both files.
test('packed twice, the bytes are the same', () => {
  expect(packed.zip.equals(complete.zip)).toBe(true);
});

/** The files of a zip, by name. */
async function contentOf(name: string): Promise<Record<string, string>> {
  const file = path.join(folder, name, 'lambda.zip');
  const script = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps({i.filename: z.read(i).decode() for i in z.infolist()}))`;
  const { stdout } = await run('python3', ['-c', script, file], { maxBuffer: 1 << 28 });
  return JSON.parse(stdout) as Record<string, string>;
}

test('the zip holds the bundle as it is, the licences, and nothing else', async () => {
  const content = await contentOf('first');
  expect(packed.zip.length).toBeLessThan(50_000_000); // what the console takes
  const { LICENSE: licence, 'THIRD-PARTY-NOTICES': notices, ...code } = content;
  expect(licence).toBe(await readFile('LICENSE', 'utf8'));
  expect(notices).toMatch(/^This code contains parts of these packages\./);
  expect(Object.keys(code)).toEqual(expect.arrayContaining(['handler.mjs']));
  for (const [name, text] of Object.entries(code)) {
    expect(name).toMatch(/^(handler|chunks\/[\w.-]+)\.mjs(\.map)?$/);
    expect(text === (await readFile(path.join('dist', name), 'utf8'))).toBe(true);
  }
});

/** The folders of the packages that the bundle's source maps name. */
async function bundledFolders(): Promise<string[]> {
  const maps = (await readdir('dist', { recursive: true })).filter((name) => name.endsWith('.mjs.map'));
  const texts = await Promise.all(maps.map((name) => readFile(path.join('dist', name), 'utf8')));
  const sources = texts.flatMap((text) => (JSON.parse(text) as { sources: readonly string[] }).sources);
  return [...new Set(sources.flatMap((file) => /node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? []))].sort();
}

test('the licence of each package that is bundled is told, with its text', async () => {
  const { 'THIRD-PARTY-NOTICES': notices = '' } = await contentOf('first');
  const parts = notices.split(/\n-{80}\n/).slice(1);
  const folders = await bundledFolders();
  expect(folders.length).toBeGreaterThan(40);
  for (const folder of folders) {
    const { name, version } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8')) as Record<string, string>;
    const part = parts.find((text) => text.includes(`\n${name ?? ''}@${version ?? ''}\n`));
    expect(part).toMatch(/^Licence: (MIT|MIT-0|ISC|Apache-2\.0|BSD-\d-Clause|0BSD)$/m);
    expect(part?.length).toBeGreaterThan(100);
  }
});

test('no development tool is bundled', async () => {
  const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
  };
  const folders = await bundledFolders();
  expect(folders.filter((folder) => packages[folder]?.dev ?? packages[folder]?.devOptional ?? false)).toEqual([]);
});

test("the policy allows the actions of the template's role, and leaves nothing of CloudFormation in it", async () => {
  const { statements, policyText } = complete;
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

test('values narrow the policy', () => {
  const resourceOf = (sid: string) => complete.statements.find(({ Sid }) => Sid === sid)?.Resource;
  expect(resourceOf('WriteTheLog')).toBe('arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/deploy-shop:*');
  expect(resourceOf('Deploy')).toBe('arn:aws:codedeploy:eu-west-1:123456789012:deploymentgroup:shop/live');
  expect(resourceOf('ReadTheSpotToken')).toBe('arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-??????');
  expect(resourceOf('DecryptTheSpotToken')).toBe('arn:aws:kms:eu-west-1:123456789012:key/1');
  expect(resourceOf('CheckTheRevision')).toEqual(['arn:aws:s3:::one/*', 'arn:aws:s3:::two/*']);
  expect(resourceOf('TellMissingFromForbidden')).toEqual(['arn:aws:s3:::one', 'arn:aws:s3:::two']);
});

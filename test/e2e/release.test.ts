import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeChecksums } from '../../scripts/release/checksums.mjs';
import { publishingCommands } from '../../scripts/release/publish.mjs';

/*
 * What a release is refused for, and what publishing one runs, in a copy of the project without its packages: the job that may
 * publish has none. The dry run itself: `npm run test:release`.
 */

vi.setConfig({ testTimeout: 60_000 });

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const TAG = `v${version}`;
const DATED = `# Changelog\n\n## [Unreleased]\n\n## [${version}] - 2026-12-01\n\n### Added\n\n- A.\n\n## [0.1.0] - 2026-11-21\n\n- B.\n`;

let project: string;
let out: string;

beforeEach(async () => {
  project = mkdtempSync(path.join(tmpdir(), 'release-'));
  const files = ['package.json', 'package-lock.json', 'cdk/package.json', 'cdk/package-lock.json', 'template.yaml'];
  for (const file of [
    ...files,
    'examples/terraform',
    'scripts/release',
    'scripts/release.mjs',
    'scripts/readArguments.mjs',
    'scripts/usageError.mjs',
  ])
    cpSync(file, path.join(project, file), { recursive: true });
  write('CHANGELOG.md', DATED);
  out = path.join(project, 'build/release');
  mkdirSync(path.join(out, 'assets'), { recursive: true });
  write('build/release/notes.md', '- A.\n');
  for (const name of ['lambda.zip', `construct-${version}.tgz`]) write(`build/release/assets/${name}`, name);
  await writeChecksums(path.join(out, 'assets'));
  // Stand in for the programs that reach the network.
  for (const name of ['gh', 'npm'])
    write(`bin/${name}`, `#!/bin/sh\necho "${name} $*" >> "$LOG"\nexit "\${FAILS_${name}:-0}"\n`);
});

afterEach(() => {
  rmSync(project, { recursive: true, force: true });
});

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
  writeFileSync(path.join(project, file), text);
  if (file.startsWith('bin/')) chmodSync(path.join(project, file), 0o755);
}

function release(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const log = path.join(project, 'log');
  writeFileSync(log, '');
  const options = {
    cwd: project,
    env: { PATH: `${path.join(project, 'bin')}:${process.env['PATH'] ?? ''}`, LOG: log, ...env },
  };
  return new Promise<{ code: unknown; output: string; commands: string[] }>((resolve) => {
    execFile(process.execPath, ['scripts/release.mjs', ...args], options, (error, stdout, stderr) => {
      const commands = readFileSync(log, 'utf8').split('\n').slice(0, -1);
      resolve({ code: error?.code ?? 0, output: (stdout + stderr).trimEnd(), commands });
    });
  });
}

test('publishing runs the commands that the dry run prints, without one package of the project', async () => {
  const { code, output, commands } = await release(['--publish', '--tag', TAG]);
  expect({ code, output }).toEqual({ code: 0, output: '' });
  const assets = ['SHA256SUMS', `construct-${version}.tgz`, 'lambda.zip'].map((name) => `build/release/assets/${name}`);
  expect(commands).toEqual([
    `gh release create ${TAG} --verify-tag --title ${version} --notes-file build/release/notes.md ${assets.join(' ')}`,
    `npm publish ./build/release/assets/construct-${version}.tgz --provenance --access public`,
  ]);
  const printed = await publishingCommands({ version, out });
  expect(printed.map((words) => words.join(' ').replaceAll(`${project}/`, ''))).toEqual(commands);
});

test('when one command fails, the next is not run', async () => {
  const { code, commands } = await release(['--publish', '--tag', TAG], { FAILS_gh: '4' });
  expect(code).toBe(4);
  expect(commands).toHaveLength(1);
});

test.each([
  ['another file', 'build/release/assets/lambda.zip', 'altered'],
  ['one file more', 'build/release/assets/extra.zip', 'x'],
  ['sums of something else', 'build/release/assets/SHA256SUMS', ''],
])('what is published is what was made: %s is refused', async (_name, file, text) => {
  write(file, text);
  const { code, output, commands } = await release(['--publish', '--tag', TAG]);
  expect(output).toBe('The files in build/release/assets are not those of its SHA256SUMS.');
  expect({ code, commands }).toEqual({ code: 2, commands: [] });
});

test('what an earlier version has left there is not published', async () => {
  rmSync(path.join(out, 'assets', `construct-${version}.tgz`));
  write('build/release/assets/construct-0.0.9.tgz', 'x');
  await writeChecksums(path.join(out, 'assets'));
  const { code, output, commands } = await release(['--publish', '--tag', TAG]);
  expect(output).toBe(`build/release/assets has no package of ${version}: run npm run release -- --dry-run first.`);
  expect({ code, commands }).toEqual({ code: 2, commands: [] });
});

test.each<[string, RegExp, Record<string, (text: string) => string>, string]>([
  ['a tag of another version', /^package\.json has \S+, but: the tag has 9\.9\.9\.$/, {}, 'v9.9.9'],
  ['a tag in another form', /The tag \S+ is not vX\.Y\.Z\.$/, {}, version],
  ['the CDK package', /cdk\/package\.json has 9\.9\.9\.$/, { 'cdk/package.json': otherVersion }, TAG],
  ['its lock', /cdk\/package-lock\.json has 9\.9\.9\.$/, { 'cdk/package-lock.json': otherVersion }, TAG],
  ['the lock', /package-lock\.json has 9\.9\.9\.$/, { 'package-lock.json': otherVersion }, TAG],
  [
    "Terraform's example",
    /examples\/terraform\/function\.tf has 9\.9\.9\.$/,
    { 'examples/terraform/function.tf': (text) => text.replaceAll(version, '9.9.9') },
    TAG,
  ],
  [
    'both in the template',
    /RELEASE_VERSION in template\.yaml has 9\.9\.9\. SemanticVersion in template\.yaml has 9\.9\.9\.$/,
    { 'template.yaml': (text) => text.replaceAll(version, '9.9.9') },
    TAG,
  ],
  [
    'no date',
    /CHANGELOG\.md has no section \[\S+\] with a date\.$/,
    { 'CHANGELOG.md': (text) => text.replace(/^(## \[.*\]) - .*$/gm, '$1') },
    TAG,
  ],
  [
    'a date that is none',
    /CHANGELOG\.md has no section \[\S+\] with a date\.$/,
    { 'CHANGELOG.md': (text) => text.replaceAll('2026-12-01', 'soon') },
    TAG,
  ],
  [
    'no notes',
    /The section \[\S+\] of CHANGELOG\.md is empty\.$/,
    { 'CHANGELOG.md': (text) => text.replace('### Added\n\n- A.\n', '') },
    TAG,
  ],
  [
    'a heading alone',
    /The section \[\S+\] of CHANGELOG\.md is empty\.$/,
    { 'CHANGELOG.md': () => `## [${version}] - 2026-12-01` },
    TAG,
  ],
  [
    'entries that would be in no release',
    /CHANGELOG\.md has entries under Unreleased\.$/,
    { 'CHANGELOG.md': (text) => text.replace('## [Unreleased]\n', '## [Unreleased]\n\n- C.\n') },
    TAG,
  ],
])('a release is refused, in one line: %s', async (_name, message, changes, tag) => {
  for (const [file, change] of Object.entries(changes))
    write(file, change(readFileSync(path.join(project, file), 'utf8')));
  const { code, output, commands } = await release(['--publish', '--tag', tag]);
  expect(output).toMatch(message);
  expect(output.split('\n')).toHaveLength(1);
  expect({ code, commands }).toEqual({ code: 2, commands: [] });
});

function otherVersion(text: string): string {
  return text.replace(`"version": "${version}"`, '"version": "9.9.9"');
}

test.each([
  ['the project', '.', []],
  ['cdk/', 'cdk', ['node_modules/x']],
])('without the packages of %s the dry run says what to do', async (_name, folder, there) => {
  for (const file of there) write(file, '');
  const { code, output } = await release(['--dry-run']);
  expect({ code, output }).toEqual({ code: 2, output: `Run npm ci --prefix ${folder} first.` });
});

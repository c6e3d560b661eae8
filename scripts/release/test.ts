import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readTemplate } from '../cloudFormation.mjs';
import { runTool } from '../field/runTool';
import { samPackage } from '../field/samPackage';
import { tally } from '../field/tally';
import { checkovTools, constructPackages, goProgram, pythonTools } from '../field/tools';

/*
 * npm run test:release: the dry run of a release, and what is in it, as a user gets it; the workflow by actionlint. What would
 * publish it is in test/e2e/release.test.ts.
 */

const OUT = 'build/release-check';
const ASSETS = path.join(OUT, 'assets');
const READ_FROM_ZIP = 'import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]).decode())';
const results = tally('build/release.json');
const tools = pythonTools();
constructPackages();

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const TARBALL = `codepipeline-elastigroup-bluegreen-cdk-${version}.tgz`;

const isMade = await results.check('npm run release -- --dry-run', () => {
  const output = dryRun();
  assert.match(output, new RegExp(`^gh release create v${version} `, 'm'));
  assert.match(output, new RegExp(`^npm publish \\S+${TARBALL.replaceAll('.', '\\.')} --provenance`, 'm'));
  assert.deepEqual(readdirSync(ASSETS).sort(), [
    'SHA256SUMS',
    TARBALL,
    'lambda.zip',
    'packaged.yaml',
    'policy.json',
    'sbom.cdx.json',
  ]);
});
if (isMade) {
  await results.check('sha256sum --check', () => run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], ASSETS));
  await checkTemplate();
  await checkBill();
  await results.check('the notes are a section of the CHANGELOG', () => {
    const notes = readFileSync(path.join(OUT, 'notes.md'), 'utf8');
    assert(readFileSync('CHANGELOG.md', 'utf8').includes(notes));
    assert(!/^## /m.test(notes));
    assert(notes.length > 500);
  });
  await results.check('a second dry run makes the same bytes', () => {
    const sums = readFileSync(path.join(ASSETS, 'SHA256SUMS'), 'utf8');
    dryRun();
    assert.equal(readFileSync(path.join(ASSETS, 'SHA256SUMS'), 'utf8'), sums);
  });
}
await results.check('npm pack in the project takes the bundle, the template and the licence, and no source', () => {
  const [{ files = [] } = {}] = JSON.parse(run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'])) as {
    files?: readonly { path: string }[];
  }[];
  const others = files.map((file) => file.path).filter((name) => !/^dist\/.*\.mjs(\.map)?$/.test(name));
  assert(files.some((file) => file.path === 'dist/handler.mjs'));
  assert.deepEqual(others.sort(), ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', 'template.yaml']);
});
await checkWorkflows();
results.close();

function dryRun(): string {
  return run('npm', ['run', '--silent', 'release', '--', '--dry-run', '--out', OUT]);
}

async function checkTemplate(): Promise<void> {
  const file = path.join(ASSETS, 'packaged.yaml');
  await results.check('packaged.yaml creates what template.yaml does, from lambda.zip', () => {
    const packaged = readTemplate(readFileSync(file, 'utf8'));
    const source = readTemplate(readFileSync('template.yaml', 'utf8'));
    const { Metadata: _build, Properties: properties, ...resource } = source.Resources['BlueGreenStageFunction'] ?? {};
    const { 'AWS::ServerlessRepo::Application': _publishing, ...metadata } = source.Metadata ?? {};
    assert.deepEqual(packaged, {
      ...source,
      Metadata: metadata,
      Resources: {
        ...source.Resources,
        BlueGreenStageFunction: { ...resource, Properties: { ...(properties as object), CodeUri: 'lambda.zip' } },
      },
    });
  });
  await results.check('cfn-lint has nothing to say about it', () =>
    run(path.join(tools, 'cfn-lint'), ['--non-zero-exit-code', 'informational', '--', file]),
  );
  await results.check('checkov has nothing to say about it', () => {
    run(path.join(checkovTools(), 'checkov'), ['--quiet', '--compact', '--skip-download', '--file', file]);
  });
  await results.check('sam package uploads lambda.zip as it is', () =>
    samPackage(file, async ({ template, uploaded }) => {
      const { CodeUri: code } = template.Resources['BlueGreenStageFunction']?.Properties as { CodeUri: unknown };
      assert(readFileSync(path.join(ASSETS, 'lambda.zip')).equals(await uploaded(code)));
    }),
  );
  rmSync(path.join(ASSETS, 'packaged-by-sam.yaml'), { force: true });
}

async function checkBill(): Promise<void> {
  const file = path.join(ASSETS, 'sbom.cdx.json');
  const validate = (name: string) => run(path.join(tools, 'python'), ['scripts/release/validateSbom.py', name]);
  await results.check('sbom.cdx.json is valid CycloneDX', () => validate(file));
  await results.check('a bill with a wrong hash is not', () => {
    const wrong = path.join(OUT, 'wrong.cdx.json');
    writeFileSync(wrong, readFileSync(file, 'utf8').replace(/"alg": "SHA-512"/, '"alg": "SHA-13"'));
    assert.throws(() => validate(wrong), /It is no CycloneDX/);
  });
  await results.check(
    'it lists the packages in THIRD-PARTY-NOTICES, with their licences and sums, and no others',
    () => {
      const { components } = JSON.parse(readFileSync(file, 'utf8')) as {
        components: { 'bom-ref': string; licenses?: unknown[]; hashes?: unknown[] }[];
      };
      const notices = [
        run('python3', ['-c', READ_FROM_ZIP, path.join(ASSETS, 'lambda.zip'), 'THIRD-PARTY-NOTICES']),
        run('tar', ['-xOf', path.join(ASSETS, TARBALL), 'package/dist/THIRD-PARTY-NOTICES']),
      ].join('\n');
      const told = new Set(notices.match(/^(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+\S*$/gm));
      assert(told.size > 40);
      assert.deepEqual(components.map((component) => component['bom-ref']).sort(), [...told].sort());
      for (const { licenses = [], hashes = [] } of components) assert(licenses.length > 0 && hashes.length > 0);
    },
  );
}

async function checkWorkflows(): Promise<void> {
  const actionlint = goProgram('scripts/release/actionlint');
  if (actionlint === undefined) {
    console.log('NOT CHECKED: the workflows, by actionlint, whose Go module could not be had.');
    return;
  }
  const workflows = readdirSync('.github/workflows').map((name) => path.join('.github/workflows', name));
  const lint = (files: readonly string[]) => run(actionlint, ['-shellcheck', path.join(tools, 'shellcheck'), ...files]);
  await results.check('actionlint, with shellcheck', () => lint(workflows));
  await results.check('actionlint finds a planted mistake', () => {
    const wrong = path.join('build', 'wrong-workflow.yml');
    const text = readFileSync('.github/workflows/release.yml', 'utf8');
    writeFileSync(wrong, text.replace('github.token', 'github.tokens'));
    assert.throws(() => lint([wrong]), /property "tokens" is not defined/);
  });
}

/** @returns its standard output */
function run(command: string, args: readonly string[], cwd = '.'): string {
  const env = { ...process.env, SAM_CLI_TELEMETRY: '0', AWS_DEFAULT_REGION: 'eu-west-1' };
  return runTool(command, args, { cwd, env }).stdout;
}

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tally } from '../field/tally';
import { constructPackages, pythonTools } from '../field/tools';
import { runVitest } from '../field/vitest';

/*
 * The construct in cdk/, a package of its own: `npm pack` builds it; its types, its style and its tests; its example is
 * synthesized and linted; and a fresh project outside of this folder installs the tarball and synthesizes the example, with
 * the oldest aws-cdk-lib that the package takes.
 */

const ROOT = path.resolve('.');
const CDK = path.resolve('cdk');
const BUILD = path.join(CDK, 'build');
const tool = (file: string) => path.join(ROOT, 'node_modules', file);
const results = tally('build/cdk.json');

constructPackages();
const cfnLint = path.join(pythonTools(), 'cfn-lint');
rmSync(BUILD, { recursive: true, force: true }); // what earlier tests synthesized
mkdirSync(BUILD);

const isPacked = await results.check('npm pack in cdk/', packs);
if (isPacked) {
  // One lane for each core of a small machine.
  await Promise.all([checkSource(), checkBuild()]);
}
results.close();

async function checkSource(): Promise<void> {
  await results.check('types', () => run(process.execPath, [tool('typescript/bin/tsc'), '-p', '.']));
  await results.check('eslint', () => run(process.execPath, [tool('eslint/bin/eslint.js'), '.']));
}

async function checkBuild(): Promise<void> {
  await results.check('the tarball has the same code as npm run build', () =>
    run(process.execPath, ['scripts/sam/same-bundle.mjs', 'dist', 'cdk/dist/function'], ROOT),
  );
  await runVitest(results, { name: 'the tests in cdk/', report: 'build/cdk-vitest.json', cwd: CDK });
  await results.check('the example is synthesized, and cfn-lint has nothing to say', synthesizesExample);
  await results.check('a fresh project installs the tarball, compiles and synthesizes the example', worksElsewhere);
}

async function packs(): Promise<void> {
  await run('npm', ['pack', '--pack-destination', BUILD]);
  const files = (await run('tar', ['-tf', tarball()])).split('\n').filter((name) => name !== '');
  for (const name of [
    'LICENSE',
    'README.md',
    'package.json',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/dashboard.json',
    'dist/THIRD-PARTY-NOTICES',
  ]) {
    if (!files.includes(`package/${name}`)) throw new Error(`The tarball has no ${name}.`);
  }
  if (!files.includes('package/dist/function/handler.mjs'))
    throw new Error('The tarball has no bundle of the function.');
  const strange = files.filter((name) => !/^package\/(dist\/|LICENSE$|README\.md$|package\.json$)/.test(name));
  if (strange.length > 0) throw new Error(`The tarball has ${strange.join(', ')}.`);
}

function tarball(): string {
  const [name] = readdirSync(BUILD).filter((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error('There is no tarball.');
  return path.join(BUILD, name);
}

async function synthesizesExample(): Promise<void> {
  const out = path.join(BUILD, 'example');
  await run(process.execPath, [tool('tsx/dist/cli.mjs'), 'example/app.ts'], CDK, { CDK_OUTDIR: out });
  // CDK's own validation of the templates.
  const { pluginReports } = JSON.parse(readFileSync(path.join(out, 'validation-report.json'), 'utf8')) as {
    pluginReports: readonly unknown[];
  };
  if (pluginReports.length > 0) throw new Error(JSON.stringify(pluginReports, undefined, 2));
  const templates = readdirSync(out).filter((name) => name.endsWith('.template.json'));
  if (templates.length === 0) throw new Error('There is no template.');
  // W3005: CDK writes out dependencies that CloudFormation would find by itself.
  const options = ['--non-zero-exit-code', 'informational', '--ignore-checks', 'W3005', '--'];
  await run(cfnLint, [...options, ...templates.map((name) => path.join(out, name))]);
}

/** Outside of this folder, whose libraries it must not find. */
async function worksElsewhere(): Promise<void> {
  const { peerDependencies } = JSON.parse(readFileSync(path.join(CDK, 'package.json'), 'utf8')) as {
    peerDependencies: Readonly<Record<string, string>>;
  };
  const oldest = Object.entries(peerDependencies).map(([name, range]) => `${name}@${range.replace(/^\^/, '')}`);
  const folder = mkdtempSync(path.join(tmpdir(), 'fresh-cdk-'));
  try {
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
    await run('npm', ['install', '--no-audit', '--no-fund', tarball(), ...oldest], folder);
    cpSync(path.join(CDK, 'example/app.ts'), path.join(folder, 'app.ts'));
    cpSync(path.join(ROOT, 'scripts/cdk/mistakes.ts.txt'), path.join(folder, 'mistakes.ts'));
    const options = ['--strict', '--noEmit', '--module', 'nodenext', '--skipLibCheck'];
    await run(process.execPath, [tool('typescript/bin/tsc'), ...options, 'app.ts', 'mistakes.ts'], folder);
    const out = path.join(folder, 'cdk.out');
    await run(process.execPath, [tool('tsx/dist/cli.mjs'), 'app.ts'], folder, { CDK_OUTDIR: out });
    const template = readFileSync(path.join(out, 'ShopPipeline.template.json'), 'utf8');
    const { Resources } = JSON.parse(template) as { Resources: Readonly<Record<string, { readonly Type: string }>> };
    const types = Object.values(Resources).map(({ Type }) => Type);
    for (const type of ['AWS::Lambda::Function', 'AWS::CodePipeline::Pipeline', 'AWS::CloudWatch::Dashboard']) {
      if (!types.includes(type)) throw new Error(`The template has no ${type}.`);
    }
    const asset = readdirSync(out).find((name) => existsSync(path.join(out, name, 'handler.mjs')));
    if (asset === undefined) throw new Error("The function's code is not among the assets.");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns what it printed; throws with that when it fails */
async function run(command: string, args: readonly string[], cwd = CDK, env: NodeJS.ProcessEnv = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, ...env }, timeout: 300_000, maxBuffer: 1 << 28 };
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}

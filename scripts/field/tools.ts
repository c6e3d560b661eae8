import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runTool } from './runTool';

/*
 * The field's own tools, which are no dependencies of this project: installed into build/, once for each version of the
 * files that pin them.
 */

/** The folder of the commands of the Python tools in requirements.txt. */
export function pythonTools(): string {
  return virtualEnvironment('scripts/field/requirements.txt', 'build/venv');
}

/** The folder of checkov, whose dependencies are not those of the others. */
export function checkovTools(): string {
  return virtualEnvironment('scripts/field/checkov.txt', 'build/venv-checkov');
}

function virtualEnvironment(requirements: string, folder: string): string {
  const venv = path.resolve(folder);
  const bin = path.join(venv, 'bin');
  installOnce([requirements], venv, () => {
    runTool('python3', ['-m', 'venv', venv]);
    runTool(path.join(bin, 'pip'), ['install', '--quiet', '--requirement', requirements]);
  });
  return bin;
}

/** The built program of a Go module of one file; undefined, after a line that says why, where its dependencies cannot be had. */
export function goProgram(module: string): string | undefined {
  const folder = path.resolve('build', path.basename(module));
  const program = path.join(folder, path.basename(module));
  let go = '';
  try {
    go = goCommand();
    runTool(go, ['mod', 'download'], { cwd: module });
  } catch (error) {
    console.log(String(error));
    return undefined;
  }
  const sources = ['go.mod', 'go.sum', 'main.go'].map((name) => path.join(module, name));
  installOnce(sources, folder, () => {
    runTool(go, ['build', '-mod=readonly', '-o', program, '.'], { cwd: module });
  });
  return program;
}

/** The machine's Go, or else the one that PyPI has. */
function goCommand(): string {
  const { stdout, error } = spawnSync('go', ['version'], { encoding: 'utf8' });
  const minor = error ? undefined : /go1\.(\d+)/.exec(stdout)?.[1];
  if (Number(minor) >= OLDEST_GO) return 'go';
  return path.join(virtualEnvironment('scripts/field/go.txt', 'build/venv-go'), 'go');
}

const OLDEST_GO = 21;

/** The folder of the npm packages in package.json: node, and aws-lambda-ric, which compiles itself (gcc, make, cmake). */
export function lambdaRuntime(): string {
  const folder = path.resolve('build/lambda-runtime');
  installOnce(['scripts/field/package.json'], folder, () => {
    copyFileSync('scripts/field/package.json', path.join(folder, 'package.json'));
    runTool('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund', '--prefix', folder]);
  });
  return path.join(folder, 'node_modules');
}

/** The types of a resource or data source (`data.…`) of Terraform's providers, of which scripts/terraform/providers/package.json has the versions. */
export function providerTypes(): (address: string) => string {
  const folder = path.resolve('build/terraform-types');
  const pins = 'scripts/terraform/providers/package.json';
  const { dependencies } = JSON.parse(readFileSync(pins, 'utf8')) as { dependencies: Readonly<Record<string, string>> };
  const provider = (name: string) => path.join(folder, name.replace('@cdktf/provider-', ''));
  installOnce([pins], folder, () => {
    for (const [name, version] of Object.entries(dependencies)) {
      mkdirSync(provider(name));
      runTool('npm', ['pack', '--silent', '--pack-destination', folder, `${name}@${version}`]);
      const tarball = path.join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
      // Only these: of AWS it has some 20,000 files.
      const options = ['--strip-components=2', '--wildcards', 'package/lib/*/index.d.ts'];
      runTool('tar', ['-xzf', tarball, '-C', provider(name), ...options]);
      rmSync(tarball);
    }
  });
  return (address) => {
    const [, data = '', name = '', resource = ''] = /^(data\.)?([a-z]+)_(\w+)$/.exec(address) ?? [];
    const file = `${data && `data-${name}-`}${resource.replaceAll('_', '-')}`;
    return readFileSync(path.join(folder, name, file, 'index.d.ts'), 'utf8');
  };
}

/** What the construct in cdk/ is built and tested with. */
export function constructPackages(): void {
  installOnce(['cdk/package-lock.json'], path.resolve('cdk/node_modules'), () => {
    runTool('npm', ['ci', '--prefix', 'cdk']);
  });
}

function installOnce(pins: readonly string[], folder: string, install: () => void): void {
  const stamp = path.join(folder, 'installed');
  const wanted = pins.map((file) => readFileSync(file, 'utf8')).join('');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log(`Installing ${pins.join(', ')} into ${path.relative('.', folder)} …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  install();
  writeFileSync(stamp, wanted);
}

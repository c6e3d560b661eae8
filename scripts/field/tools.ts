import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/*
 * The field's own tools, which are no dependencies of this project: installed into build/, once for each version of the
 * files that pin them.
 */

/** The folder of the commands of the Python tools in requirements.txt. */
export function pythonTools(): string {
  const venv = path.resolve('build/venv');
  const bin = path.join(venv, 'bin');
  installOnce('scripts/field/requirements.txt', venv, () => {
    run('python3', ['-m', 'venv', venv]);
    run(path.join(bin, 'pip'), ['install', '--quiet', '--requirement', 'scripts/field/requirements.txt']);
  });
  return bin;
}

/** The folder of the npm packages in package.json: node, and aws-lambda-ric, which compiles itself (gcc, make, cmake). */
export function lambdaRuntime(): string {
  const folder = path.resolve('build/lambda-runtime');
  installOnce('scripts/field/package.json', folder, () => {
    copyFileSync('scripts/field/package.json', path.join(folder, 'package.json'));
    run('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund', '--prefix', folder]);
  });
  return path.join(folder, 'node_modules');
}

/** What the construct in cdk/ is built and tested with. */
export function constructPackages(): void {
  installOnce('cdk/package-lock.json', path.resolve('cdk/node_modules'), () => {
    run('npm', ['ci', '--prefix', 'cdk']);
  });
}

function installOnce(pins: string, folder: string, install: () => void): void {
  const stamp = path.join(folder, 'installed');
  const wanted = readFileSync(pins, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log(`Installing ${pins} into ${path.relative('.', folder)} …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  install();
  writeFileSync(stamp, wanted);
}

function run(command: string, args: readonly string[]): void {
  // What a build prints matters only when it fails.
  try {
    execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 900_000, maxBuffer: 1 << 28 });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer };
    const output = [stdout, stderr].map((text) => text?.toString() ?? '').join('\n');
    throw new Error(`${command} ${args.join(' ')} failed:\n${output.split('\n').slice(-40).join('\n')}`, {
      cause: error,
    });
  }
}

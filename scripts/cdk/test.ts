import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { tally } from '../field/tally';
import { constructPackages } from '../field/tools';

/*
 * The construct in cdk/, which is a package of its own: its types, its style, and its tests on what `npm run build` there wrote.
 */

const CDK = path.resolve('cdk');
const results = tally('build/cdk.json');

constructPackages();
rmSync('cdk/build', { recursive: true, force: true }); // what earlier tests synthesized
await results.check('npm run build in cdk/', () => {
  run('npm', ['run', '--silent', 'build']);
});
await results.check('types', () => {
  run(process.execPath, [path.resolve('node_modules/typescript/bin/tsc'), '-p', '.']);
});
await results.check('eslint', () => {
  run(process.execPath, [path.resolve('node_modules/eslint/bin/eslint.js'), '.']);
});
testConstruct();
results.close();

/** The tests count one by one. */
function testConstruct(): void {
  const report = path.resolve('build/cdk-jest.json');
  rmSync(report, { force: true });
  const jest = [path.resolve('node_modules/jest/bin/jest.js'), '--json', `--outputFile=${report}`];
  const { status } = spawnSync(process.execPath, jest, {
    cwd: CDK,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 600_000,
  });
  if (!existsSync(report)) {
    console.log(`FAIL  the tests in cdk/ did not run (exit code ${status ?? 'none'})`);
    results.add(0, 1);
    return;
  }
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8')) as Record<
    'numPassedTests' | 'numFailedTests' | 'numFailedTestSuites',
    number
  >;
  results.add(numPassedTests, Math.max(numFailedTests, numFailedTestSuites));
  console.log(`${status === 0 ? 'ok   ' : 'FAIL '} the tests in cdk/: ${numPassedTests} passed`);
}

/** Throws with what it printed when it fails. */
function run(command: string, args: readonly string[], cwd = CDK): string {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 300_000 });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${status ?? 'none'}\n${stdout}${stderr}`);
  return stdout;
}

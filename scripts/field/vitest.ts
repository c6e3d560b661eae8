import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Tally } from './tally';
import { readTestReport } from '../testReport.mjs';

export interface VitestRun {
  /** What is tested. */
  readonly name: string;
  /** Where Vitest writes its JSON report. */
  readonly report: string;
  readonly files?: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs Vitest; its tests count one by one. */
export async function runVitest(
  results: Tally,
  { name, report, files = [], cwd = '.', env }: VitestRun,
): Promise<void> {
  const reportFile = path.resolve(report);
  rmSync(reportFile, { force: true });
  const args = ['run', ...files, '--reporter=default', '--reporter=json', `--outputFile=${reportFile}`];
  const output = await printed(process.execPath, [path.resolve('node_modules/vitest/vitest.mjs'), ...args], cwd, env);
  if (!existsSync(reportFile)) {
    console.log(`FAIL  ${name}: the tests did not run\n${output}`);
    results.add(0, 1);
    return;
  }
  const { passed, failed } = readTestReport(reportFile);
  results.add(passed, failed);
  console.log(failed === 0 ? `ok    ${name}: ${passed} passed` : `FAIL  ${name}: ${failed} failed\n${output}`);
}

function printed(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const options = { cwd, env: { ...process.env, ...env }, timeout: 900_000, maxBuffer: 1 << 28 };
  return new Promise((resolve) => {
    execFile(command, args, options, (_error, stdout, stderr) => {
      resolve(`${stdout}${stderr}`);
    });
  });
}

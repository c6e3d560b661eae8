import { mkdirSync, writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { readArguments } from '../readArguments.mjs';

readArguments(); // None of these scripts takes any.

export interface Tally {
  /** Runs a check, and prints a line with its name and how it went. */
  check(name: string, run: () => unknown): Promise<boolean>;
  /** Adds the counts of another runner. */
  add(passed: number, failed: number): void;
  /** Prints the closing line, writes the counts for scripts/ci-summary.mjs, and sets the exit code. */
  close(): void;
}

export function tally(reportFile: string): Tally {
  let passed = 0;
  let failed = 0;
  return {
    async check(name, run) {
      const startedAt = Date.now();
      try {
        await run();
        passed += 1;
        console.log(`ok    ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
        return true;
      } catch (error) {
        failed += 1;
        console.log(`FAIL  ${name}\n${error instanceof Error ? error.message : inspect(error)}`);
        return false;
      }
    },
    add(morePassed, moreFailed) {
      passed += morePassed;
      failed += moreFailed;
    },
    close() {
      mkdirSync('build', { recursive: true });
      writeFileSync(reportFile, JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults: [] }));
      console.log(`${passed} passed, ${failed} failed`);
      process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
    },
  };
}

// Adds up JSON reports and prints the one plain line that CI reads: `N passed, N failed`.
import { existsSync } from 'node:fs';
import { readTestReport } from './testReport.mjs';

let passed = 0;
let failed = 0;
for (const file of process.argv.slice(2)) {
  if (!existsSync(file)) {
    console.log(`${file} is missing: that run did not get to its tests.`);
    failed += 1;
    continue;
  }
  const counts = readTestReport(file);
  passed += counts.passed;
  failed += counts.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

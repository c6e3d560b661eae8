// node scripts/audit.mjs [--must-answer]: known vulnerabilities in what is shipped. Fails for one. A registry that answers no
// such questions (a mirror, no network) means that nothing was checked: it says so, and fails with --must-answer, as the
// workflow calls it.
import { spawnSync } from 'node:child_process';
import { readArguments } from './readArguments.mjs';

const { values: options } = readArguments({ options: { 'must-answer': { type: 'boolean', default: false } } });
const { stdout, stderr } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  shell: process.platform === 'win32',
});
let report;
try {
  report = JSON.parse(stdout);
} catch {
  report = { message: stderr };
}
if (report.auditReportVersion === undefined) {
  const why = String(report.message ?? report.error?.summary).trim();
  console.error(`NOT CHECKED for known vulnerabilities: the registry gave no answer (${why}).`);
  if (options['must-answer']) process.exitCode = 1;
} else if (report.metadata.vulnerabilities.total > 0) {
  console.log(`npm audit --omit=dev:\n${JSON.stringify(report.vulnerabilities, undefined, 2)}`);
  process.exitCode = 1;
} else {
  console.log(`npm audit --omit=dev: no known vulnerability in ${report.metadata.dependencies.prod} packages.`);
}

// Known vulnerabilities in what is shipped: fails for one. A registry that answers no such questions (a mirror, no
// network) is only told.
import { spawnSync } from 'node:child_process';
import { readArguments } from './readArguments.mjs';

readArguments();

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
  console.log(`Not audited: the registry gave no answer (${String(report.message ?? report.error?.summary).trim()}).`);
} else if (report.metadata.vulnerabilities.total > 0) {
  console.log(`npm audit --omit=dev:\n${JSON.stringify(report.vulnerabilities, undefined, 2)}`);
  process.exitCode = 1;
} else {
  console.log(`npm audit --omit=dev: no known vulnerability in ${report.metadata.dependencies.prod} packages.`);
}

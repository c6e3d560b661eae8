import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/* `npm run audit`, with an npm whose registry answers as the test says. */

const folder = mkdtempSync(path.join(tmpdir(), 'audit-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function audit(answer: string, ...args: readonly string[]): Promise<{ code: unknown; output: string }> {
  const npm = path.join(folder, 'npm');
  writeFileSync(npm, `#!/bin/sh\ncat <<'END'\n${answer}\nEND\n`);
  chmodSync(npm, 0o755);
  const env = { ...process.env, PATH: `${folder}${path.delimiter}${process.env['PATH'] ?? ''}` };
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/audit.mjs', ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, output: stdout + stderr });
    });
  });
}

const report = (total: number) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: total === 0 ? {} : { axios: { severity: 'high' } },
    metadata: { vulnerabilities: { total }, dependencies: { prod: 90 } },
  });

test('no known vulnerability', async () => {
  expect(await audit(report(0), '--must-answer')).toEqual({
    code: 0,
    output: 'npm audit --omit=dev: no known vulnerability in 90 packages.\n',
  });
});

test('a known vulnerability fails', async () => {
  const { code, output } = await audit(report(1));
  expect(code).toBe(1);
  expect(output).toContain('"axios"');
});

test.each([
  ['no JSON', 'Not found'],
  ['an error', '{"message": "404 Not Found - POST /-/npm/v1/security/audits/quick"}'],
  [
    "npm's own error",
    '{"error": {"code": "ENOAUDIT", "summary": "Your configured registry does not support audit requests."}}',
  ],
])(
  'a registry that answers with %s has not been asked: it says so, and fails where an answer is required',
  async (_what, answer) => {
    const lenient = await audit(answer);
    expect(lenient.output).toMatch(/^NOT CHECKED for known vulnerabilities: the registry gave no answer \(/);
    expect(lenient.code).toBe(0);
    expect(await audit(answer, '--must-answer')).toEqual({ code: 1, output: lenient.output });
  },
);

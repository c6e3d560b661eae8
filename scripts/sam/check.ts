import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTool } from '../field/runTool';
import { tally } from '../field/tally';
import { checkovTools, pythonTools } from '../field/tools';
import { runVitest } from '../field/vitest';
import { differencesFromTheCalls, problemsOf, policiesOfThePackage, policiesOfTheTemplates, WRONG } from './policies';
import { checkPublishing } from './publishing';

/*
 * Lints the templates and checks their policies, and has SAM build the function in a copy of the work tree (samconfig.toml has it run `npm ci` in
 * the folder itself); then the end-to-end tests run on the bundle that it leaves.
 */

const tools = pythonTools();
const env = {
  ...process.env,
  PATH: `${path.resolve('node_modules/.bin')}${path.delimiter}${tools}${path.delimiter}${process.env['PATH'] ?? ''}`,
  SAM_CLI_TELEMETRY: '0',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIAFAKEFORSAM000000',
  AWS_SECRET_ACCESS_KEY: 'fake',
};
const SAM_BUNDLE = 'build/sam-bundle';
const results = tally('build/sam.json');

const examples = filesIn('examples', '.yaml');
for (const template of ['template.yaml', ...examples]) {
  await results.check(`cfn-lint ${template}`, () => {
    run('cfn-lint', ['--non-zero-exit-code', 'informational', '--', template]);
  });
  await results.check(`sam validate --lint ${template}`, () => {
    run('sam', ['validate', '--lint', '--template', template]);
  });
}
await checkPolicies();
await checkCheckov();
await results.check('shellcheck, on the hooks of the example revision and on .ci/run', () => {
  const hooks = filesIn('examples/revision/scripts', '.sh');
  run('shellcheck', ['--external-sources', '--source-path=SCRIPTDIR', ...hooks, '.ci/run']);
});

const copy = mkdtempSync(path.join(tmpdir(), 'sam-build-'));
try {
  const isBuilt = await results.check('sam build, without a warning', () => {
    const { stdout: files } = run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z']);
    for (const file of files.split('\0')) {
      if (file !== '' && file !== 'node_modules' && existsSync(file)) cpSync(file, path.join(copy, file));
    }
    const { stdout, stderr } = run('sam', ['build'], copy);
    const lines = `${stdout}\n${stderr}`.split('\n');
    const warnings = lines.filter((line) => /\bwarning\b/i.test(line) && !line.startsWith('npm warn'));
    if (warnings.length > 0) throw new Error(warnings.join('\n'));
    rmSync(SAM_BUNDLE, { recursive: true, force: true });
    cpSync(path.join(copy, '.aws-sam/build/BlueGreenStageFunction'), SAM_BUNDLE, { recursive: true });
  });
  if (isBuilt) {
    await results.check('sam build wrote the same code as npm run build', () => {
      run(process.execPath, ['scripts/sam/same-bundle.mjs', 'dist', SAM_BUNDLE]);
    });
    await runVitest(results, {
      name: `the end-to-end tests on ${SAM_BUNDLE}`,
      report: 'build/sam-vitest.json',
      files: ['test/e2e/bundle.test.ts'],
      env: { ...env, BUNDLE: SAM_BUNDLE },
    });
    await results.check('sam package, and what sam publish would send', () =>
      checkPublishing(path.join(copy, '.aws-sam/build/template.yaml')),
    );
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
results.close();

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(folder, name));
}

/** Each IAM statement against AWS's service authorization data, and the function's role against the calls of src/. */
async function checkPolicies(): Promise<void> {
  const python = path.join(tools, 'python');
  const ofThePackage = policiesOfThePackage();
  const policies = { ...policiesOfTheTemplates(examples), ...ofThePackage };
  const problems = problemsOf(python, policies);
  for (const [name, statements] of Object.entries(policies)) {
    await results.check(`IAM, ${statements.length} statements in ${name}`, () => {
      assert(statements.length > 0);
      assert.deepEqual(problems[name], []);
    });
  }
  await results.check(
    'IAM, policy.json allows what src/ calls, and nothing that neither src/ nor AWS itself needs',
    () => {
      assert.deepEqual(differencesFromTheCalls(ofThePackage), { missing: [], needless: [] });
    },
  );
  const wrong = Object.entries(WRONG).map(([name, { statement }]) => [name, [statement]] as const);
  const ofWrong = problemsOf(python, Object.fromEntries(wrong));
  for (const [name, { told }] of Object.entries(WRONG)) {
    await results.check(`IAM, a planted mistake is found: ${name}`, () => {
      assert.match((ofWrong[name] ?? []).join('\n'), told);
    });
  }
}

/** No finding without a written reason: `# checkov:skip=ID:reason` in the resource. */
async function checkCheckov(): Promise<void> {
  const templates = ['template.yaml', ...examples];
  const options = ['--soft-fail', '--compact', '--skip-download', '--framework', 'cloudformation', '--output', 'json'];
  const { stdout } = run(path.join(checkovTools(), 'checkov'), [...options, '--file', ...templates]);
  const { results: found } = JSON.parse(stdout) as CheckovReport;
  for (const template of templates) {
    await results.check(`checkov ${template}`, () => {
      const own = (checks: readonly CheckovCheck[]) =>
        checks.filter(({ file_path: file }) => file === `/${path.basename(template)}` || file === `/${template}`);
      assert(own(found.passed_checks).length > 0, 'it has checked nothing');
      assert.deepEqual(own(found.failed_checks).map(described), []);
      const unexplained = own(found.skipped_checks).filter(
        ({ check_result: { suppress_comment: reason = '' } }) =>
          !/\w+ \w+/.test(reason) || reason === 'No comment provided',
      );
      assert.deepEqual(unexplained.map(described), [], 'without a reason');
    });
  }
}

interface CheckovReport {
  readonly results: Readonly<Record<'passed_checks' | 'failed_checks' | 'skipped_checks', readonly CheckovCheck[]>>;
}

interface CheckovCheck {
  readonly check_id: string;
  readonly check_name: string;
  readonly resource: string;
  readonly file_path: string;
  readonly check_result: { readonly suppress_comment?: string };
}

function described({ check_id: id, check_name: name, resource }: CheckovCheck): string {
  return `${id} ${resource}: ${name}`;
}

/** With the tools on the PATH, and a region for SAM. */
function run(command: string, args: readonly string[], cwd = '.'): ReturnType<typeof runTool> {
  return runTool(command, args, { cwd, env });
}

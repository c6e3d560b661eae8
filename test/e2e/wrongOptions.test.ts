import { execFile } from 'node:child_process';
import { bundleScript } from '../../scripts/bundleScript.mjs';

/* A wrong option of a script is one line of error, and exit code 2: no stack trace. Of npm start: samples.test.ts. */

vi.setConfig({ testTimeout: 60_000 });

function run(...command: readonly string[]): Promise<{ code: unknown; output: string }> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    execFile(program, args, { env: { ...process.env, NODE_NO_WARNINGS: '1' } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, output: stdout + stderr });
    });
  });
}

const TSX = 'node_modules/.bin/tsx';
const NODE = process.execPath;
/** As scripts/run.mjs bundles them; here once. */
const SOAK = 'build/test-harness-soak.mjs';
const BENCH = 'build/test-bench-main.mjs';
const HANDLER = 'src/handler.ts';

beforeAll(async () => {
  const bundles = await Promise.all(['test/harness/soak.ts', 'test/bench/main.ts'].map(bundleScript));
  expect(bundles).toEqual([SOAK, BENCH]);
});

test.concurrent.each<[string, RegExp, readonly string[]]>([
  ['npm run build', /^Unknown option '--outdir'/, [NODE, 'scripts/build.mjs', '--outdir', 'x']],
  ['npm run build', /^There is no source\.ts to build\.$/m, [NODE, 'scripts/build.mjs', 'source.ts']],
  [
    'npm run build',
    /^docs is neither in dist\/ nor a folder of build\/\.$/m,
    [NODE, 'scripts/build.mjs', HANDLER, 'docs'],
  ],
  ['a script', /^There is no script "nowhere\.ts"\.$/m, [NODE, 'scripts/run.mjs', 'nowhere.ts']],
  ['npm run audit', /^Unknown option '--fix'/, [NODE, 'scripts/audit.mjs', '--fix']],
  ['node scripts/pictures.mjs', /^Unknown option '--uot'/, [NODE, 'scripts/pictures.mjs', '--uot', 'x']],
  ['node scripts/pictures.mjs', /^EEXIST: /, [NODE, 'scripts/pictures.mjs', '--out', 'README.md']],
  // Of the checks by others' tools, one for all: what they share refuses it.
  ['npm run test:cdk', /^Unknown option '--fast'/, [TSX, 'scripts/cdk/test.ts', '--fast']],
  ['npm run soak', /^Unknown option '--runs'/, [NODE, SOAK, '--runs', '3']],
  ['npm run soak', /^Option '--seed' argument is ambiguous\./, [NODE, SOAK, '--seed', '-1']],
  ['npm run bench', /^There is no section "cots"\./, [NODE, BENCH, '--only', 'cots']],
  ['npm run package', /has no parameter Reigon\. There are: Region, /, [NODE, 'scripts/package.mjs', 'Reigon=x']],
  ['npm run package', /^Unknown option '--uot'/, [NODE, 'scripts/package.mjs', '--uot', 'x']],
  ['npm run release', /^Unknown option '--dryrun'/, [NODE, 'scripts/release.mjs', '--dryrun']],
  ['npm run release', /^Give either --dry-run or --publish\.$/m, [NODE, 'scripts/release.mjs']],
  ['npm run release', /^--publish needs --tag vX\.Y\.Z\.$/m, [NODE, 'scripts/release.mjs', '--publish']],
])('%s: %s', async (_script, message, command) => {
  const { code, output } = await run(...command);
  expect(output).toMatch(message);
  expect(output.trimEnd().split('\n')).toHaveLength(1);
  expect(code).toBe(2);
});

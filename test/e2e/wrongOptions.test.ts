import { execFile } from 'node:child_process';

/* A wrong option of a script is one line of error, and exit code 2: no stack trace. Of npm start: samples.test.ts. */

jest.setTimeout(60_000);

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

test.concurrent.each<[string, RegExp, readonly string[]]>([
  ['npm run build', /^Unknown option '--outdir'/, [NODE, 'scripts/build.mjs', '--outdir', 'x']],
  ['npm run audit', /^Unknown option '--fix'/, [NODE, 'scripts/audit.mjs', '--fix']],
  ['node scripts/pictures.mjs', /^Unknown option '--uot'/, [NODE, 'scripts/pictures.mjs', '--uot', 'x']],
  // Of the checks by others' tools, one for all: what they share refuses it.
  ['npm run test:cdk', /^Unknown option '--fast'/, [TSX, 'scripts/cdk/test.ts', '--fast']],
  ['npm run soak', /^Unknown option '--runs'/, [NODE, 'scripts/run.mjs', 'test/harness/soak.ts', '--runs', '3']],
  ['npm run bench', /^There is no section "cots"\./, [NODE, 'scripts/run.mjs', 'test/bench/main.ts', '--only', 'cots']],
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

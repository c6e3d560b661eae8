// node scripts/run.mjs FILE.ts [arguments]: bundles a script of the test tree and runs it. In virtual time a module must
// not be loaded from disk at its first use, which takes real time; inside one bundle it is there already.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { build } from 'esbuild';

const [file, ...rest] = process.argv.slice(2);
const outfile = path.join('build', `${path.basename(file, '.ts')}.mjs`);
await build({
  entryPoints: [file],
  outfile,
  bundle: true,
  sourcemap: 'inline',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, ['--enable-source-maps', outfile, ...rest], { stdio: 'inherit' });
process.exitCode = status ?? 2;

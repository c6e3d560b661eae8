// Bundles a script of the test tree. In virtual time a module must not be loaded from disk at its first use, which takes
// real time; inside one bundle it is there already, and the script starts in half the time.
import path from 'node:path';
import { build } from 'esbuild';

/** The bundle of `file`, e.g. build/test-bench-main.mjs for test/bench/main.ts. */
export async function bundleScript(file) {
  const outfile = path.join('build', `${file.replace(/\.ts$/, '').replaceAll(/[\\/]/g, '-')}.mjs`);
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
  return outfile;
}

// Bundles a script of the test tree. In virtual time a module must not be loaded from disk at its first use, which takes
// real time; inside one bundle it is there already, and the script starts in half the time.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

/** The bundle of `file`, e.g. build/test-bench-main.mjs for test/bench/main.ts. */
export async function bundleScript(file) {
  const outfile = path.join('build', `${file.replace(/\.ts$/, '').replaceAll(/[\\/]/g, '-')}.mjs`);
  const { outputFiles } = await build({
    entryPoints: [file],
    outfile,
    write: false,
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
  // Renamed, since the same script may be starting elsewhere: it must not read half a file.
  await mkdir('build', { recursive: true });
  const unfinished = `${outfile}.${process.pid}`;
  await writeFile(unfinished, outputFiles[0].contents);
  await rename(unfinished, outfile);
  return outfile;
}

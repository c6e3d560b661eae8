// Builds the Lambda bundle: dist/handler.mjs and the chunks that it loads only when a deployment needs them.
// What went into it is in build/OUTDIR.meta.json.
// node scripts/build.mjs [ENTRY OUTDIR]: something else with the same options, for `npm run bench`.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { readArguments, refuse } from './readArguments.mjs';

const { positionals } = readArguments({ allowPositionals: true });
const [entry = 'src/handler.ts', outdir = 'dist'] = positionals;
if (!existsSync(entry)) refuse(`There is no ${entry} to build.`);
// It is emptied first.
if (!/(^|[\\/])(dist|build[\\/][^\\/]+)([\\/]|$)/.test(outdir))
  refuse(`${outdir} is neither in dist/ nor a folder of build/.`);

await rm(outdir, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: [entry],
  outdir,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  // debug, of axios' dependencies, takes it where it finds it: here it would be one of the development tools.
  external: ['supports-color'],
  // An ES module has no `require`; the CommonJS dependencies inside the bundle need one.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
});
await mkdir('build', { recursive: true });
await writeFile(`build/${path.basename(outdir)}.meta.json`, JSON.stringify(metafile));

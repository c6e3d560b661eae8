// Builds the Lambda bundle: dist/handler.mjs and the chunks that it loads only when a deployment needs them.
// node scripts/build.mjs [ENTRY OUTDIR]: something else with the same options, for `npm run bench`.
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { readArguments } from './readArguments.mjs';

const { positionals } = readArguments({ allowPositionals: true });
const [entry = 'src/handler.ts', outdir = 'dist'] = positionals;

await rm(outdir, { recursive: true, force: true });
await build({
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
  // An ES module has no `require`; the CommonJS dependencies inside the bundle need one.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

// Builds the Lambda bundle: dist/handler.mjs and the chunks that it loads only when a deployment needs them.
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: { handler: 'src/handler.ts' },
  outdir: 'dist',
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
  // axios imports it, with mime-db, for forms, and nothing here posts one.
  alias: { 'form-data': './src/clients/noForms.ts' },
  // An ES module has no `require`; the CommonJS dependencies inside the bundle need one.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

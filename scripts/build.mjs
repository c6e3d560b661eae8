// Builds the Lambda bundle: dist/handler.mjs and the chunks that it loads only when a deployment needs them.
// node scripts/build.mjs [ENTRY OUTDIR]: something else with the same options, for `npm run bench`.
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

const [entry = 'src/handler.ts', outdir = 'dist'] = process.argv.slice(2);

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
  // In place of what the dependencies import and the function does not use; each file says why.
  alias: {
    'form-data': './src/standIns/forms.ts',
    'follow-redirects': './src/standIns/redirects.ts',
    debug: './src/standIns/debug.ts',
    http: './src/standIns/http.ts',
    http2: './src/standIns/http2.ts',
    'node:process': './src/standIns/process.ts',
    '@aws-sdk/credential-provider-node': './src/standIns/credentials.ts',
  },
  // An ES module has no `require`; the CommonJS dependencies inside the bundle need one.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

// node scripts/run.mjs FILE.ts [arguments]: bundles a script of the test tree and runs it, in this process: a signal reaches it.
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { bundleScript } from './bundleScript.mjs';
import { refuse } from './readArguments.mjs';

const [file = '', ...rest] = process.argv.slice(2);
if (!existsSync(file)) refuse(`There is no script "${file}".`);
const bundle = path.resolve(await bundleScript(file));
process.argv = [process.execPath, bundle, ...rest];
process.setSourceMapsEnabled(true);
await import(pathToFileURL(bundle).href);

// node scripts/run.mjs FILE.ts [arguments]: bundles a script of the test tree and runs it.
import { spawnSync } from 'node:child_process';
import { bundleScript } from './bundleScript.mjs';

const [file = '', ...rest] = process.argv.slice(2);
const bundle = await bundleScript(file);
const { status } = spawnSync(process.execPath, ['--enable-source-maps', bundle, ...rest], { stdio: 'inherit' });
process.exitCode = status ?? 2;

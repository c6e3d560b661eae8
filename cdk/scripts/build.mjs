// Builds the package into dist/: the construct with the function's own checks, its types, the function's bundle, and the body
// of the dashboard in ../template.yaml. What went into it is in ../build/{construct,function}.meta.json. The tools and the
// libraries of the checks are those of the project around it.
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { readTemplate } from '../../scripts/cloudFormation.mjs';
import { thirdPartyNotices } from '../../scripts/notices.mjs';

const here = path.resolve(import.meta.dirname, '..');
const dist = path.join(here, 'dist');
process.chdir(path.resolve(here, '..')); // the project's scripts work in its folder

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
run(process.execPath, ['scripts/build.mjs', 'src/handler.ts', path.join(dist, 'function')]);
const { metafile } = await bundleConstruct();
await writeFile('build/construct.meta.json', JSON.stringify(metafile));
await writeTypes();
await writeDashboard();
await writeNotices();
await cp('LICENSE', path.join(here, 'LICENSE')); // npm looks for it there

/** CommonJS, as aws-cdk-lib is. */
function bundleConstruct() {
  return build({
    absWorkingDir: process.cwd(), // esbuild keeps the folder that it was loaded in
    entryPoints: [path.join(here, 'src/index.ts')],
    outfile: path.join(dist, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: ['aws-cdk-lib', 'constructs'],
    mainFields: ['module', 'main'],
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  });
}

/** The compiler writes the types of the checks too, which are not for users. */
async function writeTypes() {
  const types = path.join(here, 'build/types');
  await rm(types, { recursive: true, force: true });
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', path.join(here, 'tsconfig.types.json')]);
  await copyTypes(path.join(types, 'cdk/src'), 'index', new Set());
}

/** A file of types and those that it imports. */
async function copyTypes(folder, name, done) {
  if (done.has(name)) return;
  done.add(name);
  const text = await readFile(path.join(folder, `${name}.d.ts`), 'utf8');
  await writeFile(path.join(dist, `${name}.d.ts`), text);
  for (const [, imported] of text.matchAll(/from '\.\/(\w+)'/g)) await copyTypes(folder, imported, done);
}

async function writeDashboard() {
  const { Dashboard } = readTemplate(await readFile('template.yaml', 'utf8')).Resources;
  await writeFile(path.join(dist, 'dashboard.json'), Dashboard.Properties.DashboardBody['Fn::Sub']);
}

/** Of the libraries in the function and in the construct's checks. */
async function writeNotices() {
  const ofFunction = JSON.parse(await readFile('build/function.meta.json', 'utf8'));
  const inputs = { ...ofFunction.inputs, ...metafile.inputs };
  await writeFile(path.join(dist, 'THIRD-PARTY-NOTICES'), await thirdPartyNotices({ inputs }));
}

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

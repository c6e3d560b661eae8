// Makes all that a release has, without the network.
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeChecksums } from './checksums.mjs';
import { packagedTemplate } from './packagedTemplate.mjs';
import { billOfMaterials } from './sbom.mjs';

/** Of what esbuild put into the function and into the construct. */
const METAFILES = ['build/dist.meta.json', 'build/construct.meta.json'];

export async function prepare({ version, notes, out }) {
  const assets = path.join(out, 'assets');
  await rm(out, { recursive: true, force: true });
  await mkdir(assets, { recursive: true });
  await writeFile(path.join(out, 'notes.md'), `${notes}\n`);
  run('npm', ['run', '--silent', 'package', '--', '--out', assets]); // builds first
  const template = await readFile('template.yaml', 'utf8');
  await writeFile(path.join(assets, 'packaged.yaml'), packagedTemplate(template, version));
  run('npm', ['pack', '--silent', '--pack-destination', path.resolve(assets)], 'cdk');
  const metafiles = await Promise.all(METAFILES.map(async (file) => JSON.parse(await readFile(file, 'utf8'))));
  const bill = await billOfMaterials(metafiles);
  await writeFile(path.join(assets, 'sbom.cdx.json'), `${JSON.stringify(bill, undefined, 2)}\n`);
  await writeChecksums(assets);
}

/** What it says matters only when it fails. */
function run(command, args, cwd = '.') {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

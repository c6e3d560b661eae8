// The CycloneDX bill of what is bundled. `npm sbom`, because npm is there anyway and knows its tree; --omit=dev would leave out
// packages that a development tool uses too (jsonc-parser), so it lists all, and what is not in the bundles is taken out here.
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { bundledFolders } from '../notices.mjs';

/** @param metafiles what esbuild wrote about the bundles; without time and serial number, the same for the same bundles */
export async function billOfMaterials(metafiles) {
  const bundled = new Set(await Promise.all(metafiles.flatMap(bundledFolders).map(packageIn)));
  const { name } = JSON.parse(await readFile('package.json', 'utf8'));
  const { serialNumber: _chance, ...bill } = JSON.parse(
    execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], { encoding: 'utf8', maxBuffer: 1 << 28 }),
  );
  const { timestamp: _time, component: root, ...metadata } = bill.metadata;
  const isKept = (ref) => bundled.has(ref) || ref === root['bom-ref'];
  const components = bill.components.filter((component) => isKept(component['bom-ref']));
  const missing = [...bundled].filter((ref) => !components.some((component) => component['bom-ref'] === ref));
  if (missing.length > 0) throw new Error(`npm sbom does not know ${missing.join(', ')}.`);
  return {
    ...bill,
    metadata: { ...metadata, component: { ...root, name, type: 'application' } }, // npm names it like its folder
    components,
    dependencies: bill.dependencies
      .filter(({ ref }) => isKept(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(isKept) })),
  };
}

async function packageIn(folder) {
  const { name, version } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
  return `${name}@${version}`;
}

// The licences of what is inside a bundle, for THIRD-PARTY-NOTICES in lambda.zip and in the CDK package.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { init } from 'license-checker-rseidelsohn';

const ROOT = path.resolve(import.meta.dirname, '..');
const LINE = `\n\n${'-'.repeat(80)}\n\n`;

/** The checker calls fs.existsSync without a path, which Node 24 reports as deprecated (DEP0187). */
async function installedPackages() {
  const before = process.noDeprecation;
  process.noDeprecation = true;
  try {
    return Object.entries(await promisify(init)({ start: ROOT }));
  } finally {
    process.noDeprecation = before;
  }
}

/** The folders of the packages that esbuild's metafile names, from the root of the project on. */
export function bundledFolders({ inputs }) {
  const folders = Object.keys(inputs).flatMap(
    (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? [],
  );
  return [...new Set(folders)].sort();
}

/** The text for the packages that esbuild's metafile names, from the root of the project on: the same for the same bundle. */
export async function thirdPartyNotices(metafile) {
  const installed = await installedPackages();
  /** Text → the packages that have it: most have the same one. */
  const packagesOf = new Map();
  for (const folder of bundledFolders(metafile)) {
    const [name, found] = installed.find((entry) => entry[1].path === path.join(ROOT, folder)) ?? [folder];
    if (!found || /unknown|^custom/i.test(String(found.licenses)))
      throw new Error(`The bundle contains ${name}, whose licence is not known.`);
    const text = [`Licence: ${[found.licenses].flat().join(', ')}`, ...(await textsOf(found))].join('\n\n');
    packagesOf.set(text, [...(packagesOf.get(text) ?? []), name]);
  }
  const parts = Array.from(packagesOf, ([text, names]) => `${names.join('\n')}\n\n${text}`);
  return `${['This code contains parts of these packages.', ...parts].join(LINE)}\n`;
}

/** Where a package has no file of its licence, the checker points to its README, which may have a section of it. */
async function textsOf({ licenseFile, noticeFile }) {
  const files = [licenseFile, noticeFile].filter((file) => file !== undefined);
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts.map((text, index) => {
    const plain = text.replaceAll('\r\n', '\n');
    const isReadme = /readme/i.test(path.basename(files[index]));
    return (isReadme ? (/^(?:#+ *)?licen[cs]e\n[^]*/im.exec(plain)?.[0] ?? '') : plain).trim();
  });
}

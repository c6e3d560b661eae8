// SHA256SUMS, in the form of `sha256sum --check`.
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../usageError.mjs';

const FILE = 'SHA256SUMS';

export async function writeChecksums(folder) {
  await writeFile(path.join(folder, FILE), await checksumsOf(folder));
}

/** That the files are those that were made, and no others. */
export async function checkChecksums(folder) {
  const written = await readFile(path.join(folder, FILE), 'utf8').catch(() => undefined);
  if (written === undefined) throw new UsageError(`${folder} has no ${FILE}: run npm run release -- --dry-run first.`);
  if (written !== (await checksumsOf(folder)))
    throw new UsageError(`The files in ${folder} are not those of its ${FILE}.`);
}

async function checksumsOf(folder) {
  const names = (await readdir(folder)).filter((name) => name !== FILE).sort();
  const lines = names.map(async (name) => {
    const sum = createHash('sha256').update(await readFile(path.join(folder, name)));
    return `${sum.digest('hex')}  ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}

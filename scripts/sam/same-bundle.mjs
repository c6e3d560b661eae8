// Fails unless `sam build` and `npm run build` wrote the same code: the tests run dist/, users install SAM's output.
// Usage, after both: node scripts/sam/same-bundle.mjs [dist] [.aws-sam/build/BlueGreenStageFunction]
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { readArguments } from '../readArguments.mjs';

const { positionals } = readArguments({ allowPositionals: true });
const [npmDir = 'dist', samDir = '.aws-sam/build/BlueGreenStageFunction'] = positionals;

// A source map names the sources relative to where it was written, and the hash in a chunk's name covers its map. So
// maps are left out, and the hashes blanked, in names and in the imports that use them.
const blankHashes = (text) => text.replace(/-[A-Z0-9]{8}(?=\.mjs)/g, '-HASH');

async function codeIn(dir) {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.map'));
  const code = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    return blankHashes(`${relative(dir, path)}\n${await readFile(path, 'utf8')}`);
  });
  return (await Promise.all(code)).sort();
}

const [npm, sam] = await Promise.all([codeIn(npmDir), codeIn(samDir)]);
const names = (files, others) => files.filter((file) => !others.includes(file)).map((file) => file.split('\n', 1)[0]);
const differences = [
  ...names(npm, sam).map((name) => `${join(npmDir, name)} has no twin in ${samDir}`),
  ...names(sam, npm).map((name) => `${join(samDir, name)} has no twin in ${npmDir}`),
];
if (npm.length !== sam.length || differences.length > 0) {
  process.stderr.write(
    ['The builds differ: compare the options in scripts/build.mjs and template.yaml.', ...differences, ''].join('\n'),
  );
  process.exit(1);
}
process.stdout.write(`${npm.length} files of code are the same in ${npmDir} and ${samDir}.\n`);

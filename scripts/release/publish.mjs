// What needs the network: GitHub's release, and npm. It needs none of the project's packages, so that nothing of them runs
// where the right to publish is.
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { checkChecksums } from './checksums.mjs';
import { UsageError } from '../usageError.mjs';

/** Each as a program and its arguments. */
export async function publishingCommands({ version, out }) {
  const assets = path.join(out, 'assets');
  const files = (await readdir(assets)).sort().map((name) => path.join(assets, name));
  const tag = `v${version}`;
  const notes = path.join(out, 'notes.md');
  return [
    ['gh', 'release', 'create', tag, '--verify-tag', '--title', version, '--notes-file', notes, ...files],
    // With a path, or else npm would look for a package of that name.
    ...files
      .filter((file) => file.endsWith('.tgz'))
      .map((file) => ['npm', 'publish', `./${file}`, '--provenance', '--access', 'public']),
  ];
}

/** @returns the exit code of the command that failed, or 0 */
export async function publish({ version, out }) {
  const assets = path.join(out, 'assets');
  await checkChecksums(assets);
  if (!(await readdir(assets)).some((name) => name.endsWith(`-${version}.tgz`)))
    throw new UsageError(`${assets} has no package of ${version}: run npm run release -- --dry-run first.`);
  for (const [command, ...args] of await publishingCommands({ version, out })) {
    const { status } = spawnSync(command, args, { stdio: 'inherit' });
    if (status !== 0) return status ?? 1;
  }
  return 0;
}

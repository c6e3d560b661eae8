// node scripts/release.mjs --dry-run [--tag vX.Y.Z] [--out FOLDER]: makes and checks a release, all but what needs the network,
// and prints the commands that would publish it. Without a tag the notes may still be those under Unreleased.
// node scripts/release.mjs --publish --tag vX.Y.Z [--out FOLDER]: runs those commands, for what the dry run has left there.
import { existsSync } from 'node:fs';
import { publish, publishingCommands } from './release/publish.mjs';
import { versionAndNotes } from './release/versions.mjs';
import { readArguments } from './readArguments.mjs';
import { UsageError } from './usageError.mjs';

const { values: options } = readArguments({
  options: {
    'dry-run': { type: 'boolean', default: false },
    publish: { type: 'boolean', default: false },
    tag: { type: 'string' },
    out: { type: 'string', default: 'build/release' },
  },
});
try {
  await release(options);
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 2;
}

async function release({ 'dry-run': isDry, publish: isPublishing, tag, out }) {
  if (isDry === isPublishing) throw new UsageError('Give either --dry-run or --publish.');
  if (isPublishing && tag === undefined) throw new UsageError('--publish needs --tag vX.Y.Z.');
  const { version, notes } = await versionAndNotes(tag);
  if (isPublishing) {
    process.exitCode = await publish({ version, out });
    return;
  }
  for (const folder of ['.', 'cdk'])
    if (!existsSync(`${folder}/node_modules`)) throw new UsageError(`Run npm ci --prefix ${folder} first.`);
  const { prepare } = await import('./release/prepare.mjs'); // needs the project's packages
  await prepare({ version, notes, out });
  console.log(`Release ${version} is in ${out}. What would publish it:`);
  for (const command of await publishingCommands({ version, out })) console.log(command.join(' '));
}

// The version stands in several files, and in the tag; the CHANGELOG has its notes.
import { readFile } from 'node:fs/promises';
import { UsageError } from '../usageError.mjs';

/** The version, and the CHANGELOG's section of it; throws with all that does not agree. */
export async function versionAndNotes(tag) {
  const read = async (file) => JSON.parse(await readFile(file, 'utf8')).version;
  const version = await read('package.json');
  const template = await readFile('template.yaml', 'utf8');
  const terraform = await readFile('examples/terraform/function.tf', 'utf8');
  const found = {
    'package-lock.json': await read('package-lock.json'),
    'cdk/package.json': await read('cdk/package.json'),
    'cdk/package-lock.json': await read('cdk/package-lock.json'),
    'RELEASE_VERSION in template.yaml': /^ +RELEASE_VERSION: (\S+)/m.exec(template)?.[1],
    'examples/terraform/function.tf': /^ +RELEASE_VERSION += "(\S+)"/m.exec(terraform)?.[1],
    'SemanticVersion in template.yaml': /^ +SemanticVersion: (\S+)/m.exec(template)?.[1],
    ...(tag !== undefined && { 'the tag': tag.replace(/^v/, '') }),
  };
  const problems = Object.entries(found)
    .filter(([, other]) => other !== version)
    .map(([where, other]) => `${where} has ${other}.`);
  if (tag !== undefined && !/^v\d+\.\d+\.\d+$/.test(tag)) problems.push(`The tag ${tag} is not vX.Y.Z.`);
  const notes = notesOf(await readFile('CHANGELOG.md', 'utf8'), version, tag !== undefined, problems);
  if (problems.length > 0) throw new UsageError(`package.json has ${version}, but: ${problems.join(' ')}`);
  return { version, notes };
}

/** For a tag the section must be there, with its date, and nothing may be left above it. */
function notesOf(changelog, version, isTagged, problems) {
  const [, ...sections] = changelog.split(/^## /m);
  const bodyOf = (name) => {
    const section = sections.find((text) => text.startsWith(`[${name}]`));
    return section?.replace(/^.*/, '').trim();
  };
  const released = bodyOf(version);
  const unreleased = bodyOf('Unreleased');
  if (isTagged) {
    const titles = sections.map((text) => text.split('\n', 1)[0].trim());
    if (!titles.some((title) => title.startsWith(`[${version}]`) && /\] - \d{4}-\d\d-\d\d$/.test(title)))
      problems.push(`CHANGELOG.md has no section [${version}] with a date.`);
    if (released === '') problems.push(`The section [${version}] of CHANGELOG.md is empty.`);
    if (unreleased) problems.push('CHANGELOG.md has entries under Unreleased.');
  }
  return released || unreleased || '';
}

import type { Entries, Entry } from './providerSchema';

/** As evaluate/main.go writes it. */
export interface Block {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly blocks: Readonly<Record<string, readonly Block[]>>;
}

/** Of Terraform itself, in every resource. */
const META = new Set(['count', 'depends_on', 'lifecycle', 'provider']);

/** What the provider would refuse of this resource, each with its place. */
export function problemsOf(body: Block, entries: Entries, place: string): string[] {
  const own = <T>(all: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !META.has(name)));
  return [
    ...problemsOfBlock({ attributes: own(body.attributes), blocks: own(body.blocks) }, entries, place),
    ...ignored(body).flatMap((name) => (entries[name] === undefined ? [`${place} has no ${name} to ignore`] : [])),
  ];
}

function problemsOfBlock(body: Block, entries: Entries, place: string): string[] {
  const given = [...Object.keys(body.attributes), ...Object.keys(body.blocks)];
  const missing = Object.keys(entries).filter((name) => entries[name]?.isRequired && !given.includes(name));
  return [
    ...missing.map((name) => `${place} lacks ${name}`),
    ...given.flatMap((name) => {
      const entry = entries[name];
      if (entry === undefined) return [`${place} has no ${name}`];
      const blocks = body.blocks[name];
      return blocks === undefined
        ? problemsOfAttribute(body.attributes[name], entry, `${place}.${name}`)
        : problemsOfBlocks(blocks, entry, `${place}.${name}`);
    }),
  ];
}

function ignored(body: Block): string[] {
  return (body.blocks['lifecycle'] ?? []).flatMap(({ attributes }) => (attributes['ignore_changes'] ?? []) as string[]);
}

function problemsOfBlocks(blocks: readonly Block[], entry: Entry, place: string): string[] {
  if (entry.kind !== 'block') return [`${place} is an attribute, not a block`];
  if (blocks.length > 1 && !entry.isList) return [`${place} may be there only once`];
  return blocks.flatMap((block) => problemsOfBlock(block, entry.entries(), place));
}

function problemsOfAttribute(value: unknown, entry: Entry, place: string): string[] {
  if (entry.kind === 'block') return [`${place} is a block, not an attribute`];
  if (value === null) return [];
  if (Array.isArray(value) !== entry.isList) return [`${place} is ${entry.isList ? 'a list' : 'no list'}`];
  return [value].flat().every((item) => hasKind(item, entry.kind)) ? [] : [`${place} is not of the type ${entry.kind}`];
}

/** An address stands for a value that only the provider knows. */
function hasKind(value: unknown, kind: Entry['kind']): boolean {
  if (kind === 'other') return true;
  if (kind === 'map') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === kind;
}

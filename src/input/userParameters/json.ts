import { createScanner, type Node, type ParseError, parseTree } from 'jsonc-parser';
import type { Problem } from '../../errors';
import { JSON_MESSAGES } from '../messages';
import { wrongKind } from '../schemas';
import { valid, type Parsed, invalid } from '../parsed';
import { describeBrokenJson, describeForeignText } from './brokenJson';

/** One name with its value, as written; a name that is given twice has two entries. */
export interface Entry {
  readonly name: string;
  readonly value: unknown;
}

// CodePipeline allows 1000 characters; resolved variables may add some.
const MAX_LENGTH = 5000;
// No parameter takes more than a list. The parser recurses, and a few thousand levels overflow the stack of Node 24.
const MAX_DEPTH = 20;
const EXPECTED = 'one JSON object of names and values in double quotes, such as {"ACCOUNT_ID": "act-1a2b3c4d", …}';

/**
 * Reads a JSON object into its entries: never into an object, so that no name can touch a prototype and no
 * duplicate is lost. A problem's text never contains a piece of the source, which may contain a secret: one
 * offending character at most.
 */
export function parseEntries(text: string): Parsed<readonly Entry[]> {
  if (text.length > MAX_LENGTH) {
    return broken(JSON_MESSAGES.tooLong(String(text.length)));
  }
  const foreign = describeForeignText(text);
  if (foreign !== undefined) return broken(foreign);
  if (depthOf(text) > MAX_DEPTH) return broken(JSON_MESSAGES.tooDeep(String(MAX_DEPTH)));
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [error] = errors;
  if (error !== undefined) return broken(describeBrokenJson(text, error));
  if (root?.type !== 'object') return broken(describeOtherTopLevel(root));
  return valid((root.children ?? []).map(toEntry));
}

/** How deep lists and objects are nested, counted without recursion; brackets inside strings do not count. */
function depthOf(text: string): number {
  const scanner = createScanner(text, true);
  let depth = 0;
  let deepest = 0;
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const first = text.charAt(scanner.getTokenOffset());
    if (first === '[' || first === '{') depth += 1;
    if (first === ']' || first === '}') depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function broken(what: string): Parsed<never> {
  const problem: Problem = { where: 'UserParameters', what, expected: EXPECTED };
  return invalid([problem]);
}

function describeOtherTopLevel(root: Node | undefined): string {
  const value = root === undefined ? undefined : valueOf(root);
  if (typeof value === 'string' && value.trimStart().startsWith('{')) {
    return JSON_MESSAGES.encodedTwice;
  }
  return wrongKind(value, 'an object');
}

function toEntry(property: Node): Entry {
  const [name, value] = property.children ?? [];
  return { name: String(name?.value), value: value === undefined ? undefined : valueOf(value) };
}

/** The value of a node; an object's content is of no interest, as no parameter takes one. */
function valueOf(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(valueOf);
  return node.type === 'object' ? {} : (node.value as unknown);
}

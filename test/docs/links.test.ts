import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** No link inside the repository is dead: its file is there, and in a page the heading that it names. */

const PAGES = ['.', 'docs', 'examples', 'examples/terraform', 'test/bench', 'test/simulator'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name)),
);

/** Of the page, what is no code: a link in a code block is an example. */
function prose(page: string): string {
  return readFileSync(page, 'utf8')
    .replace(/^```[^]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, (text) => (text.includes('](') ? '' : text));
}

/** As GitHub makes them: lower case, punctuation dropped, spaces to hyphens. */
function anchorsOf(page: string): Set<string> {
  const headings = Array.from(prose(page).matchAll(/^#{1,6} (.+)$/gm), ([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** `[text](target)`, `[name]: target`, and the src and srcset of pictures. */
function targetsIn(page: string): string[] {
  const patterns = [/\]\(([^)\s]+)\)/g, /^\[[^\]]+\]: (\S+)$/gm, /\bsrc(?:set)?="([^"]+)"/g];
  return patterns
    .flatMap((pattern) => Array.from(prose(page).matchAll(pattern), ([, target = '']) => target))
    .filter((target) => !/^[a-z]+:/.test(target));
}

function isDead(page: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const linked = file === '' ? page : path.join(path.dirname(page), file);
  if (!existsSync(linked)) return true;
  return anchor !== undefined && !(linked.endsWith('.md') && anchorsOf(linked).has(anchor));
}

test('the checker sees a dead file and a dead anchor', () => {
  expect(isDead('README.md', 'docs/nowhere.md')).toBe(true);
  expect(isDead('README.md', 'docs/configuration.md#nowhere')).toBe(true);
  expect(isDead('README.md', 'docs/configuration.md#settings')).toBe(false);
});

test.each(PAGES)('%s has no dead link', (page) => {
  expect(targetsIn(page).filter((target) => isDead(page, target))).toEqual([]);
});

test('the pages link to each other', () => {
  expect(PAGES.flatMap(targetsIn).length).toBeGreaterThan(80);
});

test('every page of docs/ can be reached from README.md', () => {
  const linked = targetsIn('README.md').map((target) => target.split('#')[0]);
  const pages = PAGES.filter((page) => page.startsWith('docs/'));
  expect(pages.filter((page) => !linked.includes(page))).toEqual([]);
});

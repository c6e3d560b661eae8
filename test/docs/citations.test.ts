import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A comment cites a page by its heading, e.g. "docs/services.md, Spot rate limit": the heading must be there. */

const SERVICES = readFileSync('docs/services.md', 'utf8');
const HEADINGS = [...SERVICES.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
const FILES = ['src', 'test', 'scripts', 'examples']
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => path.join(folder, String(name))))
  .concat('template.yaml')
  .filter((file) => /\.(ts|mjs|js|sh|ya?ml)$/.test(file) && !file.endsWith('citations.test.ts'));

/** What follows the page's name: "Spot", or "CodeDeploy and Spot". */
function citedIn(file: string): { file: string; cited: string }[] {
  const text = readFileSync(file, 'utf8').replace(/\n\s*(\*|\/\/|#)\s/g, ' ');
  return [...text.matchAll(/docs\/services\.md(?:, ([A-Z][^.;:)]*))?/g)].flatMap(([, names]) =>
    (names ?? 'no heading').split(' and ').map((cited) => ({ file, cited })),
  );
}

const CITATIONS = FILES.flatMap(citedIn);

test('there are citations, and headings to cite', () => {
  expect(CITATIONS.length).toBeGreaterThan(40);
  expect(HEADINGS).toContain('CodeDeploy traffic');
});

test('every citation of docs/services.md names one of its headings', () => {
  const dangling = CITATIONS.filter(({ cited }) => !HEADINGS.some((heading) => startsWithName(cited, heading)));
  expect(dangling).toEqual([]);
});

test('nothing cites a page that readers of the repository do not have', () => {
  expect(FILES.filter((file) => /FACTS[ ,]|\.\.\/shared/.test(readFileSync(file, 'utf8')))).toEqual([]);
});

function startsWithName(cited: string, heading: string): boolean {
  return (
    cited === heading ||
    (cited.startsWith(heading) && /^[^A-Za-z]|^ (says|calls|leaves)/.test(cited.slice(heading.length)))
  );
}

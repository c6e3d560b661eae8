import { readFileSync } from 'node:fs';

/** README.md stays short and right, and what the pages name exists. */

const README = readFileSync('README.md', 'utf8');
const CONTRIBUTING = readFileSync('CONTRIBUTING.md', 'utf8');
const PAGES = [
  README,
  CONTRIBUTING,
  ...['installation', 'configuration', 'monitoring', 'examples', 'how-it-works'].map((name) =>
    readFileSync(`docs/${name}.md`, 'utf8'),
  ),
];
const { scripts, dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
  'scripts' | 'dependencies' | 'devDependencies',
  Record<string, string>
>;

// One printed page and a half: A4, margins of 2 cm, 11 pt, GitHub's headings.
test('README.md has at most 65 lines and 450 words, and both commands', () => {
  expect(README.split('\n').length - 1).toBeLessThanOrEqual(65);
  expect(README.split(/\s+/).length).toBeLessThanOrEqual(450);
  expect(README).toContain('\n    npm ci && npm start\n');
  expect(README).toContain('\n    npm ci && npm test\n');
});

test('every npm command of the pages exists', () => {
  const named = PAGES.flatMap((page) => Array.from(page.matchAll(/npm run ([a-z:-]+)/g), ([, name = '']) => name));
  expect(named).toContain('soak');
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test('CONTRIBUTING.md says of every library why it is there', () => {
  const rows = CONTRIBUTING.slice(CONTRIBUTING.indexOf('## Libraries'));
  const isNamed = (name: string) =>
    rows.includes(`\`${name.replace(/^@aws-sdk\/client-.*/, '@aws-sdk/client-*')}\``) ||
    rows.includes(`Powertools \`${name.replace('@aws-lambda-powertools/', '')}\``) ||
    (name === 'zod' && rows.includes('`zod/mini`'));
  const form = /^(@types\/|@eslint\/|eslint|prettier$|typescript)/;
  const libraries = [...Object.keys(dependencies), ...Object.keys(devDependencies)].filter((name) => !form.test(name));
  expect(libraries.filter((name) => !isNamed(name))).toEqual([]);
});

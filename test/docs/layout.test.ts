import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Things are where CONTRIBUTING.md says; its picture of the imports is that of src/. */

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.ts'));

/** A folder of src/, or a file at its root. */
const partOf = (file: string) => file.split(path.sep)[0] ?? file;

/** Each import that leaves its part, but stays in src/: from where, to where. */
function importsBetweenParts(): string[] {
  const edges = filesIn('src').flatMap((file) => {
    const text = readFileSync(path.join('src', file), 'utf8');
    return Array.from(text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g), ([, to = '']) => {
      const target = path.join(path.dirname(file), to);
      return [partOf(file), partOf(existsSync(path.join('src', `${target}.ts`)) ? `${target}.ts` : target)];
    });
  });
  return [
    ...new Set(edges.filter(([from, to]) => from !== to && to !== '..').map((edge) => edge.join(' --> '))),
  ].sort();
}

function picture(): string[] {
  const text = /```mermaid\nflowchart TD\n([^]*?)```/.exec(readFileSync('CONTRIBUTING.md', 'utf8'))?.[1] ?? '';
  return text.split('\n').flatMap((line) => {
    const [from = '', to] = line.trim().split(' --> ');
    return to === undefined ? [] : to.split(' & ').map((one) => `${from} --> ${one}`);
  });
}

test('the picture in CONTRIBUTING.md has the imports of src/, as they are', () => {
  expect(picture().sort()).toEqual(importsBetweenParts());
});

test('and there is no circle in it', () => {
  let edges = picture().map((edge) => edge.split(' --> '));
  const leadsOn = (name: string | undefined) => edges.some(([from]) => from === name);
  // What imports nothing of what is left goes, until nothing is left.
  for (let before = Infinity; edges.length < before;) {
    before = edges.length;
    edges = edges.filter(([, to]) => leadsOn(to));
  }
  expect(edges).toEqual([]);
});

test('test/unit is a mirror of src/: X.test.ts or X.aspect.test.ts is about X.ts', () => {
  const tests = filesIn('test/unit').filter((file) => file.endsWith('.test.ts'));
  const tested = tests.map((file) => path.join('src', file.replace(/(\.\w+)?\.test\.ts$/, '.ts')));
  expect(tested.length).toBeGreaterThan(30);
  expect(tested.filter((file) => !existsSync(file))).toEqual([]);
});

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { templateParameters } from '../src/templateParameters';
import { userParameterTable } from '../src/userParameterTable';

/* What README.md shows is what there is: `UPDATE_DOCS=1 npx vitest run readme` in cdk/ writes it anew. */

const README = path.resolve(__dirname, '../README.md');

function expectShown(block: RegExp, text: string): void {
  const content = readFileSync(README, 'utf8');
  expect(content).toMatch(block);
  const wanted = content.replace(block, (_all, before: string, after: string) => `${before}${text}${after}`);
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(README, wanted);
  else expect(content).toBe(wanted);
}

const rows = (cells: readonly (readonly [string, string])[]) =>
  cells.map(([left, right]) => `| \`${left}\` | ${right} |\n`).join('');

test('the example is the app that is synthesized', () => {
  const app = readFileSync(path.resolve(__dirname, '../example/app.ts'), 'utf8');
  expectShown(/(<!-- example\/app\.ts[^]*?```ts\n)[^]*?(```\n)/, app);
});

test('each parameter of template.yaml is in the table', () => {
  expectShown(
    /(\| parameter of template\.yaml .*\n.*\n)(?:\|.*\n)*(\n)/,
    rows(Object.entries(templateParameters).map(([parameter, property]) => [parameter, `\`${property}\``])),
  );
});

test('each UserParameter is in the table', () => {
  expectShown(
    /(\| UserParameter .*\n.*\n)(?:\|.*\n)*(\n)/,
    rows(Object.entries(userParameterTable).map(([name, { property }]) => [name, property])),
  );
});

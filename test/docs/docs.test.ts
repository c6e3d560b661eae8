import { readFileSync } from 'node:fs';
import { InvalidInputError } from '../../src/errors';
import { readJobInput } from '../../src/input/jobInput';
import { parseSettings, settingTable } from '../../src/input/settings';
import { parseUserParameters } from '../../src/input/userParameters/parseUserParameters';
import { isParameterName, parameters, parameterTable } from '../../src/input/userParameters/schema';
import { catalogue, isInCatalogue } from '../support/catalogue';
import { badInputs, eventOf } from '../unit/input/badInput.corpus';

/** What the pages say is what the code does: tables, examples, messages and template.yaml are compared with it. */

const README = readFileSync('README.md', 'utf8');
const CONFIGURATION = readFileSync('docs/configuration.md', 'utf8');
const TROUBLESHOOTING = readFileSync('docs/troubleshooting.md', 'utf8');
const TEMPLATE = readFileSync('template.yaml', 'utf8');

/** The rows of the first table with this heading row, cell by cell. */
function tableOf(page: string, ...heading: string[]): string[][] {
  const lines = page.split('\n');
  const start = lines.indexOf(`| ${heading.join(' | ')} |`);
  if (start < 0) throw new Error(`There is no table ${heading.join(', ')}.`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map(cellsOf);
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

const code = (text: string) => `\`${text}\``;

describe('docs/configuration.md', () => {
  test('has the table of UserParameters', () => {
    expect(tableOf(CONFIGURATION, 'name', 'required', 'default', 'meaning')).toEqual(
      parameterTable.map((row) => [code(row.name), row.required, row.default, row.meaning]),
    );
  });

  test('has the table of settings', () => {
    expect(tableOf(CONFIGURATION, 'name', 'default', 'meaning')).toEqual(
      settingTable.map((row) => [code(row.name), row.default, row.meaning]),
    );
  });
});

test('the accepted forms are what the parser expects', () => {
  expect(tableOf(CONFIGURATION, 'name', 'expected', 'example').map((row) => row.slice(0, 2))).toEqual(
    parameterTable.map(({ name }) => [code(name), parameters[name].expected]),
  );
});

/** CodePipeline has put in the value by the time the function reads it. */
const resolved = (text: string) => text.replace(/#\{[^}]*\}/g, '0123456789abcdef0123456789abcdef01234567');

test.each(tableOf(CONFIGURATION, 'name', 'expected', 'example'))('the example of %s is accepted', (...cells) => {
  const [parameter = '', , example = ''] = cells.map((cell) => cell.replaceAll('`', ''));
  if (!isParameterName(parameter)) throw new Error(`${parameter} is no parameter.`);
  const value: unknown = JSON.parse(resolved(example));
  expect(parameters[parameter].schema.safeParse(value)).toMatchObject({ success: true });
});

test.each([
  ['the full example in docs/configuration.md', CONFIGURATION, /```json\n(\{\n {2}"API_TOKEN_SECRET"[\s\S]*?\})\n```/],
  ["the pipeline's action in README.md", README, /UserParameters: >-\n([\s\S]*?\})\n/],
])('%s is accepted', (_name, page, pattern) => {
  const text = resolved(pattern.exec(page)?.[1] ?? '');
  const job = { inputArtifacts: [{ name: 'BuildOutput', bucket: 'b', key: 'k' }] };
  expect(parseUserParameters(text, job, {})).toMatchObject({
    ok: true,
    warnings: [],
    value: { pipelineExecutionId: resolved('#{codepipeline.PipelineExecutionId}') },
  });
  expect(text.length).toBeLessThanOrEqual(1000);
  // Without a source, one that a variable's value brings along would be taken.
  expect(JSON.parse(text)).toHaveProperty('INPUT_ARTIFACT', 'BuildOutput');
});

describe('template.yaml', () => {
  const section = (name: string) => new RegExp(`^${name}:\\n([\\s\\S]*?)(?=^\\S)`, 'm').exec(TEMPLATE)?.[1] ?? '';
  const unquoted = (text: string) => text.trim().replace(/^'(.*)'$/, '$1');
  const stackParameters = new Map(
    section('Parameters')
      .split(/^ {2}(?=\w+:$)/m)
      .slice(1)
      .map((block): [string, string] => [
        /^\w+/.exec(block)?.[0] ?? '',
        unquoted(/^ {4}Default: (.*)$/m.exec(block)?.[1] ?? 'must be given'),
      ]),
  );
  const variables = new Map(
    Array.from(TEMPLATE.matchAll(/^ {10}([A-Z_0-9]+): (?:!Ref |!If \[Has)(\w+)/gm), ([, name = '', parameter = '']) => [
      name,
      parameter,
    ]),
  );

  test('declares every setting, from a parameter of the stack', () => {
    for (const { name } of settingTable) expect([...variables.keys()]).toContain(name);
    for (const { name } of settingTable) expect([...stackParameters.keys()]).toContain(variables.get(name));
  });

  test('gives every setting the default of the code', () => {
    const env = Object.fromEntries(
      settingTable.map(({ name }) => [name, stackParameters.get(variables.get(name) ?? '')]),
    );
    expect(parseSettings(env)).toEqual(parseSettings({}));
  });

  test('takes for a number of seconds what the function takes, and nothing else', () => {
    const bounded = [...variables].filter(([name]) => name.endsWith('_SECONDS'));
    expect(bounded).toHaveLength(3);
    for (const [name, parameter] of bounded) {
      const block =
        new RegExp(`^ {2}${parameter}:\\n([\\s\\S]*?)(?=^ {2}\\w)`, 'm').exec(section('Parameters'))?.[1] ?? '';
      const valueOf = (key: string) => new RegExp(`^ {4}${key}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      const [least, most] = [Number(valueOf('MinValue')), Number(valueOf('MaxValue'))];
      const accepts = (value: number) => parseSettings({ [name]: value.toFixed(3) }).ok;
      expect([parameter, valueOf('Type')]).toEqual([parameter, 'Number']);
      expect([least - 0.001, least, most, most + 0.001].map(accepts)).toEqual([false, true, true, false]);
    }
  });

  test('has the parameters that docs/configuration.md lists, with their defaults', () => {
    const rows = tableOf(CONFIGURATION, 'parameter', 'default', 'sets');
    expect(rows.map(([name, value]) => [name, value])).toEqual(
      [...stackParameters].map(([name, value]) => [code(name), value]),
    );
    for (const { name } of settingTable) {
      const row = rows.find(([parameter]) => parameter === code(variables.get(name) ?? ''));
      expect(row?.[2]).toContain(code(name));
    }
  });
});

const templates = new Set(catalogue.map(([, template]) => template));

/** The first cells of the page's tables of messages, and the items of its lists of messages that explain themselves. */
function documentedMessages(): string[] {
  let isTableOfMessages = false;
  return TROUBLESHOOTING.split('\n').flatMap((line) => {
    if (!line.startsWith('|')) isTableOfMessages = false;
    if (line === '| message | meaning | what to do |') isTableOfMessages = true;
    const cell = isTableOfMessages ? cellsOf(line)[0] : /^- (`.*`)$/.exec(line)?.[1];
    return /^`(.*)`$/.exec(cell ?? '')?.[1] ?? [];
  });
}

describe('docs/troubleshooting.md', () => {
  const documented = documentedMessages();

  test.each(catalogue)('has %s', (_name, template) => {
    expect(documented).toContain(template);
  });

  test('has only messages of the catalogue, each once', () => {
    expect(documented.filter((text) => !templates.has(text))).toEqual([]);
    expect(documented.filter((text, index) => documented.indexOf(text) !== index)).toEqual([]);
  });
});

describe('the catalogue has', () => {
  test('each problem of the corpus of bad input', () => {
    const problems = badInputs.flatMap(problemsOf);
    expect(problems.length).toBeGreaterThan(150);
    expect(problems.filter((problem) => !isInCatalogue(problem))).toEqual([]);
    expect(isInCatalogue('"1800" is an unlucky number')).toBe(false);
  });
});

function problemsOf(row: (typeof badInputs)[number]): string[] {
  try {
    readJobInput(eventOf(row), {});
    // Bad by its continuation token alone.
    return [];
  } catch (error) {
    return error instanceof InvalidInputError ? error.problems.map(({ what }) => what) : [String(error)];
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { readTemplate } from '../../scripts/cloudFormation.mjs';
import { parseUserParameters } from '../../src/input/userParameters/parseUserParameters';

const JOB = { inputArtifacts: [{ name: 'Revision', bucket: 'shop-artifacts', key: 'shop/Revision/AbC123x' }] };
const stackValues: Record<string, string> = {
  SpotAccountId: 'act-1a2b3c4d',
};

const written = (file: string) =>
  Array.from(readFileSync(file, 'utf8').matchAll(/UserParameters: !Sub >-\n([\s\S]*?\})\n/g), ([, text = '']) => text);

/** Where UserParameters stand: a variable there is a part of their JSON. */
const PAGES = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync('examples')
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `examples/${name}`),
];
const IDS = /^(codepipeline\.PipelineExecutionId|SourceVariables\.(CommitId|VersionId|ETag))$/;

test('no page puts anything but an id into UserParameters', () => {
  const inJsonOrTable = /(?:"[A-Z][A-Z0-9_]+": |\| `)"[^"\n]*?#\{([^}]*)\}/g;
  const used = PAGES.flatMap((page) =>
    Array.from(readFileSync(page, 'utf8').matchAll(inJsonOrTable), ([, name = '']) => [page, name]),
  );
  expect(used.length).toBeGreaterThan(5);
  expect(used.filter(([, name = '']) => !IDS.test(name))).toEqual([]);
});

/** Each UserParameters of the file, as CodePipeline passes it on. */
function userParametersIn(file: string): string[] {
  return written(file).map((text) =>
    text
      .replace(/\$\{(\w+)\}/g, (_, name: string) => stackValues[name] ?? (name.endsWith('GroupId') ? 'sig-1' : 'shop'))
      .replace(/#\{[^}]*\}/g, '0123456789abcdef0123456789abcdef'),
  );
}

test.each([
  ['examples/pipeline.yaml', 1],
  ['examples/canary-pipeline.yaml', 2],
])('%s passes on UserParameters that are accepted', (file, count) => {
  const texts = userParametersIn(file);
  expect(texts).toHaveLength(count);
  for (const text of texts) {
    expect(parseUserParameters(text, JOB, {})).toMatchObject({ ok: true, warnings: [] });
    expect(text.length).toBeLessThanOrEqual(1000);
  }
});

describe('examples/prerequisites.yaml', () => {
  const template = readTemplate(readFileSync('examples/prerequisites.yaml', 'utf8'));

  test('leaves the deployment groups to the CLI by default: CloudFormation probably refuses them', () => {
    expect(template.Parameters['DeploymentGroupsBy']).toMatchObject({ Default: 'CLI' });
    expect(readFileSync('docs/examples.md', 'utf8')).toContain('aws deploy create-deployment-group');
  });

  test('keeps what holds data, but not after a first creation that failed', () => {
    const kept = Object.entries(template.Resources).filter(([, resource]) => 'DeletionPolicy' in resource);
    expect(kept.map(([name]) => name).sort()).toEqual(['ArtifactBucket', 'LogBucket', 'RevisionBucket', 'SpotToken']);
    for (const [, resource] of kept)
      expect(resource).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  });
});

test('the canary is deployed, then baked, then approved, before the live group', () => {
  const { Properties } =
    readTemplate(readFileSync('examples/canary-pipeline.yaml', 'utf8')).Resources['Pipeline'] ?? {};
  const { Stages: stages } = Properties as {
    Stages: { Name: string; OnFailure?: object; Actions: { Name: string; RunOrder?: number }[] }[];
  };
  expect(stages.map(({ Name }) => Name)).toEqual(['Source', 'Canary', 'Live']);
  expect(stages[1]?.Actions.map(({ Name, RunOrder }) => [Name, RunOrder])).toEqual([
    ['DeployCanary', 1],
    ['Bake', 2],
    ['Approve', 3],
  ]);
  expect(stages[1]?.OnFailure).toEqual({ Result: 'ROLLBACK' });
});

// CodePipeline inserts a variable's value as it is: a commit message could break the JSON, or add a parameter to it.
test.each(['examples/pipeline.yaml', 'examples/canary-pipeline.yaml'])(
  '%s takes nothing but ids from variables, and names its revision by INPUT_ARTIFACT',
  (file) => {
    for (const text of written(file)) {
      const variables = Array.from(text.matchAll(/#\{([^}]*)\}/g), ([, name = '']) => name);
      expect(variables.filter((name) => !IDS.test(name))).toEqual([]);
      expect(JSON.parse(text)).toHaveProperty('INPUT_ARTIFACT', 'Revision');
      expect(JSON.parse(text)).toHaveProperty('PIPELINE_EXECUTION_ID', '#{codepipeline.PipelineExecutionId}');
    }
    const actions = readFileSync(file, 'utf8')
      .split('- Name: ')
      .filter((action) => action.includes('UserParameters'));
    for (const action of actions) expect(action).toContain('InputArtifacts: [{ Name: Revision }]');
  },
);

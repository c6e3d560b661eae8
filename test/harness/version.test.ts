import { readFileSync } from 'node:fs';
import { scenarioNamed } from '../simulator/scenarios';
import { playRun } from './playRun';

/* A bug report can name the release: the log has it from its first line on, the function in its environment. */

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };

test.each([
  ['of a deployment', {}],
  ['of an action whose input is rejected', { TIMEOUT: 'soon' }],
])('every line of the log %s names the release', async (_name, userParameters) => {
  const { logs } = await playRun({
    seed: 7,
    scenario: scenarioNamed('script-fails'),
    env: { POLL_WINDOW_SECONDS: '30', POWERTOOLS_LOG_LEVEL: 'DEBUG' },
    userParameters,
  });
  const lines = logs.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const own = lines.filter((line) => !Object.hasOwn(line, '_aws'));
  expect(own.length).toBeGreaterThan(0);
  expect(new Set(own.map((line) => line['version']))).toEqual(new Set([version]));
});

test.each(['template.yaml', 'examples/terraform/function.tf'])(
  '%s sets RELEASE_VERSION to the version of package.json',
  (file) => {
    expect(/^ +RELEASE_VERSION *[:=] *"?([\d.]+)/m.exec(readFileSync(file, 'utf8'))?.[1]).toBe(version);
  },
);

test('the Serverless Application Repository is told the version of package.json', () => {
  expect(/^ +SemanticVersion: (\S+)/m.exec(readFileSync('template.yaml', 'utf8'))?.[1]).toBe(version);
});

test.each(['package-lock.json', 'cdk/package.json', 'cdk/package-lock.json'])('%s has the same version', (file) => {
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version });
});

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CodeDeployDeployment } from '../../src/clients/codeDeploy/codeDeploy';
import { UpstreamError } from '../../src/clients/upstreamError';
import { decodeToken, encodeToken } from '../../src/deployment/continuationToken';
import * as failures from '../../src/deployment/failures';
import type { DeploymentContext } from '../../src/deployment/context';
import { resolveConflict, conflictingCodeDeploy, conflictingElastigroup } from '../../src/deployment/conflicts';
import { firstState, toInstalling, toLaunching } from '../../src/deployment/transitions';
import { asActionError, lastingOutage } from '../../src/deployment/upstreamFailure';
import { CAUSE_NAMES } from '../../src/causes';
import { InvalidInputError, type ActionError } from '../../src/errors';
import { readJobInput } from '../../src/input/jobInput';
import { deploymentGroupFindings } from '../../src/deployment/preflight/deploymentGroupFindings';
import { elastigroupFindings } from '../../src/deployment/preflight/elastigroupFindings';
import { notPermitted } from '../../src/deployment/preflight/finding';
import { revisionFindings } from '../../src/deployment/preflight/revisionFindings';
import { parseSettings, settingTable } from '../../src/input/settings';
import { parseUserParameters } from '../../src/input/userParameters/parseUserParameters';
import { isParameterName, parameters, parameterTable } from '../../src/input/userParameters/schema';
import type { UserParameters } from '../../src/input/userParameters/userParameters';
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

describe.each([
  ['README.md', README],
  ['docs/configuration.md', CONFIGURATION],
])('%s', (_name, page) => {
  test('has the table of UserParameters', () => {
    expect(tableOf(page, 'name', 'required', 'default', 'meaning')).toEqual(
      parameterTable.map((row) => [code(row.name), row.required, row.default, row.meaning]),
    );
  });

  test('has the table of settings', () => {
    expect(tableOf(page, 'name', 'default', 'meaning')).toEqual(
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
  ['the full example', /```json\n(\{\n {2}"API_TOKEN_SECRET"[\s\S]*?\})\n```/],
  ["the pipeline's action", /UserParameters: >-\n([\s\S]*?\})\n/],
])('%s in README.md is accepted', (_name, pattern) => {
  const text = resolved(pattern.exec(README)?.[1] ?? '');
  const job = { inputArtifacts: [{ name: 'BuildOutput', bucket: 'b', key: 'k' }] };
  expect(parseUserParameters(text, job, {})).toMatchObject({ ok: true, warnings: [] });
  expect(text.length).toBeLessThanOrEqual(1000);
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
        unquoted(/^ {4}Default: (.*)$/m.exec(block)?.[1] ?? 'none'),
      ]),
  );
  const variables = new Map(
    Array.from(TEMPLATE.matchAll(/^ {10}([A-Z_0-9]+): !Ref (\w+)$/gm), ([, name = '', parameter = '']) => [
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

/** The messages of the page, each a text with `…` for what differs: the first cells of its tables that are code. */
const documented: readonly string[] = TROUBLESHOOTING.split('\n')
  .filter((line) => /^\| `.*` \|/.test(line))
  .map((line) => /^`(.*)`$/.exec(cellsOf(line)[0] ?? '')?.[1] ?? '')
  .filter((message) => message.includes(' ') && !message.includes('`'));

function patternOf(message: string): string {
  return message
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^]*');
}

/** `Spot …: …` would take any message of Spot's for a documented one. */
const specific = documented.filter((message) => message.replaceAll('…', '').trim().length >= 7);
/** A headline is documented from its beginning; a problem may have the value that it is about in front. */
const isDocumented = (headline: string) => specific.some((text) => new RegExp(`^${patternOf(text)}`).test(headline));
const isExplained = (problem: string) => specific.some((text) => new RegExp(patternOf(text)).test(problem));

const context = {
  clock: { now: () => 3_600_000 },
  parameters: {
    timeoutSeconds: 1800,
    groupId: 'sig-1',
    applicationName: 'shop',
    deploymentGroupName: 'production',
    onConflict: 'FAIL',
  },
} as unknown as DeploymentContext;
const starting = firstState('job', 0);
const launching = toLaunching(starting, 0, 'cdbg-1');
const installing = toInstalling(launching, 0, 'd-1');
const elastigroup = { id: 'cdbg-1', state: 'ERROR', tags: [] };
const codeDeploy: CodeDeployDeployment = {
  id: 'd-1',
  applicationName: 'shop',
  deploymentGroupName: 'live',
  status: 'Failed',
  createdAt: 0,
  creator: 'user',
  targetTags: [],
  instances: { total: 1, done: 0, failed: 1 },
  error: { code: 'HEALTH_CONSTRAINTS', message: 'too many' },
  waitsBeforeTerminatingBlue: false,
  rollbackDeploymentId: undefined,
};
const said = (error: ActionError | undefined) => error?.message ?? 'no error';

// The type check names every function of failures.ts that has no sample here.
const ofFailures: Record<Exclude<keyof typeof failures, 'failureOf' | 'wholeFailureOf'>, readonly string[]> = {
  timedOut: [starting, { ...starting, progress: 'waiting for it', waitsForOther: {} }, launching, installing].map(
    (state) => failures.timedOut(state, context).headline,
  ),
  codeDeployEnded: ['Failed', 'Stopped'].map((status) => said(failures.codeDeployEnded({ ...codeDeploy, status }))),
  elastigroupWentWrong: [
    'while it launched green',
    'while CodeDeploy was deploying',
    'after CodeDeploy had succeeded',
  ].map((when) => said(failures.elastigroupWentWrong(elastigroup, when))),
  finishedWithoutCodeDeploy: [said(failures.finishedWithoutCodeDeploy(elastigroup))],
  elastigroupUnfinished: [elastigroup, undefined].map(
    (deployment) => failures.elastigroupUnfinished(installing, deployment, context).headline,
  ),
  startRefused: [said(failures.startRefused('no', context))],
  noTargets: [said(failures.noTargets('none'))],
  launchedBefore: [said(failures.launchedBefore(4))],
};

/** Another's deployment is in the way, before anything is started and after. */
const ofConflicts = [starting, launching].map((state) => {
  try {
    resolveConflict(state, [conflictingCodeDeploy(codeDeploy), conflictingElastigroup(elastigroup)], context);
    return 'no error';
  } catch (error) {
    return (error as ActionError).message;
  }
});

const wanted = { groupId: 'sig-1', applicationName: 'shop', deploymentGroupName: 'live', timeoutSeconds: 1800 };
const group = { deploymentType: 'BLUE_GREEN', greenFleet: 'DISCOVER_EXISTING', blueTerminationWaitMinutes: 60 };
const s3 = { kind: 's3', bucket: 'b', key: 'k', bundleType: 'zip', source: 'S3', eTag: 'x' } as const;
const artifact = { ...s3, source: 'INPUT_ARTIFACT', artifactName: 'BuildOutput' } as const;
const ofPreflight = [
  ...[undefined, [], [{ applicationName: 'shop', deploymentGroupName: 'other' }]].map((names) =>
    elastigroupFindings(names, wanted),
  ),
  ...[
    { ...group, rerouteWaitMinutes: 60 },
    { ...group, deploymentType: 'IN_PLACE', rerouteWaitMinutes: undefined },
    { ...group, greenFleet: 'COPY_AUTO_SCALING_GROUP', rerouteWaitMinutes: undefined },
    { ...group, greenFleet: undefined, rerouteWaitMinutes: undefined },
  ].map((settings) => deploymentGroupFindings(settings, wanted)),
  ...(['missing', 'forbidden', 'other-region'] as const).map((kind) => revisionFindings({ kind }, s3)),
  revisionFindings({ kind: 'missing' }, artifact),
  revisionFindings({ kind: 'found', eTag: '"y"' }, s3),
  [notPermitted('Deployment group shop/live', refusal('CodeDeploy', 'denied'), 'codedeploy:GetDeploymentGroup')],
]
  .flat()
  .map(({ text }) => text);

function refusal(service: 'Spot' | 'CodeDeploy', kind: 'denied' | 'rejected' | 'timeout', errorCode?: string) {
  const detail = errorCode === 'AccessDeniedException' ? 'not authorized to perform: codedeploy:X' : 'no';
  return new UpstreamError({ service, operation: 'CreateDeployment', kind, code: errorCode, detail });
}

const ofUpstream = [
  asActionError(refusal('Spot', 'denied', 'HTTP 401')),
  asActionError(refusal('Spot', 'rejected', 'GROUP_DOESNT_EXIST')),
  asActionError(refusal('CodeDeploy', 'denied', 'AccessDeniedException')),
  asActionError(refusal('CodeDeploy', 'denied')),
  ...['Application', 'DeploymentGroup', 'DeploymentConfig', 'Revision'].map((what) =>
    asActionError(refusal('CodeDeploy', 'rejected', `${what}DoesNotExistException`)),
  ),
  ...['Revision', 'GitHubAccountToken', 'Role', 'Anything'].map((what) =>
    asActionError(refusal('CodeDeploy', 'rejected', `Invalid${what}Exception`)),
  ),
  lastingOutage(refusal('Spot', 'timeout'), 600),
].map(said);

function ofToken(): string[] {
  const parameters: UserParameters = {
    token: { kind: 'clear', value: 'x' },
    accountId: 'act-1',
    groupId: 'sig-1',
    applicationName: 'shop',
    deploymentGroupName: 'production',
    timeoutSeconds: 1800,
    revision: { kind: 'github', repository: 'a/b', commitId: '0' },
    onConflict: 'FAIL',
    dryRun: false,
  };
  const token = encodeToken({ state: starting, blocks: new Map() }, parameters);
  const changed = ['token', token.replace('v1', 'v2'), `${token}${'x'.repeat(2048)}`, token.replace(/.$/, '-')];
  const another = { ...parameters, groupId: 'sig-2' };
  return [...changed.map((text) => decodeToken(text, parameters)), decodeToken(token, another)].flatMap((decoded) =>
    decoded.ok ? ['not refused'] : decoded.problems.map(({ what }) => what),
  );
}

function ofCorpus(): string[] {
  return badInputs.flatMap((row) => {
    try {
      readJobInput(eventOf(row), {});
      // Bad by its continuation token alone.
      return [];
    } catch (error) {
      return error instanceof InvalidInputError ? error.problems.map(({ what }) => what) : [String(error)];
    }
  });
}

describe('docs/troubleshooting.md has the messages of', () => {
  test.each(Object.entries(ofFailures))('failures.ts: %s', (_name, headlines) => {
    expect(headlines.filter((headline) => !isDocumented(headline))).toEqual([]);
  });

  test('othersDeployment.ts', () => {
    expect(ofConflicts.filter((headline) => !isDocumented(headline))).toEqual([]);
  });

  test('preflight', () => {
    expect(ofPreflight.length).toBeGreaterThan(13);
    expect(ofPreflight.filter((text) => !isDocumented(text))).toEqual([]);
  });

  test('the likely fixes', () => {
    expect(CAUSE_NAMES.filter((cause) => !TROUBLESHOOTING.includes(`| ${code(cause)} |`))).toEqual([]);
  });

  test('upstreamFailure.ts', () => {
    expect(ofUpstream.filter((headline) => !isDocumented(headline))).toEqual([]);
  });

  test('continuationToken.ts', () => {
    expect(ofToken().filter((problem) => !isExplained(problem))).toEqual([]);
  });

  test('the corpus of bad input', () => {
    const problems = ofCorpus();
    expect(problems.length).toBeGreaterThan(150);
    expect(problems.filter((problem) => !isExplained(problem))).toEqual([]);
  });
});

describe('docs/troubleshooting.md has only messages that the code has', () => {
  // One text is often written as several, joined by +.
  const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join('src', file), 'utf8'))
    .join('\n')
    .replace(/['"`] \+\n\s*['"`]/g, '');
  const built = [
    ...Object.values(ofFailures).flat(),
    ...ofConflicts,
    ...ofPreflight,
    ...ofUpstream,
    ...ofToken(),
    ...ofCorpus(),
  ];

  test.each(specific)('%s', (text) => {
    if (built.some((message) => new RegExp(patternOf(text)).test(message))) return;
    const parts = text.split('…').map((part) => part.trim());
    expect(parts.filter((part) => part.length >= 7 && !source.includes(part))).toEqual([]);
  });
});

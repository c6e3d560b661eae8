import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What the workflows may run, and may give away. */

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
}

interface Workflow {
  readonly on: object;
  readonly permissions: unknown;
  readonly jobs: Record<string, { readonly permissions?: unknown; readonly steps: readonly Step[] }>;
}

const FOLDER = '.github/workflows';
const WORKFLOWS = readdirSync(FOLDER).map((file) => {
  const text = readFileSync(`${FOLDER}/${file}`, 'utf8');
  return { file, text, ...(parse(text) as Workflow) };
});
const stepsOf = (name: string) =>
  WORKFLOWS.filter(({ file }) => file === name).flatMap(({ jobs }) =>
    Object.entries(jobs).flatMap(([job, { steps }]) => steps.map((step) => ({ ...step, job }))),
  );

test('actions are pinned by commit, with their version beside it', () => {
  const used = WORKFLOWS.flatMap(({ text }) => text.match(/^.*\buses:.*$/gm) ?? []);
  expect(used.length).toBeGreaterThan(3);
  for (const line of used) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test('nothing is uploaded from a pull request', () => {
  const uploads = stepsOf('ci.yml').filter(({ uses }) => uses?.startsWith('actions/upload-artifact@'));
  expect(uploads).toHaveLength(1);
  for (const upload of uploads) expect(upload.if).toBe("github.event_name == 'push'");
});

test('they may read the repository, and no more, but for the job that publishes', () => {
  for (const { permissions, text } of WORKFLOWS) {
    expect(permissions).toEqual({ contents: 'read' });
    expect(text).not.toMatch(/pull_request_target|secrets\./);
  }
  const more = WORKFLOWS.flatMap(({ file, jobs }) =>
    Object.entries(jobs).map(([job, { permissions }]) => [`${file} ${job}`, permissions]),
  ).filter(([, permissions]) => permissions !== undefined);
  expect(Object.fromEntries(more)).toEqual({
    'release.yml publish': { contents: 'write', 'id-token': 'write', attestations: 'write' },
  });
});

test('the audit must have an answer', () => {
  for (const { file } of WORKFLOWS)
    expect(stepsOf(file).map(({ run }) => run)).toContain('npm run audit -- --must-answer');
});

describe('a release', () => {
  const steps = stepsOf('release.yml');

  test('is made by a tag of a version, and by nothing else', () => {
    const [release] = WORKFLOWS.filter(({ file }) => file === 'release.yml');
    expect(release?.on).toEqual({ push: { tags: ['v[0-9]+.[0-9]+.[0-9]+'] } });
  });

  test('runs the tests, then the dry run; what that leaves is attested, and published by the same script', () => {
    const commands = steps.flatMap(({ job, run }) => (run === undefined ? [] : [`${job}: ${run}`]));
    expect(commands).toEqual([
      'build: bash .ci/run',
      'build: npm run audit -- --must-answer',
      'build: npm run release -- --dry-run --tag "$GITHUB_REF_NAME"',
      'publish: npm run release -- --publish --tag "$GITHUB_REF_NAME"',
    ]);
    const actions = steps.filter(({ job }) => job === 'publish').flatMap(({ uses }) => uses?.split('@')[0] ?? []);
    expect(actions).toEqual([
      'actions/checkout',
      'actions/setup-node',
      'actions/download-artifact',
      'actions/attest-build-provenance',
    ]);
  });

  test('goes from one job to the other in the folder of the script, and attests the assets', () => {
    const { text = '' } = WORKFLOWS.find(({ file }) => file === 'release.yml') ?? {};
    const script = readFileSync('scripts/release.mjs', 'utf8');
    const [, folder = ''] = /out: \{ type: 'string', default: '(.+?)' \}/.exec(script) ?? [];
    expect(text.match(/path: \S+/g)?.map((match) => match.replace(/[,}]$/, ''))).toEqual([
      `path: ${folder}`,
      `path: ${folder}`,
      `path: ${folder}/assets/*`,
    ]);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What the workflows may run, and may give away. */

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
}

const FOLDER = '.github/workflows';
const WORKFLOWS = readdirSync(FOLDER).map((name) => {
  const text = readFileSync(`${FOLDER}/${name}`, 'utf8');
  const { jobs, permissions } = parse(text) as { jobs: Record<string, { steps: Step[] }>; permissions: unknown };
  return { text, permissions, steps: Object.values(jobs).flatMap(({ steps }) => steps) };
});
const steps = WORKFLOWS.flatMap((workflow) => workflow.steps);

test('actions are pinned by commit, with their version beside it', () => {
  const used = WORKFLOWS.flatMap(({ text }) => text.match(/^.*\buses:.*$/gm) ?? []);
  expect(used.length).toBeGreaterThan(3);
  for (const line of used) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test('nothing is uploaded from a pull request', () => {
  const uploads = steps.filter(({ uses }) => uses?.startsWith('actions/upload-artifact@'));
  expect(uploads).toHaveLength(1);
  for (const upload of uploads) expect(upload.if).toBe("github.event_name == 'push'");
});

test('they may read the repository, and no more', () => {
  for (const { permissions, text } of WORKFLOWS) {
    expect(permissions).toEqual({ contents: 'read' });
    expect(text).not.toMatch(/pull_request_target|secrets\./);
  }
});

test('the audit must have an answer', () => {
  expect(steps.map(({ run }) => run)).toContain('npm run audit -- --must-answer');
});

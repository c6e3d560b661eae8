import { readFileSync, writeFileSync } from 'node:fs';
import { scenarioNamed } from '../simulator/scenarios';
import { asBriefText, asPicture, asText, shownLines } from './logOfARun';
import { playRun } from './playRun';

/*
 * The logs in the documentation are those of runs: `UPDATE_DOCS=1 npx jest logOfARun` writes them anew.
 */

async function logOf(scenario: string) {
  const { logs } = await playRun({
    seed: 7,
    scenario: scenarioNamed(scenario),
    env: { POLL_WINDOW_SECONDS: '30', AWS_REGION: 'us-east-1' },
    userParameters: { TIMEOUT: 1800 },
  });
  return shownLines(logs);
}

/** The block of text that follows a comment of that name. */
function expectShown(file: string, name: string, text: string): void {
  const block = new RegExp(`(<!-- log: ${name}[^]*?\`\`\`text\\n)[^]*?(\\n\`\`\`)`);
  const content = readFileSync(file, 'utf8');
  expect(content).toMatch(block);
  const wanted = content.replace(block, (_all, before: string, after: string) => `${before}${text}${after}`);
  expectFile(file, content, wanted);
}

function expectFile(file: string, content: string, wanted: string): void {
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(file, wanted);
  else expect(content).toBe(wanted);
}

test('the log in README.md is that of a run', async () => {
  const lines = (await logOf('success')).filter(({ kind }) => kind !== 'metric');
  expectShown('README.md', 'success', asBriefText(lines));
});

test('the log in docs/observability.md is that of a run, and its picture shows the same', async () => {
  const lines = await logOf('script-fails');
  expectShown('docs/observability.md', 'script-fails', asText(lines));
  const title =
    'The log of a run in which a script fails on a green instance; the same text is in docs/observability.md';
  const picture = 'docs/log-of-a-run.svg';
  expectFile(picture, readFileSync(picture, 'utf8'), asPicture(lines, title));
});

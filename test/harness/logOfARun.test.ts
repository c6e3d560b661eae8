import { readFileSync, writeFileSync } from 'node:fs';
import { scenarioNamed } from '../simulator/scenarios';
import { asBriefText, asPicture, asResult, asText, shownLines } from './logOfARun';
import { playRun } from './playRun';

/*
 * The logs in the documentation are those of runs: `UPDATE_DOCS=1 npx vitest run logOfARun` writes them anew.
 */

function runOf(scenario: string) {
  return playRun({
    seed: 7,
    scenario: scenarioNamed(scenario),
    env: { POLL_WINDOW_SECONDS: '30', AWS_REGION: 'us-east-1' },
    userParameters: { TIMEOUT: 1800 },
  });
}

async function logOf(scenario: string) {
  return shownLines((await runOf(scenario)).logs);
}

/** The block of text that follows a comment of that name. */
function expectShown(file: string, name: string, text: string): void {
  const block = new RegExp(`(<!-- ${name}[^]*?\`\`\`text\\n)[^]*?(\\n\`\`\`)`);
  const content = readFileSync(file, 'utf8');
  expect(content).toMatch(block);
  const wanted = content.replace(block, (_all, before: string, after: string) => `${before}${text}${after}`);
  expectFile(file, content, wanted);
}

function expectFile(file: string, content: string, wanted: string): void {
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(file, wanted);
  else expect(content).toBe(wanted);
}

test('the failure message in docs/troubleshooting.md is that of a run', async () => {
  const { action } = await runOf('script-fails');
  expectShown('docs/troubleshooting.md', 'result: script-fails', asResult(action.failure));
});

test('the log of a success in docs/monitoring.md is that of a run', async () => {
  const lines = (await logOf('success')).filter(({ kind }) => kind !== 'metric');
  expectShown('docs/monitoring.md', 'log: success', asBriefText(lines));
});

test('the log of a failure in docs/monitoring.md is that of a run, and its picture shows the same', async () => {
  const lines = await logOf('script-fails');
  expectShown('docs/monitoring.md', 'log: script-fails', asText(lines));
  const title = 'The log of a run in which a script fails on a green instance; the same text is in docs/monitoring.md';
  const picture = 'docs/pictures/log-of-a-run.svg';
  expectFile(picture, readFileSync(picture, 'utf8'), asPicture(lines, title));
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { callsOfTheFunction } from '../field/awsCalls';
import { tally } from '../field/tally';
import { pythonTools } from '../field/tools';
import { MISTAKES, planted, type RecordedCall } from './planted';

/* The calls to AWS, and the simulator's answers, against the service models that botocore ships. */

interface Findings {
  /** By service and operation. */
  readonly counts: Readonly<Record<string, { readonly requests: number; readonly responses: number }>>;
  /** By service, operation and side; each begins with the name of its run. */
  readonly problems: Readonly<Record<string, readonly string[]>>;
}

const FOLDER = 'build/specs';
/** A problem is often that of every call. */
const SHOWN = 10;
const python = path.join(pythonTools(), 'python');
const results = tally('build/specs.json');

rmSync(FOLDER, { recursive: true, force: true });
execFileSync(process.execPath, ['scripts/run.mjs', 'scripts/specs/record.ts', FOLDER], { stdio: 'inherit' });
const files = readdirSync(FOLDER).map((name) => path.join(FOLDER, name));
const { counts, problems } = validate(files);
await results.check('every operation that src/ calls was recorded', () => {
  const called = callsOfTheFunction().map(({ service, operation }) => `${service} ${operation}`);
  assert.deepEqual(Object.keys(counts).sort(), called.sort());
});
for (const [operation, { requests, responses }] of Object.entries(counts).sort()) {
  for (const [side, count] of Object.entries({ requests, responses })) {
    await results.check(`${operation}: ${count} ${side}`, () => {
      const found = problems[`${operation} ${side}`] ?? [];
      assert.equal(found.length, 0, `${found.length} problems\n${found.slice(0, SHOWN).join('\n')}`);
      assert(count > 0, 'none was recorded');
    });
  }
}

const calls = files
  .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line) as RecordedCall);
const plantedFile = path.join(FOLDER, 'planted.jsonl');
writeFileSync(plantedFile, MISTAKES.map((mistake) => `${JSON.stringify(planted(mistake, calls))}\n`).join(''));
const found = Object.values(validate([plantedFile]).problems).flat();
for (const mistake of MISTAKES) {
  await results.check(`a planted mistake is found: ${mistake.name} (${mistake.operation})`, () => {
    const own = found.filter((problem) => problem.startsWith(`${mistake.name}: `)).join('\n');
    assert.match(own, mistake.found);
  });
}
console.log(`${total('requests')} requests and ${total('responses')} responses were validated.`);
results.close();

function validate(jsonl: readonly string[]): Findings {
  const output = execFileSync(python, ['scripts/specs/validate.py', ...jsonl], {
    maxBuffer: 1 << 28,
    encoding: 'utf8',
  });
  return JSON.parse(output) as Findings;
}

function total(side: 'requests' | 'responses'): number {
  return Object.values(counts).reduce((sum, count) => sum + count[side], 0);
}

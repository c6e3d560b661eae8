import { InvalidInputError, type Problem } from '../../../src/errors';
import { parsePipelineJob } from '../../../src/input/pipelineJob';
import { parseUserParameters } from '../../../src/input/userParameters/parseUserParameters';
import { badInputs, eventOf, FAKE_SECRETS, GOOD_PARAMETERS } from './badInput.corpus';

/** The problems of an event's parse, or else of its parameters' parse. */
function problemsOf(event: unknown): readonly Problem[] {
  const job = parsePipelineJob(event);
  if (!job.ok) return job.problems;
  const parameters = parseUserParameters(job.value.userParameters, job.value, {});
  return parameters.ok ? [] : parameters.problems;
}

// A row with a continuation token is bad only by that token, which is not read here.
const rows = badInputs.filter(({ continuationToken }) => continuationToken === undefined);

describe('bad input is refused with its message', () => {
  test.each(rows)('$name', (row) => {
    const error = new InvalidInputError(problemsOf(eventOf(row)));
    expect(error.problems).not.toHaveLength(0);
    for (const fragment of row.expect) expect(error.message).toContain(fragment);
    for (const secret of FAKE_SECRETS) expect(error.message).not.toContain(secret);
    expect(error.type).toBe('ConfigurationError');
    expect(error.message.length).toBeLessThanOrEqual(5000);
    // eslint-disable-next-line no-control-regex -- a message holds no control character but its line breaks
    expect(error.message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u200b-\u200f\u202a-\u202e\ufeff]|\p{Cs}/u);
  });
});

test('more problems than a message can hold are counted', () => {
  const problem = { where: 'X', what: 'x'.repeat(100), expected: 'y'.repeat(100) };
  const { message } = new InvalidInputError(Array.from({ length: 100 }, () => problem));
  expect(message.length).toBeLessThanOrEqual(5000);
  expect(message).toMatch(/^100 problems in .*\n(- X: .*\n){21}- … and 79 more\.$/);
});

describe('the corpus', () => {
  test('has at least 160 rows with names of their own, each with an expectation', () => {
    expect(rows.length).toBeGreaterThanOrEqual(160);
    expect(new Set(badInputs.map(({ name }) => name)).size).toBe(badInputs.length);
    for (const { expect: expected } of badInputs) expect(expected).not.toHaveLength(0);
  });

  test('starts from an event and parameters that are good', () => {
    expect(problemsOf(eventOf({ userParameters: GOOD_PARAMETERS }))).toEqual([]);
  });

  test('leaves the prototype of objects as it was', () => {
    for (const row of rows) problemsOf(eventOf(row));
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect('DRY_RUN' in {}).toBe(false);
  });
});

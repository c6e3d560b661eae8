import fc from 'fast-check';
import { InvalidInputError } from '../../../../src/errors';
import { parseUserParameters } from '../../../../src/input/userParameters/parseUserParameters';
import { GOOD_PARAMETERS } from '../badInput.corpus';

const JOB = { inputArtifacts: [{ name: 'App', bucket: 'artifacts', key: 'shop/App/AbC123x' }] };
const BROKEN = "a variable's value broke the JSON: CodePipeline inserts it as it is; ";

/** As CodePipeline resolves `"DESCRIPTION": "#{SourceVariables.CommitMessage}"`, in the middle or at the end of the object. */
function messageFor(value: string, after: string): string {
  const text = JSON.stringify({ ...GOOD_PARAMETERS, DESCRIPTION: undefined }).slice(0, -1);
  const parsed = parseUserParameters(`${text},"DESCRIPTION":"${value}"${after}}`, JOB, {});
  return parsed.ok ? '' : new InvalidInputError(parsed.problems).message;
}

const after = fc.constantFrom('', ', "TIMEOUT": 900', ',"TIMEOUT":900');
const words = fc.array(fc.stringMatching(/^[A-Za-z0-9#-]{1,9}$/), { maxLength: 4 }).map((all) => all.join(' '));

test.each([
  ['quotes', fc.tuple(words, words, words).map(([a, b, c]) => `Fix ${a} "${b}" ${c}`)],
  ['a quote', fc.tuple(words, words).map(([a, b]) => `${a} 5" ${b}`)],
  ['quotes at its ends', words.map((a) => `"Fix ${a}"`)],
  ['line breaks', fc.tuple(words, fc.constantFrom('\n', '\n\n', '\r\n'), words).map((all) => all.join(''))],
  ['backslashes', fc.tuple(words, words).map(([a, b]) => `${a} C:\\Users ${b}`)],
  ['a backslash at its end', words.map((a) => `${a} C:\\`)],
  ['a quote and a comma', words.map((a) => `Add 6", ${a} and more`)],
  ['tabs', fc.tuple(words, words).map((all) => all.join('\t'))],
] as const)("a variable's value with %s is diagnosed as just that, and not told", (_what, values) => {
  fc.assert(
    fc.property(values, after, (value, rest) => {
      const message = messageFor(value, rest);
      expect(message).toContain(BROKEN);
      for (const word of value.split(/[^A-Za-z]+/)) if (word.length > 6) expect(message).not.toContain(word);
    }),
  );
});

test.each([
  ['with a space', `{"TIMEOUT": "60" "DRY_RUN": true}`],
  ['without', `{"TIMEOUT":"60""DRY_RUN":true}`],
  ['on the next line', `{"TIMEOUT": "60"\n"DRY_RUN": true}`],
])('a comma that was forgotten %s is a comma that was forgotten', (_where, text) => {
  const parsed = parseUserParameters(text, JOB, {});
  expect(parsed).toMatchObject({
    ok: false,
    problems: [{ what: expect.stringContaining('a comma or the closing brace') as string }],
  });
});

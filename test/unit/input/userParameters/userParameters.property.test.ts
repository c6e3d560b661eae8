import fc from 'fast-check';
import { InvalidInputError } from '../../../../src/errors';
import { parseEntries } from '../../../../src/input/userParameters/json';
import { parseUserParameters } from '../../../../src/input/userParameters/parseUserParameters';
import { parameterNames } from '../../../../src/input/userParameters/schema';
import { AUTO_ROLLBACK_EVENTS, BUNDLE_TYPES } from '../../../../src/input/userParameters/userParameters';
import { anyCharacter } from '../../../support/anyCharacter';
import { TRIES_ALL } from '../../../support/triesAll';

const JOB = { inputArtifacts: [{ name: 'App', bucket: 'artifacts', key: 'shop/App/AbC123x' }] };
const TOKEN = `FAKE0TOKEN${'0a1b2c3d'.repeat(6)}99`;

const awsName = fc.stringMatching(/^[A-Za-z0-9+=,.@_-]{1,100}$/);
const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));

const revision = fc.oneof(
  fc.record({
    S3_BUCKET: fc.stringMatching(/^[a-z0-9][a-z0-9.-]{2,50}$/),
    S3_KEY: fc.stringMatching(/^[a-z]{1,20}\/[a-z]{1,20}$/),
    S3_BUNDLE: fc.constantFrom(...BUNDLE_TYPES),
  }),
  fc.record({ GITHUB_REPO: fc.stringMatching(/^[a-z]{1,20}\/[a-z]{1,20}$/), COMMIT_ID: hex(40) }),
  fc.constant({ INPUT_ARTIFACT: 'App' }),
  fc.constant({}),
);

const base = fc.record(
  {
    API_TOKEN: fc.constant(TOKEN),
    ACCOUNT_ID: hex(8).map((id) => `act-${id}`),
    GROUP_ID: hex(8).map((id) => `sig-${id}`),
    APP_NAME: awsName,
    DEPLOYMENT_GROUP: awsName,
    TIMEOUT: fc.integer({ min: 1, max: 85_500 }),
    DEPLOYMENT_CONFIG: awsName,
    DESCRIPTION: fc.stringMatching(/^[a-z“”'"\\/{}:,]{1,60}$/),
    IGNORE_STOP_FAILURES: fc.boolean(),
    AUTO_ROLLBACK: fc.oneof(fc.boolean(), fc.subarray([...AUTO_ROLLBACK_EVENTS], { minLength: 1 })),
    ACCEPT_OTHER_GROUPS: fc.boolean(),
    DRY_RUN: fc.boolean(),
  },
  { requiredKeys: ['API_TOKEN', 'ACCOUNT_ID', 'GROUP_ID', 'APP_NAME', 'DEPLOYMENT_GROUP'] },
);

/** Good parameters. */
const good = fc
  .tuple(base, revision)
  .map(([parameters, source]): Record<string, unknown> => ({ ...parameters, ...source }));

/** Checks what holds for any text, and gives the message of a refusal. */
function messageOf(text: string): string {
  const result = parseUserParameters(text, JOB, {});
  if (result.ok) return '';
  expect(result.problems).not.toHaveLength(0);
  const { message } = new InvalidInputError(result.problems);
  expect(message.length).toBeLessThanOrEqual(5000);
  return message;
}

const checkText = (text: string): void => void messageOf(text);

describe('any text is parsed or refused, without a throw', () => {
  test('text', () => {
    fc.assert(fc.property(fc.string({ unit: anyCharacter, maxLength: 200 }), checkText), {
      numRuns: TRIES_ALL ? 500 : 100,
    });
  });

  test('JSON', () => {
    fc.assert(fc.property(fc.json(), checkText), { numRuns: TRIES_ALL ? 500 : 100 });
  });

  test('an object with known names and any values', () => {
    const anyValues = fc.dictionary(fc.constantFrom(...parameterNames, '__proto__', 'timeout'), fc.jsonValue());
    fc.assert(
      fc.property(anyValues, (object) => {
        checkText(JSON.stringify(object));
      }),
      { numRuns: TRIES_ALL ? 1000 : 100 },
    );
  });
});

test('a text is refused as broken JSON exactly when JSON.parse refuses it', () => {
  const pieces = fc.constantFrom(
    ...Array.from('{}[]:,"\\u019-+.eE/* \n\t\u00a0'),
    'true',
    'null',
    '"a"',
    '"b":',
    '{"a":',
    '12',
  );
  const text = fc.array(pieces, { maxLength: 8 }).map((parts) => `{"a":${parts.join('')}}`);
  fc.assert(
    fc.property(text, (json) => {
      let isJson = true;
      try {
        JSON.parse(json);
      } catch {
        isJson = false;
      }
      expect(parseEntries(json).ok).toBe(isJson);
    }),
    { numRuns: TRIES_ALL ? 5000 : 200 },
  );
});

test('good parameters are parsed alike in any order, and with numbers and booleans as text', () => {
  const asText = (value: unknown) => {
    if (Array.isArray(value)) return value.join(',');
    return typeof value === 'string' ? value : String(value);
  };
  const shuffled = good.chain((parameters) => {
    const names = Object.keys(parameters);
    return fc.tuple(fc.constant(parameters), fc.shuffledSubarray(names, { minLength: names.length }));
  });
  fc.assert(
    fc.property(shuffled, ([parameters, names]) => {
      const reordered = Object.fromEntries(names.map((name) => [name, asText(parameters[name])]));
      const parsed = parseUserParameters(JSON.stringify(parameters), JOB, {});
      expect(parsed.ok).toBe(true);
      expect(parseUserParameters(JSON.stringify(reordered), JOB, {})).toEqual(parsed);
    }),
  );
});

test('good parameters come back as they were given', () => {
  fc.assert(
    fc.property(good, (parameters) => {
      const parsed = parseUserParameters(JSON.stringify(parameters, undefined, 2), JOB, {});
      expect(parsed).toMatchObject({
        ok: true,
        value: {
          token: { kind: 'clear', value: TOKEN },
          accountId: parameters['ACCOUNT_ID'],
          groupId: parameters['GROUP_ID'],
          applicationName: parameters['APP_NAME'],
          deploymentGroupName: parameters['DEPLOYMENT_GROUP'],
          timeoutSeconds: parameters['TIMEOUT'] ?? 1800,
          dryRun: parameters['DRY_RUN'] ?? false,
        },
      });
    }),
  );
});

describe('the token is in no problem', () => {
  const edit = fc.record({
    at: fc.nat({ max: 999 }),
    removed: fc.nat({ max: 3 }),
    added: fc.oneof(
      fc.constantFrom(...Array.from('"\\{}[]:,“”\'#/\n'), '\\"', '": "', '#{a.b}'),
      fc.string({ unit: anyCharacter, maxLength: 3 }),
    ),
  });

  test('of a good text with a few edits anywhere', () => {
    fc.assert(
      fc.property(good, fc.array(edit, { minLength: 1, maxLength: 3 }), (parameters, edits) => {
        const mutated = edits.reduce((text, { at, removed, added }) => {
          const start = at % (text.length + 1);
          return text.slice(0, start) + added + text.slice(start + removed);
        }, JSON.stringify(parameters));
        const message = messageOf(mutated);
        for (const piece of [TOKEN.slice(0, 24), TOKEN.slice(18, 42), TOKEN.slice(-24)]) {
          expect(message).not.toContain(piece);
        }
      }),
      { numRuns: TRIES_ALL ? 3000 : 200 },
    );
  });

  test('of parameters that hold it elsewhere too', () => {
    const token = fc.stringMatching(/^FAKE-[!-~]{3,20}$/);
    const names = fc.subarray([...parameterNames], { minLength: 1 });
    fc.assert(
      fc.property(token, names, fc.constantFrom('', ' ', '!', '\u0000', '/x/y'), (secret, places, suffix) => {
        const copies = Object.fromEntries(places.map((name) => [name, `${secret}${suffix}`]));
        const message = messageOf(JSON.stringify({ ...copies, [`x${secret}`]: 1, API_TOKEN: secret }));
        expect(message).not.toContain(secret);
      }),
      { numRuns: TRIES_ALL ? 1000 : 100 },
    );
  });
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { isSurelyName, looksLikeToken } from '../../../src/input/tokenShape';
import { parseSettings } from '../../../src/input/settings';
import { parseUserParameters } from '../../../src/input/userParameters/parseUserParameters';
import { InvalidInputError } from '../../../src/errors';
import { GOOD_PARAMETERS } from './badInput.corpus';
import { TRIES_ALL } from '../../support/triesAll';

const JOB = { inputArtifacts: [{ name: 'App', bucket: 'artifacts', key: 'shop/App/AbC123x' }] };

/** The two places that take the name of a secret, and what they say of a value. */
function refusalsOf(value: string): readonly string[] {
  const parameters = parseUserParameters(
    JSON.stringify({ ...GOOD_PARAMETERS, API_TOKEN: undefined, API_TOKEN_SECRET: value }),
    JOB,
    {},
  );
  return [parameters, parseSettings({ SPOT_TOKEN_SECRET: value })].map((parsed) =>
    parsed.ok ? '' : new InvalidInputError(parsed.problems).message,
  );
}

const hex = fc.stringMatching(/^([0-9a-f]{32,128}|[0-9A-F]{32,128})$/);
const lettersAndDigits = fc.stringMatching(/^[A-Za-z0-9]{32,128}$/).filter((text) => /\d/.test(text.slice(0, 32)));
const word = fc.constantFrom(
  ...'spot api token prod production staging team web shop for the eu west elastigroup account organisation platform'.split(
    ' ',
  ),
);
const joined = (separator: fc.Arbitrary<string>, least: number) =>
  fc
    .array(fc.tuple(word, separator), { minLength: least, maxLength: 12 })
    .map((parts) => parts.map(([text, glue]) => text + glue).join('') + 'key');
const capitalised = fc
  .array(word, { minLength: 4, maxLength: 12 })
  .map((words) => words.map((text) => text.charAt(0).toUpperCase() + text.slice(1)).join(''));
const name = fc.oneof(joined(fc.constantFrom('/', '-', '_', '.', '-2-', '/v2/', '-2026-'), 5), capitalised);
const arn = name.map((text) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${text}-AbC12d`);

describe('a token in place of the name of a secret is refused', () => {
  test.each([
    ['hex', hex],
    ['letters and digits', lettersAndDigits],
  ])('%s', (_kind, token) => {
    fc.assert(
      fc.property(token, fc.constantFrom('', '#key', ' '), (value, after) => {
        for (const message of refusalsOf(value + after)) {
          expect(message).toContain('looks like a token itself');
          expect(message).not.toContain(value.slice(0, 8));
        }
      }),
      { numRuns: TRIES_ALL ? 300 : 100 },
    );
  });

  // By chance a run may look like words.
  test.each([
    ['base64url', 43, 0.01],
    ['base64', 64, 0.002],
    ['base64', 32, 0.02],
  ] as const)('random %s of %i characters, nearly always', (encoding, length, missedAtMost) => {
    const tokens = Array.from({ length: 20_000 }, (_, index) =>
      createHash('sha512').update(String(index)).digest().toString(encoding).slice(0, length),
    );
    expect(tokens.filter((token) => !looksLikeToken(token)).length / tokens.length).toBeLessThan(missedAtMost);
  });

  test('also as the JSON key of a secret', () => {
    fc.assert(
      fc.property(hex, (value) => {
        for (const message of refusalsOf(`spot/token#${value}`)) {
          expect(message).toContain('looks like a token itself');
          expect(message).not.toContain(value.slice(0, 8));
        }
      }),
    );
  });
});

describe('the name of a secret is taken', () => {
  test.each([
    'prod/spot-api-token-for-the-web-shop-team',
    'SpotApiTokenForTheWebShopTeamProduction',
    'web-shop/production/eu-west-1/spot-elastigroup/api-token/v2#token',
    '3f9a1c2e-1111-4222-8333-444455556666',
    `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${'0123456789abcdef'.repeat(4)}-AbC12d`,
  ])('%s', (value) => {
    expect(refusalsOf(value)).toEqual(['', '']);
  });

  test.each([
    ['made of words', name],
    ['an ARN', arn],
  ])('%s', (_kind, names) => {
    fc.assert(
      fc.property(names, fc.constantFrom('', '#token', '#SPOT_API_TOKEN'), (value, key) => {
        expect(refusalsOf(value + key)).toEqual(['', '']);
      }),
      { numRuns: TRIES_ALL ? 1000 : 200 },
    );
  });
});

describe('what is shown as the name of a secret', () => {
  test.each([
    ['base64url', 32],
    ['base64url', 43],
    ['base64', 24],
    ['base64', 32],
    ['base64', 64],
    ['hex', 24],
    ['hex', 64],
  ] as const)('is no random %s of %i characters, as a whole or beside a slash', (encoding, length) => {
    const tokens = Array.from({ length: 20_000 }, (_, index) =>
      createHash('sha512').update(String(index)).digest().toString(encoding).slice(0, length),
    );
    expect(tokens.filter((token) => isSurelyName(token) || isSurelyName(`spot/${token}`))).toEqual([]);
  });

  test.each([
    '3f9a0c1d2e4b5a69.78695a4b3c2d1e0f',
    '0123456789abcdef0123456789abcde',
    '3f9a0c1d-2e4b-5a69-7869-5a4b3c2d1e0f',
    'mPmlkdbaTihuuygPnlVlqxbLvhUzCKuXPOTkGfTo',
    '1234-5678-9012-3456',
  ])('is not %s', (value) => {
    expect(isSurelyName(value)).toBe(false);
  });

  test.each([
    'spot/api-token',
    'SPOT_API_TOKEN',
    'SpotApiToken',
    'team7/spot_token-v2',
    'prod/spot.token-2026',
    'token',
  ])('is %s', (value) => {
    expect(isSurelyName(value)).toBe(true);
  });

  test('is what is made of words', () => {
    const words = name.filter(
      (text) => !/\d.*\d{5}|[A-Z][a-z](?![a-z])/.test(text) && text.replace(/\D/g, '').length <= 8,
    );
    fc.assert(fc.property(fc.oneof(words, arn), isSurelyName));
  });
});

import fc from 'fast-check';
import { parseSettings, settingTable } from '../../../src/input/settings';
import { anyCharacter } from '../../support/anyCharacter';

const DEFAULTS = {
  spotApiUrl: 'https://api.spotinst.io',
  pollIntervalSeconds: 5,
  pollWindowSeconds: 240,
  cleanupTimeoutSeconds: 900,
  allowUnknownJob: false,
  checkRevision: false,
};

describe('a setting that is not given has its default', () => {
  const blank = Object.fromEntries(settingTable.map(({ name }) => [name, '']));
  test.each([
    ['absent', {}],
    ['undefined', { SPOT_API_URL: undefined }],
    ['blank, as SAM passes them', blank],
    ['white space', { POLL_INTERVAL_SECONDS: ' ', SPOT_TOKEN_SECRET: '\t' }],
    ['of other programs', { PATH: '/bin', TIMEOUT: 'x' }],
  ])('%s', (_name, env) => {
    expect(parseSettings(env)).toEqual({ ok: true, value: DEFAULTS, warnings: [] });
  });
});

describe('a good value is taken', () => {
  test.each([
    ['SPOT_API_URL', 'https://spot.example/', { spotApiUrl: 'https://spot.example' }],
    ['SPOT_API_URL', 'http://127.0.0.1:8080', { spotApiUrl: 'http://127.0.0.1:8080' }],
    ['SPOT_API_URL', 'http://localhost:8080/spot//', { spotApiUrl: 'http://localhost:8080/spot' }],
    ['SPOT_TOKEN_SECRET', ' spot/token#key ', { tokenSecret: 'spot/token#key' }],
    ['POLL_INTERVAL_SECONDS', '0.01', { pollIntervalSeconds: 0.01 }],
    ['POLL_INTERVAL_SECONDS', '300', { pollIntervalSeconds: 300 }],
    ['POLL_WINDOW_SECONDS', '0', { pollWindowSeconds: 0 }],
    ['POLL_WINDOW_SECONDS', ' 900 ', { pollWindowSeconds: 900 }],
    ['ALLOW_UNKNOWN_JOB', 'true', { allowUnknownJob: true }],
    ['CHECK_REVISION', 'true', { checkRevision: true }],
    ['CLEANUP_TIMEOUT_SECONDS', '1', { cleanupTimeoutSeconds: 1 }],
    ['CLEANUP_TIMEOUT_SECONDS', '3600', { cleanupTimeoutSeconds: 3600 }],
    // Read by Powertools itself.
    ['POWERTOOLS_LOG_LEVEL', 'debug', {}],
    ['POWERTOOLS_LOG_LEVEL', 'Warn', {}],
  ])('%s=%s', (name, value, expected) => {
    expect(parseSettings({ [name]: value })).toEqual({ ok: true, value: { ...DEFAULTS, ...expected }, warnings: [] });
  });
});

describe('a bad value is refused by the name of its variable', () => {
  test.each([
    ['SPOT_API_URL', 'api.spotinst.io', '"api.spotinst.io" is not a URL'],
    ['SPOT_API_URL', 'ftp://spot.example', '"ftp://spot.example" is not an http(s) address'],
    ['SPOT_API_URL', 'http://spot.example', '"http://spot.example" would send the token unencrypted'],
    ['SPOT_API_URL', 'http://localhost.example', '"http://localhost.example" would send the token unencrypted'],
    ['SPOT_API_URL', 'https://spot.example?a=b', '"https://spot.example?a=b" contains a query or a fragment'],
    ['SPOT_TOKEN_SECRET', 'a secret', 'is not the name of a secret'],
    ['POLL_INTERVAL_SECONDS', '0', '"0" is below 0.01'],
    ['POLL_INTERVAL_SECONDS', '301', '"301" is above 300'],
    ['POLL_INTERVAL_SECONDS', '5s', '"5s" is not a plain number'],
    ['POLL_INTERVAL_SECONDS', '1e1', '"1e1" is not a plain number'],
    ['POLL_WINDOW_SECONDS', '-1', '"-1" is below 0'],
    ['POLL_WINDOW_SECONDS', '901', '"901" is above 900'],
    ['CLEANUP_TIMEOUT_SECONDS', '0.5', '"0.5" is below 1'],
    ['CLEANUP_TIMEOUT_SECONDS', 'NaN', '"NaN" is not a plain number'],
    ['POWERTOOLS_LOG_LEVEL', 'verbose', '"verbose" is not one of the accepted values'],
  ])('%s=%s', (name, value, what) => {
    const result = parseSettings({ [name]: value });
    expect(result.ok ? [] : result.problems.map((problem) => [problem.where, problem.what])).toEqual([
      [`${name} (environment variable of the function)`, what],
    ]);
  });

  test('and a password in an address is not shown', () => {
    const result = parseSettings({ SPOT_API_URL: 'https://me:hunter2@spot.example' });
    expect(result.ok ? '' : result.problems[0]?.what).toMatch(/contains a user or a password$/);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  test('and all at once', () => {
    const result = parseSettings({ SPOT_API_URL: 'x', POLL_WINDOW_SECONDS: 'x', POWERTOOLS_LOG_LEVEL: 'x' });
    expect(result.ok ? 0 : result.problems.length).toBe(3);
  });
});

test('the table tells the defaults that the parser uses', () => {
  const env = Object.fromEntries(settingTable.map(({ name, default: value }) => [name, value]));
  expect(parseSettings(env)).toEqual(parseSettings({}));
});

test('no text makes the parser throw', () => {
  const env = fc.record(Object.fromEntries(settingTable.map(({ name }) => [name, fc.string({ unit: anyCharacter })])));
  fc.assert(
    fc.property(env, (values) => {
      const result = parseSettings(values);
      expect(result.ok || result.problems.length > 0).toBe(true);
    }),
  );
});

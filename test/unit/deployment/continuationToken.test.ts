import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { SPOT_OPERATIONS } from '../../../src/clients/spot/elastigroup';
import { SpotRateLimit } from '../../../src/clients/spot/rateLimit';
import { decodeToken, encodeToken, type Resumed } from '../../../src/deployment/continuationToken';
import type { ActiveState } from '../../../src/deployment/state';
import { at, cleaningUp, JOB, launching, parametersWith, START, succeeded } from '../../support/deploymentSamples';
import { anyCharacter } from '../../support/anyCharacter';
import { TRIES_ALL } from '../../support/triesAll';

const PARAMETERS = parametersWith();
const LONGEST = 2048;
const NOW = START + 60_000;

/* ---- arbitrary states: written by what the types allow, not by the code's schema ---- */

const time = fc.integer({ min: 0, max: 8_640_000_000_000 });
const identifier = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,60}$/);
const optional = <T>(name: string, values: fc.Arbitrary<T>) =>
  fc.option(values, { nil: undefined }).map((value) => (value === undefined ? {} : { [name]: value }));

function statesWith(text: fc.Arbitrary<string>, id: fc.Arbitrary<string>): fc.Arbitrary<ActiveState> {
  const failure = fc
    .tuple(
      fc.constantFrom('JobFailed', 'ConfigurationError', 'PermissionError', 'RevisionUnavailable', 'SystemUnavailable'),
      text,
      optional('timedOut', fc.constant(true)),
    )
    .map(([type, headline, timedOut]) => ({ type, headline, ...timedOut }));
  const tenths = fc.integer({ min: 0, max: 864_000 }).map((number) => number / 10);
  const aboveNothing = fc.integer({ min: 1, max: 3_924_000 }).map((number) => number / 10);
  const common = fc
    .tuple(
      id,
      time,
      time,
      fc.integer({ min: 1, max: 20_000 }),
      fc.tuple(...['launch', 'install', 'finalize', 'cleanUp'].map((name) => optional(name, tenths))),
      text,
      fc.integer({ min: 0, max: 100 }),
      optional('outageSince', time),
      optional(
        'usual',
        fc.record({ median: aboveNothing, high: aboveNothing, count: fc.integer({ min: 1, max: 25 }) }),
      ),
    )
    .map(([greenIdentifier, startedAt, phaseStartedAt, invocations, durations, progress, percent, outage, usual]) => {
      const measured: Record<string, number> = Object.fromEntries(durations.flatMap((one) => Object.entries(one)));
      return {
        greenIdentifier,
        startedAt,
        phaseStartedAt,
        invocations,
        durations: measured,
        progress,
        percent,
        ...outage,
        ...usual,
      };
    });
  const fleet = id.map((elastigroupDeploymentId) => ({ elastigroupDeploymentId }));
  const deployment = id.map((deploymentId) => ({ deploymentId }));
  const own = {
    starting: [optional('unconfirmedSince', time), optional('refusal', text)],
    launching: [fleet, optional('noTargetsSince', time), optional('pace', fc.constantFrom('far', 'near'))],
    installing: [optional('elastigroupDeploymentId', id), deployment],
    finalizing: [
      optional('elastigroupDeploymentId', id),
      deployment,
      optional('unlistedSince', time),
      optional('pace', fc.constantFrom('far', 'near')),
    ],
    cleaningUp: [
      optional('elastigroupDeploymentId', id),
      optional('deploymentId', id),
      failure.map((value) => ({ failure: value })),
      optional('unconfirmedSince', time),
      optional('firstStopAt', time),
      optional('codeDeployStopSentAt', time),
      optional('elastigroupStopSentAt', time),
      optional('stopProblem', text),
    ],
  };
  return fc.oneof(
    ...Object.entries(own).map(([phase, parts]) =>
      fc
        .tuple(common, fc.tuple(...parts))
        .map(([shared, members]) => Object.assign({}, shared, { phase }, ...members) as ActiveState),
    ),
  );
}

const shortStates = statesWith(fc.string({ maxLength: 30 }), identifier);
const longText = fc.oneof(
  fc.string({ minLength: 400, maxLength: 600 }),
  fc.string({ minLength: 200, maxLength: 600, unit: anyCharacter }).map((text) => text.slice(0, 600)),
  fc.constantFrom('緑'.repeat(600), '😀'.repeat(300), 'ü ä '.repeat(150), '\u0000'.repeat(600), '"\\'.repeat(300)),
);
const longStates = statesWith(longText, fc.constantFrom('x'.repeat(128), 'd-1A2B3C4D5'));
/** Each operation's own block, and until when it is sent in turns (clients/spot/rateLimit.ts). */
const BLOCKABLE = Object.values(SPOT_OPERATIONS).flatMap((operation) => [operation, `turns: ${operation}`]);
const blocks = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...BLOCKABLE), time), { selector: ([operation]) => operation })
  .map((entries): Readonly<Record<string, number>> => Object.fromEntries(entries));

function decoded(token: string, parameters = PARAMETERS): Resumed {
  const result = decodeToken(token, parameters, NOW);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

function refusal(token: string, parameters = PARAMETERS): string {
  const result = decodeToken(token, parameters, NOW);
  if (result.ok) throw new Error('the token was accepted');
  expect(result.problems).toHaveLength(1);
  expect(result.problems[0]?.where).toBe('continuationToken');
  return result.problems[0]?.what ?? '';
}

const WHOLE = encodeToken({ state: launching(), rateLimit: new SpotRateLimit() }, PARAMETERS);
/** As 0.1.0 writes it: without the tag and the start time outside the versioned part. */
const GOOD = WHOLE.split('.').slice(0, 3).join('.');
/**
 * One of each phase, written by the bundle of 0.1.0 against its own simulator (scripts/upgrade/recordTokens.ts): a change of the
 * form or of the state must not make them unreadable.
 */
const OF_0_1_0 = JSON.parse(readFileSync('test/unit/deployment/tokens-0.1.0.json', 'utf8')) as Record<string, string>;
const PARAMETERS_OF_0_1_0 = parametersWith({
  accountId: 'act-1a2b3c4d',
  groupId: 'sig-1a2b3c4d',
  applicationName: 'web-shop',
  deploymentGroupName: 'web-shop-production',
});

/** A token with any content and a checksum that fits it. */
function sealed(content: unknown, version = 'v1'): string {
  const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
  const checksum = createHash('sha256').update(payload).digest('base64url').slice(0, 16);
  return `${version}.${payload}.${checksum}`;
}

function contentOf(token: string): { fingerprint: string; state: Record<string, unknown>; blocks: unknown } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as ReturnType<typeof contentOf>;
}

describe('a state', () => {
  test('comes back as it was, with the rate-limit blocks', () => {
    fc.assert(
      fc.property(shortStates, blocks, (state, held) => {
        const back = decoded(encodeToken({ state, rateLimit: new SpotRateLimit(held) }, PARAMETERS));
        expect(back.state).toEqual(state);
        expect(back.rateLimit.blocks).toEqual(held);
      }),
      { numRuns: TRIES_ALL ? 500 : 100 },
    );
  });

  test('with long texts in any script fits into 2048 characters, and only texts are shortened', () => {
    fc.assert(
      fc.property(longStates, blocks, (state, held) => {
        const token = encodeToken({ state, rateLimit: new SpotRateLimit(held) }, PARAMETERS);
        expect(token.length).toBeLessThanOrEqual(LONGEST);
        const back = decoded(token).state;
        expect(withoutTexts(back)).toEqual(withoutTexts(state));
        expect(back.progress.slice(0, 5)).toBe(state.progress.slice(0, 5));
      }),
      { numRuns: TRIES_ALL ? 200 : 100 },
    );
  });

  test('fits however many operations Spot has limited: it tells of that again', () => {
    const id = 'cdbg-1a2b3c4d5e';
    const state = cleaningUp({
      ...{ greenIdentifier: JOB, elastigroupDeploymentId: id, deploymentId: 'd-1A2B3C4D5', successorId: 'd-1A2B3C4D6' },
      durations: { launch: 600.5, install: 600.5, finalize: 600.5, cleanUp: 600.5 },
      ...{ runEndedSince: NOW, deniedSince: NOW, deniedPolls: 12, outageSince: NOW, unseenSince: NOW },
      usual: { median: 3600.5, high: 7200.5, count: 25 },
      failure: { type: 'SystemUnavailable', headline: '緑'.repeat(600), timedOut: true, isUnfollowed: true },
      ...{ launched: { count: 100, of: 100 }, startedOn: 100, unconfirmedSince: NOW, firstStopAt: NOW },
      ...{ unlistedSince: NOW, refused: { since: NOW, polls: 12 }, traffic: 'on-blue', noCodeDeploySince: NOW },
      ...{
        codeDeployEndedSince: NOW,
        codeDeployStopSentAt: NOW,
        elastigroupStopSentAt: NOW,
        stopProblem: '緑'.repeat(300),
      },
    });
    const rateLimit = new SpotRateLimit(Object.fromEntries(BLOCKABLE.map((operation) => [operation, NOW])));
    const token = encodeToken({ state, rateLimit, runUnreadSince: NOW }, PARAMETERS);
    expect(token.length).toBeLessThanOrEqual(LONGEST);
    expect(withoutTexts(decoded(token).state)).toEqual(withoutTexts(state));
  });

  test('keeps a text of usual length whole', () => {
    const progress = 'CodeDeploy d-1A2B3C4D5: 2 of 4 instances done, 1 failed; waiting to terminate blue';
    expect(
      decoded(encodeToken({ state: launching({ progress }), rateLimit: new SpotRateLimit() }, PARAMETERS)).state
        .progress,
    ).toBe(progress);
  });

  test('of fractional seconds keeps tenths', () => {
    const state = launching({ durations: { launch: 12.3456 } });
    expect(decoded(encodeToken({ state, rateLimit: new SpotRateLimit() }, PARAMETERS)).state.durations).toEqual({
      launch: 12.3,
    });
  });

  test('is written in characters that need no escaping', () => {
    fc.assert(
      fc.property(shortStates, blocks, (state, held) => {
        expect(encodeToken({ state, rateLimit: new SpotRateLimit(held) }, PARAMETERS)).toMatch(
          /^v1(\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{16}){2}$/,
        );
      }),
    );
  });

  test('is resumed although everything but the ids of the action has changed', () => {
    const changed = parametersWith({ timeoutSeconds: 60, token: { kind: 'clear', value: 'x' }, description: 'new' });
    expect(decoded(GOOD, changed).state).toEqual(launching());
  });
});

function withoutTexts(state: ActiveState): unknown {
  return JSON.parse(
    JSON.stringify(state, (key, value: unknown) =>
      ['progress', 'headline', 'refusal', 'stopProblem'].includes(key) ? '' : value,
    ),
  );
}

describe('no secret', () => {
  test('is in a token: nothing of the parameters is but a fingerprint', () => {
    const parameters = parametersWith({ token: { kind: 'clear', value: 'spot-token-in-clear-text' } });
    const content = contentOf(encodeToken({ state: cleaningUp(), rateLimit: new SpotRateLimit() }, parameters));
    expect(JSON.stringify(content)).not.toContain('spot-token');
    expect(Object.keys(content)).toEqual(['fingerprint', 'state', 'blocks']);
    expect(content.fingerprint).toMatch(/^[A-Za-z0-9_-]{12}$/);
  });

  test.each(['token', 'API_TOKEN', 'artifactCredentials', 'secretAccessKey', 'anything'])(
    'has a place in a state: a member %s is refused',
    (name) => {
      const content = contentOf(GOOD);
      expect(refusal(sealed({ ...content, state: { ...content.state, [name]: 'x' } }))).toContain('no readable state');
      expect(refusal(sealed({ ...content, [name]: 'x' }))).toContain('no readable state');
    },
  );
});

describe('a token whose state cannot be read', () => {
  const [, payload = '', checksum = '', anchor = '', anchorChecksum = ''] = WHOLE.split('.');

  test.each([
    ['of a newer version', `v2.whatever.it.is.${anchor}.${anchorChecksum}`, /has version 2/],
    ['of an unknown phase', `${sealed({ state: { phase: 'new' } })}.${anchor}.${anchorChecksum}`, /no readable state/],
    ['damaged', `v1.${payload}x.${checksum}.${anchor}.${anchorChecksum}`, /corrupt/],
  ])('%s: the tag and the start time are, so that the deployment is found again', (_what, token, why) => {
    const { state, unreadable } = decoded(token);
    expect(unreadable).toMatch(why);
    const { greenIdentifier, startedAt } = launching();
    expect(state).toMatchObject({ phase: 'starting', greenIdentifier, startedAt, unconfirmedSince: NOW });
  });

  test.each([
    ['with a damaged anchor too', `v2.x.y.${anchor}x.${anchorChecksum}`],
    [
      'of another action',
      encodeToken({ state: launching(), rateLimit: new SpotRateLimit() }, parametersWith({ groupId: 'sig-2' })),
    ],
  ])('%s is refused', (_what, token) => {
    expect(refusal(token)).not.toBe('');
  });
});

describe('a token of 0.1.0', () => {
  test('is there for each phase', () => {
    expect(Object.keys(OF_0_1_0)).toEqual(['starting', 'launching', 'installing', 'finalizing', 'cleaningUp']);
  });

  test.each(Object.entries(OF_0_1_0))('%s is read as it was written', (phase, token) => {
    const { state, unreadable } = decoded(token, PARAMETERS_OF_0_1_0);
    expect(unreadable).toBeUndefined();
    expect(state.phase).toBe(phase);
    expect(state).toEqual(contentOf(token).state);
    // And what is written of it today is read again, by the tag and the start time at least.
    const again = encodeToken({ state, rateLimit: new SpotRateLimit() }, PARAMETERS_OF_0_1_0);
    expect(decoded(again, PARAMETERS_OF_0_1_0).state).toEqual(state);
  });

  test.each(Object.entries(OF_0_1_0))(
    '%s that is damaged has no tag to find anything by, and is refused',
    (_phase, token) => {
      expect(refusal(token.slice(0, -1), PARAMETERS_OF_0_1_0)).toBe('is corrupt or was modified');
    },
  );
});

describe('a token that is bad says how', () => {
  test.each([
    ['empty', ''],
    ['of another tool', 'eyJhbGciOiJIUzI1NiJ9.e30.abc'],
    ['a word', 'continue'],
    ['cut after two characters', GOOD.slice(0, 2)],
    ['of version 0', GOOD.replace('v1', 'v0')],
    ['of an oddly written version', GOOD.replace('v1', 'v01')],
    ['of a version beyond numbers', GOOD.replace('v1', 'v99999999999999999999')],
    ['in upper case', GOOD.replace('v1', 'V1')],
    ['with a space before it', ` ${GOOD}`],
  ])('foreign: %s', (_what, token) => {
    expect(refusal(token)).toBe('was not written by this function');
  });

  test.each([2, 3, 17, 999_999])('of a future version: v%d', (version) => {
    const what = refusal(GOOD.replace('v1', `v${version}`));
    expect(what).toContain(`version ${version}`);
    expect(what).toContain('was the function updated while the action ran?');
  });

  test('damaged: one other character, anywhere', () => {
    const letters = 'AZaz09_-.';
    for (let index = 0; index < GOOD.length; index += 1) {
      for (const letter of letters) {
        if (GOOD[index] === letter) continue;
        const damaged = GOOD.slice(0, index) + letter + GOOD.slice(index + 1);
        expect(refusal(damaged)).toMatch(
          index < 3 ? /was not written|has version|is corrupt/ : /^is corrupt or was modified$/,
        );
      }
    }
  });

  test('damaged: one character too few or too many, anywhere', () => {
    for (let index = 3; index < GOOD.length; index += 1) {
      expect(refusal(GOOD.slice(0, index) + GOOD.slice(index + 1))).toBe('is corrupt or was modified');
      expect(refusal(`${GOOD.slice(0, index)}A${GOOD.slice(index)}`)).toBe('is corrupt or was modified');
    }
    for (const more of ['.', '.x', ' ', '\n', '=']) expect(refusal(GOOD + more)).toBe('is corrupt or was modified');
  });

  test('truncated, at any length', () => {
    for (let length = 3; length < GOOD.length; length += 1)
      expect(refusal(GOOD.slice(0, length))).toBe('is corrupt or was modified');
  });

  test('too long for a token', () => {
    expect(refusal(`v1.${'A'.repeat(2100)}.B`)).toBe('has 2105 characters; the limit is 2048');
  });

  test.each([
    ['accountId', 'act-2'],
    ['groupId', 'sig-2'],
    ['applicationName', 'other'],
    ['deploymentGroupName', 'other'],
  ])('of an action with another %s', (name, value) => {
    expect(refusal(GOOD, parametersWith({ [name]: value }))).toBe(
      'belongs to an action with another ACCOUNT_ID, GROUP_ID, APP_NAME or DEPLOYMENT_GROUP',
    );
  });

  test('of an action whose ids only read alike when put together', () => {
    const one = parametersWith({ applicationName: 'a', deploymentGroupName: 'bc' });
    const other = parametersWith({ applicationName: 'ab', deploymentGroupName: 'c' });
    expect(refusal(encodeToken({ state: launching(), rateLimit: new SpotRateLimit() }, one), other)).toContain(
      'another',
    );
  });

  const content = contentOf(GOOD);
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['no state', { fingerprint: content.fingerprint, blocks: {} }],
    ['an unknown phase', { ...content, state: { ...content.state, phase: 'dreaming' } }],
    ['a state that has ended', { ...content, state: succeeded() }],
    ['a missing id', { ...content, state: { ...content.state, elastigroupDeploymentId: undefined } }],
    ['an empty id', { ...content, state: { ...content.state, elastigroupDeploymentId: '' } }],
    ['a time that is text', { ...content, state: { ...content.state, startedAt: String(START) } }],
    ['a negative time', { ...content, state: { ...content.state, startedAt: -1 } }],
    ['a percentage above 100', { ...content, state: { ...content.state, percent: 101 } }],
    ['an unknown duration', { ...content, state: { ...content.state, durations: { lunch: 1 } } }],
    ['a block that is no time', { ...content, blocks: { x: 'soon' } }],
  ])('without a readable state: %s', (_what, bad) => {
    expect(refusal(sealed(bad ?? 'undefined'))).toContain('contains no readable state');
  });

  test('without JSON', () => {
    const payload = Buffer.from('{"half":').toString('base64url');
    const checksum = createHash('sha256').update(payload).digest('base64url').slice(0, 16);
    expect(refusal(`v1.${payload}.${checksum}`)).toContain('contains no readable state');
  });

  test('whatever it is, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: anyCharacter }),
          fc.json().map((text) => sealed(text)),
        ),
        (text) => {
          expect(refusal(text)).not.toBe('');
        },
      ),
    );
  });

  test('never shows a piece of itself', () => {
    expect(refusal(sealed({ ...content, state: { ...content.state, progress: 7, API: 'hidden' } }))).not.toContain(
      'hidden',
    );
  });

  test('starts from one that is good', () => {
    expect(decoded(GOOD).state).toEqual(launching({ startedAt: at(0) }));
    expect(sealed(content)).toBe(GOOD);
  });
});

import { createHash } from 'node:crypto';
import { SpotRateLimit } from '../../../src/clients/spot/rateLimit';
import { encodeToken } from '../../../src/deployment/continuationToken';
import { firstState } from '../../../src/deployment/transitions';
import { GOOD_PARAMETERS, type BadInput } from '../input/badInput.corpus';

/** Continuation tokens that no good run hands on, each with what the message must say. */

const NOW = Date.UTC(2026, 0, 5, 9, 0, 0);
const IDS = {
  accountId: GOOD_PARAMETERS.ACCOUNT_ID,
  groupId: GOOD_PARAMETERS.GROUP_ID,
  applicationName: GOOD_PARAMETERS.APP_NAME,
  deploymentGroupName: GOOD_PARAMETERS.DEPLOYMENT_GROUP,
};
const STATE = firstState('11111111-abcd-1111-abcd-111111abcdef', NOW);
const GOOD_TOKEN = tokenFor(IDS);
const CONTENT = contentOf(GOOD_TOKEN);

function tokenFor(ids: Readonly<Record<keyof typeof IDS, string>>): string {
  const rest = {
    token: { kind: 'clear', value: 'x' },
    timeoutSeconds: 1800,
    onConflict: 'FAIL',
    dryRun: false,
  } as const;
  const revision = { kind: 's3', bucket: 'b', key: 'k', bundleType: 'zip' } as const;
  const token = encodeToken({ state: STATE, rateLimit: new SpotRateLimit() }, { ...ids, ...rest, revision });
  // Without the part by which a bad token is found again.
  return token.split('.').slice(0, 3).join('.');
}

function contentOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
}

/** Signed as this function signs, so that only what is inside is wrong. */
function forged(content: unknown, version = 'v1'): string {
  const payload = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)).toString('base64url');
  return `${version}.${payload}.${createHash('sha256').update(payload).digest('base64url').slice(0, 16)}`;
}

function withState(changes: Readonly<Record<string, unknown>>): string {
  return forged({ ...CONTENT, state: { ...STATE, ...changes } });
}

function changedAt(position: number): string {
  const other = GOOD_TOKEN[position] === 'A' ? 'B' : 'A';
  return GOOD_TOKEN.slice(0, position) + other + GOOD_TOKEN.slice(position + 1);
}

const FOREIGN = ['continuationToken', 'was not written by this function', 'were left untouched'];
const DAMAGED = ['continuationToken', 'is corrupt or was modified', 'were left untouched'];
const UNREADABLE = ['continuationToken', 'contains no readable state', 'were left untouched'];
const OTHER_ACTION = ['belongs to an action with another ACCOUNT_ID, GROUP_ID, APP_NAME or DEPLOYMENT_GROUP'];

export const badTokens: readonly BadInput[] = [
  { name: 'token: of another function', continuationToken: 'my-own-token', expect: FOREIGN },
  { name: 'token: JSON of the sample Python function', continuationToken: '{"previous_job_id": "1"}', expect: FOREIGN },
  { name: 'token: white space', continuationToken: '   ', expect: ['continuationToken'] },
  { name: 'token: without its version', continuationToken: GOOD_TOKEN.slice(3), expect: FOREIGN },
  { name: 'token: version in capitals', continuationToken: GOOD_TOKEN.replace('v1', 'V1'), expect: FOREIGN },
  { name: 'token: version zero', continuationToken: GOOD_TOKEN.replace('v1', 'v0'), expect: FOREIGN },
  { name: 'token: with a line break before it', continuationToken: `\n${GOOD_TOKEN}`, expect: FOREIGN },
  {
    name: 'token: of a future version',
    continuationToken: forged(CONTENT, 'v2'),
    expect: ['has version 2', 'this function reads version 1'],
  },
  { name: 'token: of a far future version', continuationToken: 'v99.abc.def', expect: ['has version 99'] },
  { name: 'token: the version alone', continuationToken: 'v1.', expect: DAMAGED },
  { name: 'token: empty parts', continuationToken: 'v1..', expect: DAMAGED },
  { name: 'token: cut at the end', continuationToken: GOOD_TOKEN.slice(0, -1), expect: DAMAGED },
  { name: 'token: cut in the middle', continuationToken: GOOD_TOKEN.slice(0, 100), expect: DAMAGED },
  { name: 'token: one part more', continuationToken: `${GOOD_TOKEN}.x`, expect: DAMAGED },
  { name: 'token: one character changed at the beginning', continuationToken: changedAt(4), expect: DAMAGED },
  { name: 'token: one character changed in the middle', continuationToken: changedAt(120), expect: DAMAGED },
  {
    name: 'token: one character changed in the checksum',
    continuationToken: changedAt(GOOD_TOKEN.length - 3),
    expect: DAMAGED,
  },
  { name: 'token: too long', continuationToken: `v1.${'A'.repeat(2100)}.x`, expect: ['the limit is 2048'] },
  { name: 'token: no JSON inside', continuationToken: forged('not json'), expect: UNREADABLE },
  { name: 'token: null inside', continuationToken: forged('null'), expect: UNREADABLE },
  { name: 'token: an empty object inside', continuationToken: forged({}), expect: UNREADABLE },
  { name: 'token: no state', continuationToken: forged({ ...CONTENT, state: undefined }), expect: UNREADABLE },
  { name: 'token: an unknown phase', continuationToken: withState({ phase: 'teleporting' }), expect: UNREADABLE },
  {
    name: 'token: a phase that has ended',
    continuationToken: withState({ phase: 'succeeded', deploymentId: 'd-1' }),
    expect: UNREADABLE,
  },
  { name: 'token: a phase without its id', continuationToken: withState({ phase: 'installing' }), expect: UNREADABLE },
  { name: 'token: a member that no phase has', continuationToken: withState({ apiToken: 'x' }), expect: UNREADABLE },
  {
    name: 'token: a prototype member',
    continuationToken: forged(`{"__proto__":{"phase":"starting"},"fingerprint":"x","blocks":{}}`),
    expect: UNREADABLE,
  },
  { name: 'token: a start before time began', continuationToken: withState({ startedAt: -1 }), expect: UNREADABLE },
  {
    name: 'token: a start that is no number',
    continuationToken: withState({ startedAt: 'yesterday' }),
    expect: UNREADABLE,
  },
  {
    name: 'token: an endless identifier',
    continuationToken: withState({ greenIdentifier: 'x'.repeat(200) }),
    expect: UNREADABLE,
  },
  {
    name: 'token: blocks that are no times',
    continuationToken: forged({ ...CONTENT, blocks: { list: 'later' } }),
    expect: UNREADABLE,
  },
  {
    name: 'token: of another account',
    continuationToken: tokenFor({ ...IDS, accountId: 'act-99999999' }),
    expect: OTHER_ACTION,
  },
  {
    name: 'token: of another Elastigroup',
    continuationToken: tokenFor({ ...IDS, groupId: 'sig-99999999' }),
    expect: OTHER_ACTION,
  },
  {
    name: 'token: of another application',
    continuationToken: tokenFor({ ...IDS, applicationName: 'other' }),
    expect: OTHER_ACTION,
  },
  {
    name: 'token: of another deployment group',
    continuationToken: tokenFor({ ...IDS, deploymentGroupName: 'other' }),
    expect: OTHER_ACTION,
  },
];

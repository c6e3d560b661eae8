import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { CallBudget } from '../../src/clients/callPolicy';
import { resolveSpotToken, SpotTokenError, spotTokenReader } from '../../src/clients/spot/spotToken';
import type { ActionError } from '../../src/errors';
import { splitTokenSecret } from '../../src/input/userParameters/compoundFields';
import { awsError, json, respond, targetOf, useLoopbackServer, type Answer } from '../support/loopbackServer';
import { awsSettings } from './awsSettings';
import { AMPLE_MS, budgetFor, SCARCE_MS } from './callBudget';
import { caught, everythingShownOf, upstreamErrorOf } from './caught';

const server = useLoopbackServer();
const TOKEN = 'f5a1c0ffee00d15ea5e0123456789abcdef';

/** The token behind `id` or `id#key`. */
function resolve(reference = 'spot/token', budget: CallBudget = budgetFor(AMPLE_MS)) {
  const client = async () => new SecretsManagerClient(awsSettings(server.url));
  return resolveSpotToken({ kind: 'secret', ...splitTokenSecret(reference) }, client, budget);
}

/** What the user is told. */
async function failureOf(work: Promise<unknown>): Promise<ActionError> {
  const error = await caught(work);
  if (!(error instanceof SpotTokenError)) throw new Error('expected a SpotTokenError', { cause: error });
  expect(error.transient).toBe(false);
  expect(everythingShownOf(error)).not.toContain(TOKEN.slice(0, 8));
  return error.failure;
}

function secret(SecretString: string): Answer {
  return json({ ARN: 'arn:x', Name: 'spot/token', VersionId: 'v', SecretString });
}

test('a token in plain text is taken as it is, and nothing is asked', async () => {
  const load = () => Promise.reject(new Error('not expected'));
  await expect(resolveSpotToken({ kind: 'clear', value: TOKEN }, load, budgetFor(0))).resolves.toBe(TOKEN);
  expect(server.requests).toHaveLength(0);
});

describe('a secret holds the token', () => {
  test.each<[string, string, string]>([
    ['as plain text', 'spot/token', TOKEN],
    ['with white space around it, as editors leave it', 'spot/token', `\uFEFF ${TOKEN}\r\n`],
    ['under a JSON key', 'spot/token#token', JSON.stringify({ other: 'x', token: TOKEN })],
    ['under a key with odd characters', 'spot/token#a.b#c d', JSON.stringify({ 'a.b#c d': TOKEN })],
    ['under a key that every object seems to have', 'spot/token#__proto__', `{"__proto__": "${TOKEN}"}`],
    ['under a key, with white space around it', 'spot/token#token', JSON.stringify({ token: ` ${TOKEN}\n` })],
    ['in JSON after a byte order mark', 'spot/token#token', `  {"token": "${TOKEN}"}\n`],
  ])('%s', async (_name, reference, text) => {
    server.script(secret(text));
    await expect(resolve(reference)).resolves.toBe(TOKEN);
    expect(server.requests.map(targetOf)).toEqual(['secretsmanager.GetSecretValue']);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ SecretId: 'spot/token' });
  });

  test('of which the ARN is given, with a key', async () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:spot/token-AbCdEf';
    server.script(secret(JSON.stringify({ token: TOKEN })));
    await expect(resolve(`${arn}#token`)).resolves.toBe(TOKEN);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ SecretId: arn });
  });

  test('and is asked for every time: a rotated token is seen', async () => {
    const client = new SecretsManagerClient(awsSettings(server.url));
    const ask = () => resolveSpotToken({ kind: 'secret', id: 'spot/token' }, async () => client, budgetFor(AMPLE_MS));
    server.script(secret('before'), secret('after'));
    await expect(ask()).resolves.toBe('before');
    await expect(ask()).resolves.toBe('after');
    expect(server.requests).toHaveLength(2);
  });
});

describe('a secret that cannot be used is a ConfigurationError that says why, and does not show it', () => {
  test.each<[string, string, Answer, string]>([
    ['JSON without a key named', 'spot/token', secret(JSON.stringify({ token: TOKEN })), 'contains JSON. Name the key'],
    ['JSON with space before it', 'spot/token', secret(`\n {"token": "${TOKEN}"}`), 'contains JSON. Name the key'],
    ['a key in what is not JSON', 'spot/token#token', secret(TOKEN), 'is not JSON, so it has no key "token"'],
    ['a key in JSON with a trailing comma', 'spot/token#token', secret(`{"token": "${TOKEN}",}`), 'is not JSON'],
    [
      'a key that is missing',
      'spot/token#tokn',
      secret(JSON.stringify({ token: TOKEN })),
      'no text under the JSON key "tokn"',
    ],
    [
      'a key in another case',
      'spot/token#Token',
      secret(JSON.stringify({ token: TOKEN })),
      'no text under the JSON key "Token"',
    ],
    ['a key that only the prototype has', 'spot/token#toString', secret('{}'), 'no text under the JSON key "toString"'],
    ['a key of a prototype', 'spot/token#__proto__', secret('{}'), 'no text under the JSON key "__proto__"'],
    ['a number under the key', 'spot/token#token', secret('{"token": 123456}'), 'no text under the JSON key'],
    ['null under the key', 'spot/token#token', secret('{"token": null}'), 'no text under the JSON key'],
    [
      'an object under the key',
      'spot/token#token',
      secret(`{"token": {"value": "${TOKEN}"}}`),
      'no text under the JSON key',
    ],
    ['a key in null', 'spot/token#token', secret('null'), 'no text under the JSON key'],
    ['a key in a JSON text', 'spot/token#length', secret(JSON.stringify(TOKEN)), 'no text under the JSON key'],
    ['an empty text', 'spot/token', secret(''), 'contains no text'],
    ['blank', 'spot/token', secret(' \n\t'), 'contains no token (printable ASCII without spaces)'],
    ['an empty text under the key', 'spot/token#token', secret('{"token": ""}'), 'contains no token'],
    ['two words', 'spot/token', secret(`${TOKEN} ${TOKEN}`), 'contains no token'],
    [
      'two lines, which would be a header of their own',
      'spot/token',
      secret(`${TOKEN}\r\nX-Evil: 1`),
      'contains no token',
    ],
    ['a typographic quote', 'spot/token', secret(`“${TOKEN}”`), 'contains no token'],
    ['an invisible character', 'spot/token', secret(`${TOKEN}\u200b`), 'contains no token'],
    ['a control character', 'spot/token', secret(`${TOKEN}\u0007`), 'contains no token'],
    ['binary', 'spot/token', json({ SecretBinary: Buffer.from(TOKEN).toString('base64') }), 'contains no text'],
    ['nothing at all', 'spot/token', json({}), 'contains no text'],
  ])('%s', async (_name, reference, answer, why) => {
    server.script(answer);
    const error = await failureOf(resolve(reference));
    expect(error.type).toBe('ConfigurationError');
    expect(error.message).toContain('The secret spot/token ');
    expect(error.message).toContain(why);
    expect(everythingShownOf(error)).not.toContain(TOKEN.slice(0, 8));
    expect(server.requests).toHaveLength(1);
  });
});

describe('a refusal of Secrets Manager is said as what a person can fix; only a denial is repeated, once', () => {
  test('ResourceNotFound', async () => {
    server.script(awsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret."));
    const error = await failureOf(resolve('spot/tokn#token'));
    expect(error.type).toBe('ConfigurationError');
    expect(error.message).toContain('There is no secret spot/tokn in this account and Region.');
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    [
      'secretsmanager:GetSecretValue',
      'User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: secretsmanager:GetSecretValue on resource: spot/token because no identity-based policy allows it',
    ],
    ['secretsmanager:GetSecretValue', 'Access denied'],
    [
      'secretsmanager:GetSecretValue',
      'User: arn:aws:sts::1:assumed-role/kms/f is not authorized to perform: secretsmanager:GetSecretValue on resource: kms/spot-token because no identity-based policy allows it',
    ],
  ])('AccessDenied: names %s', async (action, message) => {
    server.repeat(2, awsError('AccessDeniedException', message));
    const error = await failureOf(resolve());
    expect(error.type).toBe('PermissionError');
    expect(error.message).toContain(`may not read the secret spot/token. Allow ${action} `);
    expect(error.message).toContain(message);
    expect(server.requests).toHaveLength(2);
  });

  test.each([
    ['AccessDeniedException', 'Access to KMS is not allowed', 2],
    [
      'AccessDeniedException',
      'User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext',
      2,
    ],
    ['DecryptionFailure', "Secrets Manager can't decrypt the protected secret text using the provided KMS key.", 1],
  ])('of its key (%s: %s): advises kms:Decrypt on the key, not on the secret', async (code, message, requests) => {
    server.repeat(requests, awsError(code, message));
    const error = await failureOf(resolve());
    expect(error.type).toBe('PermissionError');
    expect(error.message).toContain(
      'may not decrypt the secret spot/token. Allow kms:Decrypt on the KMS key that encrypts it',
    );
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('GetSecretValue for it');
    expect(server.requests).toHaveLength(requests);
  });

  test('any other', async () => {
    server.script(awsError('InvalidRequestException', 'You can’t perform this operation: it was marked for deletion.'));
    const error = await failureOf(resolve());
    expect(error.type).toBe('ConfigurationError');
    expect(error.message).toContain('marked for deletion');
    expect(server.requests).toHaveLength(1);
  });
});

describe('while Secrets Manager does not answer, the error is one that passes', () => {
  test.each<[string, Answer, string, number]>([
    ['throttled', awsError('ThrottlingException', 'Rate exceeded'), 'throttled', 3],
    ['500', awsError('InternalServiceError', 'oops', 500), 'unavailable', 3],
    ['503 in HTML', respond(503, '<h1>503</h1>'), 'unavailable', 3],
    ['a reset', { does: 'reset' }, 'connection', 3],
    ['a reset in the secret', { does: 'reset-in-body', part: `{"SecretString": "${TOKEN}` }, 'connection', 3],
    ['truncated JSON', respond(200, `{"SecretString": "${TOKEN}`), 'unreadable', 1],
    ['plain text', respond(200, TOKEN), 'unreadable', 1],
  ])('%s', async (_name, answer, kind, requests) => {
    server.repeat(requests, answer);
    const error = await upstreamErrorOf(resolve());
    expect(error).toMatchObject({ service: 'Secrets Manager', operation: 'GetSecretValue', kind, transient: true });
    expect(everythingShownOf(error)).not.toContain(TOKEN.slice(0, 8));
    expect(server.requests).toHaveLength(requests);
  });

  test.each<[string, Answer]>([
    ['silence', { does: 'hang' }],
    ['silence in the secret', { does: 'hang-in-body', part: `{"SecretString": "${TOKEN}` }],
  ])('%s ends at the limit of the call, and the request is broken off', async (_name, answer) => {
    server.script(answer);
    const abandoned = server.abandoned();
    const start = performance.now();
    const error = await upstreamErrorOf(resolve('spot/token', budgetFor(SCARCE_MS)));
    expect(performance.now() - start).toBeLessThan(SCARCE_MS + 150);
    expect(error).toMatchObject({ kind: 'timeout', transient: true });
    expect(server.requests).toHaveLength(1);
    await abandoned;
  });

  test('throttled once: the token comes with the repeat', async () => {
    server.script(awsError('ThrottlingException', 'Rate exceeded'), secret(TOKEN));
    await expect(resolve()).resolves.toBe(TOKEN);
    expect(server.requests).toHaveLength(2);
  });
});

describe('the reader of an invocation', () => {
  const told: string[] = [];
  const reader = () => {
    told.length = 0;
    const client = new SecretsManagerClient(awsSettings(server.url));
    const onToken = (token: string) => {
      told.push(token);
    };
    return spotTokenReader({ kind: 'secret', id: 'spot/token' }, async () => client, onToken);
  };

  test('reads the secret once, also for requests that are made at the same time', async () => {
    server.script(secret(TOKEN));
    const read = reader();
    const budget = budgetFor(AMPLE_MS);
    await expect(Promise.all([read(budget), read(budget)])).resolves.toEqual([TOKEN, TOKEN]);
    await expect(read(budget)).resolves.toBe(TOKEN);
    expect(server.requests).toHaveLength(1);
    expect(told).toEqual([TOKEN]);
  });

  test('asks again after an error', async () => {
    server.repeat(3, respond(503, ''));
    server.script(secret(TOKEN));
    const read = reader();
    const budget = budgetFor(AMPLE_MS);
    await expect(upstreamErrorOf(read(budget))).resolves.toMatchObject({ kind: 'unavailable' });
    await expect(read(budget)).resolves.toBe(TOKEN);
    expect(told).toEqual([TOKEN]);
  });
});

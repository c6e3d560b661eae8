import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ActionError } from '../../errors';
import type { TokenSource } from '../../input/userParameters/userParameters';
import { isSurelyName } from '../../input/tokenShape';
import { callAws, missingActionOf } from '../awsCall';
import { SECRET_MESSAGES } from '../messages';
import type { CallBudget } from '../callPolicy';
import { UpstreamError } from '../upstreamError';

type LoadClient = () => Promise<SecretsManagerClient>;

/** There is no token to be had, and waiting will not fix that. `failure` says so to the person who can. */
export class SpotTokenError extends UpstreamError {
  constructor(
    readonly failure: ActionError,
    kind: 'denied' | 'rejected' = 'rejected',
  ) {
    super({ service: 'Secrets Manager', operation: 'GetSecretValue', kind, detail: failure.message });
  }
}

/** Seconds between two readings of the secret for the sake of a denial. */
const READ_AGAIN_S = 30;

/** The token of an invocation. */
export interface SpotTokenReader {
  (budget: CallBudget): Promise<string>;
  /** After a denial: the token that has replaced the denied one; undefined where there is none. Never throws. */
  readonly rotated?: (denied: string, budget: CallBudget) => Promise<string | undefined>;
}

/**
 * Reads the token at the first request that needs it, and keeps it; after an error the next request reads it again.
 * A denial may mean that the token was rotated: the secret is then read again, at most once in 30 s.
 * `onToken` is called before the token is used anywhere.
 */
export function spotTokenReader(
  source: TokenSource,
  loadClient: LoadClient,
  onToken: (token: string) => void,
): SpotTokenReader {
  let reading: Promise<string> | undefined;
  let readAgainAt = Number.NEGATIVE_INFINITY;
  const resolve = async (budget: CallBudget): Promise<string> => {
    const token = await resolveSpotToken(source, loadClient, budget);
    onToken(token);
    return token;
  };
  const read = (budget: CallBudget): Promise<string> => {
    reading ??= resolve(budget).catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  };
  const rotated = async (denied: string, budget: CallBudget): Promise<string | undefined> => {
    if (source.kind !== 'secret') return undefined;
    const now = budget.clock.now();
    if (now >= readAgainAt) {
      readAgainAt = now + READ_AGAIN_S * 1000;
      const before = reading;
      // What cannot be read now leaves the denied token in place: the next denial reads it again.
      reading = resolve(budget).catch(() => before ?? denied);
    }
    const token = await reading;
    return token === denied ? undefined : token;
  };
  return Object.assign(read, { rotated });
}

/**
 * The Spot API token in plain text, from the parameters or from Secrets Manager.
 * Throws SpotTokenError for a secret that cannot be used, UpstreamError (transient) while Secrets Manager does not answer.
 */
export async function resolveSpotToken(
  source: TokenSource,
  loadClient: LoadClient,
  budget: CallBudget,
): Promise<string> {
  if (source.kind === 'clear') return source.value;
  if (source.kind === 'gone') throw unusable(SECRET_MESSAGES.gone);
  const text = await readSecret(source.id, loadClient, budget);
  return checkedToken(source.jsonKey === undefined ? text : pickKey(text, source.id, source.jsonKey), source.id);
}

async function readSecret(id: string, loadClient: LoadClient, budget: CallBudget): Promise<string> {
  const { GetSecretValueCommand } = await import('../secretsSdk');
  const client = await loadClient();
  try {
    const call = { service: 'Secrets Manager', operation: 'GetSecretValue', kind: 'read' } as const;
    const { SecretString: text } = await callAws(budget, call, (abortSignal) =>
      client.send(new GetSecretValueCommand({ SecretId: id }), { abortSignal }),
    );
    if (text) return text;
    throw unusable(SECRET_MESSAGES.noText(shown(id)));
  } catch (error) {
    throw error instanceof UpstreamError && !error.transient ? explain(error, id) : error;
  }
}

/** A token may stand in place of the name, or of the key, by mistake. */
function shown(name: string): string {
  return isSurelyName(name) ? name : SECRET_MESSAGES.hidden;
}

function pickKey(text: string, id: string, key: string): string {
  let secret: unknown;
  try {
    secret = JSON.parse(text);
  } catch {
    throw unusable(SECRET_MESSAGES.notJson(shown(id), shown(key)));
  }
  const value: unknown =
    typeof secret === 'object' && secret !== null && Object.hasOwn(secret, key) ? Reflect.get(secret, key) : undefined;
  if (typeof value !== 'string') throw unusable(SECRET_MESSAGES.noKey(shown(id), shown(key)));
  return value;
}

/** The token goes into an HTTP header; anything but printable ASCII without spaces is a mistake. */
function checkedToken(text: string, id: string): string {
  const token = text.trim();
  if (token.startsWith('{')) throw unusable(SECRET_MESSAGES.keyMissing(shown(id)));
  if (!/^[\x21-\x7e]+$/.test(token)) throw unusable(SECRET_MESSAGES.noToken(shown(id)));
  return token;
}

function unusable(message: string): SpotTokenError {
  return new SpotTokenError(new ActionError('ConfigurationError', message));
}

function explain(error: UpstreamError, id: string): SpotTokenError {
  if (error instanceof SpotTokenError) return error;
  const name = shown(id);
  const detail = error.detail.replaceAll(id, () => name);
  if (isRefusalOfKey(error)) {
    const message = SECRET_MESSAGES.keyForbidden(name, detail);
    return new SpotTokenError(new ActionError('PermissionError', message), 'denied');
  }
  if (error.kind === 'denied') {
    const action = missingActionOf(error) ?? 'secretsmanager:GetSecretValue';
    const message = SECRET_MESSAGES.forbidden(name, action, detail);
    return new SpotTokenError(new ActionError('PermissionError', message), 'denied');
  }
  const message =
    error.code === 'ResourceNotFoundException'
      ? SECRET_MESSAGES.notFound(name)
      : SECRET_MESSAGES.unreadable(name, detail);
  return unusable(message);
}

/** The secret may be read, but not decrypted: KMS refuses its key (docs/services.md, Secrets Manager). */
function isRefusalOfKey(error: UpstreamError): boolean {
  if (error.code === 'DecryptionFailure') return true;
  // A secret or a role may be called "kms" too: where an action is named, that alone counts.
  return error.kind === 'denied' && /\bkms\b/i.test(missingActionOf(error) ?? error.detail);
}

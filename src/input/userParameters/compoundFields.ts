/** The parameters whose form takes more than a line to describe. */
import * as z from 'zod/mini';
import type { Field } from '../field';
import { PARAMETER_MESSAGES } from '../messages';
import { atMost, custom, type Rule, shape, text, wrongKind, wrongText } from '../schemas';
import { looksLikeToken } from '../tokenShape';
import { mustHide } from '../valueText';
import { AUTO_ROLLBACK_EVENTS, type AutoRollback, type AutoRollbackEvent, type TokenSecret } from './userParameters';

// The owner of an enterprise's managed user has an underscore: name_company.
const GITHUB_REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}\/[A-Za-z0-9._-]{1,100}$/;
// https://github.com/owner/repo.git, git@github.com:owner/repo.git, ssh://…, github.com/owner/repo/tree/main
const GITHUB_ADDRESS = /(?:^|[/@.])github\.com[/:]([A-Za-z0-9_-]+\/[A-Za-z0-9._-]+)/i;

// Secrets Manager: SecretName and SecretId of the service model (secretsmanager 2017-10-17); ids have no '#'.
const SECRET_ID = /^[A-Za-z0-9/_+=.@-]{1,512}$/;
const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]{1,519}$/;

const isSecretReference: Rule = (reference) => {
  const { id, jsonKey } = splitTokenSecret(reference);
  if (jsonKey === '') return PARAMETER_MESSAGES.noJsonKey;
  if (id === '') return PARAMETER_MESSAGES.noSecretName;
  // Once it counted as a name, it would be told: "There is no secret 3f9a…".
  if (looksLikeToken(jsonKey ?? '') || (!/^arn:/.test(id) && looksLikeToken(id))) return PARAMETER_MESSAGES.likeToken;
  if (/^arn:/.test(id)) {
    if (SECRET_ARN.test(id)) return undefined;
    const hasKeyAsInEcs = SECRET_ARN.test(id.split(':').slice(0, 7).join(':'));
    return hasKeyAsInEcs ? PARAMETER_MESSAGES.ecsStyleKey : PARAMETER_MESSAGES.notSecretArn;
  }
  return SECRET_ID.test(id) ? undefined : PARAMETER_MESSAGES.notSecretName;
};

/** `id` or `id#key`, as text. */
export const tokenSecretReference: Field<string> = {
  schema: text(atMost(2048), isSecretReference),
  expected: 'the name or ARN of a secret in Secrets Manager, or id#key for a JSON key in it',
  // A token may stand here by mistake.
  isSecret: true,
};

/** `id` or `id#key`, in its parts. */
export const tokenSecret: Field<TokenSecret> = {
  ...tokenSecretReference,
  schema: z.pipe(tokenSecretReference.schema, z.transform(splitTokenSecret)),
};

/** The parts of `id#key`; without a check. */
export function splitTokenSecret(reference: string): TokenSecret {
  const hash = reference.indexOf('#');
  return hash < 0 ? { id: reference } : { id: reference.slice(0, hash), jsonKey: reference.slice(hash + 1) };
}

const isAddress: Rule = (value) => {
  const repository = GITHUB_ADDRESS.exec(value)?.[1]?.replace(/\.git$/i, '');
  if (repository !== undefined) {
    const kind = /^git@|^ssh:/i.test(value) ? PARAMETER_MESSAGES.sshAddress : PARAMETER_MESSAGES.url;
    return mustHide(repository) ? kind : PARAMETER_MESSAGES.addressOf(kind, repository);
  }
  if (/:\/\/|^git@/i.test(value)) return PARAMETER_MESSAGES.otherHost;
  return GITHUB_REPOSITORY.test(value) && /\.git$/i.test(value) ? PARAMETER_MESSAGES.dotGit : undefined;
};

/** `owner/repo`. */
export const gitHubRepository: Field<string> = {
  schema: text(isAddress, shape(GITHUB_REPOSITORY, PARAMETER_MESSAGES.notRepository)),
  expected: 'owner/repo, without a host and without .git',
};

/** false, true, or a list of events. */
export const autoRollback: Field<AutoRollback> = {
  schema: custom(readAutoRollback),
  expected: `true, false, or any of ${AUTO_ROLLBACK_EVENTS.join(', ')}, separated by commas`,
};

function readAutoRollback(raw: unknown): { readonly value: AutoRollback } | { readonly wrong: string } {
  const folded = typeof raw === 'string' ? raw.trim().toLowerCase() : raw;
  if (folded === true || folded === 'true') return { value: { enabled: true, events: ['DEPLOYMENT_FAILURE'] } };
  if (folded === false || folded === 'false') return { value: { enabled: false } };
  if (typeof raw !== 'string' && !Array.isArray(raw)) return { wrong: wrongKind(raw, 'true, false or text') };
  const wrong = wrongText(raw);
  if (wrong !== undefined) return { wrong };
  return readEvents(typeof raw === 'string' ? raw.split(',') : raw);
}

function readEvents(items: readonly unknown[]): { readonly value: AutoRollback } | { readonly wrong: string } {
  if (items.length === 0) return { wrong: PARAMETER_MESSAGES.noEvents };
  const events = new Set<AutoRollbackEvent>();
  for (const [index, item] of items.entries()) {
    const event = AUTO_ROLLBACK_EVENTS.find((known) => typeof item === 'string' && item.trim().toUpperCase() === known);
    if (event === undefined)
      return {
        wrong: items.length === 1 ? PARAMETER_MESSAGES.notRollback : PARAMETER_MESSAGES.unknownEvent(String(index + 1)),
      };
    events.add(event);
  }
  return { value: { enabled: true, events: [...events] } };
}

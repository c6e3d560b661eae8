import type { Messages } from '../lib/wording';

/** A call that failed, in the words of the service: `CodeDeploy CreateDeployment: InvalidRoleException: …`. */
export const CALL_MESSAGES = {
  failed: (service, operation, words) => `${service} ${operation}: ${words}`,
} as const satisfies Messages;

/** Why there is no Spot API token to be had from Secrets Manager. */
export const SECRET_MESSAGES = {
  gone: 'The function no longer has a default secret with the Spot API token, and the action names none: set SPOT_TOKEN_SECRET again, or API_TOKEN_SECRET in UserParameters.',
  notFound: (id) =>
    `There is no secret ${id} in this account and Region. Check API_TOKEN_SECRET or the function's SPOT_TOKEN_SECRET.`,
  forbidden: (id, action, error) =>
    `The function may not read the secret ${id}. Allow ${action} for it in the function's role (${error}).`,
  keyForbidden: (id, error) =>
    `The function may not decrypt the secret ${id}. Allow kms:Decrypt on the KMS key that encrypts it, in the function's role (stack parameter SecretKmsKeyArn) and in the key's policy (${error}).`,
  unreadable: (id, error) => `The secret ${id} could not be read: ${error}`,
  noText: (id) => `The secret ${id} contains no text.`,
  notJson: (id, key) => `The secret ${id} is not JSON, so it has no key "${key}".`,
  noKey: (id, key) => `The secret ${id} has no text under the JSON key "${key}".`,
  keyMissing: (id) => `The secret ${id} contains JSON. Name the key of the token, as in API_TOKEN_SECRET: "id#key".`,
  hidden: '(name not shown, as it may be a token)',
  noToken: (id) => `The secret ${id} contains no token (printable ASCII without spaces).`,
} as const satisfies Messages;

/** What is odd in an answer of Spot, and no reason to stop. */
export const SPOT_WARNINGS = {
  oddItem:
    'Skipped an item without a readable ID in the list of blue/green deployments; it does not have the tag of this action.',
} as const satisfies Messages;

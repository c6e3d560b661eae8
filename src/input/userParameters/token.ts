import type { Problem } from '../../errors';
import type { ParameterName, ParameterValues } from './schema';
import { splitTokenSecret } from './compoundFields';
import type { TokenSource } from './userParameters';

/** The choice of a token: none, without a problem, when its parameter is itself wrong. */
export interface TokenChoice {
  readonly token?: TokenSource;
  readonly problems: readonly Problem[];
}

export const CLEAR_TOKEN_WARNING =
  "API_TOKEN stands in clear text in the pipeline's definition, for everyone who may read it: " +
  'keep the token in Secrets Manager, and name the secret in API_TOKEN_SECRET.';

/** Chooses between API_TOKEN, API_TOKEN_SECRET and the default secret (`id` or `id#key`), which settings.ts checks. */
export function chooseToken(
  meant: ReadonlySet<ParameterName>,
  { API_TOKEN: value, API_TOKEN_SECRET: secret }: Partial<ParameterValues>,
  defaultSecret: string | undefined,
): TokenChoice {
  if (meant.has('API_TOKEN') && meant.has('API_TOKEN_SECRET')) {
    return {
      problems: [
        { where: 'API_TOKEN, API_TOKEN_SECRET', what: 'are both given', expected: 'one of them, rather the secret' },
      ],
    };
  }
  if (value !== undefined) return { token: { kind: 'clear', value }, problems: [] };
  if (secret !== undefined) return { token: { kind: 'secret', ...secret }, problems: [] };
  if (meant.has('API_TOKEN') || meant.has('API_TOKEN_SECRET')) return { problems: [] };
  if (defaultSecret !== undefined && defaultSecret.trim() !== '') {
    return { token: { kind: 'secret', ...splitTokenSecret(defaultSecret.trim()) }, problems: [] };
  }
  return {
    problems: [
      {
        where: 'API_TOKEN_SECRET',
        what: 'is missing, and the function has no default secret (environment variable SPOT_TOKEN_SECRET)',
        expected: 'the name or ARN of the secret with the Spot API token (or the token itself in API_TOKEN)',
      },
    ],
  };
}

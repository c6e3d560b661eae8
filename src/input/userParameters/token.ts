import type { Problem } from '../../errors';
import { PARAMETER_MESSAGES } from '../messages';
import type { ParameterName, ParameterValues } from './schema';
import { splitTokenSecret } from './compoundFields';
import type { TokenSource } from './userParameters';

/** The choice of a token: none, without a problem, when its parameter is itself wrong. */
export interface TokenChoice {
  readonly token?: TokenSource;
  readonly problems: readonly Problem[];
}

/**
 * Chooses between API_TOKEN, API_TOKEN_SECRET and the default secret (`id` or `id#key`), which settings.ts checks. In mid-run
 * the lack of one is no problem: what was started is still followed and stopped in CodeDeploy.
 */
export function chooseToken(
  meant: ReadonlySet<ParameterName>,
  { API_TOKEN: value, API_TOKEN_SECRET: secret }: Partial<ParameterValues>,
  defaultSecret: string | undefined,
  isMidRun: boolean,
): TokenChoice {
  if (meant.has('API_TOKEN') && meant.has('API_TOKEN_SECRET')) {
    return {
      problems: [
        {
          where: 'API_TOKEN, API_TOKEN_SECRET',
          what: PARAMETER_MESSAGES.twoTokens,
          expected: 'one of them, preferably the secret',
        },
      ],
    };
  }
  if (value !== undefined) return { token: { kind: 'clear', value }, problems: [] };
  if (secret !== undefined) return { token: { kind: 'secret', ...secret }, problems: [] };
  if (meant.has('API_TOKEN') || meant.has('API_TOKEN_SECRET')) return { problems: [] };
  if (defaultSecret !== undefined && defaultSecret.trim() !== '') {
    return { token: { kind: 'secret', ...splitTokenSecret(defaultSecret.trim()) }, problems: [] };
  }
  if (isMidRun) return { token: { kind: 'gone' }, problems: [] };
  return {
    problems: [
      {
        where: 'API_TOKEN_SECRET',
        what: PARAMETER_MESSAGES.noToken,
        expected: 'the name or ARN of the secret with the Spot API token (or the token itself in API_TOKEN)',
      },
    ],
  };
}

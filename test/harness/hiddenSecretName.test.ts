import { scenarioNamed } from '../simulator/scenarios';
import { playRun } from './playRun';

/** By chance these do not look like tokens (tokenShape.ts), and so count as names of secrets. */
const TOKENS = [
  'VMoNOhDvRzmEuuZyRhaxhcQihfZzeL/o',
  'MXjcxGI_TnZuvDdUojjkQadyIhQprnmC',
  'mPmlkdbaTihuuygPnlVlqxbLvhUzCKuXPOTkGfTo',
  '3f9a0c1d2e4b5a69.78695a4b3c2d1e0f',
  '0123456789abcdef0123456789abcde',
];

describe('a token in place of the name of its secret is in no message and in no line of the log', () => {
  test.each(TOKENS)('%s', async (token) => {
    for (const secretAccess of ['allowed', 'denied', 'key-refused'] as const)
      for (const [parameter, setting] of [[token], [undefined, token], [`spot/api-token#${token}`]]) {
        const trace = await playRun({
          seed: 1,
          scenario: scenarioNamed('success'),
          options: { secretAccess },
          userParameters: { API_TOKEN_SECRET: parameter },
          ...(setting !== undefined && { env: { SPOT_TOKEN_SECRET: setting } }),
        });
        expect(trace.action.status).toBe('Failed');
        for (const line of [trace.action.message, ...trace.logs]) expect(line).not.toContain(token);
      }
  });
});

import { scenarioNamed } from '../simulator/scenarios';
import { playRun } from './playRun';

test('a clear API_TOKEN is in no line of the log, not even before the first call that needs it', async () => {
  const spotToken = '81f0c2d4-a-clear-token';
  const trace = await playRun({
    seed: 1,
    scenario: scenarioNamed('success'),
    // The action's application happens to be named by the token: the log tells it from the first line on.
    options: { account: { spotToken, applicationName: spotToken } },
    userParameters: { API_TOKEN: spotToken, API_TOKEN_SECRET: undefined },
    env: { POLL_WINDOW_SECONDS: '0' },
  });
  expect(trace.action.status).toBe('Succeeded');
  expect(trace.logs.filter((line) => line.includes('"Resuming in invocation')).length).toBeGreaterThan(1);
  expect(trace.logs.filter((line) => line.includes(spotToken))).toEqual([]);
});

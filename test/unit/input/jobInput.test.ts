import { readJobInput } from '../../../src/input/jobInput';
import { DEFAULT_ACCOUNT } from '../../simulator/account';
import { jobData, userParametersFor } from '../../simulator/codepipeline/event';
import { scenarioNamed } from '../../simulator/scenarios';

function eventWith(timeout: number): unknown {
  const parameters = userParametersFor(DEFAULT_ACCOUNT, scenarioNamed('success'), { TIMEOUT: timeout });
  const data = jobData(DEFAULT_ACCOUNT, { UserParameters: JSON.stringify(parameters) }, [], undefined);
  return { 'CodePipeline.job': { id: '11111111-2222-3333-4444-555555555555', accountId: '123456789012', data } };
}

describe('TIMEOUT and the time for cleaning up fit into the 24 hours of an action', () => {
  test('the longest TIMEOUT with the default', () => {
    expect(readJobInput(eventWith(85_500), {}).parameters.timeoutSeconds).toBe(85_500);
  });

  test('a longer clean-up leaves less', () => {
    const env = { CLEANUP_TIMEOUT_SECONDS: '3600' };
    expect(readJobInput(eventWith(82_800), env).parameters.timeoutSeconds).toBe(82_800);
    expect(() => readJobInput(eventWith(82_801), env)).toThrow(
      /TIMEOUT: leaves less than CLEANUP_TIMEOUT_SECONDS \(3600\) of the 24 hours .* Expected: at most 82800/,
    );
  });
});

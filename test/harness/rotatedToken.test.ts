import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun } from './playRun';

test.each([
  ['starting', 1],
  ['launching', 8],
  ['launching', 25],
  ['installing', 35],
  ['finalizing', 60],
  ['finalizing', 66],
])('a token that is rotated while %s (second %d) is read again, and nothing is rolled back', async (_phase, second) => {
  const trace = await playRun({
    seed: 1,
    scenario: scenarioNamed('success'),
    options: { tokenRotatesAt: second },
    latencyMs: () => 300,
  });
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.action).toMatchObject({ status: 'Succeeded' });
  expect(trace.action.jobs).toHaveLength(1);
  expect(trace.calls.filter(({ service, status }) => service === 'spot' && status === 401).length).toBeGreaterThan(0);
  expect(trace.calls.filter(({ service }) => service === 'secretsmanager')).toHaveLength(2);
});

test('a token that is rotated while cleaning up still stops what was started', async () => {
  const trace = await playRun({
    seed: 1,
    scenario: scenarioNamed('script-fails'),
    options: { tokenRotatesAt: 38 },
  });
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.world.traffic.serves('blue')).toBe(true);
  expect(trace.action.message).toContain('No green instances remain.');
});

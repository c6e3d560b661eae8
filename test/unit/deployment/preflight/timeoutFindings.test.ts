import { timeoutFindings } from '../../../../src/deployment/preflight/timeoutFindings';
import { parametersWith } from '../../../support/deploymentSamples';

/** Preflight's warning where the last deployment took so many seconds. */
function warningFor(timeoutSeconds: number, took: number): string | undefined {
  const usual = { median: took, high: took, count: 1 };
  return timeoutFindings(usual, parametersWith({ timeoutSeconds }))[0]?.text;
}

test('none where there is time for the launch, too', () => {
  expect(warningFor(601, 600)).toBeUndefined();
});

test.each([
  ['the same time, which leaves none for the launch', 600, 600],
  ['some tenths more', 600, 600.3],
  ['more, which hours and minutes do not show', 3600, 3629],
])('of %s it does not say that it was longer', (_name, timeout, took) => {
  expect(warningFor(timeout, took)).toContain('took as long or longer: the last one took');
});

test('where TIMEOUT is the longest already, none is proposed', () => {
  expect(warningFor(85_500, 90_000)).toMatch(
    /TIMEOUT cannot exceed 85500: choose a DEPLOYMENT_CONFIG that deploys to more instances at once\.$/,
  );
  expect(warningFor(85_499, 90_000)).toMatch(/Set TIMEOUT to at least 85500\.$/);
});

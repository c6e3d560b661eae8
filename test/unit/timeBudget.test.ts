import fc from 'fast-check';
import { timeBudget } from '../../src/timeBudget';
import { START } from '../support/deploymentSamples';
import { ManualClock } from '../support/manualClock';

function allotted(remainingSeconds: number) {
  const time = timeBudget(new ManualClock(START), remainingSeconds * 1000);
  const seconds = (moment: number) => (moment - START) / 1000;
  return {
    pollUntil: (window?: number) => seconds(time.pollUntil(window)),
    workUntil: seconds(time.workUntil),
    reportUntil: seconds(time.reportUntil),
  };
}

test.each([
  // remaining, last poll begins, work ends, report ends
  [900, 825, 870, 899.5],
  [300, 225, 270, 299.5],
  [60, 30, 45, 59.5],
  [8, 4, 6, 7.6],
  [0, 0, 0, 0],
  [-5, 0, 0, 0],
])('of %d s, the last poll begins by %d, the work ends by %d, the report by %d', (remaining, poll, work, report) => {
  const time = allotted(remaining);
  expect([time.pollUntil(), time.workUntil, time.reportUntil]).toEqual([poll, work, report]);
});

test.each([
  [0, 0],
  [10.5, 10.5],
  [825, 825],
  [900, 825],
])('a poll window of %d s ends by %d of 900: never later than the reserve allows', (window, until) => {
  expect(allotted(900).pollUntil(window)).toBe(until);
});

test('the order holds for every length: poll, work, report, end', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 900, noNaN: true }),
      fc.double({ min: 0, max: 900, noNaN: true }),
      (all, window) => {
        const time = allotted(all);
        expect(time.pollUntil(window)).toBeLessThanOrEqual(time.pollUntil());
        expect(time.pollUntil()).toBeLessThan(time.workUntil);
        expect(time.workUntil).toBeLessThan(time.reportUntil);
        expect(time.reportUntil).toBeLessThan(all);
      },
    ),
  );
});

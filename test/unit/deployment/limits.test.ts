import { isTooLate } from '../../../src/deployment/limits';

test('nothing starts without three of the twenty minutes left', () => {
  expect(isTooLate(undefined, 2e9)).toBe(false);
  expect(isTooLate(0, 1_020_000)).toBe(false);
  expect(isTooLate(0, 1_020_001)).toBe(true);
});

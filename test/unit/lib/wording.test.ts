import fc from 'fast-check';
import { cut, duration, listing } from '../../../src/lib/wording';
import { anyCharacter } from '../../support/anyCharacter';

test.each([
  [0, '0s'],
  [-5, '0s'],
  [0.4, '0s'],
  [42, '42s'],
  [59.4, '59s'],
  [59.6, '1m'],
  [60, '1m'],
  [61, '1m01s'],
  [190, '3m10s'],
  [3599.6, '1h'],
  [3600, '1h'],
  [7500, '2h05m'],
  [85_500, '23h45m'],
])('%s seconds are shown as %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

describe('cutting a text', () => {
  test('leaves one that fits as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), fc.nat(10), (text, room) => {
        expect(cut(text, Math.max(1, text.length + room))).toBe(text);
      }),
    );
  });

  test('keeps the beginning, within the limit, marks the rest, and halves no character', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, minLength: 2, maxLength: 40 }), fc.nat(), (text, number) => {
        const limit = 1 + (number % (text.length - 1 || 1));
        fc.pre(text.length > limit);
        const short = cut(text, limit);
        expect(short.length).toBeLessThanOrEqual(limit);
        expect(short.endsWith('…')).toBe(true);
        expect(short.isWellFormed()).toBe(true);
        expect(short.length).toBeGreaterThanOrEqual(limit - 1);
        expect(text.startsWith(short.slice(0, -1))).toBe(true);
      }),
    );
  });

  test.each([
    ['abcdef', 4, 'abc…'],
    ['😀😀😀', 4, '😀…'],
    ['😀😀😀', 5, '😀😀…'],
    ['😀', 1, '…'],
  ])('%s to %d is %s', (text, limit, short) => {
    expect(cut(text, limit)).toBe(short);
  });
});

test.each([
  [[], 10, ''],
  [['a'], 10, 'a'],
  [['a', 'b', 'c'], 3, 'a, b, c'],
  [['a', 'b', 'c'], 2, 'a, b and 1 more'],
])('%j, of which %d are shown, is listed as "%s"', (items, shown, text) => {
  expect(listing(items, shown)).toBe(text);
});

import fc from 'fast-check';

/**
 * Any code point but a half surrogate pair, for `fc.string({ unit: anyCharacter })`. fast-check's own unit `binary` is the
 * same, but makes a map of all 1.1 million of them first, which takes seconds in each test file.
 */
export const anyCharacter = fc.oneof(
  codePoints(0, 0x7f),
  codePoints(0x80, 0xd7ff),
  codePoints(0xe000, 0xffff),
  codePoints(0x10000, 0x10ffff),
);

/** With its inverse, fast-check also puts in the strings that it knows to be dangerous, e.g. `__proto__`. */
function codePoints(min: number, max: number): fc.Arbitrary<string> {
  return fc.integer({ min, max }).map(
    (point) => String.fromCodePoint(point),
    (character) => {
      const [only, ...more] = typeof character === 'string' ? Array.from(character) : [];
      if (only === undefined || more.length > 0) throw new Error('This is no single character.');
      return only.codePointAt(0) ?? -1;
    },
  );
}

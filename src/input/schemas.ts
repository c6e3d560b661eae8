/** The zod building blocks of parameters and settings. Every message is a predicate, see `Field`. */
import * as z from 'zod/mini';
import { VALUE_MESSAGES } from './messages';
import { describeCharacter, kindOf } from './valueText';

/** Says what is wrong with a text, as a predicate; undefined when nothing is. */
export type Rule = (text: string) => string | undefined;

// Zero-width and direction characters come along when text is copied from a page. U+200C and U+200D stay
// allowed: Persian and emoji need them.
const INVISIBLE = /[\p{Cc}\p{Cs}\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/u;
const UNRESOLVED_VARIABLE = /#\{[^{}]*\}/;

const isEmpty: Rule = (text) => (text === '' ? VALUE_MESSAGES.empty : undefined);

const isUnresolved: Rule = (text) => (UNRESOLVED_VARIABLE.test(text) ? VALUE_MESSAGES.unresolvedVariable : undefined);

const holdsInvisible: Rule = (text) => {
  const index = text.search(INVISIBLE);
  if (index < 0) return undefined;
  const character = describeCharacter(String.fromCodePoint(text.codePointAt(index) ?? 0));
  return VALUE_MESSAGES.invisibleCharacter(character, String(Array.from(text.slice(0, index)).length + 1));
};

/** Text: surrounding white space is trimmed; empty, unresolved and invisible content is refused, then the rules apply. */
export function text(...rules: readonly Rule[]): z.ZodMiniType<string> {
  const checks = [isEmpty, isUnresolved, holdsInvisible, ...rules].map(ruleCheck);
  return z.string({ error: ({ input }) => wrongKind(input, 'text') }).check(z.trim(), ...checks);
}

/** A rule for the number of characters, as the services count them: in UTF-16 units. */
export const atMost =
  (limit: number): Rule =>
  (value) => {
    const { length } = value;
    return length > limit ? VALUE_MESSAGES.tooManyCharacters(String(length), String(length - limit)) : undefined;
  };

/** A rule for the set of characters; `allowed` matches one good character. */
export const only =
  (allowed: RegExp): Rule =>
  (value) => {
    const wrong = Array.from(value).find((character) => !allowed.test(character));
    if (wrong === undefined) return undefined;
    return VALUE_MESSAGES.forbiddenCharacter(wrong === ' ' ? 'a space' : `the character ${describeCharacter(wrong)}`);
  };

/** A rule that names a well-known mistake. */
export const mistake =
  (pattern: RegExp, predicate: string): Rule =>
  (value) =>
    pattern.test(value) ? predicate : undefined;

/** A rule for the whole shape. */
export const shape =
  (pattern: RegExp, predicate: string): Rule =>
  (value) =>
    pattern.test(value) ? undefined : predicate;

/** A whole number, as a number or in digits. */
export function wholeNumber(minimum: number, maximum: number): z.ZodMiniType<number> {
  return numberLike(/^-?\d+$/, VALUE_MESSAGES.notWhole, minimum, maximum);
}

/** A number with or without a fraction, as a number or in digits. */
export function decimal(minimum: number, maximum: number): z.ZodMiniType<number> {
  return numberLike(/^-?\d+(\.\d+)?$/, VALUE_MESSAGES.notPlainNumber, minimum, maximum);
}

function numberLike(pattern: RegExp, predicate: string, minimum: number, maximum: number): z.ZodMiniType<number> {
  const fromText = (raw: unknown) => {
    const trimmed = trimmedText(raw);
    return typeof trimmed === 'string' && pattern.test(trimmed) ? Number(trimmed) : trimmed;
  };
  return z.pipe(
    z.transform(fromText),
    z.number({ error: ({ input }) => wrongText(input) ?? wrongKindOrValue(input, 'a number', predicate) }).check(
      check((value) => {
        if (!pattern.test(plainDigits(value))) return predicate;
        if (value < minimum) return VALUE_MESSAGES.below(String(minimum));
        return value > maximum ? VALUE_MESSAGES.above(String(maximum)) : undefined;
      }),
    ),
  );
}

/** true or false, as a boolean or in letters of either case. */
export function booleanLike(): z.ZodMiniType<boolean> {
  return z.pipe(
    z.transform((raw: unknown) => {
      const folded = typeof raw === 'string' ? raw.trim().toLowerCase() : raw;
      if (folded === 'true') return true;
      return folded === 'false' ? false : trimmedText(raw);
    }),
    z.boolean({
      error: ({ input }) => wrongText(input) ?? wrongKindOrValue(input, 'a boolean', VALUE_MESSAGES.notBoolean),
    }),
  );
}

/** One of the values, in either case; the result is spelt as in `values`. */
export function oneOf<const T extends string>(values: readonly T[]): z.ZodMiniType<T> {
  const fold = (raw: unknown) => {
    const trimmed = trimmedText(raw);
    return (
      values.find((value) => typeof trimmed === 'string' && value.toLowerCase() === trimmed.toLowerCase()) ?? trimmed
    );
  };
  const error = ({ input }: { readonly input?: unknown }) =>
    wrongText(input) ?? wrongKindOrValue(input, 'text', VALUE_MESSAGES.notListed);
  return z.pipe(z.transform(fold), z.enum(values, { error }));
}

/** A schema out of a function that gives the value, or says what is wrong. */
export function custom<T>(
  read: (raw: unknown) => { readonly value: T } | { readonly wrong: string },
): z.ZodMiniType<T> {
  return z.pipe(
    z.unknown(),
    z.transform((raw, context) => {
      const result = read(raw);
      if ('value' in result) return result.value;
      context.issues.push({ code: 'custom', message: result.wrong, input: raw });
      return z.NEVER;
    }),
  );
}

/** `is a list, not text`, and the like. */
export function wrongKind(input: unknown, wanted: string): string {
  if (input === undefined) return VALUE_MESSAGES.missing;
  return input === null ? VALUE_MESSAGES.null : VALUE_MESSAGES.wrongKind(kindOf(input), wanted);
}

/** What is wrong with any text, whatever it stands for: empty, an unresolved variable, an invisible character. */
export function wrongText(input: unknown): string | undefined {
  if (typeof input !== 'string') return undefined;
  return isEmpty(input.trim()) ?? isUnresolved(input) ?? holdsInvisible(input.trim());
}

function wrongKindOrValue(input: unknown, wanted: string, predicate: string): string {
  return typeof input === 'string' || (typeof input === 'number' && !Number.isFinite(input))
    ? predicate
    : wrongKind(input, wanted);
}

function trimmedText(raw: unknown): unknown {
  return typeof raw === 'string' ? raw.trim() : raw;
}

/** The number in digits, never as 1e21. */
function plainDigits(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : value.toString();
}

function ruleCheck(rule: Rule) {
  return check<string>(rule);
}

function check<T>(rule: (value: T) => string | undefined) {
  return z.check<T>((context) => {
    const message = rule(context.value);
    if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
  });
}

import type * as z from 'zod/mini';
import type { Problem } from '../errors';
import { VALUE_MESSAGES } from './messages';
import { blot, quote } from './valueText';

/**
 * One value that a user writes. The schema's messages are predicates that follow the quoted value,
 * e.g. `is not a whole number`; `expected` says in a phrase what would be right, with its unit.
 */
export interface Field<T> {
  readonly schema: z.ZodMiniType<T>;
  readonly expected: string;
  /** The value is never shown. */
  readonly isSecret?: boolean;
}

/**
 * Reads one raw value into `values`, or gives the problem with it: the first one, where there are several.
 * `secrets` are texts never to be shown.
 */
export function readInto<V extends object, N extends keyof V & string>(
  values: Partial<V>,
  name: N,
  { schema, expected, isSecret = false }: Field<V[N]>,
  raw: unknown,
  secrets: readonly string[] = [],
): Problem | undefined {
  const result = schema.safeParse(raw);
  if (!result.success) {
    const predicate = result.error.issues[0]?.message ?? VALUE_MESSAGES.invalid;
    const subject = isSecret ? '' : subjectOf(raw, secrets);
    return { where: name, what: blot(subject === '' ? predicate : `${subject} ${predicate}`, secrets), expected };
  }
  values[name] = result.data;
  return undefined;
}

function subjectOf(raw: unknown, secrets: readonly string[]): string {
  if (typeof raw === 'number' || typeof raw === 'boolean') return String(raw);
  return typeof raw === 'string' && raw.trim() !== '' ? quote(raw, secrets) : '';
}

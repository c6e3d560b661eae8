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

/** What reading one value gives. */
export type FieldResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** Reads one raw value; only the first thing that is wrong with it is told. `secrets` are texts never to be shown. */
export function readField<T>(
  where: string,
  field: Field<T>,
  raw: unknown,
  secrets: readonly string[] = [],
): FieldResult<T> {
  const result = field.schema.safeParse(raw);
  if (result.success) return { ok: true, value: result.data };
  const predicate = result.error.issues[0]?.message ?? VALUE_MESSAGES.invalid;
  const subject = field.isSecret === true ? '' : subjectOf(raw, secrets);
  const what = blot(subject === '' ? predicate : `${subject} ${predicate}`, secrets);
  return { ok: false, problem: { where, what, expected: field.expected } };
}

/** Reads one raw value into `values`, or gives the problem with it. */
export function readInto<V extends object, N extends keyof V & string>(
  values: Partial<V>,
  name: N,
  field: Field<V[N]>,
  raw: unknown,
  secrets: readonly string[] = [],
): Problem | undefined {
  const result = readField(name, field, raw, secrets);
  if (!result.ok) return result.problem;
  values[name] = result.value;
  return undefined;
}

function subjectOf(raw: unknown, secrets: readonly string[]): string {
  if (typeof raw === 'number' || typeof raw === 'boolean') return String(raw);
  return typeof raw === 'string' && raw.trim() !== '' ? quote(raw, secrets) : '';
}

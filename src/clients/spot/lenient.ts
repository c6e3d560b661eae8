import * as z from 'zod/mini';

/** What is null, or of another type than documented, counts as absent: one odd field must not hide all others. */
export function lenient<T extends z.ZodMiniType>(schema: T) {
  return z.catch(z.optional(schema), undefined);
}

/** A number, also where Spot gives it as text. */
export const numberLike = z.pipe(
  z.transform((raw: unknown) => (typeof raw === 'string' && /^\d+(?:\.\d+)?$/.test(raw.trim()) ? Number(raw) : raw)),
  z.number(),
);

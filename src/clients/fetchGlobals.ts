/*
 * axios looks at these at its first import, for its fetch adapter, which nothing here uses; the look makes Node load its
 * whole fetch implementation (undici), 10 to 20 ms of a cold start. While axios is imported, `globalThis` is a view of
 * the global object that lacks them. The properties themselves are left alone: since Node 22, reading a descriptor loads it too.
 */
const NAMES = ['Request', 'Response', 'FormData', 'ReadableStream'] as const;

const real = globalThis;

export function hideFetch(): void {
  const hidden = Object.fromEntries(NAMES.map((name) => [name, { value: undefined }]));
  Reflect.set(real, 'globalThis', Object.create(real, hidden));
}

export function showFetch(): void {
  Reflect.set(real, 'globalThis', real);
}

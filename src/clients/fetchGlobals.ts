/*
 * axios looks at these at its first import, for its fetch adapter, which nothing here uses; the look makes Node load its
 * whole fetch implementation (undici), 10 ms of a cold start. They are out of sight while axios is imported.
 */
const NAMES = ['fetch', 'Request', 'Response', 'FormData'] as const;

const hidden = new Map<string, PropertyDescriptor>();

export function hideFetch(): void {
  for (const name of NAMES) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    if (descriptor?.configurable !== true) continue;
    hidden.set(name, descriptor);
    Object.defineProperty(globalThis, name, { value: undefined, configurable: true, writable: true });
  }
}

export function showFetch(): void {
  for (const [name, descriptor] of hidden) Object.defineProperty(globalThis, name, descriptor);
  hidden.clear();
}

// p-retry, leven and their dependencies are ES modules only; Jest runs CommonJS, so SWC translates those too.
const esmOnly = ['p-retry', 'is-network-error', 'leven'];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '\\.(ts|js|mjs)$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  // Jest's sandbox makes each use of a global slow, a third of the harness's time; as parameters of each module these are
  // quick. Not what virtual time replaces (Date, timers), nor what a module declares for itself (URL, process).
  sandboxInjectedGlobals: [
    ...['Array', 'ArrayBuffer', 'BigInt', 'Boolean', 'Error', 'Function', 'JSON', 'Map', 'Math', 'Number', 'Object'],
    ...['Promise', 'Reflect', 'RegExp', 'Set', 'String', 'Symbol', 'TypeError', 'Uint8Array', 'WeakMap'],
    ...['encodeURIComponent', 'isNaN', 'parseInt'],
  ],
  restoreMocks: true,
  // A run in virtual time takes a second of the processor; a busy machine gives it only part of one.
  testTimeout: 30_000,
  // Jest would leave one core idle; of the two of a small machine that is half of it.
  maxWorkers: '100%',
};

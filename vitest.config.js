import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globals: true,
    // The files of one worker share the modules that they load: most of the time of small files is the loading. So a test
    // undoes what it changes (the next three lines do so for what it replaces), and only test files have hooks at the top level.
    isolate: false,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    // The titles of test.each are shown whole.
    chaiConfig: { truncateThreshold: 0 },
    // Once in each process, the SDK would announce that it ends support for Node.js 20 in 2027.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // Vitest would leave one core idle; of the two of a small machine that is half of it.
    maxWorkers: '100%',
    // A run in virtual time takes a second of the processor; a busy machine gives it only part of one.
    testTimeout: 30_000,
  },
});

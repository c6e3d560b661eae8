import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globals: true,
    // The files of one worker share the modules that they load: most of the time of small files is the loading. So a test
    // undoes what it changes; the next three lines do so for what it replaces.
    isolate: false,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    // Vitest would leave one core idle; of the two of a small machine that is half of it.
    maxWorkers: '100%',
    // A run in virtual time takes a second of the processor; a busy machine gives it only part of one.
    testTimeout: 30_000,
  },
});

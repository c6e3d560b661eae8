import type { PipelineClock } from './pipeline';

/** The global setTimeout, so that a fake one makes it virtual. */
export const timerClock: PipelineClock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      // Timers count whole milliseconds; a sleep never ends early.
      const timer = setTimeout(wake, Math.ceil(ms));
      signal?.addEventListener('abort', wake);
    }),
};

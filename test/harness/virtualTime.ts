import FakeTimers from '@sinonjs/fake-timers';

/** Real ones, kept before they are faked. */
const nextTurn = setImmediate;

export interface VirtualTime {
  /** Runs `work` to its end; time jumps from timer to timer, so that an hour takes as long as its calls take. */
  run<T>(work: () => Promise<T>): Promise<T>;
  uninstall(): void;
}

/**
 * Replaces the process's clock and timers, those inside libraries included (p-retry, the SDK). Nothing that runs under
 * it may wait for anything real: the harness's transport answers in process, without sockets.
 */
export function installVirtualTime(startsAt: number): VirtualTime {
  const clock = FakeTimers.install({
    now: startsAt,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    ignoreMissingTimers: true,
  });
  return {
    async run(work) {
      const progress = { isSettled: false };
      const result = work().finally(() => {
        progress.isSettled = true;
      });
      // A rejection is the caller's, who awaits the result below.
      result.catch(() => undefined);
      for (;;) {
        // One turn runs all that is due without time passing; a second one for what the first has begun.
        do {
          await new Promise((resolve) => nextTurn(resolve));
          await new Promise((resolve) => nextTurn(resolve));
          // The SDK looks for a configuration file at a client's first call: that is real, and takes real time.
        } while (process.getActiveResourcesInfo().some((resource) => resource.startsWith('FSReq')));
        if (progress.isSettled) return result;
        if (clock.countTimers() === 0) throw new Error('The run hangs: nothing is due any more, and it has not ended.');
        clock.next();
      }
    },
    uninstall: () => {
      clock.uninstall();
    },
  };
}

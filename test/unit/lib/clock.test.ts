import FakeTimers from '@sinonjs/fake-timers';
import { systemClock } from '../../../src/lib/clock';

test.each([0.2, 10, 10.4, 999.99])(
  'a sleep of %s ms does not end early, although timers count whole milliseconds',
  async (ms) => {
    const timers = FakeTimers.install({ now: 1_000_000 });
    try {
      const slept = systemClock.sleep(ms).then(() => Date.now() - 1_000_000);
      await timers.runAllAsync();
      // A timer of Node's may fire a millisecond early.
      expect((await slept) - 1).toBeGreaterThanOrEqual(ms);
    } finally {
      timers.uninstall();
    }
  },
);

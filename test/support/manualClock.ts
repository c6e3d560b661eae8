import type { Clock } from '../../src/lib/clock';

/** Time stands still unless the test, or a sleep, advances it. */
export class ManualClock implements Clock {
  /** Milliseconds of every sleep. */
  readonly sleeps: number[] = [];

  /** `time` is in milliseconds since the epoch. */
  constructor(private time: number) {}

  now(): number {
    return this.time;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.sleeps.push(milliseconds);
    this.time += milliseconds;
  }

  advance(seconds: number): void {
    this.time += seconds * 1000;
  }

  /** @param time milliseconds since the epoch */
  advanceTo(time: number): void {
    this.time = time;
  }
}

import type { Context } from '../context';

export type Severity = 'INFO' | 'WARN' | 'ERROR';

export interface LogEntry {
  readonly at: number;
  readonly severity: Severity;
  readonly message: string;
}

/** The Elastigroup's event log, oldest entry first. */
export class EventLog {
  readonly #context: Context;
  readonly entries: LogEntry[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  write(severity: Severity, message: string): void {
    this.entries.push({ at: this.#context.schedule.time, severity, message });
  }
}

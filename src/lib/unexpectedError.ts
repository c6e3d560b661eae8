import type { Log } from './log';
import { withSourcePositions } from './sourcePositions';

/** Logs a bug of ours with its stack. Returns its message. */
export function logUnexpected(error: unknown, log: Pick<Log, 'error'>): string {
  const message = error instanceof Error ? error.message : String(error);
  log.error(`Unexpected error: ${error instanceof Error ? withSourcePositions(error.stack ?? message) : message}`);
  return message;
}

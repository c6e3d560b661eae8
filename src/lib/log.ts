import { Logger } from '@aws-lambda-powertools/logger';
import type { Clock } from './clock';
import type { Redactor } from './redaction';

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** A line is a sentence for a person who tails the log; numbers and ids are fields. */
export interface Log {
  debug(sentence: string, fields?: LogFields): void;
  info(sentence: string, fields?: LogFields): void;
  warn(sentence: string, fields?: LogFields): void;
  error(sentence: string, fields?: LogFields): void;
  /** Fields that all later lines carry. */
  remember(fields: LogFields): void;
  /** When the action started (ms since the epoch): all later lines carry `elapsedSeconds`, counted from there. */
  countFrom(startedAt: number): void;
}

/** Powertools' JSON logger. Every string of a line is redacted. */
export function createLog(redactor: Redactor, clock: Pick<Clock, 'now'>): Log {
  const logger = new Logger({
    jsonReplacerFn: (_key, value: unknown) => (typeof value === 'string' ? redactor.redact(value) : value),
  });
  let startedAt: number | undefined;
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (sentence: string, fields: LogFields = {}) => {
      const elapsedSeconds = startedAt === undefined ? undefined : Math.round((clock.now() - startedAt) / 1000);
      logger[level](sentence, { elapsedSeconds, ...fields });
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    countFrom: (time) => {
      startedAt = time;
    },
    remember: (fields) => {
      logger.appendKeys(fields);
    },
  };
}

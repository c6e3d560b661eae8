import { Logger } from '@aws-lambda-powertools/logger';
import type { Redactor } from './redaction';

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** One line is one sentence that a person can follow while tailing; numbers and ids are fields. */
export interface Log {
  debug(sentence: string, fields?: LogFields): void;
  info(sentence: string, fields?: LogFields): void;
  warn(sentence: string, fields?: LogFields): void;
  error(sentence: string, fields?: LogFields): void;
  /** Fields that all later lines carry. */
  remember(fields: LogFields): void;
}

/** Powertools' JSON logger; every string in a line passes the redactor on its way out. */
export function createLog(redactor: Redactor): Log {
  const logger = new Logger({
    jsonReplacerFn: (_key, value: unknown) => (typeof value === 'string' ? redactor.redact(value) : value),
  });
  return {
    debug: (sentence, fields = {}) => {
      logger.debug(sentence, fields);
    },
    info: (sentence, fields = {}) => {
      logger.info(sentence, fields);
    },
    warn: (sentence, fields = {}) => {
      logger.warn(sentence, fields);
    },
    error: (sentence, fields = {}) => {
      logger.error(sentence, fields);
    },
    remember: (fields) => {
      logger.appendKeys(fields);
    },
  };
}

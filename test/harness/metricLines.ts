import { METRICS, type Measures } from '../../src/report/measures';

/** One line in CloudWatch's embedded metric format. */
export interface MetricLine {
  readonly measures: Measures;
  readonly failureType: unknown;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The lines of a log that CloudWatch turns into metrics. */
export function metricLinesOf(logs: readonly string[]): readonly MetricLine[] {
  return logs
    .filter((line) => line.startsWith('{"_aws"'))
    .map((line) => {
      const fields = JSON.parse(line) as Record<string, unknown>;
      const measures = Object.fromEntries(Object.entries(fields).filter(([name]) => Object.hasOwn(METRICS, name)));
      return { measures, failureType: fields['FailureType'], fields };
    });
}

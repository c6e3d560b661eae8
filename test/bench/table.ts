/** One row of the bench's table. `ratio` is value / other. */
export interface Row {
  readonly what: string;
  readonly value: string;
  readonly other?: string;
  readonly ratio?: number;
  readonly aim?: string;
}

const HEADING = ['what', 'measured', 'beside', 'ratio', 'aim'] as const;

/** A Markdown table, so that RESULTS.md can contain it as printed. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ what, value, other, ratio, aim }) => [
    what,
    value,
    other ?? '',
    ratio === undefined ? '' : ratio.toFixed(2),
    aim ?? '',
  ]);
  const lines = [[...HEADING], HEADING.map(() => '---'), ...cells];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : mean(sorted.slice(middle - 1, middle + 1));
}

import type { FailureDetails } from '../simulator/codepipeline/model';
import { wrapText } from '../support/wrapText';
import { metricLinesOf } from './metricLines';

/** A line of a log as the documentation shows it. */
export interface ShownLine {
  /** `09:00:45  INFO   launching   12 s`; empty where a message goes on. */
  readonly head: string;
  readonly text: string;
  readonly kind: 'info' | 'warn' | 'error' | 'metric';
}

const HEAD_WIDTH = 36;
const TEXT_WIDTH = 116;

/** The function's own lines, in their order, wrapped. */
export function shownLines(logs: readonly string[]): readonly ShownLine[] {
  return logs.flatMap((line) => {
    const fields = JSON.parse(line) as Readonly<Record<string, unknown>>;
    return Object.hasOwn(fields, '_aws') ? metricLine(line) : logLine(fields);
  });
}

function logLine(fields: Readonly<Record<string, unknown>>): ShownLine[] {
  const { timestamp, level, phase = '', elapsedSeconds, message } = fields;
  const elapsed = typeof elapsedSeconds === 'number' ? `${elapsedSeconds} s` : '';
  const head = `${timeOf(timestamp)}  ${String(level).padEnd(5)}  ${String(phase).padEnd(10)}  ${elapsed.padStart(4)}`;
  const kind = level === 'ERROR' ? 'error' : level === 'WARN' ? 'warn' : 'info';
  return withHead(head, String(message).split('\n').flatMap(wrapped), kind);
}

function metricLine(line: string): ShownLine[] {
  const [metric] = metricLinesOf([line]);
  const { _aws: format, service: _service, ...values } = metric?.fields ?? {};
  const { Timestamp } = format as { readonly Timestamp: number };
  const text = JSON.stringify({ FailureType: metric?.failureType, ...metric?.measures, ...ids(values) });
  return withHead(`${timeOf(new Date(Timestamp).toISOString())}  METRIC`, wrapped(text), 'metric');
}

function ids({ group }: Readonly<Record<string, unknown>>) {
  return group === undefined ? {} : { group };
}

function withHead(head: string, texts: readonly string[], kind: ShownLine['kind']): ShownLine[] {
  return texts.map((text, index) => ({ head: index === 0 ? head : '', text, kind }));
}

function timeOf(timestamp: unknown): string {
  return String(timestamp).slice(11, 19);
}

function wrapped(text: string): string[] {
  return wrapText(text, TEXT_WIDTH);
}

export function asText(lines: readonly ShownLine[], headWidth = HEAD_WIDTH): string {
  return lines.map(({ head, text }) => `${head.padEnd(headWidth)}${text}`.trimEnd()).join('\n');
}

/** The result of a failed action as CodePipeline shows it, without the links and ids at its end. */
export function asResult(failure: FailureDetails | undefined): string {
  const lines = `${failure?.type ?? 'no failure'}: ${failure?.message ?? ''}`.split('\n');
  const links = lines.findIndex((line) => line.includes('https://'));
  return lines
    .slice(0, links < 0 ? undefined : links)
    .flatMap(wrapped)
    .join('\n');
}

/** Without time and level. */
export function asBriefText(lines: readonly ShownLine[]): string {
  const brief = lines.map(({ head, ...line }) => ({ ...line, head: head.slice('09:00:45  INFO   '.length) }));
  return asText(brief, 18);
}

const COLOURS = { info: '#e6edf3', warn: '#e3b341', error: '#ff7b72', metric: '#7ee787' } as const;
const FONT = 'ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace';
const [COLUMN, ROW, LEFT, TOP] = [7.83, 18, 16, 46];

/** The same as a picture of a terminal. */
export function asPicture(lines: readonly ShownLine[], title: string): string {
  const width = Math.ceil(2 * LEFT + (HEAD_WIDTH + TEXT_WIDTH) * COLUMN);
  const height = TOP + lines.length * ROW;
  const textX = Math.round(LEFT + HEAD_WIDTH * COLUMN);
  const rows = lines.flatMap(({ head, text, kind }, index) => {
    const y = TOP + index * ROW;
    return [
      ...(head === '' ? [] : [`<text x="${LEFT}" y="${y}" fill="#8b949e">${escaped(head)}</text>`]),
      `<text x="${textX}" y="${y}" fill="${COLOURS[kind]}">${escaped(text)}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title" xml:space="preserve">`,
    `<title id="title">${escaped(title)}</title>`,
    `<style>text{font:13px ${FONT};white-space:pre}</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    '<circle cx="20" cy="18" r="6" fill="#ff5f56"/><circle cx="40" cy="18" r="6" fill="#ffbd2e"/><circle cx="60" cy="18" r="6" fill="#27c93f"/>',
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

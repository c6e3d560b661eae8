import { FAILURE_TYPES } from '../../src/errors';
import { readFileSync } from 'node:fs';
import { METRICS } from '../../src/report/measures';

/** The dashboard and the alarms of template.yaml, and the page about them, are compared with the metrics of the code. */

const TEMPLATE = readFileSync('template.yaml', 'utf8');
const PAGE = readFileSync('docs/monitoring.md', 'utf8');

/** The lines below `key: !Sub |`, without their indentation. */
function literalOf(key: string): string {
  const [, indent = '', text = ''] =
    new RegExp(`^( *)${key}: !Sub \\|\\n((?:\\1 +.*\\n|\\n)+)`, 'm').exec(TEMPLATE) ?? [];
  return text.replaceAll(new RegExp(`^${indent}  `, 'gm'), '');
}

/** As CloudFormation substitutes, with an unknown name left for the test to find. */
function substituted(text: string): string {
  const values: Record<string, string> = {
    'AWS::Region': 'eu-west-1',
    'AWS::StackName': 'stack-1',
    MetricsNamespace: 'Shop/Blue.Green#1',
    BlueGreenStageFunction: 'stack-1-function',
    BlueGreenStageLogGroup: '/aws/lambda/stack-1-blue-green-stage',
    'FailedEventsQueue.QueueName': 'stack-1-queue',
  };
  return text.replaceAll(/\$\{([^}]+)\}/g, (whole, name: string) => values[name] ?? whole);
}

type Metric = (string | { expression?: string; id?: string })[];
interface Widget {
  readonly type: 'metric' | 'log';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { title: string; region: string; query?: string; metrics?: Metric[] };
}

const body = substituted(literalOf('DashboardBody'));
const { widgets } = JSON.parse(body) as { widgets: Widget[] };
const drawn = widgets.flatMap(({ properties }) => properties.metrics ?? []);

test('all substitutions are known, and each widget has its Region', () => {
  expect(body).not.toContain('${');
  expect(widgets.map(({ properties }) => properties.region)).toEqual(widgets.map(() => 'eu-west-1'));
});

test('the dashboard draws every metric of the code, and no other of its namespace', () => {
  const own = drawn.filter(([namespace]) => namespace === 'Shop/Blue.Green#1');
  expect(new Set(own.map(([, name]) => name))).toEqual(new Set(Object.keys(METRICS)));
  for (const [, , dimension, value] of own) expect([dimension, value]).toEqual(['service', 'stack-1']);
});

test('everything else that it draws is of Lambda or of the queue, or an expression', () => {
  const others = drawn.filter(([namespace]) => namespace !== 'Shop/Blue.Green#1');
  expect(new Set(others.map(([first]) => (typeof first === 'string' ? first : 'expression')))).toEqual(
    new Set(['AWS/Lambda', 'AWS/SQS', 'expression']),
  );
});

test('failures are drawn for each type', () => {
  const types = drawn.filter((metric) => metric.includes('FailureType')).map(([, , , , , type]) => type);
  expect(types).toEqual([...FAILURE_TYPES]);
});

test('no two widgets overlap, and all fit the 24 columns', () => {
  const cells = widgets.flatMap(({ x, y, width, height }) =>
    Array.from({ length: width * height }, (_, index) => `${x + (index % width)},${y + Math.floor(index / width)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  for (const { x, width } of widgets) expect(x + width).toBeLessThanOrEqual(24);
});

test('recent failures are the errors of the log group', () => {
  const queries = widgets.flatMap(({ properties }) => properties.query ?? []);
  expect(queries).toEqual([
    expect.stringMatching(
      /^SOURCE '\/aws\/lambda\/stack-1-blue-green-stage' \| fields .* \| filter level = "ERROR" \|/,
    ),
  ]);
});

test('an alarm watches a metric that exists, and notifies only where there is a topic', () => {
  const alarms = TEMPLATE.split(/^ {2}(?=\w+:$)/m).filter((block) => block.includes('AWS::CloudWatch::Alarm'));
  expect(alarms.map((block) => /MetricName: (\w+)/.exec(block)?.[1])).toEqual([
    'DeploymentFailed',
    'Errors',
    'AsyncEventsDropped',
    'Throttles',
    'AsyncEventAge',
  ]);
  for (const block of alarms) {
    expect(block).toContain('TreatMissingData: notBreaching');
    expect(block).toMatch(/AlarmActions: !If\n\s+- Notifies\n[^]*- !Ref AWS::NoValue/);
  }
});

test('docs/monitoring.md has a row for each alarm', () => {
  const alarms = Array.from(TEMPLATE.matchAll(/^ {2}(\w+):\n {4}Type: AWS::CloudWatch::Alarm$/gm), ([, name]) => name);
  const rows = Array.from(PAGE.matchAll(/^\| `(\w+Alarm)` \|/gm), ([, name]) => name);
  expect(rows).toEqual(alarms);
});

/** An alarm that comes after the damage is none: Lambda drops an event at its maximum age. */
test('the alarm on the age of events comes before Lambda drops one, and not at its own retries', () => {
  const threshold = Number(/MetricName: AsyncEventAge\n[^]*?Threshold: (\d+)/.exec(TEMPLATE)?.[1]) / 1000;
  const dropped = Number(/MaximumEventAgeInSeconds: (\d+)/.exec(TEMPLATE)?.[1]);
  expect(threshold).toBeGreaterThan(60);
  expect(threshold).toBeLessThan(dropped / 2);
});

test('docs/monitoring.md has the table of metrics', () => {
  const rows = Array.from(PAGE.matchAll(/^\| `(\w+)` \| (Count|Seconds) \| .+ \|$/gm), ([, name, unit]) => [
    name,
    unit,
  ]);
  expect(rows).toEqual(Object.entries(METRICS));
});

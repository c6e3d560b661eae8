import { Metrics } from '@aws-lambda-powertools/metrics';
import { idsOf } from '../deployment/transitions';
import type { NamedRun } from '../deployment/runMemory';
import { failureTypeOf, measuresOf, METRICS, type EndedAction, type MetricName } from './measures';

/** The default of template.yaml's MetricsNamespace. */
const DEFAULT_NAMESPACE = 'BlueGreenStage';

interface Writing {
  readonly jobId: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly run?: NamedRun | undefined;
  readonly redact: (text: string) => string;
}

/**
 * Writes one line in CloudWatch's embedded metric format to standard output; Lambda's log turns it into metrics.
 *
 * Dimensions: `service`, the stack's name, and for a failure also `service` with `FailureType`. CloudWatch bills each
 * metric for each combination of dimensions, and an alarm needs every dimension of what it watches: there are at most
 * six failure types, but no limit to applications and deployment groups. So those, and all ids, are plain fields of the
 * line, by which Logs Insights can filter and group.
 */
export function writeMetrics(ended: EndedAction, { jobId, env, run, redact }: Writing): void {
  const serviceName = env['POWERTOOLS_SERVICE_NAME']?.trim();
  const metrics = new Metrics({
    namespace: env['POWERTOOLS_METRICS_NAMESPACE']?.trim() || DEFAULT_NAMESPACE,
    ...(serviceName && { serviceName }),
  });
  const failureType = failureTypeOf(ended);
  // Powertools adds `service` to each set: the first one is for the metrics of all ends, whatever their type.
  if (failureType !== undefined) metrics.addDimensions({}).addDimensions({ FailureType: failureType });
  for (const [name, value] of Object.entries(measuresOf(ended)))
    if (isMetricName(name)) metrics.addMetric(name, METRICS[name], value);
  for (const [name, value] of Object.entries({ jobId, ...runFields(run), ...fieldsOf(ended) }))
    metrics.addMetadata(name, redact(value));
  metrics.publishStoredMetrics();
}

function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(METRICS, name);
}

function runFields({ pipeline, executionId }: NamedRun = {}): Readonly<Record<string, string>> {
  return { ...(pipeline !== undefined && { pipeline }), ...(executionId !== undefined && { execution: executionId }) };
}

/** By the names that they have in the other lines of the log. */
function fieldsOf(ended: EndedAction): Readonly<Record<string, string>> {
  if (ended.kind === 'withoutState') return {};
  const { state, group } = ended;
  return { group, greenIdentifier: state.greenIdentifier, ...idsOf(state) };
}

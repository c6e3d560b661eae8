import { type Duration, Tokenization } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { InvalidInputError } from '../../src/errors';
import { parseSettings } from '../../src/input/settings';
import { version } from '../package.json';
import type { BlueGreenDeployFunctionProps } from './blueGreenDeployFunctionProps';
import { FunctionLogLevel } from './options';
import { plausibleText } from './plausibleText';
import { secretReference } from './secretReference';

interface Given {
  readonly serviceName: string;
  readonly metricsNamespace: string;
  /** Whether the function may see the revision's bucket. */
  readonly checksRevision: string;
}

/** The environment variables of the function, as in template.yaml: test/drift.test.ts compares them. */
export function environmentOf(props: BlueGreenDeployFunctionProps, given: Given): Record<string, string> {
  const { spotToken, pollInterval, pollWindow, cleanupTimeout } = props;
  const logLevel = props.logLevel ?? FunctionLogLevel.INFO;
  return {
    RELEASE_VERSION: version,
    SPOT_API_URL: props.spotApiUrl ?? 'https://api.spotinst.io',
    SPOT_TOKEN_SECRET: spotToken ? secretReference(spotToken, props.spotTokenField) : '',
    POLL_INTERVAL_SECONDS: secondsOf(pollInterval) ?? '5',
    POLL_WINDOW_SECONDS: secondsOf(pollWindow) ?? '240',
    CLEANUP_TIMEOUT_SECONDS: secondsOf(cleanupTimeout) ?? '900',
    ALLOW_UNKNOWN_JOB: String(props.allowUnknownJob ?? false),
    CHECK_REVISION: given.checksRevision,
    POWERTOOLS_LOG_LEVEL: logLevel,
    POWERTOOLS_SERVICE_NAME: given.serviceName,
    POWERTOOLS_METRICS_NAMESPACE: given.metricsNamespace,
  };
}

/** A duration may be a parameter of the stack. */
function secondsOf(duration: Duration | undefined): string | undefined {
  return duration && Tokenization.stringifyNumber(duration.toSeconds({ integral: false }));
}

/** The variables as the function may see them; what is known only after the deployment counts as good. */
export function plausibleSettings(
  environment: Readonly<Record<string, string>>,
  scope: IConstruct,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, plausibleText(value, scope, PLAUSIBLE[name])]),
  );
}

/** What the function itself would say of these settings. */
export function settingProblems(environment: Readonly<Record<string, string>>): string[] {
  const settings = parseSettings(environment);
  return settings.ok ? [] : [new InvalidInputError(settings.problems, NOTHING_SYNTHESIZED).message];
}

/** What problems mean for whoever synthesizes. */
export const NOTHING_SYNTHESIZED = 'nothing was synthesized';

/** For settings that are known only after the deployment. */
const PLAUSIBLE: Readonly<Record<string, string>> = {
  SPOT_API_URL: 'https://api.spotinst.io',
  SPOT_TOKEN_SECRET: 'spot/api-token',
  POLL_INTERVAL_SECONDS: '5',
  POLL_WINDOW_SECONDS: '240',
  CLEANUP_TIMEOUT_SECONDS: '900',
};

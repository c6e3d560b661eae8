import * as z from 'zod/mini';
import type { Problem } from '../errors';
import { type Field, readInto } from './field';
import { booleanLike, decimal, oneOf, type Rule, text } from './schemas';
import { EVENT_MESSAGES, SETTING_WARNINGS } from './messages';
import { valid, type Parsed, invalid } from './parsed';
import { tokenSecretReference } from './userParameters/compoundFields';

const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL', 'SILENT'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

/** How the function was set up: its environment variables, parsed. Powertools reads the log level itself. */
export interface Settings {
  /** Without a trailing slash. */
  readonly spotApiUrl: string;
  /** Secrets Manager `id` or `id#key`, for actions that name no token. */
  readonly tokenSecret?: string;
  /** Seconds between two polls, which pollInterval.ts adapts, 0.01 to 300. */
  readonly pollIntervalSeconds: number;
  /** Seconds of polling in one invocation, 0 (one poll) to 900. */
  readonly pollWindowSeconds: number;
  /** Seconds that cleaning up may take, 1 to 3600. */
  readonly cleanupTimeoutSeconds: number;
  /** Whether an event whose job CodePipeline does not know may start something. */
  readonly allowUnknownJob: boolean;
  /** Whether preflight checks that a revision in S3 exists, for which the function's role needs permissions. */
  readonly checkRevision: boolean;
}

/** The values of the environment variables, read one by one. */
interface SettingValues {
  SPOT_API_URL: string;
  SPOT_TOKEN_SECRET: string;
  POLL_INTERVAL_SECONDS: number;
  POLL_WINDOW_SECONDS: number;
  CLEANUP_TIMEOUT_SECONDS: number;
  ALLOW_UNKNOWN_JOB: boolean;
  CHECK_REVISION: boolean;
  POWERTOOLS_LOG_LEVEL: LogLevel;
}

type SettingName = keyof SettingValues;

/** What the documentation says about a setting. */
export interface SettingDescription {
  readonly default: string;
  readonly meaning: string;
}

const DEFAULT_SPOT_API_URL = 'https://api.spotinst.io';
const DEFAULT_POLL_INTERVAL_SECONDS = 5;
/**
 * With Lambda's two retries, after 1 and 2 minutes, three invocations of this length and their reports fit into the 20 minutes
 * that CodePipeline waits for an answer (docs/services.md, CodePipeline).
 */
const DEFAULT_POLL_WINDOW_SECONDS = 240;
/** A rollback takes traffic from green and gives it to blue: the deregistration delay, 300 s by default, comes twice. */
export const DEFAULT_CLEANUP_TIMEOUT_SECONDS = 900;
// host.docker.internal is this machine as `sam local invoke` sees it from its container.
const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', 'host.docker.internal'];

const isNoApiUrl: Rule = (address) => {
  if (!URL.canParse(address)) return EVENT_MESSAGES.notUrl;
  const { protocol, username, password, search, hash, hostname } = new URL(address);
  if (protocol !== 'https:' && protocol !== 'http:') return EVENT_MESSAGES.notHttp;
  if (username !== '' || password !== '') return EVENT_MESSAGES.urlWithUser;
  if (search !== '' || hash !== '') return EVENT_MESSAGES.urlWithQuery;
  const isSafe = protocol === 'https:' || LOOPBACK_HOSTS.includes(hostname);
  return isSafe ? undefined : EVENT_MESSAGES.unencrypted;
};

/** The single source of what may be set: each environment variable's documentation and how it is read. */
const settings: { readonly [N in SettingName]: Field<SettingValues[N]> & SettingDescription } = {
  SPOT_API_URL: {
    default: DEFAULT_SPOT_API_URL,
    meaning: 'Address of the Spot API.',
    schema: z.pipe(
      text(isNoApiUrl),
      z.transform((address) => new URL(address).href.replace(/\/+$/, '')),
    ),
    expected:
      'an https:// address without user, query and fragment (http:// only for localhost, 127.0.0.1 or host.docker.internal)',
  },
  SPOT_TOKEN_SECRET: {
    default: '',
    meaning:
      'Secrets Manager name or ARN (or `id#key`) of the Spot API token, for actions that give neither API_TOKEN nor API_TOKEN_SECRET.',
    ...tokenSecretReference,
  },
  POLL_INTERVAL_SECONDS: {
    default: String(DEFAULT_POLL_INTERVAL_SECONDS),
    meaning:
      'Polling interval in seconds, 0.01 to 300: doubled while a phase cannot end yet, halved when its next step is due.',
    schema: decimal(0.01, 300),
    expected: 'seconds, 0.01 to 300',
  },
  POLL_WINDOW_SECONDS: {
    default: String(DEFAULT_POLL_WINDOW_SECONDS),
    meaning:
      "Seconds that one invocation polls before the next one continues: 0 to 900; 0 polls once per invocation. Above 240, an invocation that fails late leaves Lambda's retries too little of CodePipeline's 20 minutes.",
    schema: decimal(0, 900),
    expected: 'seconds, 0 to 900',
  },
  CLEANUP_TIMEOUT_SECONDS: {
    default: String(DEFAULT_CLEANUP_TIMEOUT_SECONDS),
    meaning: 'Seconds that cleaning up after a failure may take: 1 to 3600.',
    schema: decimal(1, 3600),
    expected: 'seconds, 1 to 3600',
  },
  ALLOW_UNKNOWN_JOB: {
    default: 'false',
    meaning:
      'true starts and stops deployments for jobs that CodePipeline does not know (sample events); for test services only.',
    schema: booleanLike(),
    expected: 'true or false',
  },
  CHECK_REVISION: {
    default: 'false',
    meaning:
      "true checks before a deployment that the revision's object exists in S3, for which the function's role needs permissions.",
    schema: booleanLike(),
    expected: 'true or false',
  },
  POWERTOOLS_LOG_LEVEL: {
    default: 'INFO',
    meaning: `Log level: ${LOG_LEVELS.join(', ')}.`,
    schema: oneOf(LOG_LEVELS),
    expected: `one of ${LOG_LEVELS.join(', ')}`,
  },
};

const settingNames: readonly SettingName[] = Object.keys(settings).filter((name): name is SettingName =>
  Object.hasOwn(settings, name),
);

/** The table of the documentation, which is tested against it. */
export const settingTable: readonly (SettingDescription & { readonly name: SettingName })[] = settingNames.map(
  (name) => {
    const { default: defaultValue, meaning } = settings[name];
    return { name, default: defaultValue, meaning };
  },
);

/** Parses the environment. A blank variable counts as not set, since SAM passes parameters that are left out so. */
export function parseSettings(env: Readonly<Record<string, string | undefined>>): Parsed<Settings> {
  const values: Partial<SettingValues> = {};
  const problems = settingNames
    .filter((name) => env[name] !== undefined && env[name].trim() !== '')
    .map((name) => readInto(values, name, settings[name], env[name]))
    .filter((problem) => problem !== undefined)
    .map((problem): Problem => ({ ...problem, where: `${problem.where} (environment variable of the function)` }));
  return problems.length > 0 ? invalid(problems) : valid(withDefaults(values));
}

/**
 * For an action that is under way: a setting that has become invalid, in a stack update say, must not abandon what was
 * started. Its default takes its place, with a warning.
 */
export function settingsInMidRun(env: Readonly<Record<string, string | undefined>>): {
  readonly value: Settings;
  readonly warnings: readonly string[];
} {
  const values: Partial<SettingValues> = {};
  const warnings: string[] = [];
  for (const name of settingNames) {
    if (env[name] === undefined || env[name].trim() === '') continue;
    const problem = readInto(values, name, settings[name], env[name]);
    if (problem) warnings.push(SETTING_WARNINGS.ignored(name, problem.what));
  }
  return { value: withDefaults(values), warnings };
}

function withDefaults(values: Partial<SettingValues>): Settings {
  const { SPOT_TOKEN_SECRET } = values;
  return {
    spotApiUrl: values.SPOT_API_URL ?? DEFAULT_SPOT_API_URL,
    ...(SPOT_TOKEN_SECRET === undefined ? {} : { tokenSecret: SPOT_TOKEN_SECRET }),
    pollIntervalSeconds: values.POLL_INTERVAL_SECONDS ?? DEFAULT_POLL_INTERVAL_SECONDS,
    pollWindowSeconds: values.POLL_WINDOW_SECONDS ?? DEFAULT_POLL_WINDOW_SECONDS,
    cleanupTimeoutSeconds: values.CLEANUP_TIMEOUT_SECONDS ?? DEFAULT_CLEANUP_TIMEOUT_SECONDS,
    allowUnknownJob: values.ALLOW_UNKNOWN_JOB ?? false,
    checkRevision: values.CHECK_REVISION ?? false,
  };
}

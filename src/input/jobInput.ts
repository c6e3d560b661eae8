import * as z from 'zod/mini';
import { InvalidInputError, type Problem } from '../errors';
import { EVENT_MESSAGES, PARAMETER_MESSAGES, SETTING_WARNINGS } from './messages';
import type { Parsed } from './parsed';
import { parsePipelineJob, type PipelineJob } from './pipelineJob';
import { DEFAULT_CLEANUP_TIMEOUT_SECONDS, parseSettings, settingsInMidRun, type Settings } from './settings';
import { parseUserParameters } from './userParameters/parseUserParameters';
import type { UserParameters } from './userParameters/userParameters';

const continuationSchema = z.object({
  'CodePipeline.job': z.object({ data: z.object({ continuationToken: z.string() }) }),
});

/** What one invocation works with: the event, its UserParameters and the function's environment, all checked. */
export interface JobInput {
  readonly job: PipelineJob;
  readonly parameters: UserParameters;
  readonly settings: Settings;
  /** Sentences for the log. */
  readonly warnings: readonly string[];
}

/**
 * Throws InvalidInputError with the problems of all three together. In mid-run an earlier invocation has started something,
 * which this one can neither follow nor stop without good input: Elastigroup's own timeout is the safety net then.
 */
export function readJobInput(event: unknown, env: Readonly<Record<string, string | undefined>>): JobInput {
  const midRun = isContinuation(event);
  const settings = midRun ? { ok: true as const, ...settingsInMidRun(env) } : parseSettings(env);
  const job = parsePipelineJob(event);
  const tokenSecret = settings.ok ? settings.value.tokenSecret : env['SPOT_TOKEN_SECRET'];
  const circumstances = { tokenSecret, isMidRun: midRun };
  const parameters = job.ok ? parseUserParameters(job.value.userParameters, job.value, circumstances) : undefined;
  if (job.ok && settings.ok && parameters?.ok) {
    const warnings = [...job.warnings, ...parameters.warnings, ...settings.warnings];
    const input = { job: job.value, parameters: parameters.value, settings: settings.value, warnings };
    const tooLong = longerThanAnAction(input.parameters, input.settings);
    if (tooLong && midRun) return withDefaultCleanUp(input);
    if (tooLong) throw new InvalidInputError([tooLong]);
    return input;
  }
  const problems = [...problemsOf(job), ...problemsOf(parameters), ...problemsOf(settings)];
  throw new InvalidInputError(problems, midRun ? EVENT_MESSAGES.leftAlone : undefined);
}

/** CodePipeline ends an action after 24 hours (docs/services.md, CodePipeline): cleaning up must end before. */
const LONGEST_ACTION_S = 86_400;

function longerThanAnAction({ timeoutSeconds }: UserParameters, settings: Settings): Problem | undefined {
  const longest = LONGEST_ACTION_S - settings.cleanupTimeoutSeconds;
  if (timeoutSeconds <= longest) return undefined;
  return {
    where: 'TIMEOUT',
    what: PARAMETER_MESSAGES.noTimeToCleanUp(String(settings.cleanupTimeoutSeconds)),
    expected: `at most ${longest}, or a shorter CLEANUP_TIMEOUT_SECONDS of the function`,
  };
}

/** With it any TIMEOUT that a parameter may have leaves enough of the 24 hours. */
function withDefaultCleanUp(input: JobInput): JobInput {
  const settings = { ...input.settings, cleanupTimeoutSeconds: DEFAULT_CLEANUP_TIMEOUT_SECONDS };
  return { ...input, settings, warnings: [...input.warnings, SETTING_WARNINGS.cleanUpIgnored] };
}

function problemsOf(parsed: Parsed<unknown> | undefined) {
  return parsed === undefined || parsed.ok ? [] : parsed.problems;
}

/** Read leniently: an event that is broken elsewhere may still carry a token. */
function isContinuation(event: unknown): boolean {
  return continuationSchema.safeParse(event).success;
}

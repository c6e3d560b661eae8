import { ActionError } from '../../errors';
import type { Log } from '../../lib/log';
import { LEFT_MESSAGES } from '../messages';
import type { Finding } from './finding';
import { PREFLIGHT_MESSAGES } from './messages';

type Problem = Extract<Finding, { kind: 'problem' }>;

/** Logs warnings and notes, and returns both; throws ActionError with all problems in one message. */
export function reportFindings(
  findings: readonly Finding[],
  log: Log,
  anotherMayHaveStarted: boolean,
): readonly string[] {
  const textsOf = (wanted: Finding['kind']) => findings.filter(({ kind }) => kind === wanted).map(({ text }) => text);
  const [warnings, notes] = [textsOf('warning'), textsOf('note')];
  for (const text of warnings) log.warn(`Preflight: ${text}`);
  for (const text of notes) log.info(`Preflight: ${text}`);
  const failure = failureOfFindings(findings, anotherMayHaveStarted);
  if (failure) throw failure;
  log.info(`Preflight checks passed${warnings.length > 0 ? ', with warnings' : ''}.`);
  return [...warnings, ...notes];
}

/**
 * Undefined without a problem. A type that all problems share is the failure's, else it is ConfigurationError.
 * `anotherMayHaveStarted`: see ActionError.
 */
export function failureOfFindings(
  findings: readonly Finding[],
  anotherMayHaveStarted: boolean,
): ActionError | undefined {
  const problems = distinct(findings.filter((finding) => finding.kind === 'problem'));
  const [first, second] = problems;
  if (!first) return undefined;
  if (!second) {
    const nothing = anotherMayHaveStarted ? LEFT_MESSAGES.startedNothing : PREFLIGHT_MESSAGES.startedNothing;
    return new ActionError(first.type, `${first.text} ${nothing}`, { anotherMayHaveStarted });
  }
  const type = problems.every((problem) => problem.type === first.type) ? first.type : 'ConfigurationError';
  const message = anotherMayHaveStarted
    ? PREFLIGHT_MESSAGES.severalProblemsOfDelivery
    : PREFLIGHT_MESSAGES.severalProblems;
  const lines = [message(String(problems.length)), ...problems.map(({ text }) => `- ${text}`)];
  return new ActionError(type, lines.join('\n'), { anotherMayHaveStarted });
}

/** A wrong token, or a name that does not exist, is rejected by every call. */
function distinct(problems: readonly Problem[]): Problem[] {
  const keyOf = ({ cause, text }: Problem) => cause ?? text;
  return problems.filter((problem, index) => problems.findIndex((other) => keyOf(other) === keyOf(problem)) === index);
}

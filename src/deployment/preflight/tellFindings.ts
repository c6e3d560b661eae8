import { ActionError } from '../../errors';
import type { Log } from '../../lib/log';
import { asSentence } from '../../lib/wording';
import { startedNothing } from '../otherDelivery';
import type { Finding } from './finding';

type Problem = Extract<Finding, { kind: 'problem' }>;

/** Logs the warnings and returns them; throws ActionError with all problems in one message. */
export function tellFindings(
  findings: readonly Finding[],
  log: Log,
  anotherMayHaveStarted: boolean,
): readonly string[] {
  const warnings = findings.filter(({ kind }) => kind === 'warning').map(({ text }) => text);
  for (const text of warnings) log.warn(`Preflight: ${text}`);
  const failure = failureOfFindings(findings, anotherMayHaveStarted);
  if (failure) throw failure;
  log.info(`Preflight found nothing that stands in the way${warnings.length > 0 ? ', but see the warnings' : ''}.`);
  return warnings;
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
    const consequence = `${asSentence(startedNothing(anotherMayHaveStarted))}.`;
    return new ActionError(first.type, `${first.text} ${consequence}`, { anotherMayHaveStarted });
  }
  const type = problems.every((problem) => problem.type === first.type) ? first.type : 'ConfigurationError';
  const lines = problems.map(({ text }) => `- ${text}`);
  return new ActionError(
    type,
    [`${problems.length} problems were found, and ${startedNothing(anotherMayHaveStarted)}.`, ...lines].join('\n'),
    { anotherMayHaveStarted },
  );
}

/** A wrong token, or a name that does not exist, is refused at every call. */
function distinct(problems: readonly Problem[]): Problem[] {
  const keyOf = ({ cause, text }: Problem) => cause ?? text;
  return problems.filter((problem, index) => problems.findIndex((other) => keyOf(other) === keyOf(problem)) === index);
}

import { ActionError } from '../../errors';
import type { Log } from '../../lib/log';
import type { Finding } from './finding';

type Problem = Extract<Finding, { kind: 'problem' }>;

/** Logs the warnings and returns them; throws StageError with all problems in one message. */
export function tellFindings(findings: readonly Finding[], log: Log, unseen: boolean): readonly string[] {
  const warnings = findings.filter(({ kind }) => kind === 'warning').map(({ text }) => text);
  for (const text of warnings) log.warn(`Preflight: ${text}`);
  const failure = failureOfFindings(findings, unseen);
  if (failure) throw failure;
  log.info(`Preflight found nothing that stands in the way${warnings.length > 0 ? ', but see the warnings' : ''}.`);
  return warnings;
}

/**
 * Undefined without a problem. A type that all problems share is the failure's, else it is ConfigurationError.
 * `unseen`: see StageError.
 */
export function failureOfFindings(findings: readonly Finding[], unseen: boolean): ActionError | undefined {
  const problems = distinct(findings.filter((finding) => finding.kind === 'problem'));
  const [first, second] = problems;
  if (!first) return undefined;
  if (!second) {
    const nothing = unseen ? 'This run has started nothing.' : 'Nothing was started.';
    return new ActionError(first.type, `${first.text} ${nothing}`, { unseen });
  }
  const type = problems.every((problem) => problem.type === first.type) ? first.type : 'ConfigurationError';
  const lines = problems.map(({ text }) => `- ${text}`);
  return new ActionError(
    type,
    [
      `${problems.length} problems were found, and ${unseen ? 'this run has started nothing' : 'nothing was started'}.`,
      ...lines,
    ].join('\n'),
    { unseen },
  );
}

/** A wrong token, or a name that does not exist, is refused at every call. */
function distinct(problems: readonly Problem[]): Problem[] {
  const keyOf = ({ cause, text }: Problem) => cause ?? text;
  return problems.filter((problem, index) => problems.findIndex((other) => keyOf(other) === keyOf(problem)) === index);
}

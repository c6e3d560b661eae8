import { fixFor, type KnownCause } from './causes';

/** CodePipeline's `failureDetails.type` (service model, codepipeline 2015-07-09: FailureType). */
export const FAILURE_TYPES = [
  'JobFailed',
  'ConfigurationError',
  'PermissionError',
  'RevisionOutOfSync',
  'RevisionUnavailable',
  'SystemUnavailable',
] as const;
export type FailureType = (typeof FAILURE_TYPES)[number];

interface ActionErrorOptions extends ErrorOptions {
  readonly known?: KnownCause | undefined;
  readonly anotherMayHaveStarted?: boolean;
}

/** A failure that ends the action. Its message is written for whoever reads it in CodePipeline. */
export class ActionError extends Error {
  override readonly name = 'ActionError';
  /** A well-known cause; `message` ends with what to do about it. */
  readonly known: KnownCause | undefined;
  /** The action's deployments could not be read: another delivery of its event may have started one. */
  readonly anotherMayHaveStarted: boolean;

  constructor(
    readonly type: FailureType,
    /** What happened, without what to do about it. */
    readonly headline: string,
    { known, anotherMayHaveStarted = false, ...options }: ActionErrorOptions = {},
  ) {
    super(known ? `${headline} ${fixFor(known)}` : headline, options);
    this.known = known;
    this.anotherMayHaveStarted = anotherMayHaveStarted;
  }
}

/**
 * One thing that is wrong with what the user wrote, or with how the function was set up.
 * `where` names the parameter, setting or part of the event, e.g. `TIMEOUT`.
 */
export interface Problem {
  readonly where: string;
  readonly what: string;
  readonly expected: string;
}

/** The first and the last line of a list of problems. */
export const INPUT_ERROR_MESSAGES = {
  problems: (count: string, consequence: string) => `${count} in the action's configuration; ${consequence}.`,
  more: (count: string) => `… and ${count} more.`,
} as const;

/** CodePipeline takes 5000 characters; the rest is for the first and the last line. */
const MAX_PROBLEMS_LENGTH = 4800;

/** Bad input: all problems in one message, so that the user fixes them in one go. */
export class InvalidInputError extends ActionError {
  /** `consequence`: what that means for the deployment. */
  constructor(
    readonly problems: readonly Problem[],
    consequence = 'nothing was started',
  ) {
    super('ConfigurationError', InvalidInputError.describe(problems, consequence));
  }

  private static describe(problems: readonly Problem[], consequence: string): string {
    const count = problems.length === 1 ? 'One problem' : `${problems.length} problems`;
    const lines = [INPUT_ERROR_MESSAGES.problems(count, consequence)];
    let room = MAX_PROBLEMS_LENGTH;
    for (const [index, { where, what, expected }] of problems.entries()) {
      const line = `- ${where}: ${what}${what.endsWith('?') ? '' : '.'} Expected: ${expected}.`;
      room -= line.length + 1;
      if (room < 0) return [...lines, `- ${INPUT_ERROR_MESSAGES.more(String(problems.length - index))}`].join('\n');
      lines.push(line);
    }
    return lines.join('\n');
  }
}

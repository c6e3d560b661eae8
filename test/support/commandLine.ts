/** What the user of a script got wrong: the message says it, and no stack adds to it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Runs a script. Its exit code; 2 and one line for a wrong option, 2 and the stack for what nobody expected. */
export function runScript(main: () => Promise<number>): void {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      console.error(isUsageError(error) ? error.message.replaceAll(/\s*\n\s*/g, ' ') : error);
      process.exitCode = 2;
    },
  );
}

/** @throws UsageError when it is not a whole number from `least` on */
export function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isInteger(number) && number >= least) return number;
  throw new UsageError(`--${option} ${text}: expected a whole number from ${least} on.`);
}

/** The errors of parseArgs (node:util) have these codes. */
function isUsageError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return error instanceof UsageError || ('code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_'));
}

import { spawnSync } from 'node:child_process';

export interface ToolOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What the tool reads from its standard input. */
  readonly input?: string;
}

/**
 * Runs a tool to its end.
 * @returns what it printed
 * @throws with what it printed, when its exit code is not 0
 */
export function runTool(
  command: string,
  args: readonly string[],
  options: ToolOptions = {},
): { readonly stdout: string; readonly stderr: string } {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    ...options,
    encoding: 'utf8',
    timeout: 900_000,
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${status ?? 'none'}\n${stdout}${stderr}`);
  return { stdout, stderr };
}

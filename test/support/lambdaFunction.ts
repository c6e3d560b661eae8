import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export interface FunctionSettings {
  /** Path of the built bundle, e.g. `dist/handler.mjs`. */
  readonly bundle: string;
  readonly env: Readonly<Record<string, string>>;
  /** Each line that the function writes. */
  readonly onLog?: (line: string) => void;
}

/** The built bundle in a process of its own, invoked as Lambda does: warm while it lives, and killed at the end of its time. */
export interface LambdaFunction {
  /** Rejects when the handler throws, when its time is over, or when the process is killed. */
  invoke(event: unknown, seconds: number): Promise<void>;
  /** SIGKILL, as a crash does it. */
  kill(): void;
  readonly logs: readonly string[];
}

type Message = { kind: 'ready' } | { kind: 'returned' } | { kind: 'threw'; error: string };

export function lambdaFunction({ bundle, env, onLog }: FunctionSettings): LambdaFunction {
  let child: ChildProcess | undefined;
  const logs: string[] = [];
  const keep = (line: string) => {
    logs.push(line);
    onLog?.(line);
  };

  async function warm(): Promise<ChildProcess> {
    if (child?.connected) return child;
    const host = path.resolve('test/support/lambdaHost.mjs');
    const started = fork(host, [pathToFileURL(path.resolve(bundle)).href], {
      env: { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [started.stdout, started.stderr]) eachLine(stream, keep);
    child = started;
    await nextMessage(started);
    return started;
  }

  return {
    logs,
    async invoke(event, seconds) {
      const process = await warm();
      const timer = setTimeout(() => process.kill('SIGKILL'), seconds * 1000);
      try {
        process.send({ event, milliseconds: seconds * 1000 });
        const message = await nextMessage(process);
        if (message.kind === 'threw') throw new Error(message.error);
      } finally {
        clearTimeout(timer);
      }
    },
    kill: () => void child?.kill('SIGKILL'),
  };
}

/** Throws when the process ends first. Its listeners end with it: a process may be invoked often. */
async function nextMessage(child: ChildProcess): Promise<Message> {
  const listening = new AbortController();
  try {
    const options = { signal: listening.signal };
    const [message] = (await Promise.race([once(child, 'message', options), died(child, options)])) as [Message];
    return message;
  } finally {
    listening.abort();
  }
}

async function died(child: ChildProcess, options: { readonly signal: AbortSignal }): Promise<never> {
  const [code, signal] = (await once(child, 'exit', options)) as [number | null, string | null];
  throw new Error(`The function's process ended (${signal ?? `exit code ${code ?? 'unknown'}`}).`);
}

function eachLine(stream: NodeJS.ReadableStream | null, keep: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') keep(line);
  });
}

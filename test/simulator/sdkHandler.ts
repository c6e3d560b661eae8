import { connectionError } from './connectionErrors';
import type { Outcome } from './faults';
import type { Send } from './transport';
import type { WireRequest } from './wire';

/** The parts of @smithy's HttpRequest that a handler reads. */
export interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The parts of @smithy's HttpResponse that the SDK's protocols read; the body is bytes, so that no stream is needed. */
export interface SdkResponse {
  readonly statusCode: number;
  readonly reason?: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

export interface SdkHandlerOptions {
  /** An AbortSignal; @smithy allows an older kind too, which is not heard here. */
  readonly abortSignal?: unknown;
  /** ms */
  readonly requestTimeout?: number | undefined;
}

export interface SdkRequestHandler {
  readonly metadata: { readonly handlerProtocol: string };
  handle(request: SdkRequest, options?: SdkHandlerOptions): Promise<{ response: SdkResponse }>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
  destroy(): void;
}

/** A requestHandler that behaves as @smithy/node-http-handler does, without a socket. */
export function sdkHandlerFor(send: Send, defaultTimeoutMs: number | undefined): SdkRequestHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request, { abortSignal, requestTimeout } = {}) => {
      const outcome = await limited(
        send(wireRequest(request)),
        isSignal(abortSignal) ? abortSignal : undefined,
        requestTimeout ?? defaultTimeoutMs,
      );
      return { response: responseOf(outcome) };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };
}

function isSignal(value: unknown): value is AbortSignal {
  return typeof value === 'object' && value !== null && 'addEventListener' in value;
}

function wireRequest({ method, path, query, headers, body }: SdkRequest): WireRequest {
  const search = new URLSearchParams();
  for (const [name, values] of Object.entries(query ?? {})) {
    for (const value of [values ?? ''].flat()) search.append(name, value);
  }
  const url = search.size > 0 ? `${path}?${search.toString()}` : path;
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { method, url, headers: Object.fromEntries(lower), body: textOf(body) };
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  if (body === undefined || body === null) return '';
  throw new Error('The simulated handler takes a body of text or bytes only.');
}

/** node-http-handler names ECONNRESET a TimeoutError; ECONNREFUSED keeps its name. */
function responseOf(outcome: Outcome): SdkResponse {
  if (outcome.kind === 'reset') throw Object.assign(connectionError('reset'), { name: 'TimeoutError' });
  if (outcome.kind !== 'answer') throw connectionError('refused');
  const { status, headers, body } = outcome.response;
  return { statusCode: status, headers: { ...headers }, body: new TextEncoder().encode(body) };
}

/** Settles with an answer, or with a broken connection; a silent call settles only by the signal or the timeout. */
function limited(sent: Promise<Outcome>, signal: AbortSignal | undefined, timeoutMs = 0): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const abort = (): void => {
      clearTimeout(timer);
      reject(abortError(signal?.reason));
    };
    if (signal?.aborted) {
      abort();
      return;
    }
    signal?.addEventListener('abort', abort, { once: true });
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    if (timeoutMs > 0) {
      timer = setTimeout(() => {
        done();
        reject(timeoutError(timeoutMs));
      }, timeoutMs);
    }
    sent.then(
      (outcome) => {
        if (outcome.kind === 'silence' || outcome.kind === 'killed') return;
        done();
        resolve(outcome);
      },
      (error: unknown) => {
        done();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

function abortError(reason: unknown): Error {
  const cause = reason instanceof Error ? { cause: reason } : {};
  return Object.assign(new Error('Request aborted', cause), { name: 'AbortError' });
}

function timeoutError(timeoutMs: number): Error {
  const message = `@smithy/node-http-handler - [ERROR] a request has exceeded the configured ${timeoutMs} ms requestTimeout.`;
  return Object.assign(new Error(message), { name: 'TimeoutError', code: 'ETIMEDOUT' });
}

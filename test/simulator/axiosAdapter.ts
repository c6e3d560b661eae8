import axios, { AxiosError, AxiosHeaders, CanceledError } from 'axios';
import type { AxiosAdapter, AxiosResponse, GenericAbortSignal, InternalAxiosRequestConfig } from 'axios';
import { connectionError } from './connectionErrors';
import type { Send } from './transport';
import type { WireRequest, WireResponse } from './wire';

/** What axios puts on a response and an error as `request`: like Node's ClientRequest, it holds the secret header. */
interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly _header: string;
}

/** An axios adapter that behaves as axios' own http adapter does (lib/adapters/http.js), without a socket. */
export function axiosAdapterFor(send: Send): AxiosAdapter {
  return (config) =>
    new Promise((resolve, reject) => {
      const request = wireRequest(config);
      const sent: SentRequest = { method: request.method, path: request.url, _header: headerText(request) };
      const guard = guarded(config, sent, reject);
      if (guard.isOver()) return;
      send(request)
        .then((outcome) => {
          if (guard.isOver() || outcome.kind === 'silence' || outcome.kind === 'killed') return;
          guard.end();
          if (outcome.kind === 'answer') settle(responseOf(outcome.response, config, sent), resolve, reject);
          else reject(AxiosError.from(connectionError(outcome.kind), undefined, config, sent));
        })
        .catch(reject);
    });
}

function wireRequest(config: InternalAxiosRequestConfig): WireRequest {
  const url = new URL(axios.getUri(config), 'http://localhost');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(AxiosHeaders.from(config.headers).toJSON(true))) {
    headers[name.toLowerCase()] = value;
  }
  const method = (config.method ?? 'get').toUpperCase();
  return { method, url: `${url.pathname}${url.search}`, headers, body: textOf(config.data) };
}

/** axios' transformRequest has made text of it. */
function textOf(data: unknown): string {
  if (data === undefined || data === null) return '';
  if (typeof data === 'string') return data;
  throw new Error('The simulated adapter takes a body of text only.');
}

function headerText({ method, url, headers }: WireRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${url} HTTP/1.1`, ...lines, ''].join('\r\n');
}

/** Rejects when the signal aborts (ERR_CANCELED) or the time is up (ECONNABORTED, or ETIMEDOUT when so configured). */
function guarded(config: InternalAxiosRequestConfig, sent: SentRequest, reject: (error: Error) => void): Guard {
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const signal: GenericAbortSignal | undefined = config.signal;
  const end = (): void => {
    over = true;
    clearTimeout(timer);
    signal?.removeEventListener?.('abort', cancel);
  };
  const cancel = (): void => {
    end();
    reject(new CanceledError(undefined, config, sent));
  };
  if (signal?.aborted) cancel();
  else signal?.addEventListener?.('abort', cancel);
  const timeout = config.timeout ?? 0;
  if (timeout > 0 && !signal?.aborted) {
    timer = setTimeout(() => {
      end();
      reject(timeoutError(config, sent));
    }, timeout);
  }
  return { isOver: () => over, end };
}

interface Guard {
  readonly isOver: () => boolean;
  readonly end: () => void;
}

function timeoutError(config: InternalAxiosRequestConfig, sent: SentRequest): AxiosError {
  const message = config.timeoutErrorMessage ?? `timeout of ${config.timeout ?? 0}ms exceeded`;
  const code = config.transitional?.clarifyTimeoutError ? AxiosError.ETIMEDOUT : AxiosError.ECONNABORTED;
  return new AxiosError(message, code, config, sent);
}

function responseOf(answer: WireResponse, config: InternalAxiosRequestConfig, sent: SentRequest): AxiosResponse {
  const headers = new AxiosHeaders({ ...answer.headers });
  return { status: answer.status, statusText: '', headers, config, request: sent, data: answer.body };
}

/** axios' own lib/core/settle.js, which the package does not export. */
function settle(
  response: AxiosResponse,
  resolve: (response: AxiosResponse) => void,
  reject: (error: Error) => void,
): void {
  const { config, status } = response;
  if (!config.validateStatus || config.validateStatus(status)) {
    resolve(response);
    return;
  }
  const code = status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE;
  reject(new AxiosError(`Request failed with status code ${status}`, code, config, response.request, response));
}

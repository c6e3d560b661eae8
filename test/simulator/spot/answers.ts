import type { Context } from '../context';
import type { JsonRecord } from '../input';
import type { ServiceError, WireRequest, WireResponse } from '../wire';
import type { RateLimitState } from './rateLimit';

const MESSAGES: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
};

/** Spot's answers: a `request` that echoes, and a `response` (docs/services.md, Spot). */
export class SpotAnswers {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  items(request: WireRequest, kind: string, items: readonly JsonRecord[]): WireResponse {
    return this.#answer(request, 200, { kind: `spotinst:aws:ec2:${kind}`, items, count: items.length });
  }

  error(request: WireRequest, error: ServiceError): WireResponse {
    const echo = this.#context.options.errorsEchoSecrets
      ? ` [request: ${request.method} ${request.url}, Authorization: ${request.headers['authorization'] ?? ''}]`
      : '';
    return this.#answer(request, error.status, { errors: [{ code: error.code, message: error.message + echo }] });
  }

  /** 429 has no `errors` (docs/services.md, Spot). */
  tooMany(request: WireRequest, state: RateLimitState): WireResponse {
    return this.limited(this.#answer(request, 429, {}), state);
  }

  /** The same answer with the limit's headers. */
  limited(response: WireResponse, state: RateLimitState): WireResponse {
    const headers = {
      ...response.headers,
      'x-ratelimit-limit': String(state.limit),
      'x-ratelimit-remaining': String(state.remaining),
      'x-ratelimit-reset': String(state.resetSeconds),
    };
    return { ...response, headers };
  }

  #answer(request: WireRequest, status: number, rest: JsonRecord): WireResponse {
    const { random, schedule } = this.#context;
    const echo = {
      id: random.uuid(),
      url: request.url,
      method: request.method,
      timestamp: new Date(schedule.time).toISOString(),
    };
    const response = { status: { code: status, message: MESSAGES[status] ?? 'Error' }, ...rest };
    return {
      status,
      headers: { 'content-type': 'application/json;charset=utf-8' },
      body: JSON.stringify({ request: echo, response }),
    };
  }
}

import axios, { type AxiosAdapter, type AxiosInstance, type AxiosResponse } from 'axios';
import * as z from 'zod/mini';
import { cut } from '../../lib/wording';
import { callUpstream, type CallBudget, type CallKind } from '../callPolicy';
import { isConnectionNeverMade, unreadable, UpstreamError, type UpstreamErrorKind } from '../upstreamError';
import { lenient, numberLike } from './lenient';
import type { SpotRateLimit } from './rateLimit';
import type { SpotTokenReader } from './spotToken';

/**
 * The envelope of every answer of the Spot API (docs/services.md, Spot); the caller checks the items. Of the status and of each
 * error only what is readable counts: a null in them must make neither an answer nor a refusal unreadable.
 */
const envelopeSchema = z.object({
  response: z.object({
    status: lenient(z.object({ code: lenient(numberLike), message: lenient(z.string()) })),
    items: z.optional(z.nullable(z.array(z.unknown()))),
    errors: z.optional(z.nullable(z.array(z.unknown()))),
  }),
});
const errorSchema = z.object({ code: lenient(z.union([z.string(), z.number()])), message: lenient(z.string()) });
type Envelope = z.infer<typeof envelopeSchema>['response'];

/** One request. `operation` names it in messages, and is the unit of Spot's rate limit (a route and a method). */
export interface SpotRequest {
  readonly operation: string;
  readonly kind: CallKind;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below the API's root, e.g. `/aws/ec2/group/sig-1`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface SpotApiOptions {
  readonly url: string;
  /** The token in plain text; see spotToken.ts. Throws UpstreamError. */
  readonly token: SpotTokenReader;
  readonly accountId: string;
  readonly budget: CallBudget;
  readonly rateLimit: SpotRateLimit;
  /** Tests and the simulator's harness replace HTTP with this. */
  readonly adapter?: AxiosAdapter | undefined;
}

/** Bytes. */
const LONGEST_ANSWER = 50_000_000;
const LONGEST_QUOTE = 500;

/** The Spot API: takes a request, returns the items of its answer. Throws UpstreamError; an error in the body is one too. */
export class SpotApi {
  private readonly http: AxiosInstance;

  constructor(private readonly options: SpotApiOptions) {
    this.http = axios.create({
      baseURL: options.url,
      // Every request says JSON, as those of Spot's own SDK do: axios would call a PUT without a body a form (docs/services.md, Spot).
      headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
      // A redirect could send the token to another host.
      maxRedirects: 0,
      // Of a group with years of deployments the list can be long. Beyond this the function's memory would be in danger.
      maxContentLength: LONGEST_ANSWER,
      responseType: 'text',
      transformResponse: (body: unknown) => body,
      validateStatus: () => true,
      ...(options.adapter && { adapter: options.adapter }),
    });
  }

  /** The items of the answer, unchecked. No items, or null, is an empty list. */
  async items(request: SpotRequest): Promise<readonly unknown[]> {
    const { budget } = this.options;
    // Outside of this call's retries: Secrets Manager has retries of its own.
    const token = await this.options.token(budget);
    try {
      return await this.ask(request, token);
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.kind !== 'denied') throw error;
      const rotated = await this.options.token.rotated?.(token, budget);
      if (rotated === undefined) throw error;
      return this.ask(request, rotated);
    }
  }

  private ask(request: SpotRequest, token: string): Promise<readonly unknown[]> {
    const { budget } = this.options;
    return callUpstream(budget, { service: 'Spot', ...request }, async (signal) => {
      this.respectRateLimit(request);
      const envelope = this.readAnswer(request, await this.send(request, token, signal));
      return envelope.items ?? [];
    });
  }

  /** A request before the reset would extend the block (docs/services.md, Spot rate limit), so it is not sent. */
  private respectRateLimit(request: SpotRequest): void {
    const retryAt = this.options.rateLimit.allowedAt(request.operation);
    if (this.options.budget.clock.now() >= retryAt) return;
    throw failed(request, 'rate-limited', 'waiting for the rate limit to reset', { retryAt });
  }

  private async send(request: SpotRequest, token: string, signal: AbortSignal): Promise<AxiosResponse<unknown>> {
    try {
      return await this.http.request<unknown>({
        method: request.method,
        url: request.path,
        headers: { Authorization: `Bearer ${token}` },
        params: { ...request.query, accountId: this.options.accountId },
        ...(request.body !== undefined && { data: request.body }),
        signal,
      });
    } catch (error) {
      // The AxiosError contains the request with its Authorization header: only its code and message are kept.
      const code = axios.isAxiosError(error) ? error.code : undefined;
      if (signal.aborted) throw failed(request, 'timeout', 'no answer within the time limit of the call');
      const message = error instanceof Error ? error.message : 'the request failed';
      throw failed(request, isConnectionNeverMade(code) ? 'unreachable' : 'connection', message, { code });
    }
  }

  private readAnswer(request: SpotRequest, answer: AxiosResponse<unknown>): Envelope {
    const envelope = parseEnvelope(answer.data);
    const code = answer.status >= 400 ? answer.status : (envelope?.status?.code ?? answer.status);
    if (code === 429) throw this.rateLimited(request, answer.headers['x-ratelimit-reset']);
    this.heedLimit(request, answer);
    const [problem] = problemsIn(envelope);
    if (code >= 400 || problem) {
      const detail = this.describeProblem(envelope, answer);
      throw failed(request, kindOfProblem(code, envelope), detail, { code: String(problem?.code ?? `HTTP ${code}`) });
    }
    // A redirect is not followed, and is not an answer, whatever its body says.
    if (!envelope || answer.status >= 300)
      throw unreadable('Spot', request.operation, 'the answer is not what the Spot API documents');
    return envelope;
  }

  private heedLimit({ operation }: SpotRequest, { headers }: AxiosResponse<unknown>): void {
    const { rateLimit, budget } = this.options;
    const named = (name: string): unknown => headers[`x-ratelimit-${name}`];
    rateLimit.observe(
      operation,
      { limit: named('limit'), remaining: named('remaining'), reset: named('reset') },
      budget,
    );
  }

  private rateLimited(request: SpotRequest, resetHeader: unknown): UpstreamError {
    const { wait, retryAt } = this.options.rateLimit.block(request.operation, resetHeader, this.options.budget);
    return failed(request, 'rate-limited', `the rate limit of the Spot organisation is exhausted for ${wait} s`, {
      retryAt,
    });
  }

  /** Spot's own words: its errors, else its status, else the beginning of a plain-text body. */
  private describeProblem(envelope: Envelope | undefined, answer: AxiosResponse<unknown>): string {
    const errors = problemsIn(envelope)
      .map((error) => error.message ?? String(error.code ?? ''))
      .filter((text) => text !== '')
      .join('; ');
    const body = typeof answer.data === 'string' ? answer.data : '';
    const words = [errors, envelope?.status?.message ?? '', body].find((text) => text !== '');
    // Redact first, cut afterwards: half a secret is still one.
    return cut(this.options.budget.redact(words ?? 'no explanation given'), LONGEST_QUOTE);
  }
}

/** Each of the answer's errors, however little of it can be read; one may be a text. */
function problemsIn(envelope: Envelope | undefined): readonly z.infer<typeof errorSchema>[] {
  return (envelope?.errors ?? []).map((error) =>
    typeof error === 'string' ? { message: error } : (errorSchema.safeParse(error).data ?? {}),
  );
}

function parseEnvelope(data: unknown): Envelope | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const parsed = envelopeSchema.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data.response : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A body without Spot's envelope is no answer of the Spot API, but a proxy's page (403, 404, 408): nothing that it says
 * is believed. A 401 is, with any body: a proxy that wants a login answers 407.
 */
function kindOfProblem(status: number, envelope: Envelope | undefined): UpstreamErrorKind {
  if (status === 401 || (status === 403 && envelope)) return 'denied';
  return status >= 500 || !envelope ? 'unavailable' : 'rejected';
}

function failed(
  request: SpotRequest,
  kind: UpstreamErrorKind,
  detail: string,
  more: { code?: string | undefined; retryAt?: number } = {},
): UpstreamError {
  return new UpstreamError({ service: 'Spot', operation: request.operation, kind, detail, ...more });
}

/** Parses an item of an answer; one that is not as documented is `unreadable`. */
export function readItem<T extends z.ZodMiniType>(schema: T, item: unknown, operation: string): z.infer<T> {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') || 'item';
  throw unreadable('Spot', operation, `the answer lacks a readable "${where}"`);
}

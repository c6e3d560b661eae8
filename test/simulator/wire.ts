/** One request as it is on the wire. `url` is path and query; header names are in lower case. */
export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One answer as it is on the wire. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a service refuses with; each service writes it in its own form (JSON 1.1, EC2's XML, Spot's `errors`). */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The path of a request, without its query. */
export function pathOf(request: WireRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

/** The query of a request, decoded. */
export function queryOf(request: WireRequest): URLSearchParams {
  const mark = request.url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : request.url.slice(mark + 1));
}

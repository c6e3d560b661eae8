import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** A request as it arrived. */
export interface LoopbackRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the server does with one request, after it has read all of it. */
export type Answer =
  | {
      readonly does: 'respond';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** The connection is reset: the client cannot know whether the request was processed. */
  | { readonly does: 'reset' }
  /** Silence on an open connection. */
  | { readonly does: 'hang' }
  /** A good status and a part of the body, then silence. */
  | { readonly does: 'hang-in-body'; readonly part: string }
  /** A good status and a part of the body, then the connection is reset. */
  | { readonly does: 'reset-in-body'; readonly part: string };

/** An answer, or how to make it from the request. */
export type ScriptedAnswer = Answer | ((request: LoopbackRequest) => Answer);

export function respond(status: number, body = '', headers: Readonly<Record<string, string>> = {}): Answer {
  return { does: 'respond', status, headers, body };
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return respond(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}

/** An error as services of the JSON protocol give it. */
export function awsError(type: string, message: string, status = 400): Answer {
  return json({ __type: type, message }, status);
}

/** The operation of an AWS request in the JSON protocol, e.g. `CodeDeploy_20141006.GetDeployment`. */
export function targetOf(request: LoopbackRequest): string | undefined {
  return request.headers['x-amz-target'];
}

/** A real HTTP server on 127.0.0.1 that answers by a script, request by request, and records what arrives. */
export interface LoopbackServer {
  /** e.g. `http://127.0.0.1:40123` */
  readonly url: string;
  /** The requests since the beginning of the test. */
  readonly requests: readonly LoopbackRequest[];
  /** Adds answers to the script. A request beyond it fails the test, and so does an answer that nobody asked for. */
  script(...answers: readonly ScriptedAnswer[]): void;
  /** Adds `count` times the same answer. */
  repeat(count: number, answer: ScriptedAnswer): void;
  refusingPort(): Promise<RefusingPort>;
  /** Resolves when a client has broken off a request that has no whole answer yet, from now on. */
  abandoned(): Promise<void>;
}

/** One server for the tests of a file; each test has a script of its own. Call it where hooks may be registered. */
export function useLoopbackServer(): LoopbackServer {
  let server: Server | undefined;
  let url = '';
  let script: ScriptedAnswer[] = [];
  let requests: LoopbackRequest[] = [];
  let unscripted: string[] = [];
  let openedPorts: Server[] = [];
  let onAbandoned: () => void = () => undefined;

  const take = (request: LoopbackRequest): Answer => {
    requests.push(request);
    const next = script.shift();
    if (next === undefined) {
      unscripted.push(`${request.method} ${request.path} ${targetOf(request) ?? ''}`.trim());
      // An answer that no policy repeats.
      return respond(400, 'unscripted request');
    }
    return typeof next === 'function' ? next(request) : next;
  };

  beforeAll(async () => {
    server = await listen(take);
    server.on('request', (_incoming: IncomingMessage, outgoing: ServerResponse) => {
      outgoing.once('close', () => {
        if (!outgoing.writableEnded) onAbandoned();
      });
    });
    url = urlOf(server);
  });
  afterEach(async () => {
    await Promise.all(openedPorts.map(close));
    openedPorts = [];
    const left = { unscripted, unplayed: script.length };
    script = [];
    requests = [];
    unscripted = [];
    // Not expect(): a test must not be able to count these assertions as its own.
    if (left.unscripted.length > 0) throw new Error(`Requests that no script expects: ${left.unscripted.join(', ')}`);
    if (left.unplayed > 0) throw new Error(`${left.unplayed} scripted answers were never asked for`);
  });
  afterAll(() => close(server));

  return {
    get url() {
      return url;
    },
    get requests() {
      return requests;
    },
    script: (...answers) => {
      script.push(...answers);
    },
    repeat: (count, answer) => {
      for (let made = 0; made < count; made += 1) script.push(answer);
    },
    refusingPort: () => refusingPort((opened) => openedPorts.push(opened)),
    abandoned: () =>
      new Promise((resolve) => {
        onAbandoned = resolve;
      }),
  };
}

/** A port on which nothing listens, until it is opened. */
export interface RefusingPort {
  readonly url: string;
  /** What has arrived since it was opened. */
  readonly requests: readonly LoopbackRequest[];
  /** From now on the port answers every request alike, until the end of the test. */
  open(answer: Answer): Promise<void>;
}

async function refusingPort(opened: (server: Server) => void): Promise<RefusingPort> {
  const placeholder = await listen(() => respond(500));
  const url = urlOf(placeholder);
  await close(placeholder);
  const requests: LoopbackRequest[] = [];
  return {
    url,
    requests,
    open: async (answer) => {
      const take = (request: LoopbackRequest) => {
        requests.push(request);
        return answer;
      };
      opened(await listen(take, Number(new URL(url).port)));
    },
  };
}

async function listen(take: (request: LoopbackRequest) => Answer, port = 0): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    void read(incoming).then((request) => {
      play(take(request), incoming, outgoing);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The loopback server has no port.');
  return `http://127.0.0.1:${address.port}`;
}

async function close(server: Server | undefined): Promise<void> {
  if (server === undefined) return;
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

async function read(incoming: IncomingMessage): Promise<LoopbackRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk as Uint8Array));
  const url = new URL(incoming.url ?? '/', 'http://loopback');
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]);
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function play(answer: Answer, incoming: IncomingMessage, outgoing: ServerResponse): void {
  switch (answer.does) {
    case 'respond':
      outgoing.writeHead(answer.status, { 'content-length': Buffer.byteLength(answer.body), ...answer.headers });
      outgoing.end(answer.body);
      return;
    case 'reset':
      incoming.socket.resetAndDestroy();
      return;
    case 'hang':
      return;
    case 'hang-in-body':
    case 'reset-in-body':
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.part.length + 1000 });
      outgoing.write(answer.part, () => {
        // The reset waits until the client has begun to read.
        if (answer.does === 'reset-in-body') setTimeout(() => incoming.socket.resetAndDestroy(), 20);
      });
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describeCall } from './calls';
import { playCall, type Injector } from './faults';
import type { WireRequest, WireResponse } from './wire';
import type { World } from './world';

export interface ServerSettings {
  readonly world: World;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The address to listen on; 127.0.0.1, the default, is reached from this machine only. */
  readonly host?: string;
  readonly intercept?: Injector;
  /** Called on killed-before and killed-after; that call gets no answer. */
  readonly onKill?: () => void;
}

export interface SimulatorServer {
  /** e.g. `http://127.0.0.1:40123` */
  readonly url: string;
  close(): Promise<void>;
}

/** All services of a world on one loopback port. */
export async function startServer({
  world,
  port = 0,
  host = '127.0.0.1',
  intercept,
  onKill,
}: ServerSettings): Promise<SimulatorServer> {
  let callIndex = 0;
  const server = createServer((incoming, outgoing) => {
    void readRequest(incoming).then((request) => {
      const fault = intercept?.(callIndex, describeCall(request));
      callIndex += 1;
      const outcome = playCall(world, request, fault);
      switch (outcome.kind) {
        case 'answer':
          write(outgoing, request, outcome.response);
          return;
        case 'refused':
        case 'reset':
          // A port that listens cannot refuse one connection; a reset is as near as it gets.
          incoming.socket.resetAndDestroy();
          return;
        case 'killed':
          onKill?.();
          return;
        case 'silence':
          return;
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The simulator has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Settings of the function that send all of its calls to the simulator. */
export function environmentFor(url: string): Record<string, string> {
  return {
    SPOT_API_URL: url,
    CHECK_REVISION: 'true',
    AWS_ENDPOINT_URL_CODEDEPLOY: url,
    AWS_ENDPOINT_URL_CODEPIPELINE: url,
    AWS_ENDPOINT_URL_EC2: url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
    AWS_ENDPOINT_URL_S3: url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAFAKESIMULATOR000',
    AWS_SECRET_ACCESS_KEY: 'fake-key-of-the-simulator',
  };
}

async function readRequest(incoming: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = [value ?? ''].flat().join(', ');
  return {
    method: incoming.method ?? 'GET',
    url: incoming.url ?? '/',
    headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function write(outgoing: ServerResponse, request: WireRequest, response: WireResponse): void {
  const length = Buffer.byteLength(response.body);
  outgoing.writeHead(response.status, { ...response.headers, 'content-length': String(length) });
  outgoing.end(request.method === 'HEAD' ? undefined : response.body);
}

// A web application in one file: answers requests, tells whether it is healthy, and leaves without losing a request.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers';

const port = Number(process.env.PORT ?? 8080);
const drainFile = process.env.DRAIN_FILE ?? '/run/shop/draining';
const graceSeconds = Number(process.env.GRACE_SECONDS ?? 30);
const slowMilliseconds = Number(process.env.SLOW_MILLISECONDS ?? 1000);
let active = 0;
let stopping = false;

function answer(request, response) {
  const reply = (status, text) => {
    // While stopping, the client must open its next connection elsewhere; a kept one would hold the process.
    if (stopping) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
  };
  // The load balancer asks here. Draining is no failure: the instance still serves what it has begun.
  if (request.url === '/health') {
    const leaving = stopping || existsSync(drainFile);
    return reply(leaving ? 503 : 200, leaving ? 'draining' : 'ok');
  }
  if (request.url === '/active') return reply(200, String(active));
  active += 1;
  response.once('close', () => (active -= 1));
  if (request.url === '/slow') return setTimeout(() => reply(200, 'done'), slowMilliseconds);
  return reply(200, 'Hello from shop 1.0.0');
}

const server = createServer(answer);
// Longer than the load balancer's idle timeout of 60 s, so that it never reuses a connection that is being closed.
server.keepAliveTimeout = 65_000;

process.on('SIGTERM', () => {
  if (stopping) return;
  stopping = true;
  // No new connections, idle ones are closed, running requests finish. unref: the limit does not keep the process alive.
  server.close(() => process.exit(0));
  setTimeout(() => process.exit(1), graceSeconds * 1000).unref();
});

server.listen(port, () => console.log(`listening on ${server.address().port}`));

import path from 'node:path';
import { answering, background, freePort } from './background';
import { pythonTools } from './tools';

/** moto's server, an AWS that others wrote, at this address while `use` runs. */
export async function withMoto(use: (url: string) => Promise<void>): Promise<void> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = background(path.join(pythonTools(), 'moto_server'), ['-H', '127.0.0.1', '-p', String(port)], {
    PATH: process.env['PATH'],
  });
  try {
    await answering(`${url}/moto-api/`, server, 60);
    await use(url);
  } finally {
    await server.stop();
  }
}

// Node alone, and one request.
import { request } from 'node:http';

request(process.env.SPOT_API_URL)
  .on('error', () => undefined)
  .end();

// A Lambda process: loads the bundle that it is given, and runs the events that its parent sends, or the one of its environment.
import { pathToFileURL } from 'node:url';

const { handler } = await import(pathToFileURL(process.argv[2]).href);
const context = { getRemainingTimeInMillis: () => 900_000 };

if (process.env.BENCH_EVENT) {
  await handler(JSON.parse(process.env.BENCH_EVENT), context);
} else {
  process.on('message', async (event) => {
    await handler(event, context);
    const { maxRSS } = process.resourceUsage();
    process.send({ maxRSS, ...process.memoryUsage() });
  });
  process.send('ready');
}

// A process as Lambda has one: loads the bundle once and runs one event after the other. Its parent is lambdaFunction.ts.
import { inspect } from 'node:util';

const { handler } = await import(process.argv[2]);

process.on('message', async ({ event, milliseconds }) => {
  const endsAt = Date.now() + milliseconds;
  try {
    await handler(event, { getRemainingTimeInMillis: () => endsAt - Date.now() });
    process.send({ kind: 'returned' });
  } catch (error) {
    process.send({ kind: 'threw', error: inspect(error, { depth: 8 }) });
  }
});
// Nobody is left to run for: whoever started it was ended by a signal.
process.on('disconnect', () => process.exit());
process.send({ kind: 'ready' });

// node --import ./test/bench/loadHook.mjs: writes the path of every module that is loaded to the file BENCH_LOADED.
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { register } from 'node:module';

if (isMainThread) register(import.meta.url);

export async function load(url, context, next) {
  if (url.startsWith('file:')) appendFileSync(process.env.BENCH_LOADED, `${url}\n`);
  return next(url, context);
}

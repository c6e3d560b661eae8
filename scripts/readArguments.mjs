// What a script was given (parseArgs of node:util). A wrong option is one line of error and exit code 2, before anything
// is done: `npm run build -- --outdir=x` must not empty dist/ first.
import { parseArgs } from 'node:util';

export function readArguments(config = {}) {
  try {
    return parseArgs(config);
  } catch (error) {
    return refuse(error.message.replaceAll(/\s*\n\s*/g, ' '));
  }
}

export function refuse(message) {
  console.error(message);
  return process.exit(2);
}

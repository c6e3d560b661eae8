import { createHash } from 'node:crypto';

/**
 * A source of numbers in [0, 1) that depends on the seed alone (the job id): an action can be replayed, and actions that
 * begin in the same second do not continue in step.
 */
export function jitterFrom(seed: string): () => number {
  let counter = 0;
  return () => {
    counter += 1;
    return createHash('sha256').update(`${seed}:${counter}`).digest().readUInt32BE(0) / 2 ** 32;
  };
}

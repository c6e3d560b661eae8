/** A pattern that looks ahead over a bounded stretch is quadratic within it, and no more from here on. */
const SMALLEST_SIZE = 4000;
/** A turn that is shorter says more of the clock than of the work. */
const SHORTEST_TURN_MICROSECONDS = 1000;
const LARGEST_SIZE = 50_000;
const SMALL_TURNS = 3;
/** More, since only a busy machine needs them. */
const LARGE_TURNS = 8;

/**
 * How many times more of the processor `work` takes when its size is `factor` times larger: a ratio, which says the same on
 * a slow machine and on a fast one, and not in time, which a busy machine stretches. Of several turns each the shortest
 * counts; those of the larger size end once they are below `limit` times.
 */
export function growth(work: (size: number) => unknown, factor: number, limit: number): number {
  let size = SMALLEST_SIZE;
  while (size < LARGEST_SIZE && microseconds(() => work(size)) < SHORTEST_TURN_MICROSECONDS) size *= 2;
  const small = Math.min(...Array.from({ length: SMALL_TURNS }, () => microseconds(() => work(size))));
  let large = Infinity;
  for (let turn = 0; turn < LARGE_TURNS && large >= small * limit; turn += 1)
    large = Math.min(
      large,
      microseconds(() => work(size * factor)),
    );
  return large / small;
}

function microseconds(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return Math.max(user + system, 1);
}

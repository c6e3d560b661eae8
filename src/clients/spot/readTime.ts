/** A `createdAt` of Spot: an ISO date, or ms since the epoch. Undefined where there is no readable time. */
export function readTime(createdAt: string | number | null | undefined): number | undefined {
  const time = new Date(createdAt ?? Number.NaN).getTime();
  return Number.isNaN(time) ? undefined : time;
}

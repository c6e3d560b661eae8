/*
 * What the simulator and the invariants ask of the function, and it does not do yet. When it does: `TRAFFIC_IS_HEEDED` is
 * set, and the names go. harness/scenarios.test.ts fails for a name that need not be here any more.
 */

/** Whether the random runs fall into every step of the traffic, and the invariants on traffic hold in every run. */
export const TRAFFIC_IS_HEEDED: boolean = false;

/** Scenarios in which an invariant on traffic is violated, or which end otherwise than they should. */
export const NOT_MET_YET: readonly string[] = [
  'timeout-while-blocking-blue',
  'stopped-after-traffic',
  'stopped-without-rollback',
  'alarm-after-traffic',
  'rollback-fails',
  'blue-cannot-be-deregistered',
  'termination-wait-longer-than-timeout',
  'termination-wait-unseen',
  'partial-success',
  'old-deployment',
  'late-tag',
];

/**
 * What a state of an Elastigroup blue/green deployment means for the action.
 *
 * - `launching`: green is being launched and tagged
 * - `ready`: green is up; CodeDeploy may start
 * - `replacing`: CodeDeploy's deployment is being watched, or blue is being replaced
 * - `finished`: green has replaced blue
 * - `erred`: something is wrong; whether the state is final is unverified (docs/services.md, Spot)
 * - `undoing`: green is being rolled back or removed
 * - `undone`: it has ended without success
 * - `unknown`: not documented; never read as success, and tolerated until TIMEOUT
 */
export type ElastigroupProgress =
  'launching' | 'ready' | 'replacing' | 'finished' | 'erred' | 'undoing' | 'undone' | 'unknown';

/** In the order that their names suggest (docs/services.md, Spot). */
const PROGRESS: ReadonlyMap<string, ElastigroupProgress> = new Map([
  ['STARTING', 'launching'],
  ['VALIDATE_TAGS', 'launching'],
  ['LAUNCHING_NEW_INSTANCES', 'launching'],
  ['AWAITING_INSTANCES_LAUNCH', 'launching'],
  ['TAG_INSTANCES_WITH_GREEN_TAG', 'launching'],
  ['AWAITING_USER_DEPLOYMENT', 'ready'],
  ['AWAITING_DEPLOYMENT_TO_FINISH', 'replacing'],
  ['WAIT_BEFORE_TERMINATION', 'replacing'],
  ['REMOVE_OLD_INSTANCES', 'replacing'],
  ['REMOVE_ALL_SUSPENSIONS', 'replacing'],
  ['FINISHED', 'finished'],
  ['UNSTABLE_DEPLOYMENT', 'erred'],
  ['ERROR', 'erred'],
  ['STOPPING', 'undoing'],
  ['ROLLBACK_START', 'undoing'],
  ['ROLLBACK_CREATE_DEPLOYMENT', 'undoing'],
  ['ROLLBACK_REPLACE_OLD_NEW_INSTANCES', 'undoing'],
  ['REMOVE_NEW_INSTANCES', 'undoing'],
  ['FINISHED_ERROR', 'undone'],
  ['FINISHED_STOPPED', 'undone'],
]);

/** How soon the state that the phase waits for can come: `far`, not yet; `near`, it is due within seconds. */
export type Pace = 'far' | 'near';

const PACE: ReadonlyMap<string, Pace> = new Map([
  // Instances have still to boot.
  ['VALIDATE_TAGS', 'far'],
  ['LAUNCHING_NEW_INSTANCES', 'far'],
  ['TAG_INSTANCES_WITH_GREEN_TAG', 'near'],
  // Tags take seconds to become visible in EC2 and CodeDeploy.
  ['AWAITING_USER_DEPLOYMENT', 'near'],
  // Blue's instances have still to be removed, which takes as long as the load balancer drains them.
  ['WAIT_BEFORE_TERMINATION', 'far'],
  ['REMOVE_ALL_SUSPENSIONS', 'near'],
]);

/** For the pause after a poll that returned this state; undefined: neither. */
export function paceOf(state: string): Pace | undefined {
  return PACE.get(state);
}

export function progressOf(state: string): ElastigroupProgress {
  return PROGRESS.get(state) ?? 'unknown';
}

/** The position of a state in that order, 0 to 1; 0 for an unknown one. For the percentage. */
export function fractionOf(state: string): number {
  const states = [...PROGRESS.keys()];
  const end = states.indexOf('FINISHED');
  const index = states.indexOf(state);
  // Those that go wrong stand behind FINISHED in the table, and on no way to it.
  return index < 0 || index > end ? 0 : index / end;
}

const REPLACES_BLUE: readonly string[] = [
  'WAIT_BEFORE_TERMINATION',
  'REMOVE_OLD_INSTANCES',
  'REMOVE_ALL_SUSPENSIONS',
  'FINISHED',
];

/** Blue is removed, or has been: green is what remains. */
export function isReplacingBlue(state: string): boolean {
  return REPLACES_BLUE.includes(state);
}

/** Green is rolled back or removed, or has been. */
export function isRollingBack(state: string): boolean {
  return ['undoing', 'undone'].includes(progressOf(state));
}

/** It errs or rolls back: the deployment cannot succeed any more. */
export function isGoingWrong(state: string): boolean {
  return ['erred', 'undoing', 'undone'].includes(progressOf(state));
}

export function hasEnded(state: string): boolean {
  return ['finished', 'undone'].includes(progressOf(state));
}

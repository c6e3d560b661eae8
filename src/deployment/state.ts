import * as z from 'zod/mini';
import { CAUSE_NAMES } from '../causes';
import { FAILURE_TYPES } from '../errors';

/*
 * The state of one deployment, from the action's first event to its result. It is all that the next invocation gets of this
 * one (continuationToken.ts): it contains only ids and times, is small, and has no secret in it.
 * Times are ms since the epoch, durations are seconds.
 */

const time = z.number().check(z.int(), z.nonnegative());
/** Characters that a text in the state has at most. */
export const LONGEST_TEXT = 600;
const shortText = z.string().check(z.maxLength(LONGEST_TEXT));
const id = z.string().check(z.minLength(1), z.maxLength(128));

const failure = z.strictObject({
  type: z.enum(FAILURE_TYPES),
  /** What failed, and where: one sentence, or, where nothing was started, the whole message. */
  headline: shortText,
  timedOut: z.exactOptional(z.literal(true)),
  /** The pipeline execution was stopped, or the action has ended: no invocation may come after this one. */
  isUnfollowed: z.exactOptional(z.literal(true)),
  /** A well-known cause, where the failure itself shows it; what to do about it is in causes.ts. */
  known: z.exactOptional(z.strictObject({ cause: z.enum(CAUSE_NAMES), action: z.exactOptional(id) })),
});

/** How long CodeDeploy took for the group's recent deployments, in seconds (history.ts). */
const usualTime = z.strictObject({
  median: z.number().check(z.positive()),
  /** Nine of ten took no longer. */
  high: z.number().check(z.positive()),
  /** Of how many deployments. */
  count: z.number().check(z.int(), z.positive()),
});

const common = {
  /** The id of the action's first job: the value of the GreenIdentifier tag. */
  greenIdentifier: id,
  /** When the action started; TIMEOUT runs from here, across all invocations. */
  startedAt: time,
  phaseStartedAt: time,
  /** Invocations so far, this one included. */
  invocations: z.number().check(z.int(), z.positive()),
  /** Seconds that each ended phase took. */
  durations: z.partialRecord(z.enum(['launch', 'install', 'finalize', 'cleanUp']), z.number()),
  /** What is happening, in one phrase, for the summary and the log. */
  progress: shortText,
  /** 0 to 100: how far the deployment is, as CodePipeline shows it. */
  percent: z.number().check(z.int(), z.nonnegative(), z.maximum(100)),
  /** Since when no poll has succeeded; absent where the last one has. */
  outageSince: z.exactOptional(time),
  /** Since when CodePipeline shows this action as ended, where that is not certain yet. */
  runEndedSince: z.exactOptional(time),
  /** Since when what was readable before is denied or refused, where that is so. */
  deniedSince: z.exactOptional(time),
  /** In how many polls since then. Tokens of older versions lack it. */
  deniedPolls: z.exactOptional(z.number().check(z.int(), z.positive())),
  /** Absent where the group has no history that can be read. */
  usual: z.exactOptional(usualTime),
};

/** Present where the last Elastigroup state says how soon the next one can follow (elastigroupState.ts). */
const pace = z.exactOptional(z.enum(['far', 'near']));

/** Present while the action waits for a conflicting deployment; since when that runs, where it is known. */
const waitsForOther = z.exactOptional(z.strictObject({ since: z.exactOptional(time) }));

/** When duplicates of the deployment were last requested to stop. */
const duplicateStopSentAt = z.exactOptional(time);

/**
 * In this invocation the action has launched green, or has seen it being launched, which is before any delivery of its event starts
 * CodeDeploy; and it has sent no CreateDeployment since that may have been processed. Absent: it may have, or another delivery.
 */
const noCodeDeploySent = z.exactOptional(z.literal(true));

/** Instances that the Elastigroup says it launches; `unknown`: it counts in weights, or could not be read. */
const targetCapacity = z.exactOptional(z.union([z.number(), z.literal('unknown')]));

const starting = z.strictObject({
  ...common,
  phase: z.literal('starting'),
  /** Preflight has passed: it is not repeated at every poll. */
  checked: z.exactOptional(z.literal(true)),
  waitsForOther,
  /** A start was sent, and its answer was lost, or it was rejected: search for its deployment before continuing. */
  unconfirmedSince: z.exactOptional(time),
  /** An earlier invocation has started a deployment, and its state could not be read: nothing is started again. */
  startedBefore: z.exactOptional(z.literal(true)),
  /** Spot's own message, where it rejected the start. */
  refusal: z.exactOptional(shortText),
  targetCapacity,
  /** Minutes for which CodeDeploy waits before it terminates blue, where preflight has read such a wait. */
  blueWaitMinutes: z.exactOptional(z.number().check(z.nonnegative())),
});
const launching = z.strictObject({
  ...common,
  phase: z.literal('launching'),
  elastigroupDeploymentId: id,
  pace,
  duplicateStopSentAt,
  noCodeDeploySent,
  waitsForOther,
  /** Since when CodeDeploy has not found the tagged instances; absent where it has. */
  noTargetsSince: z.exactOptional(time),
  targetCapacity,
  /** It was read again once as many instances as preflight had read were up. */
  isCapacityConfirmed: z.exactOptional(z.literal(true)),
  /** How many tagged instances EC2 showed in the last poll, and since when it shows so many. */
  greenSeen: z.exactOptional(z.strictObject({ count: z.number(), since: time })),
});
/** The green instances on which CodeDeploy was started, of how many; present where some may be missing. */
const launched = z.exactOptional(
  z.strictObject({ count: z.number(), of: z.union([z.number(), z.literal('unknown')]) }),
);

/** How many green instances EC2 showed running when CodeDeploy was started. */
const startedOn = z.exactOptional(z.number());

const installing = z.strictObject({
  ...common,
  phase: z.literal('installing'),
  elastigroupDeploymentId: z.exactOptional(id),
  deploymentId: id,
  duplicateStopSentAt,
  launched,
  startedOn,
  /** When CodeDeploy's deployment was created, as it says itself. */
  createdAt: z.exactOptional(time),
  /** When Spot was last asked, and how many instances CodeDeploy had done by then. */
  spotRead: z.exactOptional(z.strictObject({ at: time, done: z.number() })),
  /** The invocation (by its number) in which the deployment was last read as active. */
  activeIn: z.exactOptional(z.number()),
});
const finalizing = z.strictObject({
  ...common,
  phase: z.literal('finalizing'),
  elastigroupDeploymentId: z.exactOptional(id),
  deploymentId: id,
  pace,
  duplicateStopSentAt,
  /** Since when Spot has not listed the deployment, or in no known state; absent where it does. */
  unlistedSince: z.exactOptional(time),
  /** When the group's own instances last failed to prove success. */
  proofTriedAt: z.exactOptional(time),
  launched,
  startedOn,
  /** CodeDeploy's own count of the deployment that succeeded. */
  instances: z.exactOptional(z.strictObject({ total: z.number(), failed: z.number(), skipped: z.number() })),
  /** Seconds that CodeDeploy's deployment took, as it says itself. */
  tookSeconds: z.exactOptional(z.number()),
});
const cleaningUp = z.strictObject({
  ...common,
  phase: z.literal('cleaningUp'),
  elastigroupDeploymentId: z.exactOptional(id),
  deploymentId: z.exactOptional(id),
  failure,
  /** CodeDeploy may succeed after all. */
  launched,
  startedOn,
  noCodeDeploySent,
  /** Since when the deployment of an unconfirmed start is searched for. */
  unconfirmedSince: z.exactOptional(time),
  /** When the first stop was sent: the time for cleaning up runs from here. */
  firstStopAt: z.exactOptional(time),
  /** Since when Spot has not listed the known deployment; absent where it does. */
  unlistedSince: z.exactOptional(time),
  /** Since when cleaning up has got no answer; absent where it has got one. */
  unseenSince: z.exactOptional(time),
  /** Since when, and in how many polls, the answer is a denial or a refusal; absent where it is not. */
  refused: z.exactOptional(z.strictObject({ since: time, polls: z.number().check(z.int(), z.positive()) })),
  /**
   * Where the traffic was found, once that is final: `moving`, green may be all that serves; `on-blue`, CodeDeploy's
   * deployment has ended without moving it.
   */
  traffic: z.exactOptional(z.enum(['moving', 'on-blue'])),
  /** A rollback has brought blue back, and some of it was seen running: blue serves. */
  isBlueBack: z.exactOptional(z.literal(true)),
  /** CodeDeploy's rollback, which the deployment itself does not name (yet). */
  rollbackDeploymentId: z.exactOptional(id),
  /** Since when the deployment group lists no CodeDeploy deployment of the action, where that is so. */
  noCodeDeploySince: z.exactOptional(time),
  /** Somebody has retried the deployment in CodeDeploy, on the same green instances: what follows here is about that one. */
  successorId: z.exactOptional(id),
  /** When CodeDeploy's deployment was first read as ended: a rollback of it may follow. */
  codeDeployEndedSince: z.exactOptional(time),
  codeDeployStopSentAt: z.exactOptional(time),
  elastigroupStopSentAt: z.exactOptional(time),
  /** Why the last stop was not accepted, where that is so. */
  stopProblem: z.exactOptional(shortText),
});
/** The states that a token may carry: an action that has ended needs none. */
export const activeStateSchema = z.discriminatedUnion('phase', [
  starting,
  launching,
  installing,
  finalizing,
  cleaningUp,
]);

export type Starting = z.infer<typeof starting>;
export type Launching = z.infer<typeof launching>;
export type Installing = z.infer<typeof installing>;
export type Finalizing = z.infer<typeof finalizing>;
export type CleaningUp = z.infer<typeof cleaningUp>;
export type Failure = z.infer<typeof failure>;
export type UsualTime = z.infer<typeof usualTime>;

/** The phases that TIMEOUT ends; the others have limits of their own. */
export type BoundByTimeout = Starting | Launching | Installing;

type Common = Pick<Starting, keyof typeof common>;

/** CodeDeploy has Succeeded and Elastigroup has FINISHED. */
export interface Succeeded extends Common {
  readonly phase: 'succeeded';
  readonly elastigroupDeploymentId?: string;
  readonly deploymentId: string;
  /** Seconds that CodeDeploy's deployment took. */
  readonly tookSeconds?: number;
  /** Those in service with the revision; empty where EC2 could not be queried. */
  readonly greenInstanceIds: readonly string[];
  /** Green instances in all: those with the revision, and those that failed, were skipped or were never deployed to. */
  readonly greenTotal: number;
  /** What a success without restriction would not have, a phrase each: instances that failed, or have no revision. */
  readonly shortfalls: readonly string[];
}

export interface Failed extends Common {
  readonly phase: 'failed';
  readonly elastigroupDeploymentId?: string;
  readonly deploymentId?: string;
  readonly failure: Failure;
  /** What cleaning up has done, a sentence each. */
  readonly cleaned: readonly string[];
  /** What is still there, and what to do about it, a sentence each. */
  readonly left: readonly string[];
}

/** DRY_RUN: all was checked, and nothing started. */
export interface DryRun extends Common {
  readonly phase: 'dryRun';
  /** The deployments of others that conflict now. */
  readonly conflicts: readonly string[];
  /** Preflight's, a sentence or two each. */
  readonly warnings: readonly string[];
}

export type ActiveState = z.infer<typeof activeStateSchema>;
export type EndState = Succeeded | Failed | DryRun;
export type State = ActiveState | EndState;

/** As far as this delivery of the event knows: another one may have. */
export function hasStartedNothing(state: State): boolean {
  return state.phase === 'starting' && state.unconfirmedSince === undefined;
}

export function hasResult(state: State): state is EndState {
  return state.phase === 'succeeded' || state.phase === 'failed' || state.phase === 'dryRun';
}

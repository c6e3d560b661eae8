import type { Account } from './account';
import type { WorldOptions } from './options';

/** How long each upstream phase takes, in seconds of upstream time. All of them are here, so that they can be scaled. */
export interface Durations {
  readonly starting: number;
  readonly validateTags: number;
  readonly launching: number;
  readonly awaitingLaunch: number;
  readonly tagging: number;
  /** Until Elastigroup notices a change of the CodeDeploy deployment. */
  readonly notice: number;
  readonly waitBeforeTermination: number;
  readonly removeOld: number;
  readonly removeSuspensions: number;
  readonly stopping: number;
  readonly removeNew: number;
  readonly rollbackStep: number;
  /** How long an unknown state lasts (scenario odd-states). */
  readonly oddState: number;
  /** From AWAITING_DEPLOYMENT_TO_FINISH until Elastigroup errs (scenario elastigroup-error). */
  readonly untilElastigroupErrs: number;
  /** Until a finished Elastigroup deployment is no longer listed, with `listsFinished: false`. */
  readonly listVanish: number;
  /** Until somebody else's deployment begins (others: codedeploy-late). */
  readonly othersBegin: number;
  /** How long somebody else's deployment lasts (scenarios with othersEnd). */
  readonly othersLast: number;
  /** How long the first event waits in Lambda's queue (scenarios with eventWaits). */
  readonly queued: number;
  /** Until the group scales up (scenarios with groupScalesUp). */
  readonly groupScalesUp: number;
  /** Until AWS reclaims a Spot Instance of blue (scenarios with spotReplaced). */
  readonly spotReplaced: number;
  /** How long a deployment in a temporary deployment group lasts. */
  readonly temporaryDeployment: number;
  /** Until somebody stops the pipeline execution (scenarios with stopInCodePipeline). */
  readonly stopInCodePipeline: number;
  /** An instance from shutting-down to terminated. */
  readonly terminating: number;
  readonly deploymentCreated: number;
  readonly deploymentQueued: number;
  /** One lifecycle event on one instance, give or take a third. */
  readonly lifecycleEvent: number;
  /** The same, for those around AllowTraffic and BlockTraffic. */
  readonly trafficHook: number;
  /** From the registration of a target until it is healthy: AllowTraffic. */
  readonly targetHealth: number;
  /** The target group's deregistration delay: BlockTraffic. */
  readonly deregistrationDelay: number;
  /** One minute of the group's wait before CodeDeploy terminates blue. */
  readonly terminationWaitMinute: number;
  readonly deploymentReady: number;
  /** From the first failed instance to the failed deployment. */
  readonly deploymentFailing: number;
  /** From a StopDeployment to the stopped deployment, at least: BlockTraffic that has begun is waited for. */
  readonly deploymentStopping: number;
  /** From the end of a deployment until its rollback appears. */
  readonly rollbackAppears: number;
  /** A rollback that moves no traffic. */
  readonly rollbackDeployment: number;
}

/**
 * What goes wrong in the CodeDeploy deployment. `instance` counts the instances of a fleet from 0: those of blue where the
 * event is one of blue's (…BlockTraffic), else those of green. Some can also strike in the wait before blue is terminated
 * (TERMINATION_WAIT).
 */
export type DeploymentTrouble =
  | {
      readonly kind: 'script-fails';
      readonly instance: number;
      readonly lifecycleEvent: string;
      readonly scriptName: string;
      readonly message: string;
      readonly logTail: string;
    }
  | { readonly kind: 'hangs'; readonly instance: number; readonly lifecycleEvent: string }
  | { readonly kind: 'spot-interruption'; readonly instance: number; readonly lifecycleEvent: string }
  | {
      readonly kind: 'stopped-by-hand';
      readonly instance: number;
      readonly lifecycleEvent: string;
      /** Whether the person chose to roll back as well. */
      readonly withRollback?: true;
    }
  /** It is rolled back where the group says so. */
  | { readonly kind: 'stopped-by-alarm'; readonly instance: number; readonly lifecycleEvent: string }
  /** That instance of blue cannot be deregistered, and stays in service. */
  | { readonly kind: 'block-fails'; readonly instance: number; readonly lifecycleEvent: 'BlockTraffic' }
  | { readonly kind: 'waits-for-traffic' }
  | { readonly kind: 'fails-at-once'; readonly code: string; readonly message: string };

/** CreateDeployment always answers this error. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: (account: Account) => string;
}

/** What goes wrong, as data; nothing of it: all goes well. */
export interface Script {
  readonly tokenRejected?: true;
  readonly noSpotCapacity?: true;
  readonly elastigroupErrs?: true;
  readonly oddStates?: true;
  /** The group launches one instance more, on its own account, after `Durations.groupScalesUp`. */
  readonly groupScalesUp?: true;
  /** AWS reclaims an instance of blue at that time, and the group launches another in its place. */
  readonly spotReplaced?: true;
  /** How the deployment ends that the integration makes, in a temporary deployment group, to what the group launches by itself. */
  readonly temporaryGroup?: 'succeeds' | 'fails';
  /** What somebody else has active in the group, from the start, or (late) from `Durations.othersBegin` on. */
  readonly others?: 'elastigroup-and-codedeploy' | 'codedeploy' | 'codedeploy-late';
  /** It succeeds after `Durations.othersLast`; without this it is active for ever. */
  readonly othersEnd?: true;
  readonly createDeploymentRefused?: Refusal;
  readonly deployment?: DeploymentTrouble;
  /** The first event waits in Lambda's queue for `Durations.queued`. */
  readonly eventWaits?: true;
  /** Somebody stops the pipeline execution, after `Durations.stopInCodePipeline`. */
  readonly stopInCodePipeline?: 'abandon' | 'wait';
}

export interface Scenario {
  readonly name: string;
  /** One sentence. */
  readonly title: string;
  /** How the pipeline's action ends when the function is right. */
  readonly expected: 'Succeeded' | 'Failed';
  /** Which fleet serves then, when the function is right. */
  readonly serves: 'blue' | 'green' | 'nobody';
  readonly durations: Durations;
  readonly script: Script;
  /** What this scenario needs of the world; it goes before the options that the world is built with. */
  readonly options: Partial<WorldOptions>;
  /** UserParameters that the scenario needs, e.g. a TIMEOUT in seconds. */
  readonly userParameters: Readonly<Record<string, string | number>>;
}

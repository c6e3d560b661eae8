import type { Durations, Scenario } from './scenario';

/** About 70 s from the POST to FINISHED, with four instances installed one at a time. */
export const DURATIONS: Durations = {
  starting: 2,
  validateTags: 2,
  launching: 4,
  awaitingLaunch: 12,
  tagging: 4,
  notice: 3,
  waitBeforeTermination: 4,
  removeOld: 6,
  removeSuspensions: 2,
  stopping: 3,
  removeNew: 6,
  rollbackStep: 3,
  oddState: 2,
  untilElastigroupErrs: 8,
  listVanish: 90,
  othersBegin: 15,
  othersLast: 60,
  queued: 300,
  groupScalesUp: 45,
  spotReplaced: 10,
  temporaryDeployment: 15,
  stopInCodePipeline: 35,
  terminating: 4,
  deploymentCreated: 1,
  deploymentQueued: 1,
  lifecycleEvent: 0.7,
  trafficHook: 0.2,
  targetHealth: 0.4,
  deregistrationDelay: 1.5,
  terminationWaitMinute: 60,
  deploymentReady: 20,
  deploymentFailing: 2,
  deploymentStopping: 3,
  rollbackAppears: 0,
  rollbackDeployment: 6,
};

type Difference = Pick<Scenario, 'name' | 'title' | 'expected'> & Partial<Scenario>;

/** A scenario in which all goes well, but for the difference. */
export function scenario(difference: Difference): Scenario {
  const serves = difference.expected === 'Succeeded' ? 'green' : 'blue';
  return { durations: DURATIONS, script: {}, options: {}, userParameters: {}, serves, ...difference };
}

export const SCRIPT_FAILS = {
  kind: 'script-fails',
  instance: 1,
  lifecycleEvent: 'AfterInstall',
  scriptName: 'scripts/after_install.sh',
  message: 'Script at specified location: scripts/after_install.sh failed with exit code 1',
  logTail:
    'LifecycleEvent - AfterInstall\nScript - scripts/after_install.sh\n[stdout]Installing dependencies\n' +
    '[stderr]npm ERR! code ENOSPC\n[stderr]npm ERR! nospc There is not enough space on the disk\n',
} as const;

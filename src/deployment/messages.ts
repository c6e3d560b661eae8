import type { Messages } from '../lib/wording';

/** Why a deployment failed: the headline of the failure. */
export const FAILURE_MESSAGES = {
  timedOutBeforeStart: (timeout, elapsed, progress) =>
    `TIMEOUT (${timeout}) reached after ${elapsed}, before the deployment started (${progress}).`,
  timedOutWaiting: (timeout, elapsed, waiting) =>
    `TIMEOUT (${timeout}) reached after ${elapsed}, still ${waiting}; nothing was started.`,
  tooLateToLaunch: (left, timeout, least) =>
    `Only ${left} of TIMEOUT (${timeout}) were left when green could be launched, and a launch needs at least ${least}. ` +
    'Green was not launched. Retry the stage, or raise TIMEOUT.',
  timedOutLaunching: (timeout, elapsed, progress) =>
    `TIMEOUT (${timeout}) reached after ${elapsed}, while launching green instances (${progress}).`,
  timedOutInstalling: (timeout, elapsed, progress) =>
    `TIMEOUT (${timeout}) reached after ${elapsed}, while installing the revision (${progress}).`,
  codeDeployFailed: (id, reason) => `CodeDeploy ${id} failed (${reason}).`,
  codeDeployStopped: (id, reason) => `CodeDeploy ${id} was stopped outside this action (${reason}).`,
  codeDeployStoppedEarlier: (id, reason) =>
    `CodeDeploy ${id} was stopped outside this action, or by an earlier invocation of it (${reason}).`,
  failedWhileLaunching: (id, state) =>
    `Elastigroup deployment ${id} failed while launching green instances (state: ${state}).`,
  failedWhileDeploying: (id, state) =>
    `Elastigroup deployment ${id} failed while CodeDeploy was deploying (state: ${state}).`,
  failedAfterSuccess: (id, state) =>
    `Elastigroup deployment ${id} failed after CodeDeploy succeeded (state: ${state}).`,
  finishedWithoutCodeDeploy: (id) =>
    `Elastigroup deployment ${id} is FINISHED, but this action has no CodeDeploy deployment; the revision was not deployed.`,
  unfinished: (id, state, elapsed, timeout) =>
    `CodeDeploy succeeded, but Elastigroup deployment ${id} had not finished (${state}) after ${elapsed} (TIMEOUT ${timeout} plus CLEANUP_TIMEOUT_SECONDS).`,
  unconfirmed: (elapsed, timeout) =>
    `CodeDeploy succeeded, but Elastigroup's completion could not be confirmed after ${elapsed} (TIMEOUT ${timeout} plus CLEANUP_TIMEOUT_SECONDS).`,
  startRefused: (groupId, group, words) =>
    `Spot refused to start a blue/green deployment of Elastigroup ${groupId} for ${group}: ${words}.`,
  noTargets: (words) => `EC2 reports green running, but CodeDeploy finds no instances with their tag: ${words}.`,
  redelivered: (count) =>
    `Lambda redelivered this event; its earlier deployments are no longer listed. ${count} green instances exist; none launched now. Retry the stage.`,
  conflictBeforeStart: (others) =>
    `Conflicting deployment: ${others}. Nothing was started. ` +
    'Wait until it ends, or stop it in its console unless its green instances serve (a stop removes them), then retry the stage; ON_CONFLICT WAIT waits for it within TIMEOUT.',
  conflictWithGreenUp: (others, group) =>
    `Conflicting deployment: ${others}. ${group} allows one at a time, so green is being removed. ` +
    'Wait until it ends or stop it in its console, then retry the stage; ON_CONFLICT WAIT waits for it within TIMEOUT.',
  wrongToken: (words) => `Spot rejected the API token: ${words}`,
  unknownElastigroup: (words) => `Spot has no such Elastigroup: ${words}`,
  earlierTook: (usual, high, advice) =>
    `Earlier CodeDeploy deployments of the group: ${usual}, up to ${high}. ${advice}`,
  earlierFitted: (usual, high, had) =>
    `Earlier CodeDeploy deployments of the group: ${usual}, up to ${high}; this one had ${had}, so check what it waits for.`,
  outage: (elapsed) =>
    `A service gave no usable response for the last ${elapsed}; the log names it. Retry the stage once it has recovered.`,
  unexpected: (error) =>
    `Unexpected error in the function (${error}). Its CloudWatch log has the details; please report it.`,
} as const satisfies Messages;

/** How long it takes, beside the progress. */
export const TIME_MESSAGES = {
  before: (usual) => `CodeDeploy then usually takes ${usual}`,
  about: (left, usual) => `about ${left} left (${usual})`,
  due: (usual) => `usually done by now (${usual})`,
  late: (elapsed, usual) => `longer than usual: ${elapsed}, usually ${usual}`,
  lastOne: (took) => `the last one took ${took}`,
  lastOnes: (count, median) => `the last ${count} took a median of ${median}`,
  raise: (least) => `Set TIMEOUT to at least ${least}.`,
  longest: (longest) =>
    `TIMEOUT cannot exceed ${longest}: choose a DEPLOYMENT_CONFIG that deploys to more instances at once.`,
} as const satisfies Messages;

/** What cleaning up has done. */
export const CLEANED_MESSAGES = {
  codeDeployStopped: (id) => `CodeDeploy ${id} was stopped.`,
  rolledBack: (id) => `Rollback ${id} has returned the traffic to blue.`,
  elastigroupStopped: (id) => `Elastigroup deployment ${id} was stopped.`,
  noGreenLeft: 'No green instances remain.',
  nothingStarted: 'Nothing was started.',
} as const satisfies Messages;

/** What is left after a failure, and what to do about it. */
export const LEFT_MESSAGES = {
  green: (ids, tag) =>
    `Green instances remain: ${ids}. Terminate them in the Elastigroup unless they serve traffic; others may still show under the tag GreenIdentifier=${tag}.`,
  greenUnknown: (error, tag) =>
    `EC2 could not be queried for remaining green instances (${error}); check for the tag GreenIdentifier=${tag}. Those instances may serve traffic: check the target group before you remove any.`,
  greenInService: (ids, id) =>
    `Green instances ${ids} are in service: CodeDeploy ${id} succeeded, so nothing was stopped or rolled back. Check in the Spot console whether blue is still running.`,
  someGreenInService: (tag, id) =>
    `Green instances (tag GreenIdentifier=${tag}) are in service: CodeDeploy ${id} succeeded, so nothing was stopped or rolled back.`,
  noGreenInService: (id) =>
    `EC2 shows no running green instances; CodeDeploy ${id} succeeded, so this action stopped and rolled back nothing. Check what serves the traffic.`,
  elastigroup: (id, state) =>
    `Elastigroup deployment ${id} has not ended: ${state}. Stop it in the Spot console, unless its green instances serve traffic: a stop removes them.`,
  elastigroupUnknown: (error, deployment, tag) =>
    `Elastigroup could not be queried (${error}); ${deployment} ends at its own timeout and may still launch instances with the tag GreenIdentifier=${tag}.`,
  codeDeploy: (id, status) => `CodeDeploy ${id} has not ended: ${status}. Stop it in the CodeDeploy console.`,
  codeDeployUnknown: (error, deployment) => `CodeDeploy could not be queried (${error}); check ${deployment}.`,
  cleanupFailed: (error, elastigroupId, id, tag) =>
    `Cleanup failed (${error}). Check Elastigroup deployment ${elastigroupId}, CodeDeploy ${id} and the instances with the tag GreenIdentifier=${tag}.`,
  succeededUnknown: (id, elastigroupId, tag) =>
    `CodeDeploy ${id} succeeded, so nothing was stopped. Check Elastigroup deployment ${elastigroupId} and the instances with the tag GreenIdentifier=${tag}.`,
  startedNothing: 'This delivery started nothing; another may have.',
  otherDelivery: (tag) =>
    `If another delivery of this event launched instances, they carry the tag GreenIdentifier=${tag}.`,
} as const satisfies Messages;

/** Green that was kept because it serves, or may serve: why, what became of blue, what to do, and until when. */
export const KEPT_MESSAGES = {
  serves: (ids, reason) => `Green instances ${ids} are in service and were kept: ${reason}.`,
  mayServe: (ids, reason) => `Green instances ${ids} may be in service and were kept: ${reason}.`,
  greenGone: (reason) => `EC2 shows no green instance any more, and nothing was removed: ${reason}.`,
  nothingStopped: (reason, ids) => `Nothing was stopped: ${reason}. Green instances: ${ids}.`,
  foreign: (id) => `CodeDeploy ${id} is not for the application, deployment group and green instances of this action`,
  foreignElastigroup: (id) => `Elastigroup deployment ${id} has the green tag of another action`,
  successor: (id) => `CodeDeploy ${id}, which was started on the same green instances afterwards, has succeeded`,
  forgedJob: () =>
    'CodePipeline does not know this job, or has another continuation token or other UserParameters for it than this event',
  waitsBeforeTerminatingBlue: (id) => `all traffic is on green, and CodeDeploy ${id} is only waiting to terminate blue`,
  stillActive: (id, status) => `CodeDeploy ${id} is still ${status} after it was requested to stop`,
  rollbackActive: (rollbackId, id) =>
    `rollback ${rollbackId} of CodeDeploy ${id} is still returning the traffic to blue, and needs green until then`,
  rollbackToGreen: (rollbackId, id) =>
    `rollback ${rollbackId} of CodeDeploy ${id} has deployed to green, and may have moved the traffic there`,
  rollbackFailed: (rollbackId, id, status) =>
    `traffic had moved to green, and rollback ${rollbackId} of CodeDeploy ${id} is ${status}`,
  noRollback: (id, status) =>
    `traffic had moved to green when CodeDeploy ${id} ended as ${status}, and no rollback followed`,
  noBlue: (id, status) =>
    `CodeDeploy ${id} ended as ${status}, terminates blue by its configuration, and EC2 shows no blue instance running`,
  rollbackWithoutBlue: (rollbackId, id) =>
    `traffic had moved to green, rollback ${rollbackId} of CodeDeploy ${id} succeeded, and no blue instance was seen to be back in service and running`,
  unlisted: (elastigroupId) =>
    `Elastigroup deployment ${elastigroupId} is past waiting for CodeDeploy, but the deployment group lists no CodeDeploy deployment with the green tag`,
  replaced: (elastigroupId, state) =>
    `Elastigroup deployment ${elastigroupId} is ${state}: it removes blue, or has removed it`,
  trafficUnknown: (detail) => `which fleet gets the traffic could not be determined (${detail})`,
  blue: (facts) => `Blue: ${facts}.`,
  blueUnknown: 'The state of blue could not be read.',
  checkToken: 'Check who changed the continuation token, or invoked the function with that of another action.',
  checkEvent:
    'Check who invoked the function with this event. If the deployments belong to this action, stop them in the CodeDeploy and Spot consoles, unless green serves.',
  nothingToDo:
    'No action is needed if the release is good. For the next one, raise TIMEOUT, shorten the wait, or set the deployment group to keep blue alive (KEEP_ALIVE).',
  waitForEnd:
    'Wait until it has ended in the CodeDeploy console. If blue serves then, stop the Elastigroup deployment and retry the stage; if green serves, keep it.',
  checkTargetGroup:
    'Check the target group, and stop nothing while green alone serves. To return to blue, register its instances there again and, when they are healthy, stop the Elastigroup deployment, which removes green. To keep green, retry the deployment in the CodeDeploy console, and check that Elastigroup then finishes. A retry of the stage is refused until the Elastigroup deployment has ended.',
  checkFleet: (id) =>
    `Check in the CodeDeploy console (${id}) and in the target group which fleet serves before you remove anything.`,
  checkServing:
    'Check the target group at once: perhaps no fleet serves. Register the blue instances that still run, or retry the stage.',
  checkUnlisted:
    'Check in the CodeDeploy console what was deployed to the green instances, and in the target group which fleet serves, before you remove anything.',
  elastigroupTimeout: (deployment, time) =>
    `Elastigroup ends ${deployment} at its own timeout, not before ${time}, and may remove green then: decide before that.`,
} as const satisfies Messages;

/** In what a success falls short: parts of its summary. */
export const SHORTFALL_MESSAGES = {
  failed: (count, instances) => `${count} failed: ${instances}`,
  skipped: (count, instances) => `${count} skipped: ${instances}`,
  untold: (count, instances) => `${count} without a known outcome: ${instances}`,
  withoutRevision: (count, instances) => `${count} without the revision: ${instances}`,
  someFailed: (count) => `${count} failed`,
  someSkipped: (count) => `${count} skipped`,
  fewerThanStarted: (count, started) => `CodeDeploy deployed to ${count} of the ${started} green instances`,
  unnamed: 'which instances these are could not be read',
  unknownCapacity: (count) =>
    `deployed to the ${count} instances that EC2 showed; the Elastigroup's target capacity is unknown`,
  belowCapacity: (count, capacity) =>
    `${count} instances were launched; the Elastigroup's target capacity is ${capacity}`,
  noGreen: 'EC2 shows no green instance running',
  blueRemains: (count, instances) => `the Elastigroup still lists ${count} blue: ${instances}`,
  blueUnknown: 'whether blue is gone could not be read',
} as const satisfies Messages;

/** What is wrong with a continuation token. */
export const TOKEN_MESSAGES = {
  foreign: 'was not written by this function',
  otherVersion: (version, own) =>
    `has version ${version}, but this function reads version ${own}; was the function updated while the action ran?`,
  tooLong: (length, limit) => `has ${length} characters; the limit is ${limit}`,
  damaged: 'is corrupt or was modified',
  unreadable: (where) => `contains no readable state (${where})`,
  otherAction: 'belongs to an action with another ACCOUNT_ID, GROUP_ID, APP_NAME or DEPLOYMENT_GROUP',
} as const satisfies Messages;

/** Warnings in the log. */
export const POLL_WARNINGS = {
  tokenUnreadable: (why) => `The continuation token ${why}. Searching for the deployment by its tag, as after a crash.`,
  pollFailed: (error) => `Poll failed, retrying at the next one: ${error}`,
  startUnanswered: (error) => `Response to the start request lost, checking whether it was processed: ${error}`,
  startRefused: (words) =>
    `Spot refused the start request, checking whether this action already has a deployment: ${words}`,
  duplicate: (id, kept) =>
    `Spot is running two blue/green deployments of this action; stopping ${id} and keeping ${kept}.`,
  notStopped: (what, error) => `Could not stop ${what}: ${error}`,
  incompleteFleet: (count, capacity) =>
    `CodeDeploy was started on ${count} green instances; the Elastigroup's target capacity is ${capacity}. An instance whose tag shows later does not get the revision.`,
  shortfalls: (id, shortfalls) => `CodeDeploy ${id} succeeded, but: ${shortfalls}.`,
  noTargets: (id, error) => `The instances of CodeDeploy ${id} could not be read: ${error}`,
  noGreenIds: (error) => `Green instance IDs could not be read: ${error}`,
} as const satisfies Messages;

/** Why an action ended for what CodePipeline says of it. */
export const RUN_MESSAGES = {
  stopped: (why) => `The pipeline execution was stopped: ${why} in CodePipeline.`,
  ended: (status) => `This action has ended already: CodePipeline shows it as ${status}.`,
  newer: (executionId) =>
    `A newer execution of this pipeline, ${executionId}, deploys to the same Elastigroup: this one no longer waits, so that the newer revision is deployed last.`,
  unknownJob: () =>
    'CodePipeline does not know this job (JobNotFoundException): the event is a sample, or an old one was sent again. This delivery started nothing. To play such events against test services, set ALLOW_UNKNOWN_JOB to true in the function.',
  late: (age, limit) =>
    `This event was delivered ${age} after its action had started, and CodePipeline fails an action that has not answered for ${limit}. Nothing was started. Retry the stage.`,
  cleanedUp: (what) => `Cleaned up: ${what}`,
  unfinished: (progress, elastigroupId, id, tag) =>
    `Cleanup was not finished in this invocation, and there may not be another one (${progress}). Check Elastigroup deployment ${elastigroupId}, CodeDeploy ${id} and the instances with the tag GreenIdentifier=${tag}.`,
  unfollowed: (elastigroupId, id, tag) =>
    `Another delivery of this event has answered this job. If the action has ended since then, nothing follows what this delivery has started: check Elastigroup deployment ${elastigroupId}, CodeDeploy ${id} and the instances with the tag GreenIdentifier=${tag}, which may serve traffic.`,
  unnoticed: (reason) => `A stop of the pipeline execution will not be noticed (${reason}); the deployment continues.`,
} as const satisfies Messages;

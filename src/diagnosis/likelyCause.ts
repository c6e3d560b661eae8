import type { Failed } from '../deployment/state';
import { failedAt, failedTargets, isReclaimed, removedInstances, unfinishedTargets, type Evidence } from './evidence';
import type { CauseName, KnownCause } from '../causes';

interface Symptoms {
  readonly state: Failed;
  readonly evidence: Evidence;
}

/** Seconds of silence that say something about the agent; an event that does not start fails after 300 (docs/services.md, CodeDeploy). */
const AGENT_SILENCE_S = 60;

/** The causes that evidence shows, the most telling first. */
const SIGNS: readonly { readonly cause: CauseName; readonly shows: (symptoms: Symptoms) => boolean }[] = [
  // CodeDeploy's own words on what no loss of an instance explains: AWS may also reclaim one while green is cleaned up.
  { cause: 'revision-missing', shows: hasCode('REVISION_MISSING', 'INVALID_REVISION') },
  {
    cause: 'service-role',
    shows: hasCode('IAM_ROLE_MISSING', 'IAM_ROLE_PERMISSIONS', 'AUTO_SCALING_IAM_ROLE_PERMISSIONS'),
  },
  { cause: 'github-connection', shows: hasCode('MISSING_GITHUB_TOKEN') },
  { cause: 'alarm-active', shows: hasCode('ALARM_ACTIVE') },
  { cause: 'resource-limit', shows: hasCode('RESOURCE_LIMIT_EXCEEDED') },
  { cause: 'spot-reclaimed', shows: isFailureOfReclaimed },
  { cause: 'green-removed', shows: isFailureOfRemoved },
  { cause: 'no-instances', shows: hasCode('NO_INSTANCES') },
  { cause: 'load-balancer', shows: hasCode('ELB_INVALID_INSTANCE', 'MISSING_ELB_INFORMATION') },
  { cause: 'blue-failed', shows: isFailureOfBlue },
  { cause: 'agent-not-running', shows: hasCode('AGENT_ISSUE') },
  { cause: 'agent-not-running', shows: isAgentNamed },
  { cause: 'agent-not-running', shows: hasNothingBegun },
  { cause: 'bundle-not-fetched', shows: (symptoms) => hasFailedIn(symptoms, 'DownloadBundle') },
  { cause: 'script-failed', shows: hasScriptFailed },
  { cause: 'event-unfinished', shows: wasTooSlowInEvent },
  { cause: 'health-constraints', shows: hasCode('HEALTH_CONSTRAINTS', 'HEALTH_CONSTRAINTS_INVALID') },
  { cause: 'launch-failed', shows: hasFailedToLaunch },
];

/** The evidence is a better guide than what was known when the deployment failed. */
export function likelyCause(state: Failed, evidence: Evidence | undefined): KnownCause | undefined {
  const sign = evidence && SIGNS.find(({ shows }) => shows({ state, evidence }));
  return sign ? { cause: sign.cause } : state.failure.known;
}

function hasCode(...codes: readonly string[]): (symptoms: Symptoms) => boolean {
  return ({ evidence: { codeDeploy } }) => codeDeploy?.error !== undefined && codes.includes(codeDeploy.error.code);
}

/** All instances that failed were reclaimed. If a script failed elsewhere, that is the better explanation. */
function isFailureOfReclaimed({ evidence }: Symptoms): boolean {
  const reclaimed = new Set(evidence.instances.filter(isReclaimed).map(({ id }) => id));
  return reclaimed.size > 0 && failedTargets(evidence).every(({ target }) => reclaimed.has(target.id));
}

/**
 * All instances that failed were terminated through the EC2 API; or CodeDeploy waits for one that was. If a script failed
 * elsewhere, that is the better explanation; if Elastigroup rolled back by itself, it has removed all of green.
 */
function isFailureOfRemoved({ state, evidence }: Symptoms): boolean {
  const removed = new Set(removedInstances(state, evidence).map(({ id }) => id));
  const isOwnRollback = evidence.elastigroup?.state === 'FINISHED_ERROR' && removed.size === evidence.instances.length;
  if (removed.size === 0 || isOwnRollback) return false;
  const failed = failedTargets(evidence);
  if (failed.length > 0) return failed.every(({ target }) => removed.has(target.id));
  return evidence.targets.some(({ id, status }) => removed.has(id) && status !== 'Succeeded');
}

/** Green succeeded everywhere, and no script of blue is to blame: an instance of blue was gone when its turn came. */
function isFailureOfBlue({ evidence }: Symptoms): boolean {
  const failed = failedTargets(evidence);
  const isBlue = failed.every(({ target }) => target.label === 'Blue');
  return failed.length > 0 && isBlue && !failed.some(({ event }) => event?.diagnostics?.code.startsWith('Script'));
}

/** CodeDeploy's own words, e.g. "CodeDeploy agent was not able to receive the lifecycle event". */
function isAgentNamed({ evidence }: Symptoms): boolean {
  return failedTargets(evidence).some(({ event }) =>
    /agent (?:was not able|is not running|did not)/i.test(event?.diagnostics?.message ?? ''),
  );
}

/** CodeDeploy gave up, or TIMEOUT was reached, and on no green instance has any lifecycle event begun. */
function hasNothingBegun({ state, evidence: { codeDeploy, targets, hasAllTargets } }: Symptoms): boolean {
  if (!hasAllTargets) return false;
  const green = targets.filter(({ label }) => label !== 'Blue');
  const hasBegun = green.some(({ events }) => events.some(({ startedAt }) => startedAt !== undefined));
  if (green.length === 0 || hasBegun) return false;
  const silence = (failedAt(state) - (codeDeploy?.createdAt ?? failedAt(state))) / 1000;
  const gaveUp =
    codeDeploy?.status === 'Failed' && ['HEALTH_CONSTRAINTS', 'TIMEOUT'].includes(codeDeploy.error?.code ?? '');
  return gaveUp || (state.failure.timedOut === true && silence >= AGENT_SILENCE_S);
}

function hasFailedIn({ evidence }: Symptoms, eventName: string): boolean {
  return failedTargets(evidence).some(({ event }) => event?.name === eventName);
}

function hasScriptFailed({ evidence }: Symptoms): boolean {
  return failedTargets(evidence).some(({ event }) => event?.diagnostics?.code.startsWith('Script') ?? false);
}

/** TIMEOUT was reached while a lifecycle event was running. */
function wasTooSlowInEvent({ state, evidence }: Symptoms): boolean {
  return state.failure.timedOut === true && unfinishedTargets(evidence).length > 0;
}

/** Elastigroup logged problems, CodeDeploy was not started, and nothing else explains the failure. */
function hasFailedToLaunch({ state, evidence }: Symptoms): boolean {
  const isExplained = state.failure.known !== undefined && state.failure.known.cause !== 'too-slow';
  return state.deploymentId === undefined && !isExplained && evidence.events.length > 0;
}

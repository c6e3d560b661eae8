import type { CodeDeployDeployment } from '../clients/codeDeploy/codeDeploy';
import { MAX_TIMEOUT_SECONDS } from '../input/userParameters/schema';
import { LONGEST_DEPLOYMENT_H } from './limits';
import type { DeploymentContext } from './context';
import { TIME_MESSAGES } from './messages';
import { isOwnCodeDeploy } from './ownDeployments';
import type { Launching, Starting, UsualTime } from './state';

/* How long this takes, as far as the deployment group's recent deployments tell. Nothing here calls anything. */

/** How many deployments count at most, the newest first. */
const MOST = 25;
/** Of the longest deployments, the share that is an exception. */
const EXCEPTIONS = 0.1;

/**
 * Of the group's successful blue/green deployments. One that waits for a load balancer on each instance in turn says little of one
 * that deploys to all at once: those of another configuration count only where there is none of this one.
 *
 * @param configName the deployment configuration; undefined: unknown, and all count
 */
export function usualTimeOf(
  deployments: readonly CodeDeployDeployment[],
  configName: string | undefined,
  now: number,
): UsualTime | undefined {
  const timed = deployments
    .flatMap((deployment) => {
      const seconds = tookSeconds(deployment, now);
      return counts(deployment) && seconds !== undefined ? [{ deployment, seconds }] : [];
    })
    .toSorted((a, b) => (b.deployment.createdAt ?? 0) - (a.deployment.createdAt ?? 0));
  const alike = timed.filter(({ deployment }) => deployment.configName === configName);
  const seconds = (alike.length > 0 ? alike : timed).slice(0, MOST).map((one) => one.seconds);
  return seconds.length === 0 ? undefined : summaryOf(seconds.toSorted((a, b) => a - b));
}

/** An action that was found again after a crash gets its history with what it reads then. */
export function withHistory<S extends Starting | Launching>(
  state: S,
  recent: readonly CodeDeployDeployment[],
  { clock, parameters }: Pick<DeploymentContext, 'clock' | 'parameters'>,
): S {
  const earlier = recent.filter((deployment) => !isOwnCodeDeploy(deployment, state));
  const usual = state.usual ?? usualTimeOf(earlier, parameters.deploymentConfigName, clock.now());
  return usual ? { ...state, usual } : state;
}

/** A rollback, or what was deployed in place, takes another time. */
function counts({ status, creator, deploymentType }: CodeDeployDeployment): boolean {
  return status === 'Succeeded' && creator !== 'codeDeployRollback' && deploymentType !== 'IN_PLACE';
}

/** Seconds by which the service's clock may differ from this one. */
const CLOCK_SKEW_S = 60;

/** Undefined where its times make no sense: it has ended before it began, in the future, or after longer than CodeDeploy allows. */
export function tookSeconds(
  { createdAt, endedAt }: Pick<CodeDeployDeployment, 'createdAt' | 'endedAt'>,
  now: number,
): number | undefined {
  if (createdAt === undefined || endedAt === undefined || endedAt > now + CLOCK_SKEW_S * 1000) return undefined;
  const seconds = (endedAt - createdAt) / 1000;
  return seconds > 0 && seconds <= LONGEST_DEPLOYMENT_H * 3600 ? seconds : undefined;
}

/** @param seconds in ascending order, at least one */
function summaryOf(seconds: readonly number[]): UsualTime {
  const at = (index: number) => seconds[index] ?? 0;
  const half = (seconds.length - 1) / 2;
  return {
    median: rounded((at(Math.floor(half)) + at(Math.ceil(half))) / 2),
    high: rounded(at(Math.ceil(seconds.length * (1 - EXCEPTIONS)) - 1)),
    count: seconds.length,
  };
}

/** To tenths, as the token carries them, and never to nothing. */
function rounded(seconds: number): number {
  return Math.max(0.1, Math.round(seconds * 10) / 10);
}

/** What a suggested TIMEOUT has beyond the time that recent deployments took: the next one may take longer. */
const MARGIN = 1.5;

/**
 * Seconds, in whole minutes.
 *
 * @param secondsBefore what the action needs before CodeDeploy begins, as far as it is known
 */
export function suggestedTimeout({ high }: UsualTime, secondsBefore: number): number {
  return Math.min(MAX_TIMEOUT_SECONDS, Math.ceil((secondsBefore + high * MARGIN) / 60) * 60);
}

/** What to do where TIMEOUT was, or would be, too short. */
export function timeoutAdvice(usual: UsualTime, secondsBefore: number, timeoutSeconds: number): string {
  return timeoutSeconds < MAX_TIMEOUT_SECONDS
    ? TIME_MESSAGES.raise(String(suggestedTimeout(usual, secondsBefore)))
    : TIME_MESSAGES.longest(String(MAX_TIMEOUT_SECONDS));
}

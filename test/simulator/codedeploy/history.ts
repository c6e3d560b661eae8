import type { Context } from '../context';
import { DEPLOYMENT_CONFIGS } from './configs';
import { hasLoadBalancer, terminationWaitOf } from './group';
import { BLOCK_EVENTS, INSTALL_EVENTS, TRAFFIC_EVENTS } from './model';

/**
 * How long the group's earlier deployments took, beside the time that this one is going to take, which is 1.
 *
 * - `steady`: always about the same
 * - `noisy`: now half of it, now twice as long
 * - `changing`: each one faster than the one before it
 * - `odd`: their times make no sense
 * - `none`: they are older than anybody reads back
 */
export interface HistoryOptions {
  readonly pattern: 'steady' | 'noisy' | 'changing' | 'odd' | 'none';
  /** Of how many deployments. */
  readonly count: number;
  /** A history that misleads: all took so many times as long. */
  readonly times: number;
}

export interface PastDeployment {
  /** Seconds before the world began. */
  readonly ago: number;
  readonly seconds: number;
}

const DAY_S = 86_400;
const NOISE = [1, 0.5, 1.9, 0.8, 1.2, 0.6, 1.5];

/** The newest first. */
export function pastDeployments(context: Context): readonly PastDeployment[] {
  const { pattern, count, times } = context.options.history;
  const usual = installSeconds(context) * times;
  return Array.from({ length: count }, (_, index) => ({
    ago: agoOf(index, count) + (pattern === 'none' ? 30 * DAY_S : 0),
    seconds: usual * factorOf(pattern, index),
  }));
}

/** One a day, and the last one a week ago; more of them within that time. */
function agoOf(index: number, count: number): number {
  return index === count - 1 ? 7 * DAY_S : (index + 1) * Math.min(DAY_S, (6 * DAY_S) / count);
}

function factorOf(pattern: HistoryOptions['pattern'], index: number): number {
  switch (pattern) {
    case 'noisy':
      return NOISE[index % NOISE.length] ?? 1;
    case 'changing':
      return 1 + index * 0.2;
    case 'odd':
      // It ends before it begins, or in the future.
      return index % 2 === 0 ? -1 : 1e6;
    default:
      return 1;
  }
}

/** What a deployment of the account's group takes where all goes well. */
export function installSeconds(context: Context): number {
  const { durations, account, options } = context;
  const { deploymentCreated, deploymentQueued, lifecycleEvent, trafficHook, targetHealth, deregistrationDelay } =
    durations;
  const count = options.launchedInstances ?? account.capacityTarget;
  const atATime = DEPLOYMENT_CONFIGS[account.deploymentConfigName]?.atATime(count) ?? 1;
  const turns = Math.ceil(count / atATime);
  const begun = deploymentCreated + deploymentQueued;
  const install = turns * INSTALL_EVENTS.length * lifecycleEvent;
  if (!hasLoadBalancer(context)) return begun + install;
  const allow = turns * ((TRAFFIC_EVENTS.length - 1) * trafficHook + targetHealth);
  const block = (BLOCK_EVENTS.length - 1) * trafficHook + (options.openConnections ? deregistrationDelay : 0);
  return begun + install + allow + block + (terminationWaitOf(context) ?? 0);
}

import { missingActionOf } from '../clients/awsCall';
import type { CallBudget } from '../clients/callPolicy';
import { UpstreamError } from '../clients/upstreamError';
import { followed, listElastigroup } from '../deployment/ownDeployments';
import { greenTag, type DeploymentContext } from '../deployment/context';
import type { Failed } from '../deployment/state';
import { logUnexpected } from '../lib/unexpectedError';
import { cut } from '../lib/wording';
import { EVIDENCE_MESSAGES } from './messages';
import { failedAt, isReclaimed, type Evidence } from './evidence';
import { fixFor } from '../causes';

/** Milliseconds that the report may be later for the sake of what it says. */
const LONGEST_SEARCH_MS = 10_000;
const LONGEST_COMPLAINT = 250;

/** The part of the work's budget that looking for the cause may use. */
export function searchBudget(work: CallBudget): CallBudget {
  return { ...work, until: Math.min(work.until, work.clock.now() + LONGEST_SEARCH_MS) };
}

/**
 * Reads once, in parallel, all that may tell why a deployment failed. Every read may fail: that costs its part of the
 * message, and adds a line to `unread`. Nothing is read where nothing was started. Never throws.
 */
export async function gatherEvidence(state: Failed, context: DeploymentContext): Promise<Evidence | undefined> {
  const { deploymentId, elastigroupDeploymentId } = state;
  if (deploymentId === undefined && elastigroupDeploymentId === undefined) return undefined;
  const [codeDeploy, targets, instances, listed, events] = await Promise.all([
    tryTo('The CodeDeploy deployment', context, () =>
      ifKnown(deploymentId, (id) => context.codeDeploy.getDeployment(id)),
    ),
    tryTo('Per-instance failure details', context, () =>
      ifKnown(deploymentId, (id) => context.deploymentTargets.list(id)),
    ),
    tryTo('Green instances in EC2', context, () => context.greenInstances.find(greenTag(state))),
    tryTo('The Elastigroup deployment', context, () => listElastigroup(state, context)),
    tryTo('The Elastigroup event log', context, () =>
      context.elastigroupEvents.problemsBetween(state.startedAt, failedAt(state)),
    ),
  ]);
  return {
    codeDeploy: codeDeploy.found,
    targets: targets.found ?? [],
    instances: instances.found ?? [],
    elastigroup: listed.found && followed(listed.found.own, elastigroupDeploymentId),
    events: events.found ?? [],
    spotInterruptions: (instances.found ?? []).filter(isReclaimed).length,
    unread: [codeDeploy, targets, instances, listed, events].flatMap(({ problem }) => problem ?? []),
  };
}

/** One look: what it found, or why it found nothing. */
interface Look<T> {
  readonly found?: T | undefined;
  readonly problem?: string;
}

async function tryTo<T>(
  what: string,
  context: DeploymentContext,
  look: () => Promise<T> | undefined,
): Promise<Look<T>> {
  try {
    return { found: await look() };
  } catch (error) {
    return { problem: complaint(what, error, context) };
  }
}

function ifKnown<T>(id: string | undefined, look: (id: string) => Promise<T>): Promise<T> | undefined {
  return id === undefined ? undefined : look(id);
}

function complaint(what: string, error: unknown, context: DeploymentContext): string {
  if (!(error instanceof UpstreamError)) {
    logUnexpected(error, context.log);
    return EVIDENCE_MESSAGES.notRead(what, 'unexpected error');
  }
  const action = error.kind === 'denied' ? missingActionOf(error) : undefined;
  const allow = action === undefined ? '' : ` ${fixFor({ cause: 'missing-permission', action })}`;
  return `${EVIDENCE_MESSAGES.notRead(what, cut(error.message, LONGEST_COMPLAINT))}${allow}`;
}

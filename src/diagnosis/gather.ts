import { missingActionOf } from '../clients/awsCall';
import type { CallBudget } from '../clients/callPolicy';
import type { CodeDeployDeployment } from '../clients/codeDeploy/codeDeploy';
import type { TargetsRead } from '../clients/codeDeploy/deploymentTargets';
import { UpstreamError } from '../clients/upstreamError';
import { valueOf, type Attempt } from '../deployment/attempt';
import { followed, listElastigroup } from '../deployment/ownDeployments';
import type { DeploymentContext } from '../deployment/context';
import { greenTag } from '../deployment/greenTag';
import type { Failed } from '../deployment/state';
import { logUnexpected } from '../lib/unexpectedError';
import { cut } from '../lib/wording';
import { EVIDENCE_MESSAGES } from './messages';
import { failedAt, isReclaimed, type Evidence } from './evidence';
import { fixFor } from '../causes';

/** Milliseconds by which the search for the cause may delay the report. */
const LONGEST_SEARCH_MS = 10_000;
const LONGEST_COMPLAINT = 250;

/** The part of the work's budget that the search for the cause may use. */
export function searchBudget(work: CallBudget): CallBudget {
  return { ...work, until: Math.min(work.until, work.clock.now() + LONGEST_SEARCH_MS) };
}

/**
 * Queries once, in parallel, all that may tell why a deployment failed. Each query may fail: that costs its part of the
 * message, and adds a line to `unread`. Where nothing was started, nothing is queried. Never throws.
 */
export async function gatherEvidence(state: Failed, context: DeploymentContext): Promise<Evidence | undefined> {
  const { deploymentId, elastigroupDeploymentId } = state;
  if (deploymentId === undefined && elastigroupDeploymentId === undefined) return undefined;
  const [codeDeploy, targets, instances, listed, events] = await Promise.all([
    query('The CodeDeploy deployment', context, () =>
      ifKnown(deploymentId, (id) => context.codeDeploy.getDeployment(id)),
    ),
    query('Per-instance failure details', context, () =>
      ifKnown(deploymentId, (id) => context.deploymentTargets.listFailedFirst(id)),
    ),
    query('Green instances in EC2', context, () => context.ec2Instances.find(greenTag(state))),
    query('The Elastigroup deployment', context, () => listElastigroup(state, context)),
    query('The Elastigroup event log', context, () =>
      context.elastigroupEvents.problemsBetween(state.startedAt, failedAt(state)),
    ),
  ]);
  const green = valueOf(instances) ?? [];
  const own = valueOf(listed)?.own;
  const read = valueOf(targets);
  return {
    codeDeploy: valueOf(codeDeploy),
    targets: read?.targets ?? [],
    hasAllTargets: read !== undefined && read.unread === undefined,
    instances: green,
    elastigroup: own && followed(own, elastigroupDeploymentId),
    events: (valueOf(events) ?? []).filter(({ message }) => isOfAction(message, deploymentId, valueOf(codeDeploy))),
    spotInterruptions: green.filter(isReclaimed).length,
    unread: [
      ...[codeDeploy, targets, instances, listed, events].flatMap((result) => (result.ok ? [] : result.error)),
      ...unreadTargets(read),
    ],
  };
}

const DEPLOYMENT_ID = /\bd-[A-Z0-9]{9}\b/g;

/**
 * Elastigroup's log also tells of the instances that it launches by itself, and of the deployments to them in temporary
 * deployment groups (docs/services.md, Spot): what names another CodeDeploy deployment does not explain this one.
 */
function isOfAction(message: string, own: string | undefined, deployment: CodeDeployDeployment | undefined): boolean {
  const named = message.match(DEPLOYMENT_ID) ?? [];
  return named.length === 0 || named.some((id) => id === own || id === deployment?.rollbackDeploymentId);
}

function unreadTargets(read: TargetsRead | undefined): readonly string[] {
  if (!read?.unread) return [];
  const { count, error } = read.unread;
  const which = count === undefined ? 'An unknown number of' : `${count} of ${read.targets.length + count}`;
  return [EVIDENCE_MESSAGES.targetsNotRead(which, cut(error.message, LONGEST_COMPLAINT))];
}

/** The error is a line of the message. */
async function query<T>(
  what: string,
  context: DeploymentContext,
  call: () => Promise<T> | undefined,
): Promise<Attempt<T | undefined, string>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    return { ok: false, error: complaint(what, error, context) };
  }
}

function ifKnown<T>(id: string | undefined, call: (id: string) => Promise<T>): Promise<T> | undefined {
  return id === undefined ? undefined : call(id);
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

import type { CodeDeployDeployment } from '../../clients/codeDeploy/codeDeploy';
import type { ElastigroupDeployment } from '../../clients/spot/elastigroup';
import type { UpstreamError } from '../../clients/upstreamError';
import { isGoingWrong } from '../elastigroupState';
import { codeDeployEnded, elastigroupWentWrong, failureOf, timedOut } from '../failures';
import { hasLasted, isTimedOut } from '../limits';
import {
  followed,
  listElastigroup,
  backdateStart,
  stopDuplicates,
  duplicatesOf,
  isActive,
  isDuplicateStopDue,
  launchingDuplicatesOf,
  type ListedElastigroup,
} from '../ownDeployments';
import { trafficIn } from './greenProtection';
import { attempt, type Attempt } from '../attempt';
import type { DeploymentContext } from '../context';
import type { Failure, Installing, State } from '../state';
import { elapsedInCodeDeploy, fractionDone } from '../timeLeft';
import { progressed, toCleaningUp, toFinalizing } from '../transitions';

/** What one poll of both services says. `unclear`: nothing decides it, and one of them could not be queried. */
export type Verdict =
  | { readonly kind: 'succeeded'; readonly deployment: CodeDeployDeployment }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'continue' }
  | { readonly kind: 'unclear'; readonly error: UpstreamError };

/** Follows CodeDeploy at every poll, and Elastigroup where its state may change what is done next. */
export async function install(state: Installing, context: DeploymentContext): Promise<State> {
  const codeDeploy = await attempt(context.codeDeploy.getDeployment(state.deploymentId));
  const listed = isSpotDue(state, codeDeploy, context) ? await attempt(listElastigroup(state, context)) : NOT_ASKED;
  const elastigroup: Attempt<ElastigroupDeployment | undefined> = listed.ok
    ? { ok: true, value: followed(listed.value.own, state.elastigroupDeploymentId) }
    : listed;
  const aware = rememberSpot(state, codeDeploy, listed, context);
  const late = isTimedOut(state, context) ? timedOut(state, context) : undefined;
  const wasActive = state.activeIn === state.invocations;
  const verdict = judge(codeDeploy, elastigroup, late, wasActive);
  switch (verdict.kind) {
    case 'succeeded':
      return toFinalizing(aware, context.clock.now(), verdict.deployment);
    case 'failed':
      return toCleaningUp(aware, context.clock.now(), verdict.failure);
    case 'unclear':
      throw verdict.error;
    case 'continue':
      return goOn(aware, codeDeploy, listed, context);
  }
}

/** Seconds between two readings of Spot at the most, without a history, and while its rate limit is tight: others need it more. */
const SPOT_INTERVAL_S = { longest: 60, default: 30, tight: 300 };
/** The same, of CodeDeploy's usual time. */
const SPOT_SHARE = 0.25;

const NOT_ASKED: Attempt<ListedElastigroup> = {
  ok: true,
  value: { own: [], foreign: undefined, activeOthers: [] },
};

/**
 * CodeDeploy decides how the deployment ends. What Elastigroup says changes that only where it goes wrong: then CodeDeploy has to be
 * stopped before it takes blue out of service, and so Spot is asked whenever CodeDeploy has got further. At every poll where
 * something is amiss: a service does not answer, TIMEOUT is reached, the deployment is not known, a duplicate is being stopped.
 */
function isSpotDue(state: Installing, codeDeploy: Attempt<CodeDeployDeployment>, context: DeploymentContext): boolean {
  const { elastigroupDeploymentId, spotRead, usual } = state;
  const isAmiss = !codeDeploy.ok || state.deniedSince !== undefined || isTimedOut(state, context);
  if (isAmiss || elastigroupDeploymentId === undefined || spotRead === undefined) return true;
  if (!isActive(codeDeploy.value)) return false;
  const isTight = context.isSpotLimitTight();
  if (!isTight && codeDeploy.value.instances.done !== spotRead.done) return true;
  const { longest, default: unknown, tight } = SPOT_INTERVAL_S;
  const seconds = isTight ? tight : usual ? Math.min(longest, usual.median * SPOT_SHARE) : unknown;
  return hasLasted(spotRead.at, seconds, context.clock.now());
}

function rememberSpot(
  state: Installing,
  codeDeploy: Attempt<CodeDeployDeployment>,
  listed: Attempt<ListedElastigroup>,
  { clock }: DeploymentContext,
): Installing {
  if (listed === NOT_ASKED) return state;
  const { spotRead: before, ...rest } = state;
  const id = listed.ok ? followed(listed.value.own, state.elastigroupDeploymentId)?.id : undefined;
  const hasDuplicate = listed.ok && duplicatesOf(listed.value.own, id).length > 0;
  const done = codeDeploy.ok ? codeDeploy.value.instances.done : (before?.done ?? 0);
  return {
    ...rest,
    ...(id !== undefined && { elastigroupDeploymentId: id }),
    ...(!hasDuplicate && { spotRead: { at: clock.now(), done } }),
  };
}

async function goOn(
  state: Installing,
  codeDeploy: Attempt<CodeDeployDeployment>,
  listed: Attempt<ListedElastigroup>,
  context: DeploymentContext,
): Promise<Installing> {
  if (!codeDeploy.ok) return state;
  if (!listed.ok || !isDuplicateStopDue(state, context))
    return withProgress(state, codeDeploy.value, context.clock.now());
  const stoppable = await stoppableDuplicates(listed.value.own, codeDeploy.value, state, context);
  const stopped = await stopDuplicates(state, stoppable, state.elastigroupDeploymentId, context);
  return withProgress(stopped, codeDeploy.value, context.clock.now());
}

/** CodeDeploy may have started on the instances of a duplicate, too: once traffic moves, they may serve. */
async function stoppableDuplicates(
  own: readonly ElastigroupDeployment[],
  deployment: CodeDeployDeployment,
  { elastigroupDeploymentId }: Installing,
  context: DeploymentContext,
): Promise<readonly ElastigroupDeployment[]> {
  const launchingOnes = launchingDuplicatesOf(own, elastigroupDeploymentId);
  const duplicates = duplicatesOf(own, elastigroupDeploymentId);
  if (duplicates.length === launchingOnes.length) return duplicates;
  const targets = await attempt(context.deploymentTargets.list(deployment.id));
  return trafficIn(deployment, targets) === 'on-blue' ? duplicates : launchingOnes;
}

/** CodeDeploy's own end says most; then an Elastigroup that errs or rolls back; then TIMEOUT. */
export function judge(
  codeDeploy: Attempt<CodeDeployDeployment>,
  elastigroup: Attempt<ElastigroupDeployment | undefined>,
  late: Failure | undefined,
  wasActive: boolean,
): Verdict {
  if (codeDeploy.ok) {
    if (codeDeploy.value.status === 'Succeeded') return { kind: 'succeeded', deployment: codeDeploy.value };
    // After TIMEOUT a stop is most likely the function's own: an invocation that died has sent it.
    if (codeDeploy.value.status === 'Stopped' && late) return { kind: 'failed', failure: late };
    const ended = codeDeployEnded(codeDeploy.value, wasActive);
    if (ended) return { kind: 'failed', failure: failureOf(ended) };
  }
  if (elastigroup.ok && elastigroup.value && isGoingWrong(elastigroup.value.state)) {
    return {
      kind: 'failed',
      failure: failureOf(elastigroupWentWrong(elastigroup.value, 'deploying')),
    };
  }
  if (late) return { kind: 'failed', failure: late };
  if (!codeDeploy.ok) return { kind: 'unclear', error: codeDeploy.error };
  // While Spot alone does not answer, CodeDeploy's deployment continues: TIMEOUT is its bound.
  if (!elastigroup.ok && !elastigroup.error.transient) return { kind: 'unclear', error: elastigroup.error };
  return { kind: 'continue' };
}

function withProgress(state: Installing, deployment: CodeDeployDeployment, now: number): Installing {
  const { createdAt } = deployment;
  const aware = { ...state, activeIn: state.invocations, ...(createdAt !== undefined && { createdAt }) };
  return progressed(
    backdateStart(aware, [createdAt]),
    `CodeDeploy ${deployment.id}: ${describeStatus(deployment)}`,
    40 + 45 * fractionOf(aware, deployment, now),
  );
}

/** By the time that is left; without a history by the instances. */
function fractionOf(state: Installing, { instances: { total, done } }: CodeDeployDeployment, now: number): number {
  if (state.usual) return fractionDone(state.usual, elapsedInCodeDeploy(state, now));
  return total === 0 ? 0 : done / total;
}

function describeStatus({ status, instances, waitsBeforeTerminatingBlue }: CodeDeployDeployment): string {
  if (status === 'Ready') return 'Ready: green is installed, waiting for traffic to be rerouted';
  if (waitsBeforeTerminatingBlue) return 'green is in service, waiting to terminate blue';
  if (instances.total === 0) return status;
  const failed = instances.failed > 0 ? `, ${instances.failed} failed` : '';
  return `${instances.done} of ${instances.total} instances done${failed}`;
}

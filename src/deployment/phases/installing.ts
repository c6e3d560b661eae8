import type { CodeDeployDeployment } from '../../clients/codeDeploy/codeDeploy';
import type { ElastigroupDeployment } from '../../clients/spot/elastigroup';
import { isGoingWrong } from '../elastigroupState';
import { codeDeployEnded, elastigroupWentWrong, failureOf, timedOut } from '../failures';
import { hasLasted, isTimedOut } from '../limits';
import {
  followed,
  listElastigroup,
  backdateStart,
  stopDuplicates,
  duplicatesOf,
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
  | { readonly kind: 'unclear'; readonly error: Error };

/** Follows CodeDeploy at every poll, and Elastigroup now and then. */
export async function install(state: Installing, context: DeploymentContext): Promise<State> {
  const [codeDeploy, listed] = await Promise.all([
    attempt(context.codeDeploy.getDeployment(state.deploymentId)),
    isSpotDue(state, context) ? attempt(listElastigroup(state, context)) : NOT_ASKED,
  ]);
  const elastigroup: Attempt<ElastigroupDeployment | undefined> = listed.ok
    ? { ok: true, value: followed(listed.value.own, state.elastigroupDeploymentId) }
    : listed;
  const aware = rememberSpot(state, listed, context);
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
      if (listed.ok && codeDeploy.ok) {
        const stoppable = await stoppableDuplicates(listed.value.own, codeDeploy.value, aware, context);
        await stopDuplicates(stoppable, aware.elastigroupDeploymentId, context);
      }
      return codeDeploy.ok ? withProgress(aware, codeDeploy.value, context.clock.now()) : aware;
  }
}

/** Seconds. CodeDeploy decides how the deployment ends; what Elastigroup says changes that only where it goes wrong. */
const SPOT_INTERVAL_S = 60;

const NOT_ASKED: Attempt<ListedElastigroup> = { ok: true, value: { own: [], activeOthers: [] } };

/** At every poll only where something is amiss: a service does not answer, TIMEOUT is reached, a duplicate is to be stopped. */
function isSpotDue(state: Installing, context: DeploymentContext): boolean {
  const { elastigroupDeploymentId, spotReadAt, outageSince, deniedSince } = state;
  const isAmiss = (outageSince ?? deniedSince) !== undefined || isTimedOut(state, context);
  if (isAmiss || elastigroupDeploymentId === undefined || spotReadAt === undefined) return true;
  return hasLasted(spotReadAt, SPOT_INTERVAL_S, context.clock.now());
}

function rememberSpot(
  state: Installing,
  listed: Attempt<ListedElastigroup>,
  { clock }: DeploymentContext,
): Installing {
  if (listed === NOT_ASKED) return state;
  const { spotReadAt: _before, ...rest } = state;
  const id = listed.ok ? followed(listed.value.own, state.elastigroupDeploymentId)?.id : undefined;
  const hasDuplicate = listed.ok && duplicatesOf(listed.value.own, id).length > 0;
  return {
    ...rest,
    ...(id !== undefined && { elastigroupDeploymentId: id }),
    ...(!hasDuplicate && { spotReadAt: clock.now() }),
  };
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

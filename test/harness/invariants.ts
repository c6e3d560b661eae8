import { inspect } from 'node:util';
import { secretsOf } from '../simulator/account';
import { isUp } from '../simulator/ec2/fleet';
import { metricLinesOf } from './metricLines';
import { isNamedAsLeft, isToldByOtherDelivery, ownCodeDeploy, ownGreen, ownSpot } from './ownWork';
import type { RunTrace } from './playRun';
import { stopViolationsOf } from './stopInvariants';
import { trafficViolationsOf } from './trafficInvariants';

/** What must hold after every run, whatever went wrong (issues 3 and 11). Each violation is a sentence. */
export function violationsOf(trace: RunTrace): string[] {
  return [...trafficViolationsOf(trace), ...otherViolationsOf(trace)];
}

function otherViolationsOf(trace: RunTrace): string[] {
  return [
    ...oneOfEach(trace),
    ...oneResultForEachJob(trace),
    ...nothingLeftUnnamed(trace),
    ...successIsReal(trace),
    ...othersUntouched(trace),
    ...noSecretLeaks(trace),
    ...politeCalls(trace),
    ...countedOnce(trace),
    ...stopViolationsOf(trace),
  ];
}

/**
 * 1. At most one Elastigroup and one CodeDeploy deployment; where Spot accepted two at once, one of them was stopped, or the
 * result tells of the other: until Spot lists it, it may have finished.
 */
function oneOfEach(trace: RunTrace): string[] {
  const spot = ownSpot(trace).filter((deployment) => !leftNoTrace(trace, deployment));
  const isConcurrent = (trace.plan.duplicates ?? []).length > 0 && trace.world.options.secondDeployment === 'accepted';
  // Of an abandoned action all are stopped, or nobody comes to stop one of them: stopInvariants.ts.
  const isAbandoned = trace.action.reason === 'abandoned';
  // Where Spot's list lags, the duplicate shows when traffic may have moved: it is then stopped no more (docs/how-it-works.md, "Starting once").
  const isSeenLate = isConcurrent && trace.world.options.listLagSeconds > 0;
  const counted = isSeenLate
    ? []
    : isConcurrent
      ? spot.filter(
          ({ state, stopRequests }) => !isAbandoned && stopRequests.length === 0 && state !== 'FINISHED_ERROR',
        )
      : spot;
  const codeDeploy = ownCodeDeploy(trace);
  return [
    ...(counted.length > 1 && !(isConcurrent && tellsOfDuplicate(trace, counted))
      ? [
          `${counted.length} Elastigroup deployments of one action: ${counted.map(({ id, state }) => `${id} ${state}`).join(', ')}`,
        ]
      : []),
    ...(codeDeploy.length > 1
      ? [`${codeDeploy.length} CodeDeploy deployments of one action: ${codeDeploy.map(({ id }) => id).join(', ')}`]
      : []),
  ];
}

/**
 * It ended before any instance was tagged, and before Spot listed it; or the process died before its report, and Spot drops what
 * has ended: the next delivery cannot know of it (docs/how-it-works.md, "What it cannot know").
 */
function leftNoTrace({ world, action }: RunTrace, deployment: ReturnType<typeof ownSpot>[number]): boolean {
  const { state, history, createdAt } = deployment;
  const hasEnded = state === 'FINISHED_STOPPED' || state === 'FINISHED_ERROR';
  const wasTagged = history.some((entry) => entry.state === 'AWAITING_USER_DEPLOYMENT');
  const next = world.spot.deployments.find((other) => other !== deployment && other.createdAt >= createdAt);
  // A continuation would know of it by its token, and after a failure nothing may be started.
  const wasReported = action.jobs.some(
    ({ result }) => result !== undefined && result.at >= createdAt && result.at < (next?.createdAt ?? Infinity),
  );
  const wasUnlisted = next !== undefined && next.createdAt < createdAt + world.options.listLagSeconds * 1000;
  return hasEnded && !wasTagged && (wasUnlisted || (!world.options.listsFinished && !wasReported));
}

function tellsOfDuplicate({ action, logs }: RunTrace, fleets: ReturnType<typeof ownSpot>): boolean {
  if (fleets.every(({ id }) => action.message.includes(id))) return true;
  const isLogged = logs.some((line) => line.includes('is running two blue/green deployments of this action'));
  return isLogged && /without the revision|is left|cdbg-\S+ and cdbg-/.test(action.message);
}

/** 2. Every job has a result of the function's; none waits out CodePipeline's limits. */
function oneResultForEachJob({ action }: RunTrace): string[] {
  // Nobody takes a result any more; what must have happened then is in stopInvariants.ts.
  if (action.reason === 'abandoned') return [];
  if (action.reason !== 'result') return [`the action ended without a result: ${action.reason}`];
  const open = action.jobs.filter(({ result }) => result === undefined);
  return open.map(({ id }) => `job ${id} has no result`);
}

/** 3. After a failure no green instance is left unless the message names it, or the log of a delivery that came after. */
function nothingLeftUnnamed(trace: RunTrace): string[] {
  if (trace.action.status !== 'Failed' || trace.action.reason === 'abandoned') return [];
  if (isToldByOtherDelivery(trace)) return [];
  return ownGreen(trace)
    .filter((instance) => isUp(instance) && !isNamedAsLeft(trace, instance.id))
    .map(({ id, state }) => `green instance ${id} is left (${state}), and the message does not name it`);
}

/** 3 and 6. A success is one on both sides, and nothing that succeeded was rolled back. */
function successIsReal(trace: RunTrace): string[] {
  const rolledBack = trace.world.rolledBackAfterSuccess.map(
    (id) => `Elastigroup deployment ${id} was stopped after CodeDeploy had succeeded`,
  );
  if (trace.action.status !== 'Succeeded') return rolledBack;
  const isFinished = ownSpot(trace).some(({ state }) => state === trace.world.options.finalState);
  const hasSucceeded = ownCodeDeploy(trace).some(({ status }) => status === 'Succeeded');
  return [
    ...rolledBack,
    ...(isFinished ? [] : ['reported success, but Elastigroup has not FINISHED']),
    ...(hasSucceeded ? [] : ['reported success, but CodeDeploy has not Succeeded']),
  ];
}

/** 4. What belongs to someone else is never stopped. */
function othersUntouched({ world }: RunTrace): string[] {
  const spot = world.spot.deployments.filter(({ owner, stopRequests }) => owner === 'other' && stopRequests.length > 0);
  const codeDeploy = world.codeDeploy.all.filter(
    ({ owner, stopRequests }) => owner === 'other' && stopRequests.some(({ by }) => by === 'api'),
  );
  return [...spot, ...codeDeploy].map(({ id }) => `${id} belongs to someone else, and was stopped`);
}

/** 5. No secret in a log line, a result, a token or a thrown error. */
function noSecretLeaks(trace: RunTrace): string[] {
  const { action, logs, errors, world } = trace;
  const results = action.jobs.map(({ result }) =>
    result?.kind === 'continuation' ? `${JSON.stringify(result)} ${decoded(result.token)}` : JSON.stringify(result),
  );
  const places = {
    'a log line': logs.join('\n'),
    'a result': results.join('\n'),
    'a thrown error': inspect(errors, { depth: 8 }),
  };
  return Object.entries(places).flatMap(([place, text]) =>
    secretsOf(world.account)
      .filter((secret) => text.includes(secret))
      .map((secret) => `the secret ${secret.slice(0, 12)}… is in ${place}`),
  );
}

function decoded(token: string): string {
  return Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
}

/** The metrics count an action at most once (not at all, where the process dies after its report), and as what it was. */
function countedOnce({ action, logs }: RunTrace): string[] {
  const [first, ...more] = metricLinesOf(logs);
  if (more.length > 0) return [`${more.length + 1} lines of metrics for one action`];
  const succeeded = first?.measures.DeploymentSucceeded;
  if (action.reason === 'abandoned') return [];
  return succeeded === undefined || (succeeded === 1) === (action.status === 'Succeeded')
    ? []
    : [`the metrics say DeploymentSucceeded ${succeeded}, and the action ${action.status}`];
}

/** Spot's reset is waited for by the run that met it, and nothing is called that the services do not have. */
function politeCalls({ world, plan, errors, action }: RunTrace): string[] {
  // A duplicate, a process that was killed, and one that goes on since the answer to its result was lost: none of them
  // can tell another of the reset that it met.
  const isAlone = (plan.duplicates ?? []).length === 0 && errors.length === 0 && !overlap(action.invocations);
  return [
    ...(isAlone ? world.earlyAfter429 : []).map(
      (early) => `a request to Spot before its rate limit was reset: ${JSON.stringify(early)}`,
    ),
    ...world.unexpectedCalls.map(({ method, url }) => `an operation that no service has: ${method} ${url}`),
  ];
}

function overlap(invocations: RunTrace['action']['invocations']): boolean {
  return invocations.some(({ startedAt }, index) =>
    invocations.slice(0, index).some(({ endedAt }) => endedAt === undefined || endedAt > startedAt),
  );
}

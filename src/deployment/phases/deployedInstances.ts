import type { DeploymentTarget } from '../../clients/codeDeploy/deploymentTargets';
import { listing } from '../../lib/wording';
import { attempt } from '../attempt';
import { finalizingEndsAt } from '../limits';
import type { DeploymentContext } from '../context';
import { POLL_WARNINGS, SHORTFALL_MESSAGES } from '../messages';
import type { Finalizing, Succeeded } from '../state';

type Deployed = Pick<Succeeded, 'greenInstanceIds' | 'greenTotal' | 'shortfalls'>;

/**
 * Which green instances have the revision. CodeDeploy calls a deployment Succeeded although some instances failed or
 * were skipped, as far as its configuration allows that (AllAtOnce, HalfAtATime), and it never deployed to an instance whose
 * tag showed only after its start (docs/services.md, CodeDeploy and EC2).
 *
 * @param green the ids of the instances that are up; undefined where EC2 could not be queried
 * @throws UpstreamError (transient) where the targets have to be read again
 */
export async function deployedInstances(
  state: Finalizing,
  green: readonly string[] | undefined,
  context: DeploymentContext,
): Promise<Deployed> {
  const launched = launchedPhrase(state);
  const all = green ?? [];
  if (!needsTargets(state, green)) return { greenInstanceIds: all, greenTotal: all.length, shortfalls: launched };
  const targets = await attempt(context.deploymentTargets.list(state.deploymentId));
  if (!targets.ok) {
    // The next poll reads them again, while there is time: a success should say on which instances it is none.
    if (targets.error.transient && context.clock.now() < finalizingEndsAt(state, context)) throw targets.error;
    context.log.warn(POLL_WARNINGS.noTargets(state.deploymentId, targets.error.message));
    const shortfalls = [...countPhrases(state), SHORTFALL_MESSAGES.unnamed, ...launched];
    return { greenInstanceIds: [], greenTotal: all.length, shortfalls };
  }
  const { ids, total, phrases } = compare(targets.value, green);
  // Where EC2 could not be queried, a target that CodeDeploy does not describe is not known as green: its counts remain.
  const countOnly = phrases.length === 0 ? countPhrases(state) : fewerPhrase(state);
  const missing = green !== undefined || countOnly.length === 0 ? [] : [...countOnly, SHORTFALL_MESSAGES.unnamed];
  return { greenInstanceIds: ids, greenTotal: total, shortfalls: [...phrases, ...missing, ...launched] };
}

/**
 * CodeDeploy counted just those on which it was started, which are all of green, and none failed: no further call. Whether its
 * count includes blue is not documented (docs/services.md, CodeDeploy), so that a larger one proves nothing.
 */
function needsTargets({ instances, startedOn }: Finalizing, green: readonly string[] | undefined): boolean {
  if (!instances || instances.total !== startedOn || instances.failed > 0 || instances.skipped > 0) return true;
  return green !== undefined && instances.total < green.length;
}

/** Statuses that say whether a target has the revision; `Unknown`, or one that is still at work, does not. */
const TOLD: ReadonlySet<string> = new Set(['Succeeded', 'Ready', 'Failed', 'Skipped']);

function isGreen(id: string, green: readonly string[] | undefined): boolean {
  return green?.includes(id) === true;
}

function compare(
  targets: readonly DeploymentTarget[],
  green: readonly string[] | undefined,
): { readonly ids: readonly string[]; readonly total: number; readonly phrases: readonly string[] } {
  // One without a label may be blue.
  const deployed = targets.filter(({ id, label }) => label === 'Green' || (label === undefined && isGreen(id, green)));
  const failed = deployed.filter(({ status }) => status === 'Failed');
  const skipped = deployed.filter(({ status }) => status === 'Skipped');
  const untold = deployed.filter(({ status }) => !TOLD.has(status));
  const missed = (green ?? []).filter((id) => !targets.some((target) => target.id === id));
  const without = new Set([...failed, ...skipped, ...untold].map(({ id }) => id).concat(missed));
  const all = green ?? deployed.map(({ id }) => id);
  const ids = all.filter((id) => !without.has(id));
  return {
    ids,
    total: ids.length + without.size,
    phrases: [
      ...phrase(failed.map(describeFailed), SHORTFALL_MESSAGES.failed),
      ...phrase(
        skipped.map(({ id }) => id),
        SHORTFALL_MESSAGES.skipped,
      ),
      ...phrase(
        untold.map(({ id }) => id),
        SHORTFALL_MESSAGES.untold,
      ),
      ...phrase(missed, SHORTFALL_MESSAGES.withoutRevision),
    ],
  };
}

/** `i-1 in AfterInstall, script scripts/after_install.sh` */
function describeFailed({ id, events }: DeploymentTarget): string {
  const event = events.find(({ status }) => status === 'Failed');
  if (!event) return id;
  const script = event.diagnostics?.script ?? '';
  return `${id} in ${event.name}${script === '' ? '' : `, script ${script}`}`;
}

function phrase(items: readonly string[], message: (count: string, instances: string) => string): readonly string[] {
  return items.length === 0 ? [] : [message(String(items.length), listing(items))];
}

/** What CodeDeploy counted, where its targets could not be read. */
function countPhrases(state: Finalizing): readonly string[] {
  const { instances } = state;
  if (!instances) return [];
  return [
    ...fewerPhrase(state),
    ...(instances.failed > 0 ? [SHORTFALL_MESSAGES.someFailed(String(instances.failed))] : []),
    ...(instances.skipped > 0 ? [SHORTFALL_MESSAGES.someSkipped(String(instances.skipped))] : []),
  ];
}

function fewerPhrase({ instances, startedOn = 0 }: Finalizing): readonly string[] {
  if (!instances || instances.total >= startedOn) return [];
  return [SHORTFALL_MESSAGES.fewerThanStarted(String(instances.total), String(startedOn))];
}

function launchedPhrase({ launched }: Finalizing): readonly string[] {
  if (!launched) return [];
  return launched.of === 'unknown'
    ? [SHORTFALL_MESSAGES.unknownCapacity(String(launched.count))]
    : [SHORTFALL_MESSAGES.belowCapacity(String(launched.count), String(launched.of))];
}

import type { CodeDeployDeployment } from '../../clients/codeDeploy/codeDeploy';
import type { ElastigroupConfiguration } from '../../clients/spot/elastigroup';
import { UpstreamError } from '../../clients/upstreamError';
import { describeRevision } from '../../input/userParameters/describeRevision';
import { attempt } from '../attempt';
import type { DeploymentContext } from '../context';
import { tookSeconds, usualTimeOf } from '../history';
import type { UsualTime } from '../state';
import { hidesOtherDelivery } from '../otherDelivery';
import { deploymentGroupFindings } from './deploymentGroupFindings';
import { checksApplication, elastigroupFindings, gracePeriodFindings } from './elastigroupFindings';
import { note, notPermitted, refusalFinding, warning, type Finding } from './finding';
import { PREFLIGHT_NOTES, PREFLIGHT_WARNINGS } from './messages';
import { timeoutFindings } from './timeoutFindings';
import { revisionFindings } from './revisionFindings';
import { reportFindings } from './reportFindings';

/**
 * Checks, before anything is launched, for what would make the deployment fail; all in parallel. Returns warnings and notes,
 * which it has logged. Throws ActionError with all problems at once, or UpstreamError (transient) where a check had no answer.
 *
 * `recent`: the deployment group's deployments of the last days. `refusal`: reading the active deployments was rejected; that is reported with the rest.
 */
export async function preflight(
  context: DeploymentContext,
  recent: readonly CodeDeployDeployment[],
  refusal?: UpstreamError,
): Promise<PreflightResult> {
  const [elastigroup, group, revision, history] = await Promise.all([
    attempt(readElastigroup(context)),
    attempt(checkDeploymentGroup(context)),
    attempt(checkRevision(context)),
    refusal ? recent : withOlder(recent, context),
  ]);
  if (!elastigroup.ok) throw elastigroup.error;
  if (!group.ok) throw group.error;
  if (!revision.ok) throw revision.error;
  const { clock, parameters } = context;
  const usual = usualTimeOf(history, parameters.deploymentConfigName ?? group.value.configName, clock.now());
  const findings = [
    ...(refusal ? [refusalFinding(refusal)] : []),
    ...elastigroup.value.findings,
    ...(elastigroup.value.group ? checkGracePeriod(elastigroup.value.group, history, context) : []),
    ...group.value.findings,
    ...(usual ? timeoutFindings(usual, parameters) : []),
    ...revision.value,
  ];
  const warnings = reportFindings(findings, context.log, refusal !== undefined && hidesOtherDelivery(refusal));
  const targetCapacity = elastigroup.value.group?.targetCapacity ?? 'unknown';
  return { warnings, targetCapacity, usual, blueWaitMinutes: group.value.blueWaitMinutes };
}

/** What is known once preflight has passed. */
export interface PreflightResult {
  readonly warnings: readonly string[];
  /** Instances that a blue/green deployment launches. */
  readonly targetCapacity: number | 'unknown';
  /** Undefined where the deployment group has no history. */
  readonly usual: UsualTime | undefined;
  /** Minutes for which CodeDeploy waits before it terminates blue; undefined where it does not, or that is not known. */
  readonly blueWaitMinutes: number | undefined;
}

/** This checks the token too: what it may not read, it may not deploy to. */
async function readElastigroup({
  elastigroup,
  parameters,
}: DeploymentContext): Promise<{ findings: Finding[]; group?: ElastigroupConfiguration }> {
  try {
    const group = await elastigroup.readGroup();
    return { findings: elastigroupFindings(group, parameters), group };
  } catch (error) {
    return { findings: [refusalFinding(lasting(error))] };
  }
}

const HISTORY_MS = 14 * 24 * 3_600_000;

/** A group may deploy once a week. What cannot be read of its history is no reason to stop. */
async function withOlder(
  recent: readonly CodeDeployDeployment[],
  { codeDeploy, clock }: DeploymentContext,
): Promise<readonly CodeDeployDeployment[]> {
  if (usualTimeOf(recent, undefined, clock.now())) return recent;
  const older = await attempt(codeDeploy.findDeployments(clock.now() - HISTORY_MS));
  return older.ok ? older.value : recent;
}

function checkGracePeriod(
  group: ElastigroupConfiguration,
  recent: readonly CodeDeployDeployment[],
  { clock, parameters }: DeploymentContext,
): Finding[] {
  if (!checksApplication(group)) return [];
  const seconds = recent
    .filter(({ status }) => status === 'Succeeded')
    .flatMap((deployment) => tookSeconds(deployment, clock.now()) ?? []);
  return gracePeriodFindings(group, seconds, parameters.groupId);
}

async function checkDeploymentGroup({ deploymentGroup, parameters }: DeploymentContext): Promise<{
  findings: Finding[];
  configName?: string | undefined;
  blueWaitMinutes?: number | undefined;
}> {
  try {
    const group = await deploymentGroup.read();
    const { configName, blueTerminationWaitMinutes: blueWaitMinutes } = group;
    return { findings: deploymentGroupFindings(group, parameters), configName, blueWaitMinutes };
  } catch (error) {
    const refusal = lasting(error);
    const what = `Deployment group ${parameters.applicationName}/${parameters.deploymentGroupName}`;
    const finding =
      refusal.kind === 'denied'
        ? notPermitted(what, refusal, 'codedeploy:GetDeploymentGroup')
        : refusalFinding(refusal);
    return { findings: [finding] };
  }
}

async function checkRevision({ revisionObject, parameters: { revision } }: DeploymentContext): Promise<Finding[]> {
  if (revision.kind !== 's3') return [];
  if (!revisionObject) return [note(PREFLIGHT_NOTES.revisionNotChecked(describeRevision(revision)))];
  try {
    return revisionFindings(await revisionObject.head(revision), revision);
  } catch (error) {
    // S3 answers with a status alone: all that is certain is that the check was not made.
    return [warning(PREFLIGHT_WARNINGS.revisionUnchecked(lasting(error).message))];
  }
}

/** A rejection that waiting will not fix; everything else is thrown on. */
function lasting(error: unknown): UpstreamError {
  if (error instanceof UpstreamError && !error.transient) return error;
  throw error;
}

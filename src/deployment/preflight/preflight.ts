import type { ElastigroupConfiguration } from '../../clients/spot/elastigroup';
import { UpstreamError } from '../../clients/upstreamError';
import { describeRevision } from '../../input/userParameters/describeRevision';
import { attempt } from '../attempt';
import type { DeploymentContext } from '../context';
import { hidesOtherDelivery } from '../otherDelivery';
import { deploymentGroupFindings } from './deploymentGroupFindings';
import { checksApplication, elastigroupFindings, gracePeriodFindings } from './elastigroupFindings';
import { note, notPermitted, refusalFinding, warning, type Finding } from './finding';
import { PREFLIGHT_NOTES, PREFLIGHT_WARNINGS } from './messages';
import { revisionFindings } from './revisionFindings';
import { reportFindings } from './reportFindings';

/**
 * Checks, before anything is launched, for what would make the deployment fail; all in parallel. Returns warnings and notes,
 * which it has logged. Throws ActionError with all problems at once, or UpstreamError (transient) where a check had no answer.
 *
 * `refusal`: reading the active deployments was rejected; that is reported with the rest.
 */
export async function preflight(context: DeploymentContext, refusal?: UpstreamError): Promise<PreflightResult> {
  const [group, ...checks] = await Promise.all([
    attempt(readElastigroup(context)),
    attempt(checkDeploymentGroup(context)),
    attempt(checkRevision(context)),
  ]);
  const findings = refusal ? [refusalFinding(refusal)] : [];
  if (!group.ok) throw group.error;
  findings.push(...group.value.findings);
  for (const check of checks) {
    if (!check.ok) throw check.error;
    findings.push(...check.value);
  }
  const warnings = reportFindings(findings, context.log, refusal !== undefined && hidesOtherDelivery(refusal));
  return { warnings, targetCapacity: group.value.targetCapacity ?? 'unknown' };
}

/** What is known once preflight has passed. */
export interface PreflightResult {
  readonly warnings: readonly string[];
  /** Instances that a blue/green deployment launches. */
  readonly targetCapacity: number | 'unknown';
}

/** This checks the token too: what it may not read, it may not deploy to. */
async function readElastigroup(
  context: DeploymentContext,
): Promise<{ findings: Finding[]; targetCapacity?: number | undefined }> {
  const { elastigroup, parameters } = context;
  try {
    const group = await elastigroup.readGroup();
    const findings = [...elastigroupFindings(group, parameters), ...(await checkGracePeriod(group, context))];
    return { findings, targetCapacity: group.targetCapacity };
  } catch (error) {
    return { findings: [refusalFinding(lasting(error))] };
  }
}

const RECENT_MS = 14 * 24 * 3_600_000;

/** What cannot be read of recent deployments is no reason to stop: this is a warning at most. */
async function checkGracePeriod(group: ElastigroupConfiguration, context: DeploymentContext): Promise<Finding[]> {
  if (!checksApplication(group)) return [];
  const recent = await attempt(context.codeDeploy.findDeployments(context.clock.now() - RECENT_MS));
  const seconds = (recent.ok ? recent.value : [])
    .filter(({ status }) => status === 'Succeeded')
    .flatMap(({ createdAt, endedAt }) => (createdAt === undefined || endedAt === undefined ? [] : endedAt - createdAt))
    .map((milliseconds) => milliseconds / 1000);
  return gracePeriodFindings(group, seconds, context.parameters.groupId);
}

async function checkDeploymentGroup({ deploymentGroup, parameters }: DeploymentContext): Promise<Finding[]> {
  try {
    return deploymentGroupFindings(await deploymentGroup.read(), parameters);
  } catch (error) {
    const refusal = lasting(error);
    const what = `Deployment group ${parameters.applicationName}/${parameters.deploymentGroupName}`;
    return [
      refusal.kind === 'denied'
        ? notPermitted(what, refusal, 'codedeploy:GetDeploymentGroup')
        : refusalFinding(refusal),
    ];
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

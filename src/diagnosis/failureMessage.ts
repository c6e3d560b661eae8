import type { Failed } from '../deployment/state';
import { idsOf } from '../deployment/transitions';
import { cut, duration } from '../lib/wording';
import { codeDeployLink, elastigroupLink, pipelineExecutionLink } from './consoleLinks';
import { elastigroupReport } from './elastigroupReport';
import { failedAt, type Evidence } from './evidence';
import { instanceReports, reclaimedReport, removedReport } from './instanceReport';
import { fixFor } from '../causes';
import { EVIDENCE_MESSAGES } from './messages';
import { FAILURE_MESSAGES } from '../deployment/messages';
import { likelyCause } from './likelyCause';
import { plainText } from './plainText';
import type { NamedRun } from '../deployment/runMemory';

/** `failureDetails.message` (service model, codepipeline 2015-07-09); a little is kept free. */
const LONGEST_MESSAGE = 4900;
/** Characters. The parts that must not be lost have such limits: with the first instance (1300) they always fit into the message. */
const LONGEST_HEADLINE = 650;
/** Where nothing was started, the headline is all that there is to say: preflight's findings, all of them. */
const LONGEST_FINDINGS = 2300;
const LONGEST_FIX = 450;
const LONGEST_LEFT = 1500;
const LONGEST_LINKS = 900;

export interface MessageContext {
  readonly evidence: Evidence | undefined;
  /** The Elastigroup, `sig-…`. */
  readonly groupId: string;
  /** Absent: no link to CodeDeploy. */
  readonly region: string | undefined;
  /** The pipeline's execution, where it is known. */
  readonly run?: NamedRun | undefined;
  readonly redact: (text: string) => string;
}

/** A part of the message. Those that are vital are always in it; the others as far as there is room. */
interface Part {
  readonly text: string;
  readonly isVital: boolean;
}

/**
 * What the developer reads in CodePipeline, the most important first: what failed, what fixes it, what is left and costs
 * money, and then the evidence. Without secrets, and within CodePipeline's limit.
 */
export function failureMessage(state: Failed, context: MessageContext): string {
  const plain = (text: string) => plainText(text, context.redact);
  const known = likelyCause(state, context.evidence);
  const parts: Part[] = [
    vital([headline(state, plain)]),
    vital(known ? [cut(EVIDENCE_MESSAGES.likelyFix(fixFor(known)), LONGEST_FIX)] : []),
    vital([cut(state.left.map(plain).join('\n'), LONGEST_LEFT)]),
    ...(context.evidence ? evidenceParts(state, context.evidence, plain) : []),
    ...state.cleaned.map((line) => further(plain(line))),
    ...(context.evidence?.unread ?? []).map((line) => further(plain(line))),
    vital([cut(links(state, context).join('\n'), LONGEST_LINKS)]),
  ];
  return fitted(parts.filter(({ text }) => text !== ''));
}

function evidenceParts(state: Failed, evidence: Evidence, plain: (text: string) => string): readonly Part[] {
  const [first, ...others] = instanceReports(state, evidence, plain);
  return [
    vital(first === undefined ? [] : [first]),
    ...others.slice(0, 5).map(further),
    ...(others.length > 5 ? [further(EVIDENCE_MESSAGES.moreFailures(String(others.length - 5)))] : []),
    ...reclaimedReport(evidence).map(further),
    ...removedReport(state, evidence).map(further),
    ...codeDeployLines(state, evidence, plain).map(further),
    ...elastigroupReport(state, evidence, plain).map(further),
  ];
}

/** What failed, and after how long; a time-out says that itself. */
function headline(state: Failed, plain: (text: string) => string): string {
  const { failure, startedAt } = state;
  const text = cut(plain(failure.headline), hasStarted(state) ? LONGEST_HEADLINE : LONGEST_FINDINGS);
  if (failure.timedOut || !hasStarted(state)) return text;
  return `${text} Failed after ${duration((failedAt(state) - startedAt) / 1000)}.`;
}

function hasStarted(state: Failed): boolean {
  return Object.keys(idsOf(state)).length > 0;
}

/** CodeDeploy's own error, where the headline is about something else, and its rollback. */
function codeDeployLines(
  { failure }: Failed,
  { codeDeploy }: Evidence,
  plain: (text: string) => string,
): readonly string[] {
  if (!codeDeploy) return [];
  const { id, status, error, rollbackDeploymentId } = codeDeploy;
  const isNews = error && status === 'Failed' && !failure.headline.includes(error.code);
  return [
    ...(isNews ? [FAILURE_MESSAGES.codeDeployFailed(id, `${error.code}: ${cut(plain(error.message), 400)}`)] : []),
    ...(rollbackDeploymentId === undefined ? [] : [EVIDENCE_MESSAGES.rolledBack(id, rollbackDeploymentId)]),
  ];
}

function links(state: Failed, { groupId, region, run }: MessageContext): readonly string[] {
  const { deploymentId, elastigroupDeploymentId } = idsOf(state);
  const codeDeploy = region === undefined ? '' : `: ${codeDeployLink(region, deploymentId ?? '')}`;
  const deployment = elastigroupDeploymentId === undefined ? '' : `, deployment ${elastigroupDeploymentId}`;
  return [
    ...(deploymentId === undefined ? [] : [`CodeDeploy ${deploymentId}${codeDeploy}`]),
    `Elastigroup ${groupId}${deployment}: ${elastigroupLink(groupId)}`,
    ...(hasStarted(state) ? [`Tag of the green instances: GreenIdentifier=${state.greenIdentifier}`] : []),
    ...(run ? [pipelineLine(run, region)] : []),
  ];
}

function pipelineLine({ pipeline, executionId, region }: NamedRun, ownRegion: string | undefined): string {
  if (pipeline === undefined) return `Pipeline execution ${executionId ?? 'unknown'}`;
  if (executionId === undefined) return `Pipeline ${pipeline}`;
  const where = region ?? ownRegion;
  const link = where === undefined ? '' : `: ${pipelineExecutionLink(where, pipeline, executionId)}`;
  return `Pipeline ${pipeline}, execution ${executionId}${link}`;
}

function vital(lines: readonly string[]): Part {
  return { text: lines.join('\n'), isVital: true };
}

function further(text: string): Part {
  return { text, isVital: false };
}

/** The vital parts, and of the others, in their order, as much as fits. A part that does not fit is cut where enough of it stays. */
function fitted(parts: readonly Part[]): string {
  const LEAST = 80;
  let room =
    LONGEST_MESSAGE - parts.filter(({ isVital }) => isVital).reduce((sum, { text }) => sum + text.length + 1, 0);
  const kept = parts.flatMap(({ text, isVital }) => {
    if (isVital) return [text];
    if (text.length + 1 > room && room < LEAST) return [];
    const fitting = cut(text, room - 1);
    room -= fitting.length + 1;
    return [fitting];
  });
  return kept.join('\n');
}

import { FIXES } from '../causes';
import { CALL_MESSAGES, SECRET_MESSAGES, SPOT_WARNINGS } from '../clients/messages';
import {
  CLEANED_MESSAGES,
  FAILURE_MESSAGES,
  RUN_MESSAGES,
  KEPT_MESSAGES,
  LEFT_MESSAGES,
  POLL_WARNINGS,
  SHORTFALL_MESSAGES,
  TIME_MESSAGES,
  TOKEN_MESSAGES,
} from '../deployment/messages';
import { PREFLIGHT_MESSAGES, PREFLIGHT_NOTES, PREFLIGHT_WARNINGS } from '../deployment/preflight/messages';
import { EVIDENCE_MESSAGES } from '../diagnosis/messages';
import { INPUT_ERROR_MESSAGES } from '../errors';
import { EVENT_MESSAGES, JSON_MESSAGES, PARAMETER_MESSAGES, SETTING_WARNINGS, VALUE_MESSAGES } from '../input/messages';
import type { Messages } from '../lib/wording';

/** What is said around the result of an action. */
export const RESULT_MESSAGES = {
  succeeded: (id, green, time) => `CodeDeploy ${id} succeeded; ${green} replaced blue in ${time}`,
  succeededAsUsual: (id, took, usual, green, time) =>
    `CodeDeploy ${id} succeeded in ${took} (usually ${usual}); ${green} replaced blue in ${time}`,
  noReason: 'The action failed without a message.',
  dryRun: (groupId, revision, group) =>
    `Dry run; nothing was started. Elastigroup ${groupId} would launch green instances, and CodeDeploy would deploy ${revision} to them in ${group}.`,
  usualTime: (usual, high) => `CodeDeploy deployments of the group: ${usual}, up to ${high}.`,
  noConflicts: 'No conflicting deployments.',
  conflictsFail: (others) => `Conflicting deployments (action would fail): ${others}.`,
  conflictsWait: (others) => `Conflicting deployments (action would wait): ${others}.`,
  unexpected: (error) =>
    `Unexpected error in the function (${error}). Its CloudWatch log has the details; please report it. ` +
    'Whatever it started ends at its own timeout: check for the tag GreenIdentifier in the Spot and EC2 consoles.',
  noJob:
    'Not an event of a CodePipeline Lambda action: it has no "CodePipeline.job" with an ID, so no result can be delivered.',
} as const satisfies Messages;

/** In the log alone. */
export const RESULT_WARNINGS = {
  unknownJob: 'Unknown CodePipeline job ID; result not delivered.',
  resultRejected: (error) => `CodePipeline rejected the result; sending a shorter one: ${error}`,
  alreadyAnswered: 'This job already has a result: the event was delivered more than once.',
  noMetrics: (error) => `Metrics could not be written: ${error}`,
} as const satisfies Messages;

/** The catalogue: all that the function says in CodePipeline, and its warnings in the log. docs/troubleshooting.md has each. */
export const MESSAGES = {
  'input error': INPUT_ERROR_MESSAGES,
  value: VALUE_MESSAGES,
  parameter: PARAMETER_MESSAGES,
  json: JSON_MESSAGES,
  event: EVENT_MESSAGES,
  'setting warning': SETTING_WARNINGS,
  call: CALL_MESSAGES,
  secret: SECRET_MESSAGES,
  'spot warning': SPOT_WARNINGS,
  failure: FAILURE_MESSAGES,
  'time left': TIME_MESSAGES,
  'pipeline execution': RUN_MESSAGES,
  cleaned: CLEANED_MESSAGES,
  left: LEFT_MESSAGES,
  kept: KEPT_MESSAGES,
  shortfall: SHORTFALL_MESSAGES,
  'continuation token': TOKEN_MESSAGES,
  'poll warning': POLL_WARNINGS,
  preflight: PREFLIGHT_MESSAGES,
  'preflight warning': PREFLIGHT_WARNINGS,
  'preflight note': PREFLIGHT_NOTES,
  evidence: EVIDENCE_MESSAGES,
  fix: FIXES,
  result: RESULT_MESSAGES,
  'result warning': RESULT_WARNINGS,
} as const satisfies Readonly<Record<string, Messages>>;

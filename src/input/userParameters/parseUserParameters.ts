import type { Problem } from '../../errors';
import { readInto } from '../field';
import { PARAMETER_MESSAGES, SETTING_WARNINGS, VALUE_MESSAGES } from '../messages';
import { valid, type Parsed, invalid } from '../parsed';
import type { PipelineJob } from '../pipelineJob';
import { type Entry, parseEntries } from './json';
import { checkNames, listNames } from './names';
import { chooseRevision } from './revision';
import {
  DEFAULT_CONFLICT_POLICY,
  DEFAULT_DRY_RUN,
  DEFAULT_TIMEOUT_SECONDS,
  isParameterName,
  type ParameterName,
  parameterNames,
  parameters,
  type ParameterValues,
} from './schema';
import { chooseToken } from './token';
import type { Revision, TokenSource, UserParameters } from './userParameters';

interface Circumstances {
  /** `id` or `id#key`; used when neither API_TOKEN nor API_TOKEN_SECRET is given. */
  readonly tokenSecret?: string | undefined;
  /** An earlier invocation has accepted them, perhaps one of a newer version of the function. */
  readonly isMidRun?: boolean;
}

/** Parses the action's UserParameters. Everything that is wrong is told at once; no problem's text contains a token. */
export function parseUserParameters(
  text: string,
  job: Pick<PipelineJob, 'inputArtifacts'>,
  { tokenSecret, isMidRun = false }: Circumstances,
): Parsed<UserParameters> {
  const json = parseEntries(text);
  if (!json.ok) return json;
  const secrets = secretsIn(json.value);
  const unknown = isMidRun ? json.value.filter(({ name }) => !isParameterName(name)) : [];
  const entries = json.value.filter((entry) => !unknown.includes(entry));
  const names = checkNames(entries, secrets);
  const { values, problems: valueProblems } = readValues(entries, secrets);
  const { meant } = names;
  const missing = parameterNames.filter((name) => parameters[name].required === 'yes' && !meant.has(name));
  const token = chooseToken(meant, values, tokenSecret, isMidRun);
  const revision = chooseRevision({ meant, values, artifacts: job.inputArtifacts, secrets });
  const problems = [
    ...names.problems,
    ...missing.map((name): Problem => ({
      where: name,
      what: VALUE_MESSAGES.missing,
      expected: parameters[name].expected,
    })),
    ...token.problems,
    ...valueProblems,
    ...revision.problems,
  ];
  const value = problems.length === 0 ? assemble(values, token.token, revision.revision) : undefined;
  if (value === undefined) return invalid(problems);
  return valid(value, [
    ...(value.token.kind === 'clear' ? [PARAMETER_MESSAGES.clearToken] : []),
    ...(unknown.length > 0 ? [SETTING_WARNINGS.unknownParameters(listNames(unknown, secrets))] : []),
  ]);
}

/** Every text that is, or was meant to be, a token or a password. */
function secretsIn(entries: readonly Entry[]): readonly string[] {
  return entries
    .filter(({ name }) => name !== 'API_TOKEN_SECRET' && /token|secret|passw/i.test(name))
    .map(({ value }) => (typeof value === 'string' ? value.trim() : ''))
    .filter((value) => value !== '');
}

interface Reading {
  readonly values: Partial<ParameterValues>;
  readonly problems: readonly Problem[];
}

/** Reads each known parameter on its own; of one that is given twice, the last. */
function readValues(entries: readonly Entry[], secrets: readonly string[]): Reading {
  const values: Partial<ParameterValues> = {};
  const last = new Map(entries.map(({ name, value }) => [name, value]));
  const problems = [...last]
    .map(([name, raw]) => (isParameterName(name) ? readParameter(values, name, raw, secrets) : undefined))
    .filter((problem) => problem !== undefined);
  return { values, problems };
}

function readParameter(
  values: Partial<ParameterValues>,
  name: ParameterName,
  raw: unknown,
  secrets: readonly string[],
): Problem | undefined {
  const problem = readInto(values, name, parameters[name], raw, secrets);
  const isBlank = raw === null || (typeof raw === 'string' && raw.trim() === '');
  if (problem === undefined || !isBlank || parameters[name].required === 'yes') return problem;
  return { ...problem, expected: `${problem.expected}; or leave ${name} out` };
}

/** The parameters in the product's terms; undefined when a required one is absent. */
function assemble(
  values: Partial<ParameterValues>,
  token: TokenSource | undefined,
  revision: Revision | undefined,
): UserParameters | undefined {
  const { ACCOUNT_ID: accountId, GROUP_ID: groupId, APP_NAME: applicationName } = values;
  const { DEPLOYMENT_GROUP: deploymentGroupName } = values;
  if (token === undefined || revision === undefined) return undefined;
  if (accountId === undefined || groupId === undefined) return undefined;
  if (applicationName === undefined || deploymentGroupName === undefined) return undefined;
  return {
    token,
    accountId,
    groupId,
    applicationName,
    deploymentGroupName,
    timeoutSeconds: values.TIMEOUT ?? DEFAULT_TIMEOUT_SECONDS,
    revision,
    ...deploymentOptions(values),
    onConflict: values.ON_CONFLICT ?? DEFAULT_CONFLICT_POLICY,
    ...(values.ACCEPT_OTHER_GROUPS === undefined ? {} : { acceptOtherGroups: values.ACCEPT_OTHER_GROUPS }),
    dryRun: values.DRY_RUN ?? DEFAULT_DRY_RUN,
    ...(values.PIPELINE_EXECUTION_ID !== undefined && { pipelineExecutionId: values.PIPELINE_EXECUTION_ID }),
  };
}

type DeploymentOptions = Pick<
  UserParameters,
  'deploymentConfigName' | 'description' | 'fileExistsBehavior' | 'ignoreApplicationStopFailures' | 'autoRollback'
>;

function deploymentOptions(values: Partial<ParameterValues>): DeploymentOptions {
  const { DEPLOYMENT_CONFIG, DESCRIPTION, FILE_EXISTS, IGNORE_STOP_FAILURES, AUTO_ROLLBACK } = values;
  return {
    ...(DEPLOYMENT_CONFIG === undefined ? {} : { deploymentConfigName: DEPLOYMENT_CONFIG }),
    ...(DESCRIPTION === undefined ? {} : { description: DESCRIPTION }),
    ...(FILE_EXISTS === undefined ? {} : { fileExistsBehavior: FILE_EXISTS }),
    ...(IGNORE_STOP_FAILURES === undefined ? {} : { ignoreApplicationStopFailures: IGNORE_STOP_FAILURES }),
    ...(AUTO_ROLLBACK === undefined ? {} : { autoRollback: AUTO_ROLLBACK }),
  };
}

import { Token } from 'aws-cdk-lib';
import { GlobalVariables } from 'aws-cdk-lib/aws-codepipeline';
import type { IConstruct } from 'constructs';
import { InvalidInputError, type Problem } from '../../src/errors';
import { readJobInput } from '../../src/input/jobInput';
import { JSON_MESSAGES } from '../../src/input/messages';
import { isParameterName, type ParameterName } from '../../src/input/userParameters/schema';
import type { BlueGreenDeployActionProps } from './blueGreenDeployActionProps';
import { NOTHING_SYNTHESIZED } from './environment';
import { definitionText, plausibleText } from './plausibleText';
import type { Revision } from './revision';
import { secretReference } from './secretReference';
import { userParameterTable } from './userParameterTable';

/** The values of an action's UserParameters; a text or number may be a token, or contain pipeline variables. */
export type UserParameterValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** CodePipeline's limit (service model, codepipeline 2015-07-09: ActionConfigurationValue). */
const MAX_LENGTH = 1000;

type RevisionParameter = keyof Revision['_parameters'];
/** API_TOKEN has no property: a token in a template can be read by too many. */
type ParameterWithProperty = Exclude<ParameterName, 'API_TOKEN' | RevisionParameter>;

/** Each property's parameter. A parameter that is missing here is an error of the compiler. */
export function userParametersOf(props: BlueGreenDeployActionProps): UserParameterValues {
  const { elastigroup, deploymentGroup, revision, spotToken } = props;
  const values: { readonly [N in ParameterWithProperty]: UserParameterValues[string] } = {
    API_TOKEN_SECRET: spotToken && secretReference(spotToken, props.spotTokenField),
    ACCOUNT_ID: elastigroup.accountId,
    GROUP_ID: elastigroup.groupId,
    APP_NAME: deploymentGroup.application.applicationName,
    DEPLOYMENT_GROUP: deploymentGroup.deploymentGroupName,
    TIMEOUT: props.timeout?.toSeconds({ integral: false }),
    DEPLOYMENT_CONFIG: props.deploymentConfig?.deploymentConfigName,
    DESCRIPTION: props.description,
    FILE_EXISTS: props.fileExists,
    IGNORE_STOP_FAILURES: props.ignoreStopFailures,
    AUTO_ROLLBACK: props.autoRollback?._value,
    ON_CONFLICT: props.onConflict,
    ACCEPT_OTHER_GROUPS: props.acceptOtherGroups,
    DRY_RUN: props.dryRun,
    PIPELINE_EXECUTION_ID: props.pipelineExecutionId ?? GlobalVariables.executionId,
  };
  return { ...values, ...revision?._parameters, ...props.userParameters };
}

interface Checked {
  readonly values: UserParameterValues;
  /** The function's environment variables. */
  readonly settings: Readonly<Record<string, string>>;
  readonly artifactNames: readonly string[];
  readonly scope: IConstruct;
}

/** What the function would say of these parameters, and that CodePipeline would not take them. */
export function userParameterProblems({ values, settings, artifactNames, scope }: Checked): string[] {
  const plausible = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, plausibleValue(name, value, scope)]);
  const event = eventOf(JSON.stringify(Object.fromEntries(plausible)), artifactNames);
  const problems = [...tooLong(values, scope), ...inputProblems(event, settings)];
  return problems.length === 0 ? [] : [new InvalidInputError(problems, NOTHING_SYNTHESIZED).message];
}

function plausibleValue(name: string, value: UserParameterValues[string], scope: IConstruct) {
  if (typeof value !== 'string' && !Token.isUnresolved(value)) return value;
  return plausibleText(value, scope, isParameterName(name) ? userParameterTable[name].plausible : undefined);
}

function inputProblems(event: unknown, settings: Readonly<Record<string, string>>): readonly Problem[] {
  try {
    readJobInput(event, settings);
    return [];
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems;
    throw error;
  }
}

/** CodePipeline's limit holds for the text before it puts in its variables. */
function tooLong(values: UserParameterValues, scope: IConstruct): readonly Problem[] {
  const definition = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, definitionText(value, scope)]);
  const { length } = JSON.stringify(Object.fromEntries(definition));
  if (length <= MAX_LENGTH) return [];
  const what = JSON_MESSAGES.tooLong(String(length));
  return [{ where: 'UserParameters', what, expected: `at most ${MAX_LENGTH} characters` }];
}

function eventOf(userParameters: string, artifactNames: readonly string[]): unknown {
  return {
    'CodePipeline.job': {
      id: '00000000-0000-0000-0000-000000000000',
      accountId: '123456789012',
      data: {
        actionConfiguration: { configuration: { FunctionName: 'function', UserParameters: userParameters } },
        inputArtifacts: artifactNames.map((name) => ({
          name,
          location: { type: 'S3', s3Location: { bucketName: 'bucket', objectKey: 'pipeline/artifact/0' } },
        })),
      },
    },
  };
}

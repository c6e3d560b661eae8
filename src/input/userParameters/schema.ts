import type { Field } from '../field';
import { PARAMETER_MESSAGES } from '../messages';
import { atMost, booleanLike, mistake, oneOf, only, shape, text, wholeNumber } from '../schemas';
import { autoRollback, gitHubRepository, tokenSecret } from './compoundFields';
import {
  AUTO_ROLLBACK_EVENTS,
  type AutoRollback,
  BUNDLE_TYPES,
  type BundleType,
  CONFLICT_POLICIES,
  type ConflictPolicy,
  FILE_EXISTS_BEHAVIORS,
  type FileExistsBehavior,
  type TokenSecret,
} from './userParameters';

/** Each parameter's value once it is read on its own. */
export interface ParameterValues {
  API_TOKEN: string;
  API_TOKEN_SECRET: TokenSecret;
  ACCOUNT_ID: string;
  GROUP_ID: string;
  APP_NAME: string;
  DEPLOYMENT_GROUP: string;
  TIMEOUT: number;
  S3_BUCKET: string;
  S3_KEY: string;
  S3_BUNDLE: BundleType;
  S3_VERSION: string;
  S3_ETAG: string;
  GITHUB_REPO: string;
  COMMIT_ID: string;
  INPUT_ARTIFACT: string;
  DEPLOYMENT_CONFIG: string;
  DESCRIPTION: string;
  FILE_EXISTS: FileExistsBehavior;
  IGNORE_STOP_FAILURES: boolean;
  AUTO_ROLLBACK: AutoRollback;
  ON_CONFLICT: ConflictPolicy;
  ACCEPT_OTHER_GROUPS: boolean;
  DRY_RUN: boolean;
  PIPELINE_EXECUTION_ID: string;
}

export type ParameterName = keyof ParameterValues;

/** What the documentation says about a parameter. */
export interface ParameterDescription {
  readonly required: 'yes' | 'one source' | 'or a secret' | '';
  readonly default: string;
  readonly meaning: string;
}

type Parameter<T> = Field<T> & ParameterDescription;

/** CodePipeline ends an action after 24 h; the rest is kept for cleaning up. */
export const MAX_TIMEOUT_SECONDS = 85_500;
export const DEFAULT_TIMEOUT_SECONDS = 1800;
export const DEFAULT_CONFLICT_POLICY: ConflictPolicy = 'FAIL';
export const DEFAULT_DRY_RUN = false;

// Limits and character sets: service models, codedeploy 2014-10-06 (ApplicationName and others) and
// codepipeline 2015-07-09 (ArtifactName); S3's naming rules, with the capitals and underscores of old buckets.
const codeDeployName = {
  schema: text(atMost(100), only(/[A-Za-z0-9+=,.@_-]/)),
  expected: '1 to 100 characters of A-Z a-z 0-9 + = , . @ _ -',
};
const isAwsAccount = mistake(/^\d{12}$/, PARAMETER_MESSAGES.awsAccount);
const isS3Address = mistake(/^(s3|https?):\/\/|^arn:/i, PARAMETER_MESSAGES.s3Address);

/**
 * The single source of what UserParameters may contain: each parameter's name, its documentation and how it is read.
 * Rules between parameters (one revision source, one token) are in revision.ts and token.ts.
 */
export const parameters: { readonly [N in ParameterName]: Parameter<ParameterValues[N]> } = {
  API_TOKEN: {
    required: 'or a secret',
    default: '',
    meaning: 'Spot API token in plain text; discouraged, logs a warning.',
    schema: text(
      mistake(/^bearer\s/i, PARAMETER_MESSAGES.bearer),
      mistake(/^arn:aws/i, PARAMETER_MESSAGES.secretArnAsToken),
      mistake(/^\{\{resolve:/i, PARAMETER_MESSAGES.cloudFormationReference),
      only(/[\x21-\x7e]/),
    ),
    expected: 'a Spot API token: printable ASCII characters without spaces',
    isSecret: true,
  },
  API_TOKEN_SECRET: {
    required: '',
    default: 'env SPOT_TOKEN_SECRET',
    meaning: 'Secrets Manager name or ARN of the secret that contains the Spot API token; `id#key` selects a JSON key.',
    ...tokenSecret,
  },
  ACCOUNT_ID: {
    required: 'yes',
    default: '',
    meaning: 'Spot account, `act-…`.',
    schema: text(
      isAwsAccount,
      mistake(/^sig-/i, PARAMETER_MESSAGES.elastigroupAsAccount),
      shape(/^act-[A-Za-z0-9]{1,96}$/, PARAMETER_MESSAGES.notSpotAccount),
    ),
    expected: 'a Spot account id such as act-1a2b3c4d',
  },
  GROUP_ID: {
    required: 'yes',
    default: '',
    meaning: 'Elastigroup, `sig-…`.',
    schema: text(
      mistake(/^act-/i, PARAMETER_MESSAGES.accountAsElastigroup),
      shape(/^sig-[A-Za-z0-9]{1,96}$/, PARAMETER_MESSAGES.notElastigroup),
    ),
    expected: 'an Elastigroup id such as sig-1a2b3c4d',
  },
  APP_NAME: { required: 'yes', default: '', meaning: 'CodeDeploy application.', ...codeDeployName },
  DEPLOYMENT_GROUP: {
    required: 'yes',
    default: '',
    meaning: 'CodeDeploy deployment group, a blue/green one.',
    ...codeDeployName,
  },
  TIMEOUT: {
    required: '',
    default: String(DEFAULT_TIMEOUT_SECONDS),
    meaning: 'Limit for the whole deployment, in whole seconds: 1 to 85500 (just under 24 hours).',
    schema: wholeNumber(1, MAX_TIMEOUT_SECONDS),
    expected: `whole seconds in plain digits, 1 to ${MAX_TIMEOUT_SECONDS}`,
  },
  S3_BUCKET: {
    required: 'one source',
    default: '',
    meaning: 'Bucket of a revision in S3; requires S3_KEY.',
    schema: text(isS3Address, only(/[A-Za-z0-9._-]/), shape(/^.{3,63}$/, PARAMETER_MESSAGES.bucketLength)),
    expected: 'the bare name of a bucket, 3 to 63 letters, digits, dots and hyphens',
  },
  S3_KEY: {
    required: 'one source',
    default: '',
    meaning: 'Key of a revision in S3; requires S3_BUCKET.',
    schema: text(isS3Address, (key) => (Buffer.byteLength(key) > 1024 ? PARAMETER_MESSAGES.longKey : undefined)),
    expected: 'the key of an object without its bucket, at most 1024 bytes',
  },
  S3_BUNDLE: {
    required: '',
    default: "from the key's ending; zip for an input artifact without one",
    meaning: 'Bundle type of the revision in S3 or of the input artifact: tar, tgz, zip, YAML or JSON.',
    schema: oneOf(BUNDLE_TYPES),
    expected: `one of ${BUNDLE_TYPES.join(', ')}`,
  },
  S3_VERSION: {
    required: '',
    default: 'the newest',
    meaning: "Version id of the revision's object; requires S3_BUCKET and S3_KEY.",
    schema: text(atMost(1024)),
    expected: 'the version id of an S3 object',
  },
  S3_ETAG: {
    required: '',
    default: 'not checked',
    meaning: "ETag that the revision's object must have; requires S3_BUCKET and S3_KEY.",
    schema: text(atMost(1024)),
    expected: 'the ETag of an S3 object',
  },
  GITHUB_REPO: {
    required: 'one source',
    default: '',
    meaning: 'Repository of a revision in GitHub, `owner/repo`; requires COMMIT_ID.',
    ...gitHubRepository,
  },
  COMMIT_ID: {
    required: 'one source',
    default: '',
    meaning: 'Full commit id of a revision in GitHub; requires GITHUB_REPO.',
    schema: text((id) => {
      if (/^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(id)) return undefined;
      return /^[0-9a-f]{4,39}$/i.test(id)
        ? PARAMETER_MESSAGES.shortCommit(String(id.length))
        : PARAMETER_MESSAGES.notCommit;
    }),
    expected: 'a full commit id, 40 hexadecimal digits, such as #{SourceVariables.CommitId} gives',
  },
  INPUT_ARTIFACT: {
    required: 'one source',
    default: 'the only input artifact',
    meaning: 'Name of the input artifact to deploy, when neither S3_* nor GITHUB_REPO is given.',
    schema: text(atMost(100), only(/[A-Za-z0-9_-]/)),
    expected: "the name of one of the action's input artifacts",
  },
  DEPLOYMENT_CONFIG: {
    required: '',
    default: "the group's own",
    meaning: 'CodeDeploy deployment configuration, e.g. `CodeDeployDefault.OneAtATime`.',
    ...codeDeployName,
  },
  DESCRIPTION: {
    required: '',
    default: 'none',
    meaning: "The deployment's description in CodeDeploy, at most 256 characters.",
    schema: text(atMost(256)),
    expected: 'one line of at most 256 characters',
  },
  FILE_EXISTS: {
    required: '',
    default: "CodeDeploy's own: DISALLOW",
    meaning: 'What CodeDeploy does with files that already exist: DISALLOW, OVERWRITE or RETAIN.',
    schema: oneOf(FILE_EXISTS_BEHAVIORS),
    expected: `one of ${FILE_EXISTS_BEHAVIORS.join(', ')}`,
  },
  IGNORE_STOP_FAILURES: {
    required: '',
    default: "CodeDeploy's own: false",
    meaning: 'true continues when an ApplicationStop, BeforeBlockTraffic or AfterBlockTraffic script fails.',
    schema: booleanLike(),
    expected: 'true or false',
  },
  AUTO_ROLLBACK: {
    required: '',
    default: "the group's own",
    meaning: `false, true (on failure), or the events to roll back on: ${AUTO_ROLLBACK_EVENTS.join(', ')}, separated by commas.`,
    ...autoRollback,
  },
  ON_CONFLICT: {
    required: '',
    default: DEFAULT_CONFLICT_POLICY,
    meaning: 'When another deployment of the group is active: FAIL immediately, or WAIT for it within TIMEOUT.',
    schema: oneOf(CONFLICT_POLICIES),
    expected: `one of ${CONFLICT_POLICIES.join(', ')}`,
  },
  ACCEPT_OTHER_GROUPS: {
    required: '',
    default: 'false',
    meaning:
      "true deploys even if the Elastigroup's CodeDeploy integration also names other deployment groups; green does not get their applications.",
    schema: booleanLike(),
    expected: 'true or false',
  },
  DRY_RUN: {
    required: '',
    default: String(DEFAULT_DRY_RUN),
    meaning: 'true runs the checks only: starts nothing and reports what would be done.',
    schema: booleanLike(),
    expected: 'true or false',
  },
  PIPELINE_EXECUTION_ID: {
    required: '',
    default: 'as CodePipeline reports it',
    meaning:
      'Id of the pipeline execution, `#{codepipeline.PipelineExecutionId}`, so that the function notices when it is stopped, and names it.',
    schema: text(shape(/^[A-Za-z0-9-]{1,100}$/, PARAMETER_MESSAGES.notPipelineExecution)),
    expected: 'the id of a pipeline execution, such as #{codepipeline.PipelineExecutionId} gives',
  },
};

/** Whether a text is the name of a parameter. */
export function isParameterName(name: string): name is ParameterName {
  return Object.hasOwn(parameters, name);
}

/** All names, in the order of the documentation. */
export const parameterNames: readonly ParameterName[] = Object.keys(parameters).filter(isParameterName);

/** The table of the documentation, which is tested against it. */
export const parameterTable: readonly (ParameterDescription & { readonly name: ParameterName })[] = parameterNames.map(
  (name) => {
    const { required, default: defaultValue, meaning } = parameters[name];
    return { name, required, default: defaultValue, meaning };
  },
);

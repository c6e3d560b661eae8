import type { ParameterName } from '../../src/input/userParameters/schema';

interface Row {
  /** The property of the action that stands for it, as README.md says it. */
  readonly property: string;
  /** What it may be when it is known only after the deployment. */
  readonly plausible: string;
}

/** Every UserParameter of the function. */
export const userParameterTable: { readonly [N in ParameterName]: Row } = {
  API_TOKEN: { property: 'none: use `spotToken`', plausible: '0000' },
  API_TOKEN_SECRET: { property: '`spotToken`, `spotTokenField`', plausible: 'spot/api-token' },
  ACCOUNT_ID: { property: '`elastigroup.accountId`', plausible: 'act-00000000' },
  GROUP_ID: { property: '`elastigroup.groupId`', plausible: 'sig-00000000' },
  APP_NAME: { property: '`deploymentGroup`, its application', plausible: 'application' },
  DEPLOYMENT_GROUP: { property: '`deploymentGroup`', plausible: 'deployment-group' },
  TIMEOUT: { property: '`timeout`', plausible: '1800' },
  S3_BUCKET: { property: '`revision`', plausible: 'bucket' },
  S3_KEY: { property: '`revision`', plausible: 'revision.zip' },
  S3_BUNDLE: { property: '`revision`', plausible: 'zip' },
  S3_VERSION: { property: '`revision`', plausible: 'version' },
  S3_ETAG: { property: '`revision`', plausible: 'etag' },
  GITHUB_REPO: { property: '`revision`', plausible: 'owner/repository' },
  COMMIT_ID: { property: '`revision`', plausible: '0123456789abcdef0123456789abcdef01234567' },
  INPUT_ARTIFACT: { property: '`revision`', plausible: 'artifact' },
  DEPLOYMENT_CONFIG: { property: '`deploymentConfig`', plausible: 'configuration' },
  DESCRIPTION: { property: '`description`', plausible: 'description' },
  FILE_EXISTS: { property: '`fileExists`', plausible: 'DISALLOW' },
  IGNORE_STOP_FAILURES: { property: '`ignoreStopFailures`', plausible: 'false' },
  AUTO_ROLLBACK: { property: '`autoRollback`', plausible: 'false' },
  ON_CONFLICT: { property: '`onConflict`', plausible: 'FAIL' },
  ACCEPT_OTHER_GROUPS: { property: '`acceptOtherGroups`', plausible: 'false' },
  DRY_RUN: { property: '`dryRun`', plausible: 'false' },
  PIPELINE_EXECUTION_ID: { property: '`pipelineExecutionId`', plausible: '00000000-0000-0000-0000-000000000000' },
};

/** The UserParameters of the action, parsed. */

export const BUNDLE_TYPES = ['tar', 'tgz', 'zip', 'YAML', 'JSON'] as const;
export const FILE_EXISTS_BEHAVIORS = ['DISALLOW', 'OVERWRITE', 'RETAIN'] as const;
export const AUTO_ROLLBACK_EVENTS = [
  'DEPLOYMENT_FAILURE',
  'DEPLOYMENT_STOP_ON_ALARM',
  'DEPLOYMENT_STOP_ON_REQUEST',
] as const;
export const CONFLICT_POLICIES = ['FAIL', 'WAIT'] as const;

/** CodeDeploy's `bundleType` (service model, codedeploy 2014-10-06). */
export type BundleType = (typeof BUNDLE_TYPES)[number];
export type FileExistsBehavior = (typeof FILE_EXISTS_BEHAVIORS)[number];
export type AutoRollbackEvent = (typeof AUTO_ROLLBACK_EVENTS)[number];
/** What to do when another deployment of the group is active. */
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];

/** CodeDeploy's `autoRollbackConfiguration`; `events` is present and not empty when `enabled`. */
export interface AutoRollback {
  readonly enabled: boolean;
  readonly events?: readonly AutoRollbackEvent[];
}

/** A secret in Secrets Manager: its name or ARN, and the JSON key in it under which the token is. */
export interface TokenSecret {
  readonly id: string;
  readonly jsonKey?: string;
}

/** Where the Spot API token is. `gone`: neither the parameters nor the function name it any more, while a deployment is under way. */
export type TokenSource =
  | { readonly kind: 'clear'; readonly value: string }
  | ({ readonly kind: 'secret' } & TokenSecret)
  | { readonly kind: 'gone' };

/** A revision in S3. */
export interface S3Revision {
  readonly kind: 's3';
  readonly bucket: string;
  readonly key: string;
  readonly bundleType: BundleType;
  readonly version?: string;
  readonly eTag?: string;
  /** The input artifact that it is; absent where S3_* named it. */
  readonly artifactName?: string;
}

/** A revision in GitHub; `repository` is `owner/repo`, `commitId` 40 or 64 hexadecimal digits. */
export interface GitHubRevision {
  readonly kind: 'github';
  readonly repository: string;
  readonly commitId: string;
}

export type Revision = S3Revision | GitHubRevision;

/** An option that is absent is left to the deployment group's own configuration. */
export interface UserParameters {
  readonly token: TokenSource;
  /** Spot account, `act-…`. */
  readonly accountId: string;
  /** Elastigroup, `sig-…`. */
  readonly groupId: string;
  readonly applicationName: string;
  readonly deploymentGroupName: string;
  /** For the whole deployment: whole seconds, 1 to 85500. */
  readonly timeoutSeconds: number;
  readonly revision: Revision;
  readonly deploymentConfigName?: string;
  readonly description?: string;
  readonly fileExistsBehavior?: FileExistsBehavior;
  readonly ignoreApplicationStopFailures?: boolean;
  readonly autoRollback?: AutoRollback;
  readonly onConflict: ConflictPolicy;
  /** Green may do without the applications of the integration's other deployment groups. */
  readonly acceptOtherGroups?: boolean;
  readonly dryRun: boolean;
  readonly pipelineExecutionId?: string;
}

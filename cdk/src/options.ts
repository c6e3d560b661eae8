/** The choices that a user of the construct has, each spelt as the function reads it. */

/** How much the function logs. */
export enum FunctionLogLevel {
  /** A line for each change. */
  INFO = 'INFO',
  /** And a line for each failed poll. */
  DEBUG = 'DEBUG',
}

/** What the action does when another deployment of the deployment group is active. */
export enum ConflictPolicy {
  /** It fails at once. */
  FAIL = 'FAIL',
  /** It waits for the other deployment, within its timeout. */
  WAIT = 'WAIT',
}

/** What CodeDeploy does with files of the revision that are on the instance already. */
export enum FileExistsBehavior {
  DISALLOW = 'DISALLOW',
  OVERWRITE = 'OVERWRITE',
  RETAIN = 'RETAIN',
}

/** How the files of a revision in S3 are packed. */
export enum BundleType {
  TAR = 'tar',
  TGZ = 'tgz',
  ZIP = 'zip',
  YAML = 'YAML',
  JSON = 'JSON',
}

/** What CodeDeploy can roll back on. */
export enum AutoRollbackEvent {
  DEPLOYMENT_FAILURE = 'DEPLOYMENT_FAILURE',
  DEPLOYMENT_STOP_ON_ALARM = 'DEPLOYMENT_STOP_ON_ALARM',
  DEPLOYMENT_STOP_ON_REQUEST = 'DEPLOYMENT_STOP_ON_REQUEST',
}

/** Whether CodeDeploy rolls the deployment back, and when. */
export class AutoRollback {
  /** Never, whatever the deployment group says. */
  static disabled(): AutoRollback {
    return new AutoRollback('false');
  }

  /** When the deployment fails. */
  static onFailure(): AutoRollback {
    return new AutoRollback('true');
  }

  /** On these events. */
  static on(...events: AutoRollbackEvent[]): AutoRollback {
    return new AutoRollback(events.join(','));
  }

  private constructor(
    /** @internal AUTO_ROLLBACK, as the function reads it. */
    readonly _value: string,
  ) {}
}

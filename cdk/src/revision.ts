import { Lazy } from 'aws-cdk-lib';
import type { Artifact } from 'aws-cdk-lib/aws-codepipeline';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { BundleType } from './options';

/** Options of a revision that is an input artifact. */
export interface ArtifactRevisionOptions {
  /**
   * How its files are packed.
   *
   * @default - from the ending of the artifact's key; zip without one
   */
  readonly bundleType?: BundleType;
}

/** Options of a revision in S3. */
export interface S3RevisionOptions {
  /**
   * How its files are packed.
   *
   * @default - from the key's ending
   */
  readonly bundleType?: BundleType;
  /**
   * Version id of the object.
   *
   * @default - the newest
   */
  readonly version?: string;
  /**
   * ETag that the object must have.
   *
   * @default - not checked
   */
  readonly eTag?: string;
}

/** What CodeDeploy installs. */
export class Revision {
  /** The action's input artifact: exactly what the pipeline execution built or fetched, also in a rollback. */
  static fromArtifact(artifact: Artifact, options: ArtifactRevisionOptions = {}): Revision {
    // The pipeline names an artifact when it meets its action.
    const INPUT_ARTIFACT = Lazy.string({ produce: () => artifact.artifactName });
    return new Revision({ INPUT_ARTIFACT, S3_BUNDLE: options.bundleType }, artifact);
  }

  /** An object in S3. */
  static fromS3(bucket: IBucket, key: string, options: S3RevisionOptions = {}): Revision {
    const { bundleType: S3_BUNDLE, version: S3_VERSION, eTag: S3_ETAG } = options;
    const parameters = { S3_BUCKET: bucket.bucketName, S3_KEY: key, S3_BUNDLE, S3_VERSION, S3_ETAG };
    return new Revision(parameters, undefined, bucket);
  }

  /** A commit of a repository, `owner/repo`, in GitHub, to which CodeDeploy must be connected. */
  static fromGitHub(repository: string, commitId: string): Revision {
    return new Revision({ GITHUB_REPO: repository, COMMIT_ID: commitId });
  }

  private constructor(
    /** @internal The UserParameters that name it. */
    readonly _parameters: RevisionParameters,
    /** @internal The artifact that the action needs as its input. */
    readonly _artifact?: Artifact,
    /** @internal The bucket of a revision in S3. */
    readonly _bucket?: IBucket,
  ) {}
}

interface RevisionParameters {
  readonly INPUT_ARTIFACT?: string;
  readonly S3_BUCKET?: string;
  readonly S3_KEY?: string;
  readonly S3_BUNDLE?: string;
  readonly S3_VERSION?: string;
  readonly S3_ETAG?: string;
  readonly GITHUB_REPO?: string;
  readonly COMMIT_ID?: string;
}

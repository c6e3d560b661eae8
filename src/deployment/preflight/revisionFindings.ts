import type { RevisionStatus } from '../../clients/revisionObject';
import { describeRevision } from '../../input/userParameters/describeRevision';
import type { S3Revision } from '../../input/userParameters/userParameters';
import { problem, warning, type Finding } from './finding';

/** The instances fetch the revision, not this function: only what is sure for them as well is a problem. */
export function revisionFindings(sight: RevisionStatus, revision: S3Revision): Finding[] {
  const address = describeRevision(revision);
  switch (sight.kind) {
    case 'found':
      return eTagFindings(sight.eTag, revision, address);
    case 'missing':
      return [
        problem(`The revision ${address} does not exist (S3 answers 404). ${advice(revision)}`, 'RevisionUnavailable'),
      ];
    case 'forbidden':
      return [
        warning(
          `Whether the revision ${address} exists could not be checked: S3 answers 403, which without s3:ListBucket it ` +
            `also does for an object that is missing. The instances may read it all the same. To have it checked, allow ` +
            `${readAction(revision)} on the object and s3:ListBucket on the bucket in the function's role.`,
        ),
      ];
    case 'other-region':
      // CodeDeploy user guide, application-revisions-push: the bucket "must be created or exist in the same region as
      // the target instances"; the agent does not follow S3's redirect (aws/aws-codedeploy-agent issue 280).
      return [
        problem(
          `The bucket of the revision ${address} is in another region than this function and its CodeDeploy application ` +
            '(S3 answers with a redirect), and the instances cannot fetch it from there. Copy the revision into a bucket of this region.',
          'RevisionUnavailable',
        ),
      ];
  }
}

/** CodeDeploy checks S3_ETAG only once the instances are there. S3 quotes it, people may not. */
function eTagFindings(actual: string, revision: S3Revision, address: string): Finding[] {
  if (revision.eTag === undefined || unquoted(actual) === unquoted(revision.eTag)) return [];
  return [
    problem(
      `The revision ${address} has the ETag ${unquoted(actual)}, and S3_ETAG is ${unquoted(revision.eTag)}: it was ` +
        'replaced since. Give the ETag of the object that is meant, or its S3_VERSION.',
      'RevisionUnavailable',
    ),
  ];
}

function unquoted(eTag: string): string {
  return eTag.replace(/^"|"$/g, '');
}

function advice({ source, artifactName, version }: S3Revision): string {
  if (source === 'INPUT_ARTIFACT') {
    return `It is the input artifact ${artifactName ?? ''}: check whether the artifact bucket's lifecycle rules removed it, and release the change again.`;
  }
  const names = version === undefined ? 'S3_BUCKET and S3_KEY' : 'S3_BUCKET, S3_KEY and S3_VERSION';
  return `Check ${names}, and that it is uploaded before this action runs.`;
}

function readAction({ version }: S3Revision): string {
  return version === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
}

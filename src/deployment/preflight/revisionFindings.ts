import type { RevisionStatus } from '../../clients/revisionObject';
import { describeRevision } from '../../input/userParameters/describeRevision';
import type { S3Revision } from '../../input/userParameters/userParameters';
import { PREFLIGHT_MESSAGES, PREFLIGHT_WARNINGS } from './messages';
import { problem, warning, type Finding } from './finding';

/** Not this function but the instances download the revision: a problem is only what holds for them too. */
export function revisionFindings(status: RevisionStatus, revision: S3Revision): Finding[] {
  const address = describeRevision(revision);
  switch (status.kind) {
    case 'found':
      return eTagFindings(status.eTag, revision, address);
    case 'missing':
      return [problem(PREFLIGHT_MESSAGES.noRevision(address, advice(revision)), 'RevisionUnavailable')];
    case 'forbidden':
      return [warning(PREFLIGHT_WARNINGS.revisionForbidden(address, readAction(revision)))];
    case 'malformed':
      // Of a bucket's name and a key nothing is malformed (they have been checked): S3 answers 400 for expired credentials too.
      if (revision.version === undefined)
        return [
          warning(PREFLIGHT_WARNINGS.revisionUnchecked('S3 HeadObject: HTTP 400 without a readable explanation')),
        ];
      return [problem(PREFLIGHT_MESSAGES.malformedRevision(address, names(revision)), 'RevisionUnavailable')];
    case 'other-region':
      // CodeDeploy user guide, application-revisions-push: the bucket "must be created or exist in the same region as
      // the target instances"; the agent does not follow S3's redirect (aws/aws-codedeploy-agent issue 280).
      return [problem(PREFLIGHT_MESSAGES.otherRegion(address), 'RevisionUnavailable')];
  }
}

/** CodeDeploy checks S3_ETAG only once the instances are there. S3 quotes it, people may not. */
function eTagFindings(actual: string, { eTag }: S3Revision, address: string): Finding[] {
  if (eTag === undefined || unquoted(actual) === unquoted(eTag)) return [];
  return [problem(PREFLIGHT_MESSAGES.otherETag(address, unquoted(actual), unquoted(eTag)), 'RevisionUnavailable')];
}

function unquoted(eTag: string): string {
  return eTag.replace(/^"|"$/g, '');
}

function advice(revision: S3Revision): string {
  return revision.artifactName === undefined
    ? PREFLIGHT_MESSAGES.checkUpload(names(revision))
    : PREFLIGHT_MESSAGES.checkArtifact(revision.artifactName);
}

function names({ version }: S3Revision): string {
  return version === undefined ? 'S3_BUCKET and S3_KEY' : 'S3_BUCKET, S3_KEY and S3_VERSION';
}

function readAction({ version }: S3Revision): string {
  return version === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
}

import type { Revision } from './userParameters';

/** The address of a revision, as people know it. */
export function describeRevision(revision: Revision): string {
  if (revision.kind === 'github') return `https://github.com/${revision.repository}/commit/${revision.commitId}`;
  return `s3://${revision.bucket}/${revision.key}${revision.version === undefined ? '' : `?versionId=${revision.version}`}`;
}

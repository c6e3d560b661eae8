import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import type { S3Revision } from '../input/userParameters/userParameters';
import { callAws, httpStatusOf } from './awsCall';
import type { CallBudget } from './callPolicy';
import { lacks, unreadable } from './upstreamError';

/**
 * What S3 says about a revision's object, without reading it.
 *
 * - `missing`: it does not exist, or its version is a delete marker
 * - `forbidden`: this function's role may not read it; without s3:ListBucket S3 answers that for a missing object too
 * - `other-region`: the bucket is in another region than this function
 * - `malformed`: S3 cannot read the request, e.g. the version id
 */
export type RevisionStatus =
  | { readonly kind: 'found'; readonly eTag: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'other-region' }
  | { readonly kind: 'malformed' };

const responseSchema = z.object({ headers: z.record(z.string(), z.string()) });

export interface RevisionObject {
  /** Throws UpstreamError. */
  head(revision: S3Revision): Promise<RevisionStatus>;
}

/** The SDK of S3 is loaded at the first call: revisions in GitHub, and the later invocations of an action, do not need it. */
export function revisionObjectClient(loadClient: () => Promise<S3Client>, budget: CallBudget): RevisionObject {
  return {
    async head({ bucket, key, version }) {
      const { HeadObjectCommand } = await import('./s3Sdk');
      const client = await loadClient();
      const command = new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: version });
      return callAws(budget, { service: 'S3', operation: 'HeadObject', kind: 'read' }, async (abortSignal) => {
        try {
          const { ETag: eTag } = await client.send(command, { abortSignal });
          // Every object has an ETag, and a HEAD has no body to check: without it, this is not S3's answer.
          if (eTag === undefined) throw unreadable('S3', 'HeadObject', lacks('ETag'));
          return { kind: 'found', eTag };
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          const bucketRegion = bucketRegionOf(error);
          const isElsewhere = bucketRegion !== undefined && bucketRegion !== (await client.config.region());
          const status = statusOf(httpStatusOf(error), isElsewhere);
          if (status === undefined) throw error;
          return status;
        }
      });
    },
  };
}

/** S3 answers 400 for a bucket of another Region too; its header `x-amz-bucket-region` names the Region then. */
function bucketRegionOf(error: Error): string | undefined {
  const headers = '$response' in error ? responseSchema.safeParse(error.$response).data?.headers : undefined;
  return headers?.['x-amz-bucket-region'];
}

/** The answer to a HEAD has no body: its status is all there is (API reference: HeadObject). */
function statusOf(status: number | undefined, isElsewhere: boolean): RevisionStatus | undefined {
  switch (status) {
    case 404:
    case 405:
      return { kind: 'missing' };
    case 403:
      return { kind: 'forbidden' };
    case 301:
    case 307:
      return { kind: 'other-region' };
    case 400:
      return { kind: isElsewhere ? 'other-region' : 'malformed' };
    default:
      return undefined;
  }
}

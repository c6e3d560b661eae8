import type { Context } from './context';
import type { WireResponse } from './wire';

const STATUS = {
  found: 200,
  missing: 404,
  forbidden: 403,
  'other-region': 301,
  'other-region-400': 400,
  malformed: 400,
  'malformed-here': 400,
} as const;

/** S3's HeadObject, path style. A HEAD has no body, so that its errors have no code either. */
export function headObject(context: Context): WireResponse {
  const status = STATUS[context.options.headObject];
  const found = { etag: '"9b2cf535f27731c974343645a3985328"', 'content-type': 'application/zip' };
  const named = { found, 'malformed-here': { 'x-amz-bucket-region': context.account.region } };
  const elsewhere = { 'x-amz-bucket-region': 'eu-north-1' };
  const { headObject: answer } = context.options;
  return {
    status,
    headers: answer.startsWith('other-region') ? elsewhere : answer in named ? named[answer as keyof typeof named] : {},
    body: '',
  };
}

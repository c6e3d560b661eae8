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
  const { headObject: kind } = context.options;
  return { status: STATUS[kind], headers: headersOf(kind, context), body: '' };
}

function headersOf(kind: keyof typeof STATUS, { account }: Context): Readonly<Record<string, string>> {
  switch (kind) {
    case 'found':
      return { etag: '"9b2cf535f27731c974343645a3985328"', 'content-type': 'application/zip' };
    case 'other-region':
    case 'other-region-400':
      return { 'x-amz-bucket-region': 'eu-north-1' };
    case 'malformed-here':
      return { 'x-amz-bucket-region': account.region };
    case 'missing':
    case 'forbidden':
    case 'malformed':
      return {};
  }
}

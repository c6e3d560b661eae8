import { awsJsonError } from './awsJson';
import type { CallDescription, Service } from './calls';
import { ec2Error } from './ec2/api';
import { ServiceError, type WireResponse } from './wire';

export interface AwsLimit {
  readonly perSecond: number;
  readonly atOnce: number;
}

/** By service; each of its operations has such a limit of its own. */
export type AwsLimits = Partial<Record<Service, AwsLimit>>;

/** AWS's token buckets, one for each operation of an account; several worlds of one account can share them. */
export class AwsThrottle {
  readonly #limits: AwsLimits;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();
  /** Refused calls by operation. */
  readonly refused = new Map<string, number>();

  constructor(limits: AwsLimits) {
    this.#limits = limits;
  }

  /** @param now ms */
  allows({ service, operation }: CallDescription, now: number): boolean {
    const limit = this.#limits[service];
    if (!limit) return true;
    const bucket = this.#buckets.get(operation) ?? { tokens: limit.atOnce, at: now };
    this.#buckets.set(operation, bucket);
    bucket.tokens = Math.min(limit.atOnce, bucket.tokens + ((now - bucket.at) / 1000) * limit.perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) {
      this.refused.set(operation, (this.refused.get(operation) ?? 0) + 1);
      return false;
    }
    bucket.tokens -= 1;
    return true;
  }
}

/** EC2: RequestLimitExceeded (503); S3: a bare 503, since HeadObject has no body; the others: ThrottlingException (400). */
export function throttledAnswer(service: Service): WireResponse {
  if (service === 's3') return { status: 503, headers: {}, body: '' };
  if (service === 'ec2')
    return ec2Error(new ServiceError(503, 'RequestLimitExceeded', 'Request limit exceeded.'), REQUEST_ID);
  return awsJsonError(new ServiceError(400, 'ThrottlingException', 'Rate exceeded'));
}

const REQUEST_ID = '00000000-0000-4000-8000-000000000429';

import * as z from 'zod/mini';
import { readTime } from './readTime';
import type { SpotApi } from './spotApi';

/** A line about a problem in an Elastigroup's own log. */
export interface ElastigroupEvent {
  /** ms since the epoch; undefined where Spot gives no readable time */
  readonly at: number | undefined;
  readonly severity: 'WARN' | 'ERROR';
  readonly message: string;
}

/** The log of one Elastigroup. Throws UpstreamError. */
export interface ElastigroupEvents {
  /** The WARN and ERROR events between two times (ms since the epoch), oldest first. */
  problemsBetween(from: number, to: number): Promise<readonly ElastigroupEvent[]>;
}

const OPERATION = 'group logs';

/** Observed: `{"message", "severity", "createdAt": ISO date}`, newest first; none of it is documented. */
const eventSchema = z.object({
  message: z.string(),
  severity: z.string(),
  createdAt: z.optional(z.nullable(z.union([z.string(), z.number()]))),
});

/**
 * The dates are ms since the epoch: public code has real requests and answers (NetAppKR's NetAppCloudSolutionCenter,
 * Spot-By-Netapp/py-RestAPI). `severity` takes one value, and whether that is a threshold is undocumented: one request
 * therefore reads all of them, and they are filtered here. Spot answers with the newest, 500 unless `limit` asks for up to 1000.
 */
export function elastigroupEventsClient(api: SpotApi, groupId: string): ElastigroupEvents {
  const path = `/aws/ec2/group/${encodeURIComponent(groupId)}/logs`;
  return {
    async problemsBetween(from, to) {
      const query = {
        fromDate: String(Math.floor(from)),
        toDate: String(Math.ceil(to)),
        severity: 'ALL',
        limit: '1000',
      };
      const items = await api.items({ operation: OPERATION, kind: 'read', method: 'GET', path, query });
      return items.flatMap(readProblem).sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
    },
  };
}

/** An item of another shape is left out: this is evidence, not a decision. */
function readProblem(item: unknown): ElastigroupEvent[] {
  const parsed = eventSchema.safeParse(item);
  if (!parsed.success) return [];
  const { message, severity, createdAt } = parsed.data;
  const known = /^(warn|error)/i.exec(severity)?.[1]?.toUpperCase();
  if (known !== 'WARN' && known !== 'ERROR') return [];
  return [{ at: readTime(createdAt), severity: known, message }];
}

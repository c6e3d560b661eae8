import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { firstState } from './transitions';
import { TOKEN_MESSAGES } from './messages';
import type { PipelineRun } from '../clients/pipelineRun';
import { SpotRateLimit } from '../clients/spot/rateLimit';
import { activeStateSchema, LONGEST_TEXT, type ActiveState } from './state';
import type { Problem } from '../errors';
import { valid, invalid, type Parsed } from '../input/parsed';
import type { UserParameters } from '../input/userParameters/userParameters';
import { cut } from '../lib/wording';

/*
 * The continuation token: `v1.<base64url of JSON>.<checksum>.<anchor>.<checksum>`, at most 2048 characters (docs/services.md,
 * CodePipeline). It contains the state of the deployment and Spot's rate-limit blocks, ids and times only. The checksums detect damage,
 * and the fingerprint a token of another action; neither protects against someone who may change the pipeline.
 */

const VERSION = 1;
const LONGEST_TOKEN = 2048;
/** The texts for people. They are cut to the first of these lengths with which the token fits; nothing else is cut. */
const TEXTS: ReadonlySet<string> = new Set(['progress', 'headline', 'refusal', 'stopProblem']);
const TEXT_LIMITS = [LONGEST_TEXT, 300, 150, 80, 40, 10];

const name = z.exactOptional(z.string().check(z.maxLength(200)));

const runSchema = z.strictObject({
  pipeline: z.string().check(z.minLength(1), z.maxLength(200)),
  region: name,
  stage: name,
  action: name,
  executionId: name,
  actionExecutionId: name,
});

const contentSchema = z.strictObject({
  fingerprint: z.string(),
  state: activeStateSchema,
  /** Spot operation → no request before (ms since the epoch). */
  blocks: z.record(z.string(), z.number()),
  /** The pipeline execution, where it is known: a job of an action that has ended may no longer tell it. */
  run: z.exactOptional(runSchema),
  /** Since when it cannot be read (ms since the epoch), where that is so. */
  runUnreadSince: z.exactOptional(z.number()),
});

/** What is outside the versioned part, in the same form in all versions of the function: how the action is found again by its tag. */
const anchorSchema = z.object({
  green: z.string().check(z.minLength(1), z.maxLength(128)),
  at: z.number(),
  of: z.string(),
  /** An Elastigroup deployment was started. */
  started: z.catch(z.optional(z.literal(true)), undefined),
});

/** What the next invocation resumes from. */
export interface Resumption {
  readonly state: ActiveState;
  readonly rateLimit: SpotRateLimit;
  readonly run?: PipelineRun | undefined;
  readonly runUnreadSince?: number | undefined;
}

export interface Resumed extends Resumption {
  /** Why the state could not be read, where only the action's tag and start time could. */
  readonly unreadable?: string;
}

export function encodeToken({ state, rateLimit, run, runUnreadSince }: Resumption, parameters: UserParameters): string {
  const fingerprint = fingerprintOf(parameters);
  const content = { fingerprint, state, blocks: rateLimit.blocks, runUnreadSince };
  const anchor = toBase64(anchorOf(state, fingerprint));
  const ending = `${anchor}.${checksumOf(anchor)}`;
  // CodePipeline can be asked for the run again, and Spot tells of its limit again.
  for (const known of [{ ...content, run }, content, { ...content, blocks: {} }]) {
    for (const limit of TEXT_LIMITS) {
      const payload = toBase64(known, (key, value) => compact(key, value, limit));
      const token = `v${VERSION}.${payload}.${checksumOf(payload)}.${ending}`;
      if (token.length <= LONGEST_TOKEN) return token;
    }
  }
  throw new Error('the state does not fit into a continuation token');
}

function anchorOf(state: ActiveState, fingerprint: string): z.infer<typeof anchorSchema> {
  const hasStarted = state.phase !== 'starting' || state.startedBefore === true;
  return { green: state.greenIdentifier, at: state.startedAt, of: fingerprint, ...(hasStarted && { started: true }) };
}

/** Durations need no more than tenths of a second. */
function compact(key: string, value: unknown, limit: number): unknown {
  if (typeof value === 'number') return Math.round(value * 10) / 10;
  return typeof value === 'string' && TEXTS.has(key) ? cut(value, limit) : value;
}

function toBase64(content: unknown, replacer?: (key: string, value: unknown) => unknown): string {
  return Buffer.from(JSON.stringify(content, replacer)).toString('base64url');
}

/**
 * A state that cannot be read (after a rollback of the function, say) must not abandon a deployment: with the tag and the
 * start time alone it is found again as after a crash. `unconfirmedSince` makes the first polls search before anything is started.
 */
export function decodeToken(token: string, parameters: UserParameters, now: number): Parsed<Resumed> {
  const whole = decodeWhole(token, parameters);
  const anchor = whole.ok ? undefined : readAnchor(token, parameters);
  if (whole.ok || !anchor) return whole;
  const state = {
    ...firstState(anchor.green, Math.min(anchor.at, now)),
    phaseStartedAt: now,
    unconfirmedSince: now,
    ...(anchor.started && { startedBefore: true as const }),
  };
  return valid({ state, rateLimit: new SpotRateLimit(), unreadable: whole.problems[0]?.what ?? '' });
}

/** Tokens of 0.1.0 have none. */
function readAnchor(token: string, parameters: UserParameters): z.infer<typeof anchorSchema> | undefined {
  const [anchor = '', checksum = ''] = token.length > LONGEST_TOKEN ? [] : token.split('.').slice(-2);
  if (checksumOf(anchor) !== checksum) return undefined;
  const parsed = anchorSchema.safeParse(parseJson(anchor));
  return parsed.success && parsed.data.of === fingerprintOf(parameters) ? parsed.data : undefined;
}

function decodeWhole(token: string, parameters: UserParameters): Parsed<Resumption> {
  const version = /^v([1-9]\d{0,5})\./.exec(token)?.[1];
  if (version === undefined) return problem(TOKEN_MESSAGES.foreign);
  if (Number(version) !== VERSION)
    return problem(TOKEN_MESSAGES.otherVersion(String(Number(version)), String(VERSION)));
  if (token.length > LONGEST_TOKEN) return problem(TOKEN_MESSAGES.tooLong(String(token.length), String(LONGEST_TOKEN)));
  const [, payload = '', checksum = '', ...more] = token.split('.');
  const [anchor, anchorChecksum] = more;
  const hasGoodEnd = more.length === 0 || (more.length === 2 && checksumOf(anchor ?? '') === anchorChecksum);
  if (!hasGoodEnd || checksumOf(payload) !== checksum) return problem(TOKEN_MESSAGES.damaged);
  const content = contentSchema.safeParse(parseJson(payload));
  if (!content.success) return problem(TOKEN_MESSAGES.unreadable(content.error.issues[0]?.path.join('.') ?? ''));
  if (content.data.fingerprint !== fingerprintOf(parameters)) {
    return problem(TOKEN_MESSAGES.otherAction);
  }
  const { state, blocks, run, runUnreadSince } = content.data;
  return valid({ state, rateLimit: new SpotRateLimit(blocks), run, runUnreadSince });
}

function parseJson(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function problem(what: string): Parsed<never> {
  const found: Problem = {
    where: 'continuationToken',
    what,
    expected: "the token of this action's last invocation, unchanged",
  };
  return invalid([found]);
}

/** The ids alone: everything else may change from one invocation to the next. */
function fingerprintOf({ accountId, groupId, applicationName, deploymentGroupName }: UserParameters): string {
  return digest(JSON.stringify([accountId, groupId, applicationName, deploymentGroupName])).slice(0, 12);
}

function checksumOf(payload: string): string {
  return digest(payload).slice(0, 16);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

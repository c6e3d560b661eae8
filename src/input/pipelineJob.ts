import * as z from 'zod/mini';
import type { Problem } from '../errors';
import { EVENT_MESSAGES, VALUE_MESSAGES } from './messages';
import { valid, type Parsed, invalid } from './parsed';
import { wrongKind } from './schemas';

/** An input artifact of the action: a file in the pipeline's artifact bucket. */
export interface InputArtifact {
  readonly name: string;
  readonly bucket: string;
  readonly key: string;
}

/** The event of CodePipeline's Lambda invoke action, as far as it is used here. */
export interface PipelineJob {
  /** 1–128 letters, digits and hyphens: it becomes the value of a tag. */
  readonly id: string;
  /** The text of the action's "User parameters" field, variables resolved. */
  readonly userParameters: string;
  readonly continuationToken?: string;
  readonly inputArtifacts: readonly InputArtifact[];
}

const MAX_LENIENT_ID = 200;

const object = { error: ({ input }: { readonly input?: unknown }) => wrongKind(input, 'an object') };
const nonEmpty = z
  .string({ error: ({ input }) => wrongKind(input, 'text') })
  .check(z.minLength(1, { error: VALUE_MESSAGES.empty }));
// A tag's value may have 256 characters; AWS's own sample job id is no RFC UUID.
const jobId = nonEmpty.check(
  z.maxLength(128, { error: EVENT_MESSAGES.longJobId }),
  z.regex(/^[A-Za-z0-9-]*$/, { error: EVENT_MESSAGES.jobIdCharacters }),
);

// A missing list counts as empty. Revision (null), encryptionKey, outputArtifacts and what may be added are not read.
const artifact = z.object(
  {
    name: nonEmpty,
    location: z.object({ s3Location: z.object({ bucketName: nonEmpty, objectKey: nonEmpty }, object) }, object),
  },
  object,
);

const eventSchema = z.object(
  {
    'CodePipeline.job': z.object(
      {
        id: jobId,
        accountId: nonEmpty,
        data: z.object(
          {
            actionConfiguration: z.object({ configuration: z.object({ UserParameters: nonEmpty }, object) }, object),
            inputArtifacts: z.nullish(z.array(artifact, { error: ({ input }) => wrongKind(input, 'a list') })),
            continuationToken: z.nullish(nonEmpty),
          },
          object,
        ),
      },
      object,
    ),
  },
  object,
);

const FILL_IN = 'a JSON object of parameters: fill in the action\'s "User parameters" field';

/** The job's id, read leniently (1–200 characters of any kind), so that even a broken event can be answered. */
export function readJobId(event: unknown): string | undefined {
  const id = property(property(event, 'CodePipeline.job'), 'id');
  return typeof id === 'string' && id.length > 0 && id.length <= MAX_LENIENT_ID ? id : undefined;
}

/** The credentials for the artifacts, which are never used, only kept out of logs and messages; read leniently, for a broken event too. */
export function readArtifactSecrets(event: unknown): readonly string[] {
  const credentials = property(property(property(event, 'CodePipeline.job'), 'data'), 'artifactCredentials');
  return ['accessKeyId', 'secretAccessKey', 'sessionToken']
    .map((name) => property(credentials, name))
    .filter((secret) => typeof secret === 'string')
    .filter((secret) => secret !== '');
}

/** Parses the event; a problem's text never contains a piece of it. */
export function parsePipelineJob(event: unknown): Parsed<PipelineJob> {
  const result = eventSchema.safeParse(event);
  if (!result.success) return invalid(result.error.issues.map(toProblem));
  const { id, data } = result.data['CodePipeline.job'];
  const { continuationToken } = data;
  return valid({
    id,
    userParameters: data.actionConfiguration.configuration.UserParameters,
    ...(continuationToken === undefined || continuationToken === null ? {} : { continuationToken }),
    inputArtifacts: (data.inputArtifacts ?? []).map(({ name, location: { s3Location } }) => ({
      name,
      bucket: s3Location.bucketName,
      key: s3Location.objectKey,
    })),
  });
}

function toProblem({ path, message }: z.core.$ZodIssue): Problem {
  const where = path.reduce<string>((outer, step) => {
    if (typeof step === 'number') return `${outer}[${step}]`;
    return outer === '' ? String(step) : `${outer}.${String(step)}`;
  }, '');
  const isUserParameters = /(actionConfiguration|configuration|UserParameters)$/.test(where);
  const expected = isUserParameters ? FILL_IN : "the event of CodePipeline's Lambda invoke action";
  return { where: where === '' ? 'event' : where, what: message, expected };
}

/** The own property of a value that may be anything. */
function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value as unknown;
}

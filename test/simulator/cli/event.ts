import type { Artifact } from 'aws-lambda';
import { z } from 'zod';
import type { Account } from '../account';

const eventSchema = z.object({
  'CodePipeline.job': z.object({
    id: z.string(),
    data: z.object({
      actionConfiguration: z.object({ configuration: z.object({ UserParameters: z.string() }) }),
      inputArtifacts: z.array(
        z.object({
          name: z.string(),
          revision: z.string().nullable(),
          location: z.object({
            type: z.literal('S3'),
            s3Location: z.object({ bucketName: z.string(), objectKey: z.string() }),
          }),
        }),
      ),
      continuationToken: z.string().optional(),
    }),
  }),
});

/** What the player takes from an event file; a scenario may need parameters of its own (a shorter TIMEOUT). */
export interface PlayedEvent {
  readonly jobId: string;
  readonly userParameters: string;
  readonly inputArtifacts: readonly Artifact[];
  readonly continuationToken: string | undefined;
}

/** @throws when the file is no CodePipeline event; broken UserParameters are the function's to complain about */
export function readEvent(text: string, file: string, overrides: Readonly<Record<string, unknown>>): PlayedEvent {
  const parsed = eventSchema.safeParse(jsonOf(text, file));
  if (!parsed.success)
    throw new Error(`${file} is not an event of CodePipeline's Lambda action: ${z.prettifyError(parsed.error)}`);
  const { id, data } = parsed.data['CodePipeline.job'];
  const { UserParameters } = data.actionConfiguration.configuration;
  const written = readParameters(UserParameters);
  const isChanged = written !== undefined && Object.keys(overrides).length > 0;
  return {
    jobId: id,
    userParameters: isChanged ? JSON.stringify({ ...written, ...overrides }) : UserParameters,
    inputArtifacts: data.inputArtifacts,
    continuationToken: data.continuationToken,
  };
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${String(error)}`, { cause: error });
  }
}

/** The simulated account has the names that the event uses. */
export function accountFor(event: PlayedEvent): Partial<Account> {
  const names = readParameters(event.userParameters) ?? {};
  const text = (name: string) => (typeof names[name] === 'string' ? names[name] : undefined);
  const account = {
    spotAccountId: text('ACCOUNT_ID'),
    groupId: text('GROUP_ID'),
    applicationName: text('APP_NAME'),
    deploymentGroupName: text('DEPLOYMENT_GROUP'),
  };
  return Object.fromEntries(Object.entries(account).filter(([, value]) => value !== undefined));
}

function readParameters(text: string): Record<string, unknown> | undefined {
  try {
    const parsed = z.record(z.string(), z.unknown()).safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

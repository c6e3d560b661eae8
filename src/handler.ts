import type { Context } from 'aws-lambda';
import { createAwsClients, type AwsClients } from './clients/awsClients';
import { systemClock } from './clock';
import { runJob } from './runJob';

let aws: AwsClients | undefined;

/** The Lambda function: one event of CodePipeline's invoke action in, one result of its job out. */
export async function handler(event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> {
  aws ??= createAwsClients();
  await runJob(event, {
    clock: systemClock,
    env: process.env,
    remainingMilliseconds: () => context.getRemainingTimeInMillis(),
    aws,
  });
}

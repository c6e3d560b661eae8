import type { Context } from 'aws-lambda';
import { createAwsClients, hasOwnS3Endpoint, type AwsClients } from './clients/awsClients';
import { systemClock } from './lib/clock';
import { runJob } from './runJob';
import { withSourcePositions } from './lib/sourcePositions';

let aws: AwsClients | undefined;

/** The Lambda function: one event of CodePipeline's invoke action in, one result of its job out. */
export async function handler(event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> {
  aws ??= createAwsClients({ hasOwnS3Endpoint: hasOwnS3Endpoint(process.env) });
  try {
    await runJob(event, {
      clock: systemClock,
      env: process.env,
      remainingMilliseconds: () => context.getRemainingTimeInMillis(),
      aws,
    });
  } catch (error) {
    // Lambda logs its stack.
    if (error instanceof Error && error.stack !== undefined) error.stack = withSourcePositions(error.stack);
    throw error;
  }
}

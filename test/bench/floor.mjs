// The floor: nothing but the two clients that every deployment needs, and one call.
import { CodeDeployClient, GetDeploymentCommand } from '@aws-sdk/client-codedeploy';
import { CodePipelineClient } from '@aws-sdk/client-codepipeline';

new CodePipelineClient({});
await new CodeDeployClient({ maxAttempts: 1 })
  .send(new GetDeploymentCommand({ deploymentId: 'd-FLOOR' }))
  .catch(() => undefined);

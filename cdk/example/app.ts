import { App, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { BuildSpec, LinuxBuildImage, PipelineProject } from 'aws-cdk-lib/aws-codebuild';
import { ServerApplication, ServerDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { Artifact, ExecutionMode, Pipeline, PipelineType } from 'aws-cdk-lib/aws-codepipeline';
import {
  CodeBuildAction,
  CodeStarConnectionsSourceAction,
  ManualApprovalAction,
} from 'aws-cdk-lib/aws-codepipeline-actions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  AutoRollback,
  BlueGreenDeployFunction,
  ConflictPolicy,
  Revision,
} from 'codepipeline-elastigroup-bluegreen-cdk';
import type { Construct } from 'constructs';

class ShopPipeline extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const blueGreen = new BlueGreenDeployFunction(this, 'BlueGreen', {
      spotToken: Secret.fromSecretNameV2(this, 'SpotToken', 'spot/api-token'),
      notificationEmail: 'shop-team@example.com',
    });

    const source = new Artifact('Source');
    const build = new Artifact('Build');
    const sourceAction = new CodeStarConnectionsSourceAction({
      actionName: 'GitHub',
      connectionArn:
        'arn:aws:codestar-connections:eu-west-1:123456789012:connection/11111111-2222-3333-4444-555555555555',
      owner: 'example',
      repo: 'shop',
      branch: 'main',
      output: source,
    });
    // The artifact is the revision: an appspec.yml with what it names.
    const project = new PipelineProject(this, 'Build', {
      environment: { buildImage: LinuxBuildImage.STANDARD_7_0 },
      buildSpec: BuildSpec.fromObject({
        version: '0.2',
        phases: { build: { commands: ['npm ci', 'npm run build'] } },
        artifacts: { files: ['appspec.yml', 'scripts/**/*', 'dist/**/*'] },
      }),
    });

    const application = ServerApplication.fromServerApplicationName(this, 'Application', 'shop');
    const deploymentGroup = (name: string) =>
      ServerDeploymentGroup.fromServerDeploymentGroupAttributes(this, name, { application, deploymentGroupName: name });

    const staging = blueGreen.deployAction({
      actionName: 'BlueGreen',
      elastigroup: { accountId: 'act-1a2b3c4d', groupId: 'sig-5e6f7a8b' },
      deploymentGroup: deploymentGroup('shop-staging'),
      revision: Revision.fromArtifact(build),
      timeout: Duration.minutes(20),
    });
    const approval = new ManualApprovalAction({
      actionName: 'Approve',
      additionalInformation:
        `${staging.variables.deploymentId} deployed ${sourceAction.variables.commitId} to staging ` +
        `in ${staging.variables.durationSeconds} s.`,
    });
    const live = blueGreen.deployAction({
      actionName: 'BlueGreen',
      elastigroup: { accountId: 'act-1a2b3c4d', groupId: 'sig-1a2b3c4d' },
      deploymentGroup: deploymentGroup('shop-production'),
      revision: Revision.fromArtifact(build),
      timeout: Duration.minutes(30),
      onConflict: ConflictPolicy.WAIT,
      autoRollback: AutoRollback.onFailure(),
    });

    new Pipeline(this, 'Pipeline', {
      pipelineType: PipelineType.V2,
      executionMode: ExecutionMode.QUEUED, // a deployment group takes one deployment at a time
      stages: [
        { stageName: 'Source', actions: [sourceAction] },
        {
          stageName: 'Build',
          actions: [new CodeBuildAction({ actionName: 'Build', project, input: source, outputs: [build] })],
        },
        { stageName: 'Staging', actions: [staging] },
        { stageName: 'Approval', actions: [approval] },
        { stageName: 'Live', actions: [live] },
      ],
    });
  }
}

const app = new App();
new ShopPipeline(app, 'ShopPipeline');
app.synth();

import { App, type Environment, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ServerApplication, ServerDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { Artifact, type IAction, Pipeline, PipelineType } from 'aws-cdk-lib/aws-codepipeline';
import { S3SourceAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  type BlueGreenDeployAction,
  type BlueGreenDeployActionProps,
  BlueGreenDeployFunction,
  type BlueGreenDeployFunctionProps,
  Revision,
} from '../dist';
import { outputFolder } from './outputFolder';

/** What a pipeline's stack is made of, for the action under test. */
export interface Shop {
  readonly stack: Stack;
  readonly source: S3SourceAction;
  readonly build: Artifact;
  readonly props: BlueGreenDeployActionProps;
}

interface Given {
  readonly props?: (shop: Shop) => Partial<BlueGreenDeployActionProps>;
  readonly functionProps?: (stack: Stack) => BlueGreenDeployFunctionProps;
  /** Of the stage after the deployment. */
  readonly later?: (action: BlueGreenDeployAction) => IAction;
  /** Whether the function is in a stack of its own. */
  readonly apart?: boolean;
  /** Of the pipeline's stack, and of the function's. */
  readonly env?: Environment;
  readonly functionEnv?: Environment;
}

/** A pipeline with a source, the action and what comes later. */
export function shopPipeline({ props, functionProps, later, apart = false, env, functionEnv = env }: Given = {}) {
  const app = new App({ outdir: outputFolder() });
  const stack = new Stack(app, 'Shop', { env });
  const functionStack = apart ? new Stack(app, 'Tools', { env: functionEnv }) : stack;
  const spotToken = Secret.fromSecretNameV2(functionStack, 'Token', 'spot/api-token');
  const blueGreen = new BlueGreenDeployFunction(functionStack, 'BlueGreen', {
    spotToken,
    ...functionProps?.(functionStack),
  });

  const build = new Artifact();
  const bucket = Bucket.fromBucketName(stack, 'Revisions', 'shop-revisions');
  const source = new S3SourceAction({ actionName: 'Source', bucket, bucketKey: 'shop.zip', output: build });
  const given: BlueGreenDeployActionProps = {
    actionName: 'BlueGreen',
    elastigroup: { accountId: 'act-1a2b3c4d', groupId: 'sig-1a2b3c4d' },
    deploymentGroup: ServerDeploymentGroup.fromServerDeploymentGroupAttributes(stack, 'Group', {
      application: ServerApplication.fromServerApplicationName(stack, 'Application', 'shop'),
      deploymentGroupName: 'shop-production',
    }),
    revision: Revision.fromArtifact(build),
  };
  const action = blueGreen.deployAction({ ...given, ...props?.({ stack, source, build, props: given }) });
  const artifactBucket = new Bucket(stack, 'Artifacts');
  new Pipeline(stack, 'Pipeline', {
    pipelineType: PipelineType.V2,
    artifactBucket,
    stages: [
      { stageName: 'Source', actions: [source] },
      { stageName: 'Deploy', actions: [action] },
      ...(later ? [{ stageName: 'Later', actions: [later(action)] }] : []),
    ],
  });
  return { app, stack, functionStack, blueGreen, action };
}

/** The resources of a type. */
export function resourcesOfType(stack: Stack, type: string) {
  return Object.values(Template.fromStack(stack).findResources(type)).map(
    ({ Properties }) => Properties as Readonly<Record<string, unknown>>,
  );
}

interface StageDefinition {
  readonly Actions: readonly {
    readonly Name: string;
    readonly Namespace?: string;
    readonly Region?: string;
    readonly Configuration: Readonly<Record<string, unknown>>;
    readonly InputArtifacts?: unknown;
  }[];
}

/** The definition of an action of the pipeline in the template. */
export function actionDefinition(stack: Stack, name: string) {
  const [pipeline] = resourcesOfType(stack, 'AWS::CodePipeline::Pipeline');
  const stages = (pipeline?.['Stages'] ?? []) as readonly StageDefinition[];
  const action = stages.flatMap(({ Actions }) => Actions).find(({ Name }) => Name === name);
  if (action === undefined) throw new Error(`The pipeline has no action ${name}.`);
  return action;
}

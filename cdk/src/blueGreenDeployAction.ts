import { Stack, Token } from 'aws-cdk-lib';
import { type ActionBindOptions, type ActionConfig, ActionCategory, type IStage } from 'aws-cdk-lib/aws-codepipeline';
import { Action } from 'aws-cdk-lib/aws-codepipeline-actions';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { BlueGreenDeployActionProps } from './blueGreenDeployActionProps';
import type { BlueGreenDeployFunction } from './blueGreenDeployFunction';
import { userParameterProblems, userParametersOf } from './userParameters';

/** The output variables of the action, for later actions of the pipeline. Each is `none` after a dry run, but the revision. */
export interface BlueGreenDeployVariables {
  /** The CodeDeploy deployment, `d-…`. */
  readonly deploymentId: string;
  /** The deployment in Elastigroup, `cdbg-…`. */
  readonly elastigroupDeploymentId: string;
  /** Value of the tag of the green instances. */
  readonly greenIdentifier: string;
  /** Ids of the green instances, separated by commas. */
  readonly greenInstanceIds: string;
  /** How long it all took, in whole seconds. */
  readonly durationSeconds: string;
  /** What was deployed. */
  readonly revision: string;
}

/** A blue/green deployment as an action of a pipeline. `BlueGreenDeployFunction.deployAction` makes it. */
export class BlueGreenDeployAction extends Action {
  constructor(
    private readonly blueGreen: BlueGreenDeployFunction,
    private readonly props: BlueGreenDeployActionProps,
  ) {
    const { actionName, runOrder, variablesNamespace, role, revision } = props;
    const artifact = revision?._artifact;
    // Not `timeout`, which for a pipeline is when it gives the action up, with nothing cleaned up.
    super({
      actionName,
      runOrder,
      variablesNamespace,
      role,
      category: ActionCategory.INVOKE,
      provider: 'Lambda',
      resource: blueGreen.function,
      artifactBounds: { minInputs: 0, maxInputs: 1, minOutputs: 0, maxOutputs: 0 },
      inputs: artifact && [artifact],
    });
  }

  /** What later actions can read of this one. */
  get variables(): BlueGreenDeployVariables {
    return {
      deploymentId: this.variableExpression('DeploymentId'),
      elastigroupDeploymentId: this.variableExpression('ElastigroupDeploymentId'),
      greenIdentifier: this.variableExpression('GreenIdentifier'),
      greenInstanceIds: this.variableExpression('GreenInstanceIds'),
      durationSeconds: this.variableExpression('DurationSeconds'),
      revision: this.variableExpression('Revision'),
    };
  }

  protected bound(scope: Construct, _stage: IStage, { role, bucket }: ActionBindOptions): ActionConfig {
    const { blueGreen, props } = this;
    const { _artifact: artifact, _bucket: revisionBucket } = props.revision ?? {};
    // No resource-level permissions.
    role.addToPrincipalPolicy(new PolicyStatement({ actions: ['lambda:ListFunctions'], resources: ['*'] }));
    blueGreen.function.grantInvoke(role);
    if (artifact) bucket.grantRead(role);
    const { deploymentGroup, spotToken } = props;
    blueGreen._allowDeployment(scope, { deploymentGroup, spotToken, bucket: artifact ? bucket : revisionBucket });

    const values = userParametersOf(props);
    // At the end of the synthesis, when pipelines have named their artifacts and namespaces.
    const artifactNames = () => (artifact?.artifactName === undefined ? [] : [artifact.artifactName]);
    scope.node.addValidation({
      validate: () => [
        ...accountProblems(scope, blueGreen),
        ...userParameterProblems({ values, settings: blueGreen._settings(), artifactNames: artifactNames(), scope }),
      ],
    });
    return {
      configuration: {
        FunctionName: blueGreen.function.functionName,
        UserParameters: Stack.of(scope).toJsonString(values),
      },
    };
  }
}

/** The function's rights are given in the pipeline's stack, by the name of its role; and it answers in its own account. */
function accountProblems(pipeline: Construct, blueGreen: BlueGreenDeployFunction): string[] {
  const [own, its] = [Stack.of(pipeline).account, Stack.of(blueGreen).account];
  if (own === its || Token.isUnresolved(own) || Token.isUnresolved(its)) return [];
  return [`The function is in account ${its}, the pipeline in ${own}: an action across accounts is not supported.`];
}

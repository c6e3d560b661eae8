import { CfnParameter, Duration, type Stack } from 'aws-cdk-lib';
import { ServerDeploymentConfig } from 'aws-cdk-lib/aws-codedeploy';
import { ManualApprovalAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { parameterNames, parameters } from '../../src/input/userParameters/schema';
import {
  AUTO_ROLLBACK_EVENTS,
  BUNDLE_TYPES,
  CONFLICT_POLICIES,
  FILE_EXISTS_BEHAVIORS,
} from '../../src/input/userParameters/userParameters';
import { AutoRollback, AutoRollbackEvent, BundleType, ConflictPolicy, FileExistsBehavior, Revision } from '../dist';
import { userParameterTable } from '../src/userParameterTable';
import { actionDefinition, resourcesOfType, type Shop, shopPipeline } from './shopPipeline';

/** What stands in the pipeline's definition, parsed. */
function userParameters(stack: Stack): unknown {
  const { UserParameters: text } = actionDefinition(stack, 'BlueGreen').Configuration;
  return JSON.parse(typeof text === 'string' ? text : joined(text));
}

function joined(value: unknown): string {
  const { 'Fn::Join': join } = value as { 'Fn::Join': readonly [string, readonly unknown[]] };
  const [separator, pieces] = join;
  return pieces
    .map((piece) => (typeof piece === 'string' ? piece : JSON.stringify(piece).replaceAll('"', '')))
    .join(separator);
}

const BASE = {
  ACCOUNT_ID: 'act-1a2b3c4d',
  GROUP_ID: 'sig-1a2b3c4d',
  APP_NAME: 'shop',
  DEPLOYMENT_GROUP: 'shop-production',
  PIPELINE_EXECUTION_ID: '#{codepipeline.PipelineExecutionId}',
};

describe('UserParameters', () => {
  test('name what the properties say, and the execution', () => {
    const { stack } = shopPipeline({ props: () => ({ timeout: Duration.minutes(30) }) });
    expect(userParameters(stack)).toEqual({ ...BASE, TIMEOUT: 1800, INPUT_ARTIFACT: 'Artifact_Source_Source' });
    // For the pipeline it would be when to give the action up, with nothing cleaned up.
    expect(actionDefinition(stack, 'BlueGreen')).not.toHaveProperty('TimeoutInMinutes');
    expect(actionDefinition(stack, 'BlueGreen').InputArtifacts).toEqual([{ Name: 'Artifact_Source_Source' }]);
  });

  test('have every option of the function but a token in clear text', () => {
    const all = [
      shopPipeline({
        props: ({ stack, build }) => ({
          spotToken: Secret.fromSecretNameV2(stack, 'Other', 'spot/other'),
          spotTokenField: 'token',
          revision: Revision.fromArtifact(build, { bundleType: BundleType.TGZ }),
          timeout: Duration.hours(1),
          deploymentConfig: ServerDeploymentConfig.HALF_AT_A_TIME,
          description: 'execution #{codepipeline.PipelineExecutionId}',
          fileExists: FileExistsBehavior.OVERWRITE,
          ignoreStopFailures: true,
          autoRollback: AutoRollback.on(
            AutoRollbackEvent.DEPLOYMENT_FAILURE,
            AutoRollbackEvent.DEPLOYMENT_STOP_ON_ALARM,
          ),
          onConflict: ConflictPolicy.WAIT,
          acceptOtherGroups: true,
          dryRun: true,
          pipelineExecutionId: 'execution-1',
        }),
      }),
      shopPipeline({
        props: ({ stack }) => ({
          revision: Revision.fromS3(Bucket.fromBucketName(stack, 'Bucket', 'releases'), 'shop/shop-1.4.2', {
            bundleType: BundleType.ZIP,
            version: 'v1',
            eTag: 'abc',
          }),
        }),
      }),
      shopPipeline({ props: () => ({ revision: Revision.fromGitHub('acme/shop', 'a'.repeat(40)) }) }),
    ].map(({ stack }) => userParameters(stack) as Record<string, unknown>);
    expect(all).toEqual([
      {
        ...BASE,
        API_TOKEN_SECRET: 'spot/other#token',
        INPUT_ARTIFACT: 'Artifact_Source_Source',
        S3_BUNDLE: 'tgz',
        TIMEOUT: 3600,
        DEPLOYMENT_CONFIG: 'CodeDeployDefault.HalfAtATime',
        DESCRIPTION: 'execution #{codepipeline.PipelineExecutionId}',
        FILE_EXISTS: 'OVERWRITE',
        IGNORE_STOP_FAILURES: true,
        AUTO_ROLLBACK: 'DEPLOYMENT_FAILURE,DEPLOYMENT_STOP_ON_ALARM',
        ON_CONFLICT: 'WAIT',
        ACCEPT_OTHER_GROUPS: true,
        DRY_RUN: true,
        PIPELINE_EXECUTION_ID: 'execution-1',
      },
      { ...BASE, S3_BUCKET: 'releases', S3_KEY: 'shop/shop-1.4.2', S3_BUNDLE: 'zip', S3_VERSION: 'v1', S3_ETAG: 'abc' },
      { ...BASE, GITHUB_REPO: 'acme/shop', COMMIT_ID: 'a'.repeat(40) },
    ]);
    const named = new Set(all.flatMap((values) => Object.keys(values)));
    expect(parameterNames.filter((name) => !named.has(name))).toEqual(['API_TOKEN']);
  });

  test('pass on what only CloudFormation or CodePipeline knows', () => {
    const { stack } = shopPipeline({
      props: ({ stack: scope, source }) => ({
        elastigroup: {
          accountId: new CfnParameter(scope, 'SpotAccount').valueAsString,
          groupId: `sig-${new CfnParameter(scope, 'GroupNumber').valueAsString}`,
        },
        revision: Revision.fromS3(new Bucket(scope, 'Releases'), 'shop.zip', { version: source.variables.versionId }),
        timeout: Duration.seconds(new CfnParameter(scope, 'Timeout', { type: 'Number' }).valueAsNumber),
      }),
    });
    const text = joined(actionDefinition(stack, 'BlueGreen').Configuration['UserParameters']);
    expect(text).toContain('"ACCOUNT_ID":"{Ref:SpotAccount}"');
    expect(text).toContain('"GROUP_ID":"sig-{Ref:GroupNumber}"');
    expect(text).toContain('"S3_VERSION":"#{Source_Source_NS.VersionId}"');
    expect(text).toContain('"TIMEOUT":{Ref:Timeout}');
  });

  test('take a commit of the source action', () => {
    const { stack } = shopPipeline({
      props: () => ({ revision: Revision.fromGitHub('#{Source.Repository}', '#{Source.CommitId}') }),
    });
    expect(userParameters(stack)).toMatchObject({
      GITHUB_REPO: '#{Source.Repository}',
      COMMIT_ID: '#{Source.CommitId}',
    });
  });
});

describe('synthesis fails with the message of the function', () => {
  test.each<[string, Parameters<typeof shopPipeline>[0], string]>([
    [
      'a Spot account in the place of an Elastigroup',
      { props: () => ({ elastigroup: { accountId: 'act-1a2b3c4d', groupId: 'act-1a2b3c4d' } }) },
      '- GROUP_ID: "act-1a2b3c4d" is a Spot account ID, which belongs in ACCOUNT_ID. Expected: an Elastigroup id such as sig-1a2b3c4d.',
    ],
    [
      'a typo in a name',
      { props: () => ({ userParameters: { TIMEOUTT: '60' } }) },
      '- TIMEOUTT: is not a known parameter; did you mean TIMEOUT? Expected: TIMEOUT in exactly this spelling.',
    ],
    [
      'half a source',
      { props: () => ({ revision: undefined, userParameters: { S3_BUCKET: 'releases' } }) },
      '- S3_KEY: is missing, but S3_BUCKET is given; both are required together. Expected: S3_BUCKET and S3_KEY together.',
    ],
    [
      'no source',
      { props: () => ({ revision: undefined }) },
      '- revision: no source is given, and the action has no input artifact.',
    ],
    [
      'two sources',
      { props: () => ({ userParameters: { GITHUB_REPO: 'acme/shop', COMMIT_ID: 'a'.repeat(40) } }) },
      'two revision sources are given',
    ],
    ['a TIMEOUT of zero', { props: () => ({ timeout: Duration.seconds(0) }) }, '- TIMEOUT: 0 is below 1.'],
    ['a TIMEOUT of a day', { props: () => ({ timeout: Duration.days(1) }) }, '- TIMEOUT: 86400 is above 85500.'],
    [
      'a TIMEOUT with a fraction',
      { props: () => ({ timeout: Duration.millis(1500) }) },
      '- TIMEOUT: 1.5 is not a whole number.',
    ],
    [
      'a TIMEOUT that leaves no time to clean up',
      {
        props: () => ({ timeout: Duration.minutes(1425) }),
        functionProps: () => ({ cleanupTimeout: Duration.hours(1) }),
      },
      'leaves less than CLEANUP_TIMEOUT_SECONDS (3600) of the 24 hours that an action may take.',
    ],
    [
      'a long description',
      { props: () => ({ description: 'x'.repeat(257) }) },
      'is 257 characters long, 1 too many. Expected: one line of at most 256 characters.',
    ],
    [
      'more than 1,000 characters',
      { props: () => ({ description: 'x'.repeat(256), userParameters: { S3_ETAG: 'y'.repeat(800) } }) },
      ' characters long; CodePipeline allows 1000.',
    ],
    [
      'more than 1,000 characters before CodePipeline puts in its variables',
      { props: () => ({ description: `#{${'x'.repeat(990)}}` }) },
      ' characters long; CodePipeline allows 1000.',
    ],
    [
      'a bad piece beside one that is known later',
      { props: ({ stack }) => ({ elastigroup: { accountId: `acct-${stack.account}`, groupId: 'sig-1a2b3c4d' } }) },
      '- ACCOUNT_ID: "acct-123456789012" is not a Spot account ID.',
    ],
    [
      'no token anywhere',
      { functionProps: () => ({ spotToken: undefined }) },
      'API_TOKEN_SECRET: is missing, and the function has no default secret',
    ],
    [
      'a setting of the function',
      { functionProps: () => ({ pollInterval: Duration.minutes(6) }) },
      '- POLL_INTERVAL_SECONDS (environment variable of the function): "360" is above 300.',
    ],
    [
      'an address of Spot without https',
      { functionProps: () => ({ spotApiUrl: 'http://spot.example.com' }) },
      'would send the token unencrypted',
    ],
  ])('%s', (_name, given, message) => {
    const { app } = shopPipeline(given);
    expect(() => app.synth()).toThrow(message);
  });

  test('all problems together, under the path of the action', () => {
    const { app } = shopPipeline({
      props: () => ({ elastigroup: { accountId: '', groupId: 'sig' }, timeout: Duration.days(2) }),
    });
    expect(() => app.synth()).toThrow(
      /\[Shop\/Pipeline\/Deploy\/BlueGreen\] 3 problems in the action's configuration; nothing was synthesized\.\n- ACCOUNT_ID: .*\n- GROUP_ID: .*\n- TIMEOUT: /,
    );
  });
});

describe('permissions', () => {
  interface Statement {
    readonly Sid?: string;
    readonly Action: string | readonly string[];
    readonly Resource: unknown;
  }
  const policies = (stack: Stack) =>
    resourcesOfType(stack, 'AWS::IAM::Policy').map((policy) => ({
      roles: JSON.stringify(policy['Roles']),
      statements: (policy['PolicyDocument'] as { readonly Statement: readonly Statement[] }).Statement,
    }));
  const arn = (service: string, resource: string) => ({
    'Fn::Join': [
      '',
      [
        'arn:',
        { Ref: 'AWS::Partition' },
        `:${service}:`,
        { Ref: 'AWS::Region' },
        ':',
        { Ref: 'AWS::AccountId' },
        `:${resource}`,
      ],
    ],
  });

  test('the pipeline may invoke the function, list functions, and read the artifact', () => {
    const { stack } = shopPipeline();
    const statements = policies(stack)
      .filter(({ roles }) => roles.includes('PipelineDeployBlueGreen') || roles.includes('PipelineRole'))
      .flatMap((policy) => policy.statements);
    const allowed = statements.flatMap(({ Action }) => Action);
    expect(allowed).toEqual(expect.arrayContaining(['lambda:ListFunctions', 'lambda:InvokeFunction', 's3:GetObject*']));
    const invoke = statements.find(({ Action }) => Action === 'lambda:InvokeFunction');
    expect(JSON.stringify(invoke?.Resource)).toContain('BlueGreenFunction');
  });

  test('the function may deploy to the groups of its actions, and see the bucket of the revision', () => {
    const { stack } = shopPipeline();
    const [policy, ...more] = policies(stack).filter(({ statements }) =>
      statements.some(({ Sid }) => Sid === 'Deploy'),
    );
    expect(more).toEqual([]);
    expect(policy?.roles).toContain('BlueGreenRole');
    const resources = Object.fromEntries(policy?.statements.map(({ Sid, Resource }) => [Sid ?? '', Resource]) ?? []);
    expect(resources).toEqual({
      Deploy: arn('codedeploy', 'deploymentgroup:shop/shop-production'),
      UseTheRevision: arn('codedeploy', 'application:shop'),
      CheckTheRevision: {
        'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^Artifacts/) as unknown, 'Arn'] }, '/*']],
      },
      TellMissingFromForbidden: { 'Fn::GetAtt': [expect.stringMatching(/^Artifacts/) as unknown, 'Arn'] },
    });
    expect(environmentOf(stack)['CHECK_REVISION']).toBe('true');
  });

  test('properties of the function come before what its actions need', () => {
    const { stack } = shopPipeline({ functionProps: () => ({ applications: [], revisionBuckets: [] }) });
    const sids = policies(stack).flatMap(({ statements }) => statements.map(({ Sid }) => Sid));
    expect(sids).not.toContain('Deploy');
    expect(sids).not.toContain('CheckTheRevision');
    expect(environmentOf(stack)['CHECK_REVISION']).toBe('false');
  });

  test('a revision in GitHub needs no bucket; an own secret is allowed with the six characters that its ARN has more', () => {
    const { stack } = shopPipeline({
      props: ({ stack: scope }) => ({
        revision: Revision.fromGitHub('acme/shop', 'a'.repeat(40)),
        spotToken: Secret.fromSecretNameV2(scope, 'Other', 'spot/other'),
      }),
    });
    const statements = policies(stack).flatMap((policy) => policy.statements);
    expect(statements.map(({ Sid }) => Sid)).not.toContain('CheckTheRevision');
    expect(statements.find(({ Sid }) => Sid === 'ReadTheSpotToken')?.Resource).toEqual(
      arn('secretsmanager', 'secret:spot/other-??????'),
    );
    expect(environmentOf(stack)['CHECK_REVISION']).toBe('false');
  });

  const IRELAND = { account: '111111111111', region: 'eu-west-1' };
  const FRANKFURT = { ...IRELAND, region: 'eu-central-1' };

  test('a function in another Region is found by its name, and allowed to deploy there', () => {
    const { app, stack } = shopPipeline({ apart: true, env: IRELAND, functionEnv: FRANKFURT });
    app.synth();
    const action = actionDefinition(stack, 'BlueGreen');
    expect(action.Region).toBe('eu-central-1');
    expect(action.Configuration['FunctionName']).toEqual(expect.any(String));
    const policy = policies(stack).find(({ statements }) => statements.some(({ Sid }) => Sid === 'Deploy'));
    expect(JSON.parse(policy?.roles ?? '')).toEqual([expect.any(String)]);
    expect(JSON.stringify(policy?.statements)).toContain(':codedeploy:eu-central-1:111111111111:deploymentgroup:shop/');
    expect(JSON.stringify(policy?.statements)).not.toContain('Artifacts'); // its bucket there, not the pipeline's
  });

  test('one of another account is refused', () => {
    const functionEnv = { ...IRELAND, account: '222222222222' };
    const { app } = shopPipeline({ apart: true, env: IRELAND, functionEnv, props: withoutArtifact });
    expect(() => app.synth()).toThrow(
      'The function is in account 222222222222, the pipeline in 111111111111: an action across accounts is not supported.',
    );
  });

  function withoutArtifact({ stack }: Shop) {
    const role = Role.fromRoleArn(stack, 'ActionRole', 'arn:aws:iam::111111111111:role/pipeline');
    return { role, revision: Revision.fromGitHub('acme/shop', 'a'.repeat(40)) };
  }

  test('a function in a stack of its own knows nothing of the pipeline', () => {
    const { app, functionStack, stack } = shopPipeline({ apart: true });
    app.synth();
    expect(functionStack.dependencies).toEqual([]);
    expect(stack.dependencies).toEqual([functionStack]);
    expect(environmentOf(functionStack)['CHECK_REVISION']).toBe('true');
  });

  function environmentOf(stack: Stack): Readonly<Record<string, unknown>> {
    const found = resourcesOfType(stack, 'AWS::Lambda::Function').find(({ Handler }) => Handler === 'handler.handler');
    return (found?.['Environment'] as { readonly Variables: Readonly<Record<string, unknown>> }).Variables;
  }
});

test('later actions can read each output variable of the function', async () => {
  // Its types do not go with those of aws-cdk-lib, under one compiler option.
  const { OUTPUT_VARIABLES } = await vi.importActual<{ OUTPUT_VARIABLES: readonly string[] }>(
    '../../src/report/report',
  );
  const { stack } = shopPipeline({
    later: ({ variables }) =>
      new ManualApprovalAction({ actionName: 'Approve', additionalInformation: Object.values(variables).join(' ') }),
  });
  expect(actionDefinition(stack, 'BlueGreen').Namespace).toBe('Deploy_BlueGreen_NS');
  expect(actionDefinition(stack, 'Approve').Configuration['CustomData']).toBe(
    OUTPUT_VARIABLES.map((name) => `#{Deploy_BlueGreen_NS.${name}}`).join(' '),
  );
});

describe('one source of truth:', () => {
  test.each(parameterNames)('the function takes what stands for a %s that is known later', (name) => {
    expect(parameters[name].schema.safeParse(userParameterTable[name].plausible)).toMatchObject({ success: true });
  });

  test('the choices are those of the function', () => {
    expect(Object.values(ConflictPolicy)).toEqual(CONFLICT_POLICIES);
    expect(Object.values(FileExistsBehavior)).toEqual(FILE_EXISTS_BEHAVIORS);
    expect(Object.values(BundleType)).toEqual(BUNDLE_TYPES);
    expect(Object.values(AutoRollbackEvent)).toEqual(AUTO_ROLLBACK_EVENTS);
  });

  test.each([
    ['disabled', AutoRollback.disabled(), { enabled: false }],
    ['onFailure', AutoRollback.onFailure(), { enabled: true, events: ['DEPLOYMENT_FAILURE'] }],
    [
      'on',
      AutoRollback.on(AutoRollbackEvent.DEPLOYMENT_STOP_ON_REQUEST),
      { enabled: true, events: ['DEPLOYMENT_STOP_ON_REQUEST'] },
    ],
  ])('the function reads AutoRollback.%s', (_name, autoRollback, expected) => {
    const { stack } = shopPipeline({ props: () => ({ autoRollback }) });
    const { AUTO_ROLLBACK } = userParameters(stack) as { readonly AUTO_ROLLBACK: unknown };
    expect(parameters.AUTO_ROLLBACK.schema.safeParse(AUTO_ROLLBACK)).toEqual({ success: true, data: expected });
  });
});

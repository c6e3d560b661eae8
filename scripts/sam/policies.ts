import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { evaluate, readTemplate, type Template } from '../cloudFormation.mjs';
import { callsOfTheFunction } from '../field/awsCalls';

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: object;
}

/** What AWS does with the function's role, beside the calls of src/. */
const BY_AWS: Readonly<Record<string, string>> = {
  'logs:CreateLogStream': 'Lambda writes the log',
  'logs:PutLogEvents': 'Lambda writes the log',
  'sqs:SendMessage': 'Lambda sends a dropped event',
  'kms:GenerateDataKey': 'SQS encrypts that event',
  'kms:Decrypt': 'SQS encrypts that event; Secrets Manager decrypts the secret',
  'codedeploy:GetDeploymentConfig': 'CodeDeploy requires it for CreateDeployment',
  'codedeploy:GetApplicationRevision': 'CodeDeploy requires it for CreateDeployment',
  'codedeploy:RegisterApplicationRevision': 'CodeDeploy requires it for a revision that is new',
};

/** Operations whose permission has another name. */
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  's3:HeadObject': ['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'],
};

const ACCOUNT = '123456789012';
const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:${ACCOUNT}:${resource}`;

/** Parameters that must be given. */
const GIVEN = { CodeDeployApplication: 'shop', CodeDeployDeploymentGroup: 'shop-production' };

/** All parameters on which a statement depends. */
const ALL = {
  ...GIVEN,
  SecretArn: arn('secretsmanager', 'secret:spot/api-token-a1B2c3'),
  SecretKmsKeyArn: arn('kms', 'key/1'),
  RevisionBucketArns: 'arn:aws:s3:::releases,arn:aws:s3:::artifacts',
  PipelineArn: arn('codepipeline', 'shop-pipeline'),
  LogKmsKeyArn: arn('kms', 'key/2'),
  FailedEventsKmsKeyArn: arn('kms', 'key/3'),
  FailedEventsReaderArns: `arn:aws:iam::${ACCOUNT}:role/reader`,
};

/** By the name of the policy. */
export type Policies = Readonly<Record<string, readonly Statement[]>>;

/** The policies of the templates; those of template.yaml with and without what is optional. */
export function policiesOfTheTemplates(examples: readonly string[]): Policies {
  return Object.fromEntries([
    ...policiesIn('template.yaml', 'with the least parameters', GIVEN),
    ...policiesIn('template.yaml', 'with all parameters', ALL),
    ...examples.flatMap((file) => policiesIn(file, 'with the least parameters', {})),
  ]);
}

/** What `npm run package` writes, with the least and with all parameters. */
export function policiesOfThePackage(): Policies {
  return {
    'policy.json with the least parameters': packaged([]),
    'policy.json with all parameters': packaged(Object.entries(ALL).map(([name, value]) => `${name}=${value}`)),
  };
}

function packaged(parameters: readonly string[]): readonly Statement[] {
  const out = 'build/package';
  execFileSync(process.execPath, ['scripts/package.mjs', '--out', out, ...parameters], { stdio: 'ignore' });
  return statementsIn(JSON.parse(readFileSync(path.join(out, 'policy.json'), 'utf8')));
}

function policiesIn(
  file: string,
  which: string,
  parameters: Readonly<Record<string, string>>,
): (readonly [string, readonly Statement[]])[] {
  const template = readTemplate(readFileSync(file, 'utf8'));
  const values = { ...namesIn(template), ...parameters };
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === 'AWS::IAM::Role' || Type.endsWith('Policy'))
    .map(([name, { Properties }]) => [
      `${name} of ${file} ${which}`,
      statementsIn(evaluate(template, Properties, values)),
    ]);
}

/** What a policy can refer to: names and ARNs of the template's resources, and parameters that must be given. */
function namesIn(template: Template): Record<string, string> {
  const required = Object.keys(template.Parameters).filter(
    (name) => template.Parameters[name]?.['Default'] === undefined,
  );
  return {
    'AWS::Region': 'eu-west-1',
    'AWS::AccountId': ACCOUNT,
    'AWS::StackName': 'stack',
    ...Object.fromEntries(required.map((name) => [name, name])),
    ...Object.fromEntries(Object.entries(template.Resources).flatMap(([name, { Type }]) => namesOf(name, Type))),
  };
}

function namesOf(name: string, type: string): [string, string][] {
  switch (type) {
    case 'AWS::S3::Bucket':
      return [
        [name, name],
        [`${name}.Arn`, `arn:aws:s3:::${name}`],
      ];
    case 'AWS::Lambda::Function':
      return [
        [name, name],
        [`${name}.Arn`, arn('lambda', `function:${name}`)],
      ];
    case 'AWS::Logs::LogGroup':
      return [[`${name}.Arn`, arn('logs', `log-group:/aws/lambda/${name}:*`)]];
    case 'AWS::ElasticLoadBalancingV2::TargetGroup':
      return [[name, arn('elasticloadbalancing', `targetgroup/${name}/0123456789abcdef`)]];
    default:
      return [
        [name, name],
        [`${name}.Arn`, arn(type.split('::')[1]?.toLowerCase() ?? '', name)],
      ];
  }
}

/** Wherever they are: a role has a trust policy and others. */
function statementsIn(node: unknown): Statement[] {
  if (Array.isArray(node)) return node.flatMap(statementsIn);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'Statement' ? (value as Statement[]) : statementsIn(value),
  );
}

/** What is wrong with the statements of each policy, by AWS's own data. */
export function problemsOf(python: string, policies: Policies): Readonly<Record<string, readonly string[]>> {
  const output = execFileSync(python, ['scripts/sam/iam.py'], { input: JSON.stringify(policies), encoding: 'utf8' });
  return JSON.parse(output) as Record<string, string[]>;
}

/** How the allowed actions and the calls of src/ differ; both lists are empty where they agree. */
export function differencesFromTheCalls(policies: Policies): { missing: string[]; needless: string[] } {
  const statements = Object.values(policies).flat();
  const allowed = new Set(statements.flatMap(({ Action }) => Action));
  const called = callsOfTheFunction().flatMap(({ service, operation }) => {
    const action = `${service}:${operation}`;
    return PERMISSIONS[action] ?? [action];
  });
  return {
    missing: called.filter((action) => !allowed.has(action)),
    needless: [...allowed].filter((action) => !called.includes(action) && !Object.hasOwn(BY_AWS, action)),
  };
}

const BUCKET = 'arn:aws:s3:::releases';
const GROUP = arn('codedeploy', 'deploymentgroup:shop/shop-production');

/** Statements that are wrong, each with how that must be told: a check that passes them proves nothing. */
export const WRONG: Readonly<Record<string, { readonly statement: Statement; readonly told: RegExp }>> = {
  'an action that does not exist': {
    statement: { Effect: 'Allow', Action: 's3:HeadObject', Resource: `${BUCKET}/*` },
    told: /there is no action s3:HeadObject/,
  },
  'a resource of another type': {
    statement: { Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: `${BUCKET}/*` },
    told: /s3:ListBucket does not know/,
  },
  'a resource for an action that knows none': {
    statement: { Effect: 'Allow', Action: 'codedeploy:StopDeployment', Resource: GROUP },
    told: /codedeploy:StopDeployment does not know/,
  },
  '* for an action that could name its resource': {
    statement: { Effect: 'Allow', Action: 'codedeploy:CreateDeployment', Resource: '*' },
    told: /codedeploy:CreateDeployment could name its resource/,
  },
  'a resource that no action knows': {
    statement: { Effect: 'Allow', Action: 'codedeploy:CreateDeployment', Resource: [GROUP, arn('sqs', 'queue')] },
    told: /none of the actions knows arn:aws:sqs/,
  },
  'a condition key of another service': {
    statement: {
      Effect: 'Allow',
      Action: 'codedeploy:CreateDeployment',
      Resource: GROUP,
      Condition: { StringEquals: { 'kms:ViaService': 'sqs' } },
    },
    told: /does not know kms:ViaService/,
  },
};

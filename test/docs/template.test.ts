import { readFileSync } from 'node:fs';
import { evaluate, readTemplate } from '../../scripts/cloudFormation.mjs';

/** What template.yaml creates, with its conditions worked out. */

const TEMPLATE = readTemplate(readFileSync('template.yaml', 'utf8'));
const ACCOUNT = '123456789012';
const KEY = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1`;

function propertiesOf(resource: string, parameters: Readonly<Record<string, string>> = {}) {
  return evaluate(TEMPLATE, TEMPLATE.Resources[resource]?.Properties, {
    CodeDeployApplication: 'shop',
    CodeDeployDeploymentGroup: 'live',
    ...parameters,
    'AWS::Region': 'eu-west-1',
    'AWS::AccountId': ACCOUNT,
    'AWS::StackName': 'stack',
    FailedEventsQueue: 'queue',
    'FailedEventsQueue.Arn': 'arn:queue',
    BlueGreenStageLogGroup: 'logs',
    'BlueGreenStageLogGroup.Arn': 'arn:logs',
    'BlueGreenStageFunctionRole.Arn': 'arn:role',
  });
}

const statement = (Sid: string) => expect.objectContaining({ Sid }) as object;
const policyOfRole = (statements: unknown) => ({ Policies: [{ PolicyDocument: { Statement: statements } }] });
const having = (...sids: string[]) => expect.arrayContaining(sids.map(statement)) as object;
const lacking = (sid: string) => expect.not.arrayContaining([statement(sid)]) as object;

describe('least privilege is the default', () => {
  test.each(['CodeDeployApplication', 'CodeDeployDeploymentGroup'])('%s must be given', (name) => {
    expect(TEMPLATE.Parameters[name]).not.toHaveProperty('Default');
  });

  test('without RevisionBucketArns there is neither a right in S3 nor a check', () => {
    const role = JSON.stringify(propertiesOf('BlueGreenStageFunctionRole'));
    expect(role).not.toContain('s3:');
    expect(propertiesOf('BlueGreenStageFunction')).toMatchObject({
      Environment: { Variables: { CHECK_REVISION: 'false' } },
    });
  });

  test('with RevisionBucketArns there are both', () => {
    const buckets = { RevisionBucketArns: 'arn:aws:s3:::one, arn:aws:s3:::two' };
    expect(propertiesOf('BlueGreenStageFunctionRole', buckets)).toMatchObject(
      policyOfRole(having('CheckTheRevision', 'TellMissingFromForbidden')),
    );
    expect(propertiesOf('BlueGreenStageFunction', buckets)).toMatchObject({
      Environment: { Variables: { CHECK_REVISION: 'true' } },
    });
  });
});

describe('events that failed', () => {
  const readers = (parameters: Readonly<Record<string, string>>) => {
    const { PolicyDocument: policy } = propertiesOf('FailedEventsQueuePolicy', parameters) as {
      PolicyDocument: { Statement: { Sid: string }[] };
    };
    return policy.Statement.find(({ Sid }) => Sid === 'OnlyAdministratorsRead');
  };
  const deniedBut = (...arns: string[]) => ({
    Effect: 'Deny',
    Principal: '*',
    Action: 'sqs:ReceiveMessage',
    Condition: {
      ArnNotEquals: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:root` },
      ArnNotLike: { 'aws:PrincipalArn': arns },
    },
  });

  test("are read by nobody but the account's administrators", () => {
    const administrators = `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_AdministratorAccess_*`;
    expect(readers({})).toMatchObject(deniedBut(administrators));
  });

  test('are read by those whom FailedEventsReaderArns names', () => {
    const [one, two] = ['arn:aws:iam::123456789012:role/Admin', 'arn:aws:iam::123456789012:user/ann'];
    expect(readers({ FailedEventsReaderArns: `${one}, ${two}` })).toMatchObject(deniedBut(one, two));
  });

  test('are kept for a day', () => {
    expect(propertiesOf('FailedEventsQueue')).toEqual({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 86_400 });
  });

  test('are encrypted with a key of the account, which the function may then use, through SQS', () => {
    const own = { FailedEventsKmsKeyArn: KEY };
    expect(propertiesOf('FailedEventsQueue', own)).toEqual({ KmsMasterKeyId: KEY, MessageRetentionPeriod: 86_400 });
    expect(propertiesOf('BlueGreenStageFunctionRole', own)).toMatchObject(policyOfRole(having('EncryptFailedEvents')));
    expect(propertiesOf('BlueGreenStageFunctionRole')).toMatchObject(policyOfRole(lacking('EncryptFailedEvents')));
  });
});

test('the log is encrypted with LogKmsKeyArn, where there is one', () => {
  expect(propertiesOf('BlueGreenStageLogGroup')).not.toHaveProperty('KmsKeyId');
  expect(propertiesOf('BlueGreenStageLogGroup', { LogKmsKeyArn: KEY })).toHaveProperty('KmsKeyId', KEY);
});

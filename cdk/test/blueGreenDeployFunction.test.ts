import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { BlueGreenDeployFunction } from '../dist';
import { outputFolder } from './outputFolder';
import { resourcesOfType } from './shopPipeline';

const newStack = () => new Stack(new App({ outdir: outputFolder() }), 'Shop');

test('two functions in one stack share no name', () => {
  const stack = newStack();
  const [one, two] = ['One', 'Two'].map((id) => new BlueGreenDeployFunction(stack, id));
  expect(one?.serviceName).not.toBe(two?.serviceName);
  for (const [type, name] of [
    ['AWS::Logs::LogGroup', 'LogGroupName'],
    ['AWS::CloudWatch::Dashboard', 'DashboardName'],
  ] as const) {
    const names = resourcesOfType(stack, type).map((properties) => JSON.stringify(properties[name]));
    expect(new Set(names).size).toBe(2);
  }
});

test('a secret of the same stack is named by its ARN, and may be read and decrypted', () => {
  const stack = newStack();
  const encryptionKey = new Key(stack, 'Key');
  const spotToken = new Secret(stack, 'Token', { encryptionKey });
  new BlueGreenDeployFunction(stack, 'BlueGreen', { spotToken, spotTokenField: 'token' });
  const template = Template.fromStack(stack);
  const [secret = ''] = Object.keys(template.findResources('AWS::SecretsManager::Secret'));
  const [key = ''] = Object.keys(template.findResources('AWS::KMS::Key'));
  expect(resourcesOfType(stack, 'AWS::Lambda::Function')).toMatchObject([
    { Environment: { Variables: { SPOT_TOKEN_SECRET: { 'Fn::Join': ['', [{ Ref: secret }, '#token']] } } } },
  ]);
  const role = JSON.stringify(resourcesOfType(stack, 'AWS::IAM::Role'));
  expect(role).toContain(`"Resource":{"Ref":"${secret}"},"Sid":"ReadTheSpotToken"`);
  expect(role).toContain(`"Resource":{"Fn::GetAtt":["${key}","Arn"]},"Sid":"DecryptTheSpotToken"`);
});

test('a setting may be a parameter of the stack', () => {
  const stack = newStack();
  const seconds = new CfnParameter(stack, 'Seconds', { type: 'Number' }).valueAsNumber;
  new BlueGreenDeployFunction(stack, 'BlueGreen', {
    pollWindow: Duration.seconds(seconds),
    spotApiUrl: new CfnParameter(stack, 'Url').valueAsString,
  });
  expect(resourcesOfType(stack, 'AWS::Lambda::Function')).toMatchObject([
    { Environment: { Variables: { POLL_WINDOW_SECONDS: { Ref: 'Seconds' }, SPOT_API_URL: { Ref: 'Url' } } } },
  ]);
});

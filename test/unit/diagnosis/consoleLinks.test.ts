import { codeDeployLink, elastigroupLink, pipelineExecutionLink } from '../../../src/diagnosis/consoleLinks';

test.each([
  ['eu-west-1', 'https://eu-west-1.console.aws.amazon.com/codesuite/codedeploy/deployments/d-1?region=eu-west-1'],
  ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/codesuite/codedeploy/deployments/d-1?region=cn-north-1'],
  [
    'us-gov-west-1',
    'https://us-gov-west-1.console.amazonaws-us-gov.com/codesuite/codedeploy/deployments/d-1?region=us-gov-west-1',
  ],
])('the link to CodeDeploy in %s', (region, link) => {
  expect(codeDeployLink(region, 'd-1')).toBe(link);
});

test.each([
  ['eu-west-1', 'eu-west-1.console.aws.amazon.com'],
  ['cn-north-1', 'cn-north-1.console.amazonaws.cn'],
])('the link to the pipeline execution in %s', (region, host) => {
  expect(pipelineExecutionLink(region, 'shop-release', 'e-1')).toBe(
    `https://${host}/codesuite/codepipeline/pipelines/shop-release/executions/e-1/timeline?region=${region}`,
  );
});

test('an id cannot lead a link elsewhere', () => {
  expect(codeDeployLink('us-east-1', '../x?y#z')).toBe(
    'https://us-east-1.console.aws.amazon.com/codesuite/codedeploy/deployments/..%2Fx%3Fy%23z?region=us-east-1',
  );
  expect(pipelineExecutionLink('us-east-1', '../a?', 'e/..')).toBe(
    'https://us-east-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/..%2Fa%3F/executions/e%2F../timeline?region=us-east-1',
  );
  expect(elastigroupLink('sig-1/../2')).toBe('https://console.spotinst.com/#/aws/ec2/elastigroup/view/sig-1%2F..%2F2');
});

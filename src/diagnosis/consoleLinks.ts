/** The console's host in the partitions of AWS that have one of their own (AWS's documentation of those regions). */
const HOSTS: readonly (readonly [prefix: string, host: string])[] = [
  ['cn-', 'console.amazonaws.cn'],
  ['us-gov-', 'console.amazonaws-us-gov.com'],
];

export function codeDeployLink(region: string, deploymentId: string): string {
  return codeSuiteLink(region, ['codedeploy', 'deployments', deploymentId]);
}

export function pipelineExecutionLink(region: string, pipeline: string, executionId: string): string {
  return codeSuiteLink(region, ['codepipeline', 'pipelines', pipeline, 'executions', executionId, 'timeline']);
}

function codeSuiteLink(region: string, path: readonly string[]): string {
  const host = HOSTS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'console.aws.amazon.com';
  const name = encodeURIComponent(region);
  const pages = path.map((part) => encodeURIComponent(part.toWellFormed())).join('/');
  return `https://${name}.${host}/codesuite/${pages}?region=${name}`;
}

/**
 * The form in Spot's own notification samples. Unverified: whether the console, whose pages are below /spt today, still
 * leads it to the group. All behind the # stays in the browser, so that it opens the console in any case.
 */
export function elastigroupLink(groupId: string): string {
  return `https://console.spotinst.com/#/aws/ec2/elastigroup/view/${encodeURIComponent(groupId.toWellFormed())}`;
}

import type { CodeDeployDeployment } from '../../../src/clients/codeDeploy/codeDeploy';
import type { LifecycleEvent } from '../../../src/clients/codeDeploy/deploymentTargets';
import { UpstreamError, type UpstreamErrorDetails } from '../../../src/clients/upstreamError';
import { failureOf } from '../../../src/deployment/failures';
import type { Failed } from '../../../src/deployment/state';
import { asActionError } from '../../../src/deployment/upstreamFailure';
import type { Evidence } from '../../../src/diagnosis/evidence';
import { CAUSE_NAMES, fixFor, type CauseName } from '../../../src/causes';
import { likelyCause } from '../../../src/diagnosis/likelyCause';
import { elastigroup, instance, START } from '../../support/deploymentSamples';
import {
  beforeCodeDeploy,
  codeDeployFailed,
  event,
  evidenceOf,
  failedState,
  failedTarget,
} from '../../support/failedDeployment';

const found = new Set<CauseName>();

function causeOf(state: Failed, evidence: Evidence | undefined): CauseName | undefined {
  const cause = likelyCause(state, evidence)?.cause;
  if (cause !== undefined) found.add(cause);
  return cause;
}

const upstream = (details: Partial<UpstreamErrorDetails>) =>
  new UpstreamError({ service: 'CodeDeploy', operation: 'Op', kind: 'rejected', detail: 'its words', ...details });

describe('an error of a service shows its cause itself', () => {
  const denied = 'User: arn:x is not authorized to perform: codedeploy:CreateDeployment on resource: arn:y';
  test.each<[CauseName | undefined, Partial<UpstreamErrorDetails>]>([
    ['wrong-token', { service: 'Spot', kind: 'denied' }],
    ['elastigroup-missing', { service: 'Spot', code: 'GROUP_DOESNT_EXIST' }],
    ['missing-permission', { kind: 'denied', detail: denied }],
    ['role-refused', { kind: 'denied', detail: 'The security token included in the request is expired' }],
    ['application-missing', { code: 'ApplicationDoesNotExistException' }],
    ['deployment-group-missing', { code: 'DeploymentGroupDoesNotExistException' }],
    ['deployment-config-missing', { code: 'DeploymentConfigDoesNotExistException' }],
    ['revision-missing', { code: 'RevisionDoesNotExistException' }],
    ['revision-missing', { code: 'InvalidRevisionException' }],
    ['github-connection', { code: 'InvalidGitHubAccountTokenException' }],
    ['service-role', { code: 'InvalidRoleException' }],
    [undefined, { code: 'DescriptionTooLongException' }],
    [undefined, { service: 'Spot', code: 'VALIDATION_ERROR' }],
  ])('%s', (expected, details) => {
    const error = asActionError(upstream(details));
    const state = beforeCodeDeploy(failureOf(error));
    expect(causeOf(state, undefined)).toBe(expected);
    // Events of an Elastigroup that launched well explain nothing.
    const events = [{ at: START, severity: 'WARN' as const, message: 'an instance was replaced' }];
    if (expected !== undefined) expect(causeOf(state, evidenceOf({ events }))).toBe(expected);
    // The whole error says what to do about it as well.
    expect(error.message).toBe([error.headline, error.known && fixFor(error.known)].filter(Boolean).join(' '));
  });

  test('the missing action is named', () => {
    const { known } = asActionError(upstream({ kind: 'denied', detail: denied }));
    expect(known && fixFor(known)).toBe("Allow codedeploy:CreateDeployment in the function's role.");
  });

  test.each<CauseName>(['no-integration', 'in-place-group', 'too-slow'])('%s, which the headline knows', (cause) => {
    expect(causeOf(beforeCodeDeploy({ type: 'JobFailed', headline: 'It failed.', known: { cause } }), undefined)).toBe(
      cause,
    );
  });
});

describe('evidence shows a cause', () => {
  const reclaimed = instance('i-1', { stateReason: 'Server.SpotInstanceTermination' });
  const shutDown = instance('i-1', { stateReason: 'Server.SpotInstanceShutdown' });
  const byElastigroup = instance('i-1', { stateReason: 'Client.UserInitiatedShutdown' });
  /** The deployment failed 100 s after its start (failedState). */
  const healed = { ...byElastigroup, shutDownAt: START + 90_000 };
  const cleaned = { ...byElastigroup, shutDownAt: START + 100_000 };
  const unhealthy = codeDeployFailed('HEALTH_CONSTRAINTS');
  const silent = { id: 'i-1', status: 'Skipped', label: 'Green' as const, events: [event('ApplicationStop')] };
  const begun = { ...silent, id: 'i-2', events: [event('ApplicationStop', { startedAt: START })] };
  const agent = { code: 'UnknownError', message: 'CodeDeploy agent was not able to receive the lifecycle event.' };
  const lostBlue = { ...failedTarget('i-9', agent, 'BeforeBlockTraffic'), label: 'Blue' as const };
  const bundle = { code: 'UnknownError', script: '', message: 'Access Denied' };

  test.each<[string, CauseName | undefined, Partial<Evidence>]>([
    ['REVISION_MISSING', 'revision-missing', { codeDeploy: codeDeployFailed('REVISION_MISSING'), targets: [silent] }],
    ['INVALID_REVISION', 'revision-missing', { codeDeploy: codeDeployFailed('INVALID_REVISION') }],
    ['NO_INSTANCES', 'no-instances', { codeDeploy: codeDeployFailed('NO_INSTANCES') }],
    ['IAM_ROLE_MISSING', 'service-role', { codeDeploy: codeDeployFailed('IAM_ROLE_MISSING') }],
    ['IAM_ROLE_PERMISSIONS', 'service-role', { codeDeploy: codeDeployFailed('IAM_ROLE_PERMISSIONS') }],
    ['MISSING_GITHUB_TOKEN', 'github-connection', { codeDeploy: codeDeployFailed('MISSING_GITHUB_TOKEN') }],
    ['ALARM_ACTIVE', 'alarm-active', { codeDeploy: codeDeployFailed('ALARM_ACTIVE') }],
    ['ELB_INVALID_INSTANCE', 'load-balancer', { codeDeploy: codeDeployFailed('ELB_INVALID_INSTANCE') }],
    ['MISSING_ELB_INFORMATION', 'load-balancer', { codeDeploy: codeDeployFailed('MISSING_ELB_INFORMATION') }],
    ['RESOURCE_LIMIT_EXCEEDED', 'resource-limit', { codeDeploy: codeDeployFailed('RESOURCE_LIMIT_EXCEEDED') }],
    [
      'ALARM_ACTIVE, and capacity taken back afterwards',
      'alarm-active',
      { codeDeploy: codeDeployFailed('ALARM_ACTIVE'), instances: [reclaimed] },
    ],
    [
      'REVISION_MISSING, and green healed away',
      'revision-missing',
      { codeDeploy: codeDeployFailed('REVISION_MISSING'), targets: [silent], instances: [healed] },
    ],
    [
      'NO_INSTANCES, since AWS took all back',
      'spot-reclaimed',
      { codeDeploy: codeDeployFailed('NO_INSTANCES'), instances: [reclaimed] },
    ],
    ['AGENT_ISSUE', 'agent-not-running', { codeDeploy: codeDeployFailed('AGENT_ISSUE') }],
    ['a silent agent', 'agent-not-running', { codeDeploy: unhealthy, targets: [silent] }],
    ['one silent agent of two', 'health-constraints', { codeDeploy: unhealthy, targets: [silent, begun] }],
    ['an agent that is named', 'agent-not-running', { codeDeploy: unhealthy, targets: [failedTarget('i-1', agent)] }],
    ['blue that was gone', 'blue-failed', { codeDeploy: unhealthy, targets: [lostBlue] }],
    [
      'blue that was gone, and an agent of green',
      'agent-not-running',
      { targets: [lostBlue, failedTarget('i-1', agent)] },
    ],
    [
      'a script of blue',
      'script-failed',
      { codeDeploy: unhealthy, targets: [{ ...failedTarget('i-9'), label: 'Blue' }] },
    ],
    ['capacity taken back', 'spot-reclaimed', { targets: [failedTarget('i-1', agent)], instances: [reclaimed] }],
    ['capacity shut down', 'spot-reclaimed', { targets: [failedTarget('i-1', agent)], instances: [shutDown] }],
    ['green removed', 'agent-not-running', { targets: [failedTarget('i-1', agent)], instances: [byElastigroup] }],
    ['green healed away', 'green-removed', { targets: [failedTarget('i-1', agent)], instances: [healed] }],
    [
      'green healed away, and its agent',
      'green-removed',
      { codeDeploy: unhealthy, targets: [silent], instances: [healed] },
    ],
    [
      'green removed by cleaning up',
      'agent-not-running',
      { targets: [failedTarget('i-1', agent)], instances: [cleaned] },
    ],
    [
      'green removed after CodeDeploy had ended',
      'agent-not-running',
      {
        codeDeploy: { ...unhealthy, endedAt: START + 80_000 },
        targets: [failedTarget('i-1', agent)],
        instances: [healed],
      },
    ],
    [
      "Elastigroup's own rollback",
      'agent-not-running',
      {
        elastigroup: elastigroup('cdbg-1', 'FINISHED_ERROR'),
        targets: [failedTarget('i-1', agent)],
        instances: [healed],
      },
    ],
    [
      'an instance that had been installed',
      undefined,
      { targets: [{ ...begun, status: 'Succeeded' }], instances: [{ ...healed, id: 'i-2' }] },
    ],
    ['a script beside one that was healed', 'script-failed', { targets: [failedTarget('i-2')], instances: [healed] }],
    ['a script elsewhere', 'script-failed', { targets: [failedTarget('i-2')], instances: [reclaimed] }],
    ['no bundle', 'bundle-not-fetched', { targets: [failedTarget('i-1', bundle, 'DownloadBundle')] }],
    ['a script', 'script-failed', { codeDeploy: unhealthy, targets: [failedTarget('i-1')] }],
    ['a script that is missing', 'script-failed', { targets: [failedTarget('i-1', { code: 'ScriptMissing' })] }],
    ['HEALTH_CONSTRAINTS', 'health-constraints', { codeDeploy: unhealthy }],
    [
      'HEALTH_CONSTRAINTS_INVALID',
      'health-constraints',
      { codeDeploy: codeDeployFailed('HEALTH_CONSTRAINTS_INVALID') },
    ],
    ['nothing', undefined, {}],
  ])('%s → %s', (_name, expected, evidence) => {
    expect(causeOf(failedState(), evidenceOf(evidence))).toBe(expected);
  });

  const events = [{ at: START, severity: 'ERROR' as const, message: "Can't spin up spot instances" }];
  test.each<[string, CauseName, Failed['failure']]>([
    ['Elastigroup erred', 'launch-failed', { type: 'JobFailed', headline: 'It erred.' }],
    ['it took too long', 'launch-failed', { type: 'JobFailed', headline: 'Late.', known: { cause: 'too-slow' } }],
    [
      'CodeDeploy',
      'deployment-group-missing',
      { type: 'JobFailed', headline: 'No group.', known: { cause: 'deployment-group-missing' } },
    ],
  ])('Elastigroup complains, and %s', (_name, expected, failure) => {
    expect(causeOf(beforeCodeDeploy(failure), evidenceOf({ events }))).toBe(expected);
  });

  test.each<[string, CauseName, Partial<LifecycleEvent>]>([
    ['was running', 'event-unfinished', { status: 'InProgress' }],
    ['had ended', 'too-slow', { status: 'Succeeded', endedAt: START }],
  ])('TIMEOUT while a lifecycle event %s', (_name, expected, difference) => {
    const target = { ...silent, events: [event('ApplicationStart', { startedAt: START, ...difference })] };
    const failure = { type: 'JobFailed', headline: 'Late.', timedOut: true, known: { cause: 'too-slow' } } as const;
    expect(causeOf(failedState({ failure }), evidenceOf({ targets: [target] }))).toBe(expected);
  });

  test.each<[number, CauseName]>([
    [59, 'too-slow'],
    [60, 'agent-not-running'],
  ])('TIMEOUT after %d s in which no event began', (seconds, expected) => {
    const codeDeploy: CodeDeployDeployment = {
      ...codeDeployFailed('MANUAL_STOP'),
      status: 'Stopped',
      createdAt: START + 100_000 - seconds * 1000,
    };
    const failure = { type: 'JobFailed', headline: 'Late.', timedOut: true, known: { cause: 'too-slow' } } as const;
    expect(causeOf(failedState({ failure }), evidenceOf({ codeDeploy, targets: [silent] }))).toBe(expected);
  });
});

test('each row of the table is reached by one of these failures', () => {
  expect([...found].sort()).toEqual([...CAUSE_NAMES].sort());
});

import type { Injector } from '../simulator/faults';
import type { WorldOptions } from '../simulator/options';
import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun } from './playRun';

/*
 * Corners of the traffic that random runs have found, each by itself.
 */

const success = scenarioNamed('success');

/** Answers the fault to each call of these operations, once one of `after` was sent. */
function faultAfter(after: string, fault: ReturnType<Injector>, operations: readonly string[]): Injector {
  let isOn = false;
  return (_index, { operation }) => {
    const isHit = isOn && operations.includes(operation);
    if (operation === after) isOn = true;
    return isHit ? fault : undefined;
  };
}

/** A group without a load balancer whose CodeDeploy terminates blue after a while: green is what remains. */
function withoutLoadBalancer(blueTerminationWaitMinutes: number): Partial<WorldOptions> {
  return { deploymentGroup: { loadBalancer: false, blueTerminationWaitMinutes }, deploymentGroupAccess: 'denied' };
}

const CODEDEPLOY_SEES_ONE = { lateTags: { count: 3, seconds: 20 }, codeDeployTagLagSeconds: 10 };

test('without a load balancer the termination wait ends the waiting after CLEANUP_TIMEOUT_SECONDS', async () => {
  const { action } = await playRun({
    seed: 1,
    scenario: success,
    options: withoutLoadBalancer(60),
    env: { CLEANUP_TIMEOUT_SECONDS: '120' },
    userParameters: { TIMEOUT: 100 },
  });
  expect(action.status).toBe('Failed');
  expect((action.endedAt - action.startedAt) / 1000).toBeLessThan(300);
});

test('without a load balancer green is not removed while CodeDeploy is going to terminate blue', async () => {
  const trace = await playRun({
    seed: 1,
    scenario: success,
    options: { ...withoutLoadBalancer(1), stopHasNoEffect: true },
    env: { CLEANUP_TIMEOUT_SECONDS: '60' },
    userParameters: { TIMEOUT: 45 },
  });
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.world.traffic.outages).toEqual([]);
});

test('where neither CodeDeploy nor EC2 can be read, the failure says that green may serve', async () => {
  const denied = faultAfter('StopDeployment', 'denied', ['GetDeployment']);
  const unreadable = faultAfter('StopDeployment', 'not-json', ['DescribeInstances']);
  const trace = await playRun({
    seed: 1,
    scenario: { ...success, durations: { ...success.durations, deregistrationDelay: 600 } },
    userParameters: { TIMEOUT: 70 },
    inject: (index, call) => denied(index, call) ?? unreadable(index, call),
  });
  expect(violationsOf(trace)).toEqual([]);
});

test('a success on fewer instances than were launched says so', async () => {
  const trace = await playRun({ seed: 1, scenario: success, options: CODEDEPLOY_SEES_ONE });
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.action.message).toMatch(/1 of 4 green instances replaced blue/);
});

test('and also where neither the targets nor EC2 can be read at the end', async () => {
  const operations = ['DescribeInstances', 'ListDeploymentTargets', 'BatchGetDeploymentTargets'];
  const trace = await playRun({
    seed: 1,
    scenario: success,
    options: CODEDEPLOY_SEES_ONE,
    inject: faultAfter('CreateDeployment', 'error-503', operations),
  });
  expect(violationsOf(trace)).toEqual([]);
});

test('an instance whose tag does not show yet is covered by the tag in what remains', async () => {
  const trace = await playRun({
    seed: 1,
    scenario: success,
    options: { lateTags: { count: 1, seconds: 600 } },
    userParameters: { TIMEOUT: 60 },
    inject: faultAfter('POST blueGreenDeployment', 'denied', ['ListDeployments']),
  });
  expect(violationsOf(trace)).toEqual([]);
});

import { DURATIONS, SCRIPT_FAILS, scenario } from './scenarioBase';
import type { Scenario } from './scenario';

/** So long that a stop stays Pending for more than a minute. */
const SLOW_BLOCK = { ...DURATIONS, deregistrationDelay: 120 };
/** So slow that a rollback takes a while to bring blue back. */
const SLOW_ROLLBACK = { ...DURATIONS, targetHealth: 15, deregistrationDelay: 10 };
const SLOWER_HEALTH = { ...DURATIONS, targetHealth: 8, deregistrationDelay: 5 };
/** In the middle of it blue is out of service already, and green alone serves. */
const WHILE_BLOCKING = { instance: 0, lifecycleEvent: 'BlockTraffic' } as const;
const SMOKE_TEST_FAILS = {
  kind: 'script-fails',
  instance: 1,
  lifecycleEvent: 'AfterAllowTraffic',
  scriptName: 'scripts/smoke_test.sh',
  message: 'Script at specified location: scripts/smoke_test.sh failed with exit code 22',
  logTail:
    'LifecycleEvent - AfterAllowTraffic\nScript - scripts/smoke_test.sh\n' +
    '[stderr]curl: (22) The requested URL returned error: 503\n',
} as const;
const AN_HOUR = { blueTerminationWaitMinutes: 60 };

/** Where the traffic is on its way from blue to green, or has arrived (docs/services.md, CodeDeploy traffic). */
export const TRAFFIC_SCENARIOS: readonly Scenario[] = [
  scenario({
    name: 'timeout-while-blocking-blue',
    title:
      "TIMEOUT falls into blue's BlockTraffic, which CodeDeploy does not interrupt; its rollback brings blue back.",
    expected: 'Failed',
    durations: SLOW_BLOCK,
    userParameters: { TIMEOUT: 75 },
  }),
  scenario({
    name: 'stopped-after-traffic',
    title: 'A person stops CodeDeploy after traffic has moved, with a rollback, which needs green until it has ended.',
    expected: 'Failed',
    durations: SLOW_ROLLBACK,
    script: { deployment: { kind: 'stopped-by-hand', ...WHILE_BLOCKING, withRollback: true } },
  }),
  scenario({
    name: 'stopped-without-rollback',
    title: 'A person stops CodeDeploy after traffic has moved, without a rollback: green alone serves.',
    expected: 'Failed',
    script: { deployment: { kind: 'stopped-by-hand', ...WHILE_BLOCKING } },
    serves: 'green',
  }),
  scenario({
    name: 'alarm-after-traffic',
    title: 'An alarm stops CodeDeploy after traffic has moved, and the group rolls back.',
    expected: 'Failed',
    durations: SLOW_ROLLBACK,
    script: { deployment: { kind: 'stopped-by-alarm', ...WHILE_BLOCKING } },
    options: { groupAutoRollback: true },
  }),
  scenario({
    name: 'rollback-fails',
    title: 'A person stops CodeDeploy after traffic has moved, and its rollback fails: green alone serves.',
    expected: 'Failed',
    script: { deployment: { kind: 'stopped-by-hand', ...WHILE_BLOCKING, withRollback: true } },
    options: { rollbackFails: 'registering-blue' },
    serves: 'green',
  }),
  scenario({
    name: 'after-allow-traffic-fails',
    title: 'The AfterAllowTraffic script fails on a green instance that already serves, and the group rolls back.',
    expected: 'Failed',
    script: { deployment: SMOKE_TEST_FAILS },
    options: { groupAutoRollback: true },
  }),
  scenario({
    name: 'blue-cannot-be-deregistered',
    title: 'AWS reclaims a blue instance while it is deregistered: CodeDeploy fails, and green alone serves.',
    expected: 'Failed',
    script: { deployment: { kind: 'spot-interruption', ...WHILE_BLOCKING } },
    serves: 'green',
  }),
  scenario({
    name: 'termination-wait',
    title: 'CodeDeploy waits for a minute before it terminates blue.',
    expected: 'Succeeded',
    options: { deploymentGroup: { blueTerminationWaitMinutes: 1 } },
  }),
  scenario({
    name: 'termination-wait-longer-than-timeout',
    title: 'CodeDeploy would wait for an hour before it terminates blue, and TIMEOUT is shorter.',
    expected: 'Failed',
    durations: SLOWER_HEALTH,
    options: { deploymentGroup: AN_HOUR },
    userParameters: { TIMEOUT: 110 },
  }),
  scenario({
    name: 'termination-wait-unseen',
    title: 'The same, but the function may not read the deployment group: TIMEOUT falls into the wait.',
    expected: 'Failed',
    durations: SLOWER_HEALTH,
    options: { deploymentGroup: AN_HOUR, deploymentGroupAccess: 'denied' },
    userParameters: { TIMEOUT: 110 },
    serves: 'green',
  }),
  scenario({
    name: 'no-load-balancer',
    title: 'The deployment group has no load balancer: CodeDeploy moves no traffic.',
    expected: 'Succeeded',
    options: { deploymentGroup: { loadBalancer: false } },
  }),
  scenario({
    name: 'partial-success',
    title: 'With AllAtOnce CodeDeploy succeeds, although a script fails on one of the green instances.',
    expected: 'Succeeded',
    script: { deployment: SCRIPT_FAILS },
    userParameters: { DEPLOYMENT_CONFIG: 'CodeDeployDefault.AllAtOnce' },
  }),
  scenario({
    name: 'old-deployment',
    title: "Somebody else's old Elastigroup deployment is in the list, in an undocumented state.",
    expected: 'Succeeded',
    options: { oldDeploymentState: 'FINISHED_PARTIALLY' },
  }),
  scenario({
    name: 'late-tag',
    title: 'The green tag of one instance becomes visible a minute later than the others.',
    expected: 'Succeeded',
    options: { lateTags: { count: 1, seconds: 60 } },
  }),
];

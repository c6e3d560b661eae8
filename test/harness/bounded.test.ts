import type { Service } from '../simulator/calls';
import type { FaultKind } from '../simulator/faults';
import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun } from './playRun';

/*
 * A service that goes away for good, in each phase: TIMEOUT and CLEANUP_TIMEOUT_SECONDS bound the action all the same. All
 * phases and kinds of faults are in test/unit/deployment/advance.property.test.ts.
 */

const TIMEOUT_S = 120;
const CLEANUP_S = 60;
/** A last poll with calls that wait for an answer, the patience with a service before the first stop, the diagnosis. */
const SLACK_S = 100;

const GONE: readonly (readonly [string, Service, FaultKind])[] = [
  ['Spot answers 429', 'spot', 'rate-limited'],
  ['Spot is silent', 'spot', 'timeout'],
  ['CodeDeploy is away', 'codedeploy', 'error-503'],
  ['CodeDeploy is silent', 'codedeploy', 'timeout'],
];
const PHASES: readonly (readonly [string, number])[] = [
  ['starting', 0],
  ['launching', 10],
  ['installing', 34],
  ['finalizing', 58],
];

describe.each(GONE)('%s for ever', (_what, service, kind) => {
  test.each(PHASES)('from %s on (second %d): the action has its result in time', async (_phase, second) => {
    let startedAt: number | undefined;
    const trace = await playRun({
      seed: 1,
      scenario: scenarioNamed('success'),
      userParameters: { TIMEOUT: TIMEOUT_S },
      env: { CLEANUP_TIMEOUT_SECONDS: String(CLEANUP_S) },
      latencyMs: () => 50,
      inject: (_call, description) => {
        startedAt ??= Date.now();
        return description.service === service && Date.now() - startedAt >= second * 1000 ? kind : undefined;
      },
    });
    expect(violationsOf(trace)).toEqual([]);
    expect(trace.action.reason).toBe('result');
    const seconds = (trace.action.endedAt - trace.action.startedAt) / 1000;
    expect(seconds).toBeLessThanOrEqual(TIMEOUT_S + CLEANUP_S + SLACK_S);
  });
});

import { FAULT_KINDS } from '../simulator/faults';
import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun, type RunPlan, type RunTrace } from './playRun';

/** Every outgoing call of a run × every fault, each in a run of its own (issue 3). */
const PLANS: readonly { readonly name: string; readonly plan: RunPlan }[] = [
  { name: 'success', plan: { seed: 1, scenario: scenarioNamed('success') } },
  {
    name: 'success in short invocations',
    plan: { seed: 2, scenario: scenarioNamed('success'), env: { POLL_WINDOW_SECONDS: '20' } },
  },
  { name: 'script-fails', plan: { seed: 3, scenario: scenarioNamed('script-fails') } },
  {
    name: 'never-finishes',
    plan: {
      seed: 4,
      scenario: scenarioNamed('never-finishes'),
      env: { POLL_INTERVAL_SECONDS: '10' },
      userParameters: { TIMEOUT: 60 },
    },
  },
];

// One test plays some forty runs; on a busy machine that takes more than Jest's five seconds.
jest.setTimeout(60_000);

let cases = 0;

afterAll(() => {
  process.stderr.write(`fault harness: ${cases} cases tried\n`);
});

describe.each(PLANS)('a fault in any one call of "$name" leaves all invariants standing', ({ plan }) => {
  let callCount = 0;
  beforeAll(async () => {
    callCount = (await playRun(plan)).calls.length;
    expect(callCount).toBeGreaterThan(20);
  });

  test.each(FAULT_KINDS)('%s', async (kind) => {
    const wrong: string[] = [];
    for (let index = 0; index < callCount; index += 1) {
      const trace = await playRun({ ...plan, inject: (call) => (call === index ? kind : undefined) });
      cases += 1;
      wrong.push(
        ...[...violationsOf(trace), ...unexpectedEnd(trace)].map(
          (violation) => `${kind} at call ${index} (${calledAt(trace, index)}): ${violation}`,
        ),
      );
    }
    expect(wrong).toEqual([]);
  });
});

/** One fault that passes is no reason for another end. */
function unexpectedEnd({ action, plan }: RunTrace): string[] {
  return action.status === plan.scenario.expected ? [] : [`ended as ${action.status}: ${action.message}`];
}

function calledAt(trace: RunTrace, index: number): string {
  const call = trace.calls[index];
  return call ? `${call.service} ${call.operation}` : 'no such call';
}

import { FAULT_KINDS, type FaultKind } from '../simulator/faults';
import { violationsOf } from './invariants';
import { playRun, type RunPlan, type RunTrace } from './playRun';

/** A revision in GitHub: without the look at S3, and without the time that its client takes. */
export const FROM_GITHUB = {
  S3_BUCKET: undefined,
  S3_KEY: undefined,
  GITHUB_REPO: 'example/shop',
  COMMIT_ID: '0123456789abcdef0123456789abcdef01234567',
};

/** A run, in each call of which each fault is tried, one at a time. */
export interface FaultPlan {
  readonly name: string;
  readonly plan: RunPlan;
}

/** Every outgoing call of a run × every fault, each in a run of its own (issue 3). Prints how many cases were tried. */
export function tryEveryFault(plans: readonly FaultPlan[]): void {
  // One test plays some forty runs; on a busy machine that takes more than Jest's five seconds.
  jest.setTimeout(60_000);
  let cases = 0;
  afterAll(() => {
    process.stderr.write(`fault harness (${plans.map(({ name }) => name).join(', ')}): ${cases} cases tried\n`);
  });

  describe.each(plans)('a fault in any one call of "$name" leaves all invariants standing', ({ plan }) => {
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
          ...[...violationsOf(trace), ...unexpectedEnd(trace, kind)].map(
            (violation) => `${kind} at call ${index} (${calledAt(trace, index)}): ${violation}`,
          ),
        );
      }
      expect(wrong).toEqual([]);
    });
  });
}

/** One fault that passes is no reason for another end. */
function unexpectedEnd({ action, plan }: RunTrace, kind: FaultKind): string[] {
  if (kind === 'denied') return [];
  return action.status === plan.scenario.expected ? [] : [`ended as ${action.status}: ${action.message}`];
}

function calledAt(trace: RunTrace, index: number): string {
  const call = trace.calls[index];
  return call ? `${call.service} ${call.operation}` : 'no such call';
}

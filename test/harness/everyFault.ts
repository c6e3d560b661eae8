import { Logger } from '@aws-lambda-powertools/logger';
import { FAULT_KINDS, type FaultKind } from '../simulator/faults';
import type { TransportCall } from '../simulator/transport';
import { violationsOf } from './invariants';
import { playRun, type RunPlan, type RunTrace } from './playRun';
import { TRIES_ALL } from './triesAll';

/** A revision in GitHub: without the look at S3, and without the time that its client takes. */
export const FROM_GITHUB = {
  S3_BUCKET: undefined,
  S3_KEY: undefined,
  GITHUB_REPO: 'example/shop',
  COMMIT_ID: '0123456789abcdef0123456789abcdef01234567',
};

/** A call of the run without a fault, and the phase in which the function sends it. */
type PlannedCall = TransportCall & { readonly phase: string };

/**
 * The outgoing calls of a run × the faults, each in a run of its own (issue 3). Prints how many cases were tried.
 * `from`: the phase at whose end this run parts from that of another file, which tries the faults before it.
 */
export function tryFaults(name: string, plan: RunPlan, { from }: { readonly from?: string } = {}): void {
  // One test plays some forty runs; on a busy machine that takes more than Jest's five seconds.
  jest.setTimeout(60_000);
  let calls: readonly PlannedCall[] = [];
  let cases = 0;
  beforeAll(async () => {
    const all = await callsOf(plan);
    expect(all.length).toBeGreaterThan(20);
    calls = TRIES_ALL ? all : distinctCalls(all, from);
  });
  afterAll(() => {
    const which = TRIES_ALL ? 'all there are' : 'the distinct ones; npm run test:faults tries all';
    process.stderr.write(`fault harness, ${name}: ${cases} cases tried (${which})\n`);
  });

  describe(`a fault in any one call of "${name}" leaves all invariants standing`, () => {
    test.each(FAULT_KINDS)('%s', async (kind) => {
      const wrong: string[] = [];
      for (const { index, service, operation, phase } of calls.filter((call) => TRIES_ALL || isDistinct(kind, call))) {
        const trace = await playRun({ ...plan, inject: (call) => (call === index ? kind : undefined) });
        cases += 1;
        wrong.push(
          ...[...violationsOf(trace), ...unexpectedEnd(trace, kind)].map(
            (violation) => `${kind} at call ${index} (${phase}: ${service} ${operation}): ${violation}`,
          ),
        );
      }
      expect(wrong).toEqual([]);
    });
  });
}

/** The run's calls without a fault; the phase is the one that the function's log carries at the time. */
async function callsOf(plan: RunPlan): Promise<readonly PlannedCall[]> {
  const appended = jest.spyOn(Logger.prototype, 'appendKeys');
  const phases: string[] = [];
  const { calls } = await playRun({
    ...plan,
    inject: () => {
      const [fields] = appended.mock.calls.findLast(([keys]) => 'phase' in keys) ?? [];
      phases.push(String(fields?.['phase']));
      return undefined;
    },
  });
  appended.mockRestore();
  return calls.map((call) => ({ ...call, phase: phases[call.index] ?? 'unknown' }));
}

/**
 * The first, the second and the last occurrence of each call in each phase: those between meet what the second meets. In
 * the phase `from`, the first and the second are those of the other run.
 */
function distinctCalls(calls: readonly PlannedCall[], from: string | undefined): readonly PlannedCall[] {
  const start = from === undefined ? 0 : calls.findIndex(({ phase }) => phase === from);
  if (start < 0) throw new Error(`The run has no phase ${from ?? ''}.`);
  const sameAs = (call: PlannedCall) => (other: PlannedCall) =>
    other.phase === call.phase && other.service === call.service && other.operation === call.operation;
  return calls.slice(start).filter((call) => {
    const occurrences = calls.filter(sameAs(call));
    const last = occurrences.at(-1);
    return call === last || (call.phase !== from && occurrences.indexOf(call) < 2);
  });
}

/** A read changes nothing: whether it was processed before its answer was lost, nobody can tell. */
function isDistinct(kind: FaultKind, { write }: PlannedCall): boolean {
  return write || !kind.endsWith('-after');
}

/** One fault that passes is no reason for another end. */
function unexpectedEnd({ action, plan }: RunTrace, kind: FaultKind): string[] {
  if (kind === 'denied') return [];
  return action.status === plan.scenario.expected ? [] : [`ended as ${action.status}: ${action.message}`];
}

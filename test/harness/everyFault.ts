import { Logger } from '@aws-lambda-powertools/logger';
import { FAULT_KINDS, type FaultKind } from '../simulator/faults';
import type { TransportCall } from '../simulator/transport';
import { violationsOf } from './invariants';
import { playRun, type RunPlan, type RunTrace } from './playRun';
import { TRIES_ALL } from '../support/triesAll';

/** A revision in GitHub: without the check in S3, and without the time that its client takes. */
export const FROM_GITHUB = {
  S3_BUCKET: undefined,
  S3_KEY: undefined,
  GITHUB_REPO: 'example/shop',
  COMMIT_ID: '0123456789abcdef0123456789abcdef01234567',
};

/** A call of the run without a fault, and the phase in which the function sends it. */
interface PlannedCall extends TransportCall {
  readonly phase: string;
  /** It is the first one of its operation in the run. */
  readonly isFirst: boolean;
  readonly isFirstOfService: boolean;
  /** The call before it has written something, or was in another phase. */
  readonly isAfterChange: boolean;
}

/** Where this run is that of another file, which tries the faults there. */
interface Shared {
  /** Up to the end of this phase. */
  readonly from?: string;
  /** From the beginning of this phase. */
  readonly until?: string;
}

/** The outgoing calls of a run × the faults, each in a run of its own. Prints how many cases were tried. */
export function tryFaults(name: string, plan: RunPlan, shared: Shared = {}): void {
  // One test plays some forty runs; on a busy machine that takes more than 30 seconds.
  vi.setConfig({ testTimeout: 60_000 });
  let calls: readonly PlannedCall[] = [];
  let cases = 0;
  beforeAll(async () => {
    const all = await callsOf(plan);
    expect(all.length).toBeGreaterThan(20);
    calls = TRIES_ALL ? all : distinctCalls(all, shared);
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
  const appended = vi.spyOn(Logger.prototype, 'appendKeys');
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
  const named = calls.map((call) => ({ ...call, phase: phases[call.index] ?? 'unknown' }));
  return named.map((call) => {
    const ofService = named.filter(({ service }) => service === call.service);
    const isFirst = ofService.find(({ operation }) => operation === call.operation) === call;
    const before = named[call.index - 1];
    return {
      ...call,
      isFirst,
      isFirstOfService: ofService[0] === call,
      isAfterChange: before === undefined || before.write || before.phase !== call.phase,
    };
  });
}

/**
 * The first, the second and the last occurrence of each call in each phase: those between meet what the second meets. In
 * the phase `from`, the first and the second are those of the other run.
 */
function distinctCalls(calls: readonly PlannedCall[], { from, until }: Shared): readonly PlannedCall[] {
  const start = from === undefined ? 0 : beginOf(calls, from);
  const end = until === undefined ? calls.length : beginOf(calls, until);
  return calls.slice(start, end).filter((call) => {
    const occurrences = calls.filter((other) => isSame(call, other));
    const last = occurrences.at(-1);
    return call === last || (call.phase !== from && occurrences.indexOf(call) < 2);
  });
}

function beginOf(calls: readonly PlannedCall[], wanted: string): number {
  const found = calls.findIndex(({ phase }) => phase === wanted);
  if (found < 0) throw new Error(`The run has no phase ${wanted}.`);
  return found;
}

type NamedCall = Pick<PlannedCall, 'phase' | 'service' | 'operation'>;

function isSame(one: NamedCall, other: NamedCall): boolean {
  return one.phase === other.phase && one.service === other.service && one.operation === other.operation;
}

/**
 * A call without an answer, processed or not: what the function then does depends on where in its work it is. So it does after
 * a kill, but of several reads one after the other in one phase it does not matter before which: none has changed anything.
 *
 * Any other fault is to whoever asked the same, or an answer that comes later, since the call is repeated at once
 * (callPolicy.ts). Which, a client shows once: for each write, and a denial for each read too, whose permission is its own.
 */
function isDistinct(
  kind: FaultKind,
  { write, service, isFirst, isFirstOfService, isAfterChange }: PlannedCall,
): boolean {
  switch (kind) {
    case 'timeout':
      return true;
    case 'timeout-after':
    case 'killed-after':
      return write;
    case 'killed-before':
      return write || isAfterChange;
    case 'rate-limited':
      // Spot's limit is waited for.
      return service === 'spot' || (write ? isFirst : isFirstOfService);
    case 'denied':
      return isFirst;
    case 'refused':
    case 'reset-before':
    case 'error-500':
    case 'error-503':
    case 'not-json':
      return write ? isFirst : isFirstOfService;
    case 'reset-after':
    case 'error-500-after':
    case 'not-json-after':
      // A read changes nothing: whether it was processed before its answer was lost, nobody can tell.
      return write && isFirst;
  }
}

/** One fault that passes is no reason for another end. */
function unexpectedEnd({ action, plan }: RunTrace, kind: FaultKind): string[] {
  if (kind === 'denied') return [];
  return action.status === plan.scenario.expected ? [] : [`ended as ${action.status}: ${action.message}`];
}

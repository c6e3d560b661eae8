import { isUp } from '../simulator/ec2/fleet';
import type { WorldOptions } from '../simulator/options';
import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { ownGreen, ownSpot } from './ownWork';
import { playRun, type RunPlan, type RunTrace } from './playRun';
import { TRIES_ALL } from '../support/triesAll';

/*
 * What CodePipeline tells a Lambda action of its execution is unverified in several points (docs/services.md, CodePipeline).
 * Each answer to each of them: a healthy deployment succeeds, and a stop is noticed wherever it can be read.
 */

type Ids = Exclude<WorldOptions['jobDetails'], 'unknown'> | 'given';
type Reads = WorldOptions['executionReads'];

/** PIPELINE_EXECUTION_ID helps where CodePipeline tells no id. */
const IDS: readonly Ids[] = [
  'whole',
  'no-execution-id',
  'no-action-id',
  'no-ids',
  'other-action-id',
  'given',
  'no-context',
  'unknown-after-result',
  'denied',
];
const READS: readonly Reads[] = ['allowed', 'status-only', 'actions-only', 'denied'];
const RESULTS: readonly WorldOptions['abandonedResult'][] = ['refused', 'accepted', 'unknown'];
const FIRST_EXECUTION = '0a1b2c3d-4e5f-4a6b-0000-9e0f1a2b3c4d';

const HARMLESS = ['wait', 'other-fails', undefined] as const;

interface Variant {
  readonly ids: Ids;
  /** What happens to the execution that must not end the deployment. */
  readonly meanwhile: (typeof HARMLESS)[number];
  readonly options: Partial<WorldOptions>;
  readonly userParameters: Readonly<Record<string, string>>;
}

/** Every pair of ids and reads; the rest in turn. */
const VARIANTS = IDS.flatMap((ids) => READS.map((reads) => [ids, reads] as const)).map(
  ([ids, executionReads], index): Variant => ({
    ids,
    meanwhile: HARMLESS[index % HARMLESS.length],
    options: {
      jobDetails: ids === 'given' ? 'no-ids' : ids,
      executionReads,
      abandonedResult: RESULTS[index % RESULTS.length] ?? 'refused',
      executionReadsLagSeconds: index % 2 === 0 ? 0 : 3,
      abandonedExecution: index % 5 < 3 ? 'stopped' : 'stopping',
      listsUserParameters: index % 3 !== 0,
    },
    userParameters: ids === 'given' ? { PIPELINE_EXECUTION_ID: FIRST_EXECUTION } : {},
  }),
);

/** Which of the two reads can be made: of the execution, of its actions. */
function readable({ ids, options: { executionReads } }: Variant): { status: boolean; actions: boolean } {
  if (['denied', 'no-context', 'no-ids'].includes(ids)) return { status: false, actions: false };
  return {
    // The list of actions tells the execution's id, too.
    status: executionReads === 'allowed' || (executionReads === 'status-only' && ids !== 'no-execution-id'),
    actions: ['allowed', 'actions-only'].includes(executionReads ?? ''),
  };
}

function isTold(variant: Variant): boolean {
  const { status, actions } = readable(variant);
  return status || actions;
}

function play(variant: Variant, scenario: string, plan: Partial<RunPlan>): Promise<RunTrace> {
  return playRun({
    seed: 1,
    scenario: scenarioNamed(scenario),
    latencyMs: () => 50,
    ...plan,
    userParameters: { ...plan.userParameters, ...variant.userParameters },
    options: { ...variant.options, ...plan.options },
  });
}

const unnoticedLines = ({ logs }: RunTrace) => logs.filter((line) => line.includes('will not be noticed'));

/** Where CodePipeline answers in one respect otherwise; CI tries every pair. */
const isPlain = ({ ids, options: { executionReads } }: Variant) => ids === 'whole' || executionReads === 'allowed';

describe.each(
  VARIANTS.filter((variant) => TRIES_ALL || isPlain(variant)).map(
    (variant) => [variant.ids, variant.options.executionReads, variant] as const,
  ),
)('ids: %s, reads: %s', (_ids, _reads, variant) => {
  test(`a healthy deployment succeeds (${variant.meanwhile ?? 'undisturbed'})`, async () => {
    const { meanwhile } = variant;
    const trace = await play(variant, 'success', {
      env: { POLL_WINDOW_SECONDS: '20' },
      ...(meanwhile && { stop: { kind: meanwhile, afterSeconds: 33 } }),
    });
    expect(violationsOf(trace)).toEqual([]);
    expect(trace.action.status).toBe('Succeeded');
    expect(trace.action.jobs.length).toBeGreaterThan(1);
    expect(unnoticedLines(trace)).toHaveLength(isTold(variant) ? 0 : 1);
  });

  // The first is noticed by a check on the way, the second one before, or after, the invocation ends with a continuation.
  test.each(['', '20'])('a stop is noticed wherever it can be read (POLL_WINDOW_SECONDS: "%s")', async (window) => {
    const trace = await play(variant, 'never-finishes', {
      env: { POLL_WINDOW_SECONDS: window },
      stop: { kind: 'abandon', afterSeconds: 32 },
      userParameters: { TIMEOUT: 800 },
    });
    expect(violationsOf(trace)).toEqual([]);
    expect(trace.action.reason).toBe('abandoned');
    expect(trace.world.traffic.serves('blue')).toBe(true);
    expect(trace.errors).toEqual([]);
    if (isTold(variant)) {
      expect(ownGreen(trace).filter(isUp)).toEqual([]);
      expect(ownSpot(trace).map(({ state }) => state)).toEqual(['FINISHED_STOPPED']);
      expect(trace.logs.join('\n')).toContain('The pipeline execution was stopped: ');
    } else {
      // Elastigroup's own timeout is what ends it: TIMEOUT, the time for cleaning up, and an hour.
      expect(ownSpot(trace).map(({ request }) => request.timeoutMinutes)).toEqual([Math.ceil((800 + 900) / 60) + 60]);
      expect(unnoticedLines(trace)).toHaveLength(1);
    }
  });

  test('an event that comes again after its action has failed starts nothing, where that can be read', async () => {
    const trace = await play(variant, 'launch-fails', {
      options: { listsFinished: false },
      duplicates: [{ which: 0, delaySeconds: 400 }],
    });
    expect(trace.action.status).toBe('Failed');
    expect(trace.action.invocations).toHaveLength(2);
    const isKnown = variant.ids === 'unknown-after-result' || readable(variant).actions;
    // Spot's list and EC2 show nothing of it any more: docs/how-it-works.md, "What it cannot know".
    expect(ownSpot(trace)).toHaveLength(isKnown ? 1 : 2);
    if (isKnown) expect(violationsOf(trace)).toEqual([]);
  });

  test('an edit of the pipeline, which cancels the execution, ends the deployment where that can be read', async () => {
    const trace = await play(variant, 'success', { stop: { kind: 'cancel', afterSeconds: 10 } });
    expect(violationsOf(trace)).toEqual([]);
    expect(trace.action.status).toBe(readable(variant).status ? 'Failed' : 'Succeeded');
    if (readable(variant).status) expect(ownGreen(trace).filter(isUp)).toEqual([]);
  });
});

import type { ElastigroupDeployment } from '../../../../src/clients/spot/elastigroup';
import { timedOut } from '../../../../src/deployment/failures';
import { judge, type Verdict } from '../../../../src/deployment/phases/installing';
import type { Attempt } from '../../../../src/deployment/attempt';
import type { Installing } from '../../../../src/deployment/state';
import {
  at,
  codeDeploy,
  elastigroup,
  inPhase,
  installing,
  noAnswer,
  withoutElastigroup,
} from '../../../support/deploymentSamples';
import { FakeContext } from '../../../support/fakeContext';
import { pollOnce } from '../../../support/pollOnce';

const seen = <T>(value: T): Attempt<T> => ({ ok: true, value });
const unseen = (service: 'CodeDeploy' | 'Spot') =>
  ({ ok: false, error: noAnswer(service, 'unavailable', `${service} is down`) }) as const;

function inWords(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'failed':
      return `failed: ${verdict.failure.headline}`;
    case 'unclear':
      return `unclear: ${verdict.error.message}`;
    default:
      return verdict.kind;
  }
}

const VERDICTS: Record<string, string> = {
  S: 'succeeded',
  F: 'failed: CodeDeploy d-OWN failed',
  H: 'failed: CodeDeploy d-OWN was stopped outside this action',
  W: 'failed: Elastigroup deployment cdbg-1 failed',
  T: 'failed: TIMEOUT (30m) reached',
  c: 'unclear: CodeDeploy call: CodeDeploy is down',
  // Spot alone is down: CodeDeploy's deployment goes on.
  s: 'continue',
  '.': 'continue',
};

/** The columns: what Elastigroup shows, in each of these states. */
const COLUMNS: readonly (readonly [string, readonly Attempt<ElastigroupDeployment | undefined>[]])[] = [
  ['cannot be queried', [unseen('Spot')]],
  ['lists none', [seen(undefined)]],
  [
    'goes on',
    inStates('AWAITING_USER_DEPLOYMENT', 'AWAITING_DEPLOYMENT_TO_FINISH', 'WAIT_BEFORE_TERMINATION', 'STARTING'),
  ],
  ['says an unknown word', inStates('', 'A_NEW_STATE', 'finished', 'error')],
  ['is FINISHED', inStates('FINISHED')],
  [
    'goes wrong',
    inStates(
      'ERROR',
      'UNSTABLE_DEPLOYMENT',
      'STOPPING',
      'ROLLBACK_START',
      'ROLLBACK_CREATE_DEPLOYMENT',
      'REMOVE_NEW_INSTANCES',
      'FINISHED_ERROR',
      'FINISHED_STOPPED',
    ),
  ],
];

/** The rows: CodeDeploy's status; the verdicts by column before TIMEOUT is reached, and after. */
const TABLE: readonly (readonly [status: string, before: string, after: string])[] = [
  // unseen none goes-on unknown FINISHED wrong
  ['cannot be queried', 'c c c c c W', 'T T T T T W'],
  ['Created', 's . . . . W', 'T T T T T W'],
  ['Queued', 's . . . . W', 'T T T T T W'],
  ['InProgress', 's . . . . W', 'T T T T T W'],
  ['Baking', 's . . . . W', 'T T T T T W'],
  ['Ready', 's . . . . W', 'T T T T T W'],
  ['ANewStatus', 's . . . . W', 'T T T T T W'],
  ['', 's . . . . W', 'T T T T T W'],
  ['Succeeded', 'S S S S S S', 'S S S S S S'],
  ['Failed', 'F F F F F F', 'F F F F F F'],
  ['Stopped', 'H H H H H H', 'T T T T T T'],
];

function inStates(...states: string[]): Attempt<ElastigroupDeployment | undefined>[] {
  return states.map((state) => seen(elastigroup('cdbg-1', state)));
}

const rows = TABLE.flatMap(([status, before, after]) =>
  COLUMNS.flatMap(([side, answers], column) =>
    [before, after].map((marks, isAfter) => ({
      status,
      side,
      answers,
      late: isAfter === 1,
      verdict: VERDICTS[marks.split(' ')[column] ?? ''] ?? 'no such mark',
    })),
  ),
);

describe('the verdict on one reading of both sides', () => {
  test.each(rows)(
    'CodeDeploy "$status", Elastigroup $side, TIMEOUT reached: $late → $verdict',
    ({ status, answers, late, verdict: wanted }) => {
      const ourSide = status === 'cannot be queried' ? unseen('CodeDeploy') : seen(codeDeploy('d-OWN', status));
      const failure = late ? timedOut(installing(), new FakeContext({}, { now: at(1800) })) : undefined;

      for (const answer of answers)
        expect(inWords(judge(ourSide, answer, failure, true)).slice(0, wanted.length)).toBe(wanted);
    },
  );

  test('the table has a verdict of each kind, and all its cells', () => {
    expect(new Set(rows.map(({ verdict }) => verdict))).toEqual(new Set(Object.values(VERDICTS)));
    expect(rows).toHaveLength(11 * 6 * 2);
  });

  test.each([
    ['REVISION_MISSING', 'RevisionUnavailable'],
    ['INVALID_REVISION', 'RevisionUnavailable'],
    ['IAM_ROLE_PERMISSIONS', 'PermissionError'],
    ['IAM_ROLE_MISSING', 'PermissionError'],
    ['INTERNAL_ERROR', 'SystemUnavailable'],
    ['THROTTLED', 'SystemUnavailable'],
    ['HEALTH_CONSTRAINTS', 'JobFailed'],
    ['A_NEW_CODE', 'JobFailed'],
  ])('the error %s of a failed deployment is a %s, in its own words', (code, type) => {
    const deployment = codeDeploy('d-OWN', 'Failed', { error: { code, message: 'too few are well' } });
    const verdict = judge(seen(deployment), seen(undefined), undefined, true);

    expect(verdict).toMatchObject({ kind: 'failed', failure: { type } });
    expect(JSON.stringify(verdict)).toContain(`${code}: too few are well`);
  });
});

describe('one poll of installing', () => {
  const GOING = { list: [[elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH')]] };

  test.each([
    [{ total: 4, done: 2, failed: 0, skipped: 0 }, '2 of 4 instances done', 63],
    [{ total: 4, done: 2, failed: 1, skipped: 0 }, '2 of 4 instances done, 1 failed', 63],
    [{ total: 0, done: 0, failed: 0, skipped: 0 }, 'InProgress', 40],
  ])('%j is shown as "%s", at %d %%', async (instances, words, percent) => {
    const { next } = await pollOnce(
      installing(),
      {},
      { ...GOING, getDeployment: [codeDeploy('d-OWN', 'InProgress', { instances })] },
    );

    expect(inPhase(next, 'installing')).toMatchObject({ progress: `CodeDeploy d-OWN: ${words}`, percent });
  });

  test('Ready is shown as waiting for the traffic to be rerouted', async () => {
    const { next } = await pollOnce(installing(), {}, { ...GOING, getDeployment: [codeDeploy('d-OWN', 'Ready')] });

    expect(inPhase(next, 'installing').progress).toContain('waiting for traffic to be rerouted');
  });

  test('the wait before blue is terminated is shown', async () => {
    const deployment = codeDeploy('d-OWN', 'InProgress', { waitsBeforeTerminatingBlue: true });
    const { next } = await pollOnce(installing(), {}, { ...GOING, getDeployment: [deployment] });

    expect(inPhase(next, 'installing').progress).toContain('waiting to terminate blue');
  });

  test('Succeeded goes on to Elastigroup, also when TIMEOUT is reached in the same poll', async () => {
    const { next, context } = await pollOnce(
      installing(),
      { after: 1800 },
      { ...GOING, getDeployment: [codeDeploy('d-OWN', 'Succeeded')] },
    );

    expect(inPhase(next, 'finalizing')).toMatchObject({ deploymentId: 'd-OWN', elastigroupDeploymentId: 'cdbg-1' });
    expect(context.changes).toEqual([]);
  });

  test('Succeeded goes on to Elastigroup, also when that one cannot be queried', async () => {
    const { next } = await pollOnce(
      installing(),
      {},
      { list: [noAnswer('Spot', 'denied')], getDeployment: [codeDeploy('d-OWN', 'Succeeded')] },
    );

    expect(next.phase).toBe('finalizing');
  });

  test('a failure goes on to cleaning up, and stops nothing by itself', async () => {
    const { next, context } = await pollOnce(
      installing(),
      {},
      { ...GOING, getDeployment: [codeDeploy('d-OWN', 'Failed')] },
    );

    expect(inPhase(next, 'cleaningUp')).toMatchObject({ deploymentId: 'd-OWN', elastigroupDeploymentId: 'cdbg-1' });
    expect(context.changes).toEqual([]);
  });

  test('the start of the action moves back to the creation of its CodeDeploy deployment', async () => {
    const deployment = codeDeploy('d-OWN', 'InProgress', { createdAt: at(-50) });
    const { next } = await pollOnce(installing(), {}, { ...GOING, getDeployment: [deployment] });

    expect(inPhase(next, 'installing').startedAt).toBe(at(-50));
  });

  test('a CodeDeploy that cannot be seen costs the poll', async () => {
    const { next } = await pollOnce(
      installing(),
      { after: 20 },
      { list: [[]], getDeployment: [noAnswer('CodeDeploy', 'timeout')] },
    );

    expect(inPhase(next, 'installing').outageSince).toBe(at(20));
  });

  test('while Spot alone does not answer, CodeDeploy is followed until TIMEOUT', async () => {
    const { next } = await pollOnce(
      installing(),
      { after: 20 },
      { list: [noAnswer('Spot', 'timeout')], getDeployment: [codeDeploy('d-OWN', 'InProgress')] },
    );

    expect(inPhase(next, 'installing')).not.toHaveProperty('outageSince');
  });

  test('a Spot that denies the list for two minutes ends it', async () => {
    const { next } = await pollOnce(
      installing({ deniedSince: at(0) }),
      { after: 120 },
      { list: [noAnswer('Spot', 'denied')], getDeployment: [codeDeploy('d-OWN', 'InProgress')] },
    );

    expect(next.phase).toBe('cleaningUp');
  });

  test("another's Elastigroup deployment that errs is not ours", async () => {
    const { next } = await pollOnce(
      installing(),
      {},
      {
        list: [[elastigroup('cdbg-9', 'ERROR', []), elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH')]],
        getDeployment: [codeDeploy('d-OWN', 'InProgress')],
      },
    );

    expect(next.phase).toBe('installing');
  });
});

describe('a run that was adopted by its CodeDeploy deployment alone', () => {
  const adopted = withoutElastigroup(installing());

  test('never stops its own fleet, when Spot lists it after all, but follows it', async () => {
    const { next, context } = await pollOnce(
      adopted,
      {},
      {
        list: [[elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH')]],
        getDeployment: [codeDeploy('d-OWN', 'InProgress')],
      },
    );

    expect(context.changes).toEqual([]);
    expect(inPhase(next, 'installing').elastigroupDeploymentId).toBe('cdbg-1');
  });

  test('ends when that fleet goes wrong', async () => {
    const { next } = await pollOnce(
      adopted,
      {},
      { list: [[elastigroup('cdbg-1', 'ROLLBACK_START')]], getDeployment: [codeDeploy('d-OWN', 'InProgress')] },
    );

    expect(inPhase(next, 'cleaningUp').failure.headline).toContain('ROLLBACK_START');
  });

  test('goes on without one', async () => {
    const { next } = await pollOnce(adopted, {}, { list: [[]], getDeployment: [codeDeploy('d-OWN', 'InProgress')] });

    expect(next.phase).toBe('installing');
  });

  test('remembers the fleet also in the poll in which CodeDeploy succeeds', async () => {
    const { next } = await pollOnce(
      adopted,
      {},
      {
        list: [[elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH')]],
        getDeployment: [codeDeploy('d-OWN', 'Succeeded')],
      },
    );

    expect(inPhase(next, 'finalizing').elastigroupDeploymentId).toBe('cdbg-1');
  });
});

describe('while CodeDeploy is at work', () => {
  const going = [elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH')];
  const inProgress = (done = 2) => ({
    getDeployment: [codeDeploy('d-OWN', 'InProgress', { instances: { total: 4, done, failed: 0, skipped: 0 } })],
  });
  const usual = { median: 600, high: 700, count: 5 };
  const lately = { spotRead: { at: at(100), done: 2 }, usual };

  test.each<[string, Partial<Installing>, number]>([
    ['once a minute, where it takes ten', lately, 60],
    ['after a quarter of the usual time, where it takes less', { ...lately, usual: { ...usual, median: 80 } }, 20],
    ['after half a minute, where the group has no history', { spotRead: { at: at(100), done: 2 } }, 30],
  ])('Spot is asked %s', async (_name, known, seconds) => {
    const state = installing(known);
    const before = await pollOnce(state, { after: 99 + seconds }, inProgress());
    expect(inPhase(before.next, 'installing').spotRead).toEqual({ at: at(100), done: 2 });

    const due = await pollOnce(state, { after: 100 + seconds }, { ...inProgress(), list: [going] });
    expect(inPhase(due.next, 'installing').spotRead).toEqual({ at: at(100 + seconds), done: 2 });
  });

  test('and whenever CodeDeploy has got further: blue is not to leave for a green that is being removed', async () => {
    const { next } = await pollOnce(
      installing(lately),
      { after: 101 },
      { ...inProgress(3), list: [[elastigroup('cdbg-1', 'ROLLBACK_START')]] },
    );
    expect(inPhase(next, 'cleaningUp').failure.headline).toContain('ROLLBACK_START');
  });

  test("but every five minutes only while Spot's limit is scarce", async () => {
    const scarce = { isSpotLimitTight: true };
    const { next } = await pollOnce(
      installing({ ...lately, usual: { ...usual, median: 80 } }),
      { after: 399, ...scarce },
      inProgress(3),
    );
    expect(inPhase(next, 'installing').spotRead).toEqual({ at: at(100), done: 2 });
    const due = await pollOnce(installing(lately), { after: 400, ...scarce }, { ...inProgress(3), list: [going] });
    expect(inPhase(due.next, 'installing').spotRead).toEqual({ at: at(400), done: 3 });
  });

  test.each<[string, Installing]>([
    ['where it was denied', installing({ ...lately, deniedSince: at(100) })],
    ['where its deployment is not known yet', withoutElastigroup(installing(lately))],
    ['where it was never asked', installing({ usual })],
  ])('at every poll %s', async (_name, state) => {
    const { next } = await pollOnce(state, { after: 101 }, { ...inProgress(), list: [going] });
    expect(inPhase(next, 'installing').spotRead).toEqual({ at: at(101), done: 2 });
  });

  test('at every poll where CodeDeploy does not answer', async () => {
    const { next } = await pollOnce(
      installing(lately),
      { after: 101 },
      {
        getDeployment: [noAnswer('CodeDeploy', 'timeout')],
        list: [[elastigroup('cdbg-1', 'ROLLBACK_START')]],
      },
    );
    expect(next.phase).toBe('cleaningUp');
  });

  test('at TIMEOUT: its own failure is the better headline', async () => {
    const wrong = { ...inProgress(), list: [[elastigroup('cdbg-1', 'FINISHED_ERROR')]] };
    const state = installing({ ...lately, spotRead: { at: at(1799), done: 2 } });
    const { next } = await pollOnce(state, { after: 1800 }, wrong);
    expect(inPhase(next, 'cleaningUp').failure.headline).toContain('FINISHED_ERROR');
  });

  test('a duplicate that is stopped is followed until it has ended', async () => {
    const two = [...going, elastigroup('cdbg-2', 'STARTING')];
    const { next, context } = await pollOnce(
      installing(lately),
      { after: 160 },
      { ...inProgress(), list: [two], stopElastigroup: ['accepted'] },
    );
    expect(context.changes).toEqual(['stop Elastigroup cdbg-2']);
    expect(inPhase(next, 'installing')).not.toHaveProperty('spotRead');
  });

  test('a Spot that does not answer is not asked more often', async () => {
    const { next } = await pollOnce(
      installing(lately),
      { after: 160 },
      { ...inProgress(), list: [noAnswer('Spot', 'unavailable')] },
    );
    expect(inPhase(next, 'installing').spotRead).toEqual({ at: at(160), done: 2 });
  });

  test.each(['Succeeded', 'Failed'])('CodeDeploy that has %s needs no word of it', async (status) => {
    const { next } = await pollOnce(
      installing(lately),
      { after: 200 },
      { getDeployment: [codeDeploy('d-OWN', status)] },
    );
    expect(next.phase).toBe(status === 'Succeeded' ? 'finalizing' : 'cleaningUp');
  });
});

describe('a deployment that was stopped', () => {
  const STOPPED = {
    list: [[elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH')]],
    getDeployment: [codeDeploy('d-OWN', 'Stopped')],
  };

  test('while this invocation followed it was stopped outside this action', async () => {
    const { next } = await pollOnce(installing({ invocations: 3, activeIn: 3 }), {}, STOPPED);
    expect(inPhase(next, 'cleaningUp').failure.headline).toContain('was stopped outside this action (no reason given)');
  });

  test.each([installing(), installing({ invocations: 3, activeIn: 2 })])(
    'before this invocation saw it may have been stopped by one that died',
    async (state) => {
      const { next } = await pollOnce(state, {}, STOPPED);
      expect(inPhase(next, 'cleaningUp').failure.headline).toContain('or by an earlier invocation of it');
    },
  );

  test('after TIMEOUT was stopped for it', async () => {
    const { next } = await pollOnce(installing(), { after: 1800 }, STOPPED);
    expect(inPhase(next, 'cleaningUp').failure).toMatchObject({ timedOut: true });
  });
});

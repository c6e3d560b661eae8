import type { CodeDeployDeployment } from '../../../../src/clients/codeDeploy/codeDeploy';
import { advance } from '../../../../src/deployment/advance';
import type { State } from '../../../../src/deployment/state';
import {
  active,
  at,
  cleaningUp,
  codeDeploy,
  elastigroup,
  inPhase,
  instance,
  noAnswer,
  OTHER_TAG,
  target,
  UNTOUCHED_TARGETS,
} from '../../../support/deploymentSamples';
import { FakeContext, type Script } from '../../../support/fakeContext';
import { pollOnce } from '../../../support/pollOnce';

/** At every moment a fleet serves, and the one that does is never removed or stopped (issue: cleaning up under traffic). */

const alive = [elastigroup('cdbg-1', 'AWAITING_DEPLOYMENT_TO_FINISH')];
const counts = { total: 1, done: 0, failed: 0, skipped: 0 };
const inProgress = codeDeploy('d-OWN', 'InProgress', { instances: counts });
const failed = codeDeploy('d-OWN', 'Failed', { instances: counts, endedAt: at(100) });
const stopped = codeDeploy('d-OWN', 'Stopped', { instances: counts, endedAt: at(100) });
const ON_BLUE = [
  target('i-g', 'Green', { Install: 'Failed', AllowTraffic: 'Skipped' }, 'Failed'),
  target('i-b', 'Blue', { BlockTraffic: 'Skipped' }, 'Skipped'),
];
const MOVED = [
  target('i-g', 'Green', { AllowTraffic: 'Succeeded' }, 'Succeeded'),
  target('i-b', 'Blue', { BlockTraffic: 'Failed', AfterBlockTraffic: 'Skipped' }, 'Failed'),
];
/** A rollback's. */
const BACK = [
  target('i-b', 'Blue', { AllowTraffic: 'Succeeded' }, 'Succeeded'),
  target('i-g', 'Green', { BlockTraffic: 'Succeeded' }, 'Succeeded'),
];
const GREEN = [instance('i-g')];

/** What every poll reads: CodeDeploy's deployments, each in its turn, and the fleet that waits for CodeDeploy. */
const reads = (...deployments: NonNullable<Script['getDeployment']>): Script => ({
  getDeployment: deployments,
  list: [alive],
});
/** Right before the stop of Elastigroup, the deployment group is searched for a successor of the deployment. */
const stops = (deployment: CodeDeployDeployment) =>
  ({ findDeployments: [[deployment]], stopElastigroup: ['accepted'] }) as const satisfies Script;
/** Where green is kept, the message names it, and says what became of blue. */
const GREEN_ALONE: Script = { green: [GREEN], groupInstances: [['i-g']] };
const BOTH_FLEETS: Script = { green: [GREEN], groupInstances: [['i-g', 'i-b']] };

const rollback = (status: string) =>
  codeDeploy('d-BACK', status, { creator: 'codeDeployRollback', targetTags: [], rollsBackDeploymentId: 'd-OWN' });

async function play(first: State, steps: readonly (Script & { readonly after: number })[]) {
  let state = first;
  const changes: string[] = [];
  for (const { after, ...script } of steps) {
    const { next, context } = await pollOnce(active(state), { after }, script);
    changes.push(...context.changes);
    state = next;
  }
  return { state, changes };
}

describe('while traffic moves and the deployment is active', () => {
  test('StopDeployment stays Pending for longer than a minute: Elastigroup is not stopped under it', async () => {
    const pending = [30, 90, 150, 210].map((after) => ({
      after,
      ...reads(inProgress),
      stopCodeDeploy: ['stopping'] as const,
    }));
    const { state, changes } = await play(cleaningUp({ firstStopAt: at(0), codeDeployStopSentAt: at(0) }), pending);

    expect(state.phase).toBe('cleaningUp');
    expect(new Set(changes)).toEqual(new Set(['stop CodeDeploy d-OWN']));
  });

  test('the end of CLEANUP_TIMEOUT_SECONDS ends the action, and keeps green', async () => {
    const { next, context } = await pollOnce(
      cleaningUp({ firstStopAt: at(0), codeDeployStopSentAt: at(0) }),
      { after: 300 },
      {
        ...reads(inProgress),
        ...BOTH_FLEETS,
        targets: [MOVED],
      },
    );

    expect(context.changes).toEqual([]);
    const text = inPhase(next, 'failed').left.join('\n');
    expect(text).toMatch(/i-g may be in service and were kept: CodeDeploy d-OWN is still InProgress/);
    expect(text).toMatch(/Elastigroup ends deployment cdbg-1 at its own timeout, not before 10:35:00Z/);
  });
});

describe('a rollback', () => {
  const ended = { ...stopped, rollbackDeploymentId: 'd-BACK' };

  test('is waited for; when it has succeeded, green is removed', async () => {
    const { state, changes } = await play(cleaningUp(), [
      { after: 0, ...reads(inProgress), stopCodeDeploy: ['stopping'] },
      { after: 5, ...reads(ended, rollback('InProgress')), targets: [MOVED] },
      { after: 100, ...reads(ended, rollback('InProgress')) },
      {
        after: 200,
        ...reads(ended, rollback('Succeeded')),
        targets: [MOVED, BACK],
        described: [[instance('i-b')]],
        ...stops(ended),
      },
      {
        after: 220,
        getDeployment: [ended, rollback('Succeeded')],
        list: [[elastigroup('cdbg-1', 'FINISHED_STOPPED')]],
        green: [[]],
      },
    ]);

    expect(changes).toEqual(['stop CodeDeploy d-OWN', 'stop Elastigroup cdbg-1']);
    expect(inPhase(state, 'failed').cleaned).toEqual([
      'CodeDeploy d-OWN was stopped.',
      'Rollback d-BACK has returned the traffic to blue.',
      'Elastigroup deployment cdbg-1 was stopped.',
      'No green instances remain.',
    ]);
  });

  /** The targets of the deployment and of its rollback, and blue as EC2 shows it. */
  test.each([
    ['brought back no blue instance', MOVED, [target('i-g', 'Green', {}, 'Succeeded')], undefined],
    ['shows no targets', MOVED, [], undefined],
    ['brought blue back, which has been terminated', MOVED, BACK, [instance('i-b', { state: 'terminated' })]],
    ['brought blue back, which EC2 does not know any more', MOVED, BACK, []],
  ] as const)('that succeeded and %s keeps green', async (_name, moved, back, described) => {
    const script: Script = {
      ...reads(ended, { ...rollback('Succeeded'), endedAt: at(200) }),
      targets: [moved, back],
      described: [described ?? []],
    };
    const first = await pollOnce(cleaningUp({ traffic: 'moving' }), { after: 229 }, script);
    expect(first.context.changes).toEqual([]);
    expect(inPhase(first.next, 'cleaningUp').progress).toContain('waiting for rollback d-BACK to show blue in service');
    const { next, context } = await pollOnce(
      active(first.next),
      { after: 230 },
      { ...script, targets: [moved, back, MOVED], ...GREEN_ALONE },
    );
    expect(context.changes).toEqual([]);
    expect(inPhase(next, 'failed').left.join()).toContain(
      'i-g may be in service and were kept: traffic had moved to green, rollback d-BACK of CodeDeploy d-OWN succeeded, and no blue',
    );
  });

  test('is believed where targets have no labels: blue is what does not carry the green tag', async () => {
    const unlabelled = MOVED.map((each) => ({ ...each, label: undefined }));
    const { context } = await pollOnce(
      cleaningUp({ traffic: 'moving' }),
      { after: 200 },
      {
        ...reads(ended, rollback('Succeeded')),
        targets: [unlabelled, BACK],
        green: [GREEN],
        described: [[instance('i-b')]],
        ...stops(ended),
      },
    );
    expect(context.changes).toEqual(['stop Elastigroup cdbg-1']);
  });

  test('that cannot be read at first is waited for', async () => {
    const script: Script = {
      ...reads(ended, noAnswer('CodeDeploy', 'rejected')),
    };
    const moved = cleaningUp({ traffic: 'moving', codeDeployEndedSince: at(0) });
    const first = await pollOnce(moved, { after: 1 }, script);
    const second = await pollOnce(active(first.next), { after: 120 }, script);
    expect(inPhase(second.next, 'cleaningUp').progress).toContain('cannot be queried for where the traffic is');
    const { next } = await pollOnce(
      active(second.next),
      { after: 121 },
      { ...script, targets: [MOVED], ...GREEN_ALONE },
    );
    expect(inPhase(next, 'failed').left.join()).toContain('i-g may be in service and were kept');
  });

  test('that rollbackInfo does not name yet is found in the group', async () => {
    const { state, changes } = await play(cleaningUp(), [
      { after: 0, ...reads(stopped), targets: [MOVED], findDeployments: [[stopped]] },
      { after: 5, ...reads(stopped), findDeployments: [[rollback('InProgress'), stopped]] },
    ]);
    expect(inPhase(state, 'cleaningUp').progress).toContain('waiting for rollback d-BACK');
    expect(changes).toEqual([]);
  });

  test.each(['Failed', 'Stopped'])('that is %s keeps green in service', async (status) => {
    const { next, context } = await pollOnce(
      cleaningUp(),
      {},
      {
        ...reads({ ...failed, rollbackDeploymentId: 'd-BACK' }, rollback(status)),
        targets: [MOVED],
        ...BOTH_FLEETS,
      },
    );
    expect(context.changes).toEqual([]);
    expect(inPhase(next, 'failed').left.join()).toContain(`rollback d-BACK of CodeDeploy d-OWN is ${status}`);
  });

  test('that still runs when the time is over keeps green, and says that it needs it', async () => {
    const { next, context } = await pollOnce(
      cleaningUp({ traffic: 'moving', codeDeployEndedSince: at(10) }),
      { after: 300 },
      {
        ...reads(ended, rollback('InProgress')),
        targets: [MOVED],
        ...GREEN_ALONE,
      },
    );
    expect(context.changes).toEqual([]);
    expect(inPhase(next, 'failed').left.join()).toContain('is still returning the traffic to blue, and needs green');
  });
});

test('a failure after traffic has moved, without rollback, keeps green, names it, and tells what became of blue', async () => {
  const { state, changes } = await play(cleaningUp(), [
    { after: 0, ...reads(failed), targets: [MOVED], findDeployments: [[failed]] },
    {
      after: 60,
      ...reads(failed),
      findDeployments: [[failed]],
      targets: [MOVED],
      ...BOTH_FLEETS,
    },
  ]);

  expect(changes).toEqual([]);
  const text = inPhase(state, 'failed').left.join('\n');
  expect(text).toMatch(/Green instances i-g are in service and were kept: traffic had moved to green/);
  expect(text).toMatch(/Blue: 0 of 1 instances deregistered from the load balancer; not deregistered: i-b; 1 still in/);
  expect(text).toContain('stop nothing while green alone serves');
});

test('a second fleet of the action is named beside the first, where green is kept', async () => {
  const waits = { ...inProgress, waitsBeforeTerminatingBlue: true };
  const second = elastigroup('cdbg-2', 'AWAITING_DEPLOYMENT_TO_FINISH');
  const { next } = await pollOnce(
    cleaningUp(),
    {},
    {
      getDeployment: [waits],
      list: [[second, ...alive]],
      targets: [MOVED],
      ...GREEN_ALONE,
    },
  );
  expect(inPhase(next, 'failed').left.join()).toContain('Elastigroup ends deployment cdbg-1 and cdbg-2 at its own');
});

test('while blue only waits for its termination nothing is stopped, and the failure says when blue goes', async () => {
  const waits = { ...inProgress, waitsBeforeTerminatingBlue: true, blueTerminationWaitMinutes: 60 };
  const done = [
    target('i-g', 'Green', { AllowTraffic: 'Succeeded' }, 'Succeeded'),
    target('i-b', 'Blue', { BlockTraffic: 'Succeeded' }, 'Succeeded'),
  ];
  const { next, context } = await pollOnce(cleaningUp(), {}, { ...reads(waits), targets: [done], ...BOTH_FLEETS });

  expect(context.changes).toEqual([]);
  const text = inPhase(next, 'failed').left.join('\n');
  expect(text).toContain('Green instances i-g are in service');
  // The last event of blue ended at 09:01:00Z.
  expect(text).toContain('CodeDeploy terminates it after a wait of 1h, at about 10:01:00Z');
  expect(text).toContain('KEEP_ALIVE');
});

describe('where it cannot be read where the traffic is', () => {
  const unread = noAnswer('CodeDeploy', 'denied', 'not authorized to perform: codedeploy:ListDeploymentTargets');

  test('for good: nothing that may serve is removed, and what is left is named', async () => {
    const script: Script = { ...reads(failed), targets: [unread], findDeployments: [[failed]] };
    const first = await pollOnce(cleaningUp(), {}, script);
    const patient = await pollOnce(active(first.next), { after: 119 }, script);
    const { next, context } = await pollOnce(
      active(patient.next),
      { after: 120 },
      { ...script, green: [GREEN], groupInstances: [noAnswer('Spot', 'denied')] },
    );
    expect(patient.next).toMatchObject({ phase: 'cleaningUp', refused: { since: at(0), polls: 2 } });
    expect([first, patient].flatMap(({ context: { changes } }) => changes).concat(context.changes)).toEqual([]);
    const text = inPhase(next, 'failed').left.join('\n');
    expect(text).toContain('i-g may be in service');
    expect(text).toContain('codedeploy:ListDeploymentTargets');
  });

  test('one stray denial after an outage of two minutes does not end the waiting', async () => {
    const script: Script = { ...reads(failed), targets: [unread], findDeployments: [[failed]] };
    const { next } = await pollOnce(cleaningUp({ unseenSince: at(0) }), { after: 125 }, script);
    expect(inPhase(next, 'cleaningUp').progress).toContain('cannot be queried for where the traffic is');
  });

  test('for the moment: it is waited for, and then green is removed where it never served', async () => {
    const { state, changes } = await play(cleaningUp(), [
      {
        after: 0,
        ...reads(failed),
        targets: [noAnswer('CodeDeploy', 'throttled')],
        findDeployments: [[failed]],
      },
      {
        after: 5,
        ...reads(failed),
        targets: [ON_BLUE],
        ...stops(failed),
      },
    ]);
    expect(state.phase).toBe('cleaningUp');
    expect(changes).toEqual(['stop Elastigroup cdbg-1']);
  });
});

describe('a group without a load balancer whose CodeDeploy terminates blue', () => {
  const terminates = { hasTrafficControl: false, blueTerminationWaitMinutes: 0 };
  const ended = { ...stopped, ...terminates };

  test('keeps green where no blue instance runs any more', async () => {
    const { next, context } = await pollOnce(
      cleaningUp(),
      {},
      {
        ...reads(ended),
        targets: [MOVED, MOVED],
        described: [[instance('i-b', { state: 'shutting-down' })]],
        ...GREEN_ALONE,
      },
    );
    expect(context.changes).toEqual([]);
    expect(inPhase(next, 'failed').left.join()).toContain('EC2 shows no blue instance running');
  });

  test('removes green where blue runs', async () => {
    const { context } = await pollOnce(
      cleaningUp(),
      {},
      {
        ...reads(ended),
        targets: [ON_BLUE],
        described: [[instance('i-b')]],
        ...stops(ended),
      },
    );
    expect(context.changes).toEqual(['stop Elastigroup cdbg-1']);
  });

  test('waits where EC2 cannot be queried', async () => {
    const { next, context } = await pollOnce(
      cleaningUp(),
      {},
      { ...reads(ended), targets: [ON_BLUE], described: [noAnswer('EC2', 'denied')] },
    );
    expect(context.changes).toEqual([]);
    expect(inPhase(next, 'cleaningUp').progress).toContain('EC2 cannot be queried for where the traffic is');
  });
});

test('where no green instance runs any more, the failure does not say that green serves', async () => {
  const { next } = await pollOnce(
    cleaningUp({ traffic: 'moving', codeDeployEndedSince: at(0) }),
    { after: 60 },
    {
      ...reads(failed),
      findDeployments: [[failed]],
      targets: [MOVED],
      green: [[instance('i-g', { state: 'terminated' })]],
      groupInstances: [[]],
    },
  );
  const text = inPhase(next, 'failed').left.join('\n');
  expect(text).toContain('EC2 shows no green instance any more');
  expect(text).toContain('Check the target group at once');
  expect(text).not.toContain('in service');
});

describe('AUTO_ROLLBACK: false', () => {
  const off = { parameters: { autoRollback: { enabled: false } } };

  test('is respected before traffic has moved', async () => {
    const script = {
      ...reads(inProgress),
      targets: [ON_BLUE],
      stopCodeDeploy: ['stopping'] as const,
    };
    const { context } = await pollOnce(cleaningUp(), off, script);
    expect(context.changes).toEqual(['stop CodeDeploy d-OWN without rollback']);
  });

  test.each([
    ['has moved', MOVED],
    ['may have moved', noAnswer('CodeDeploy', 'throttled')],
  ])('gives way to the first rule when traffic %s', async (_name, targets) => {
    const script = {
      ...reads(inProgress),
      targets: [targets],
      stopCodeDeploy: ['stopping'] as const,
    };
    const { context } = await pollOnce(cleaningUp(), off, script);
    expect(context.changes).toEqual(['stop CodeDeploy d-OWN']);
  });
});

describe('a continuation token that names a deployment which is not for this action', () => {
  const foreign: readonly (readonly [string, Partial<CodeDeployDeployment>])[] = [
    ['another application', { applicationName: 'payments' }],
    ['another deployment group', { deploymentGroupName: 'shop-staging' }],
    ['no application', { applicationName: undefined }],
    ['the green instances of another action', { targetTags: [OTHER_TAG] }],
    ['instances that CodeDeploy does not tell', { targetTags: [] }],
  ];

  test.each(foreign)('(%s) stops nothing', async (_name, difference) => {
    const context = new FakeContext(
      {
        ...reads({ ...inProgress, ...difference }),
        targets: [UNTOUCHED_TARGETS],
        green: [[]],
        groupInstances: [[]],
      },
      { now: at(0) },
    );
    const next = await advance(cleaningUp(), context);
    expect(context.changes).toEqual([]);
    expect(inPhase(next, 'failed').left.join()).toContain('Nothing was stopped');
  });
});

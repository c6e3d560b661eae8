import { at, elastigroup, finalizing, inPhase, instance, noAnswer, START } from '../../../support/deploymentSamples';
import type { Script } from '../../../support/fakeContext';
import { pollOnce } from '../../../support/pollOnce';

/** "Green replaced blue" is Elastigroup's word; its own list of instances is what is believed. */

const GREEN = ['i-1', 'i-2'].map((id) => instance(id));
const blue = (id: string, state = 'running') => instance(id, { launchedAt: START - 1, state });
const inGroup = (id: string, createdAt: number | undefined, isLocked = false) => ({ id, createdAt, isLocked });

async function finish(script: Pick<Script, 'groupInstances'> & Partial<Script>) {
  const { next, context } = await pollOnce(
    finalizing({ instances: { total: 2, failed: 0, skipped: 0 }, startedOn: 2 }),
    { after: 300 },
    { list: [[elastigroup('cdbg-1', 'FINISHED')]], green: [GREEN], ...script },
  );
  const warnings = context.log.lines.filter(({ level }) => level === 'warn').map(({ sentence }) => sentence);
  expect(context.changes).toEqual([]);
  return { shortfalls: inPhase(next, 'succeeded').shortfalls, warnings };
}

test('a group that runs green alone: nothing is said', async () => {
  await expect(finish({ groupInstances: [['i-1', 'i-2']] })).resolves.toEqual({ shortfalls: [], warnings: [] });
});

test('an instance that is older than the action and not green is blue: a warning, and the summary names it', async () => {
  const { shortfalls, warnings } = await finish({
    groupInstances: [[inGroup('i-1', at(20)), inGroup('i-b', START - 1), inGroup('i-c', START - 86_400_000)]],
    described: [[blue('i-b'), blue('i-c')]],
  });
  expect(shortfalls).toEqual(['the Elastigroup still lists 2 blue: i-b, i-c']);
  expect(warnings).toEqual(['CodeDeploy d-OWN succeeded, but: the Elastigroup still lists 2 blue: i-b, i-c.']);
});

test.each([
  ['was launched after the start (scaling, a replaced Spot Instance)', inGroup('i-new', at(1))],
  ['was launched as the action started', inGroup('i-new', START)],
  ['somebody has locked, so that it stays', inGroup('i-b', START - 1, true)],
])('an instance that %s is not blue', async (_what, other) => {
  const { shortfalls } = await finish({ groupInstances: [[inGroup('i-1', at(20)), other]] });
  expect(shortfalls).toEqual([]);
});

test('without a time, what is not green counts as blue', async () => {
  const { shortfalls } = await finish({ groupInstances: [['i-1', 'i-b']], described: [[blue('i-b')]] });
  expect(shortfalls).toEqual(['the Elastigroup still lists 1 blue: i-b']);
});

test('unless EC2 shows that it was launched since green', async () => {
  const { shortfalls } = await finish({ groupInstances: [['i-1', 'i-new']], described: [[instance('i-new')]] });
  expect(shortfalls).toEqual([]);
});

test('without the ids of green, only what is surely older does', async () => {
  const { shortfalls } = await finish({
    green: [noAnswer('EC2', 'unavailable')],
    groupInstances: [[inGroup('i-1', at(20)), inGroup('i-?', undefined), inGroup('i-b', START - 1)]],
    described: [noAnswer('EC2', 'unavailable')],
  });
  expect(shortfalls).toEqual(['the Elastigroup still lists 1 blue: i-b']);
});

test('blue that was launched while the action waited for a deployment of another is blue all the same', async () => {
  const { shortfalls } = await finish({
    green: [[instance('i-1', { launchedAt: at(250) }), instance('i-2', { launchedAt: at(252) })]],
    groupInstances: [[inGroup('i-1', at(249)), inGroup('i-b', at(120)), inGroup('i-new', at(255))]],
    described: [[instance('i-b', { launchedAt: at(121) })]],
  });
  expect(shortfalls).toEqual(['the Elastigroup still lists 1 blue: i-b']);
});

test.each(['shutting-down', 'terminated'])(
  'what EC2 shows as %s, or does not know any more, is gone',
  async (state) => {
    const { shortfalls, warnings } = await finish({
      groupInstances: [[inGroup('i-1', at(20)), inGroup('i-b', START - 1), inGroup('i-c', START - 1)]],
      described: [[blue('i-b', state)]],
    });
    expect(shortfalls).toEqual([]);
    expect(warnings).toEqual([]);
  },
);

test.each(['unavailable', 'denied'] as const)('a list that cannot be read (%s) fails no success', async (kind) => {
  const { shortfalls, warnings } = await finish({ groupInstances: [noAnswer('Spot', kind)] });
  expect(shortfalls).toEqual(['whether blue is gone could not be read']);
  expect(warnings).toHaveLength(1);
});

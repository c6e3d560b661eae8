import { trafficOf, trafficOfRollback } from '../../../src/deployment/traffic';
import { at, codeDeploy, target } from '../../support/deploymentSamples';

const running = codeDeploy('d-1', 'InProgress', { instances: { total: 2, done: 0, failed: 0, skipped: 0 } });
const ended = { ...running, status: 'Failed', endedAt: at(100) };
const installed = { Install: 'Succeeded', BeforeAllowTraffic: 'Succeeded' };

describe('traffic is on blue', () => {
  test.each([
    ['while green is installed', [target('i-g', 'Green', { Install: 'InProgress', AllowTraffic: 'Pending' })]],
    ['before AllowTraffic', [target('i-g', 'Green', { ...installed, AllowTraffic: 'Pending' })]],
    ['where AllowTraffic was skipped', [target('i-g', 'Green', { ...installed, AllowTraffic: 'Skipped' })]],
    ['before BlockTraffic', [target('i-b', 'Blue', { BeforeBlockTraffic: 'InProgress', BlockTraffic: 'Pending' })]],
  ])('%s', (_name, targets) => {
    expect(trafficOf(running, targets)).toBe('on-blue');
  });

  test.each(['Pending', 'Failed', 'Skipped'])('where nothing was done to a target (%s)', (status) => {
    expect(trafficOf(ended, [target('i-1', 'Green', {}, status)])).toBe('on-blue');
  });

  test.each(['Created', 'Queued'])('before anything has started (%s)', (status) => {
    expect(trafficOf(codeDeploy('d-1', status), [])).toBe('on-blue');
  });

  test.each(['NO_INSTANCES', 'REVISION_MISSING', 'IAM_ROLE_PERMISSIONS', 'HEALTH_CONSTRAINTS_INVALID'])(
    'where the deployment has no instances, and says why: %s',
    (code) => {
      expect(trafficOf(codeDeploy('d-1', 'Failed', { error: { code, message: '' } }), [])).toBe('on-blue');
    },
  );
});

describe('a deployment that was stopped', () => {
  const MANUAL_STOP = { code: 'MANUAL_STOP', message: '' };
  const one = (startedAt: number | undefined, endedAt: number | undefined) =>
    codeDeploy('d-1', 'Stopped', { error: MANUAL_STOP, startedAt, endedAt });

  test('before it began has moved no traffic', () => {
    expect(trafficOf(one(undefined, at(20)), [])).toBe('on-blue');
  });

  test('leaves it open where it does not say that it has not begun, or counts instances', () => {
    for (const deployment of [one(at(10), at(20)), one(undefined, undefined)])
      expect(trafficOf(deployment, [])).toBe('unclear');
    const counted = { ...one(undefined, at(20)), instances: { total: 4, done: 0, failed: 0, skipped: 0 } };
    expect(trafficOf(counted, [])).toBe('unclear');
  });
});

describe('traffic moves from the first moment of', () => {
  test.each(['InProgress', 'Succeeded', 'Failed', 'Unknown', 'ANewStatus'])('AllowTraffic on green (%s)', (status) => {
    const waiting = target('i-1', 'Green', { ...installed, AllowTraffic: 'Pending' });
    expect(trafficOf(running, [waiting, target('i-2', 'Green', { AllowTraffic: status })])).toBe('moving');
    expect(trafficOf(ended, [waiting, target('i-2', 'Green', { AllowTraffic: status })])).toBe('moving');
  });

  test.each(['InProgress', 'Succeeded', 'Failed', 'Unknown'])('BlockTraffic on blue (%s)', (status) => {
    expect(trafficOf(running, [target('i-b', 'Blue', { BlockTraffic: status })])).toBe('moving');
  });

  test('an event that has a start, whatever its status', () => {
    const [allow] = target('i-1', 'Green', { AllowTraffic: 'InProgress' }).events;
    const events = allow ? [{ ...allow, status: 'Skipped' }] : [];
    expect(trafficOf(ended, [{ ...target('i-1', 'Green', {}), events }])).toBe('moving');
  });

  test('an event that has begun, although no start is told', () => {
    const events = target('i-1', 'Green', { AllowTraffic: 'InProgress' }).events;
    const timeless = events.map((event) => ({ ...event, startedAt: undefined }));
    expect(trafficOf(ended, [{ ...target('i-1', 'Green', {}), events: timeless }])).toBe('moving');
  });

  test('neither AllowTraffic on blue, nor BlockTraffic on green', () => {
    expect(trafficOf(running, [target('i-b', 'Blue', { AllowTraffic: 'Succeeded' })])).toBe('on-blue');
    expect(trafficOf(running, [target('i-g', 'Green', { BlockTraffic: 'Succeeded' })])).toBe('on-blue');
  });

  test('either, on an instance without a label', () => {
    expect(trafficOf(running, [target('i-1', undefined, { AllowTraffic: 'Succeeded' })])).toBe('moving');
    expect(trafficOf(running, [target('i-1', undefined, { BlockTraffic: 'InProgress' })])).toBe('moving');
  });
});

describe('it is unclear where the traffic is', () => {
  test('when targets are missing that the deployment counts', () => {
    expect(trafficOf(running, [])).toBe('unclear');
    expect(trafficOf(ended, [])).toBe('unclear');
  });

  test.each([undefined, 'HEALTH_CONSTRAINTS', 'MANUAL_STOP', 'TIMEOUT'])(
    'when a deployment has begun, and shows neither targets nor a count of them (%s)',
    (code) => {
      const error = code === undefined ? undefined : { code, message: '' };
      for (const status of ['InProgress', 'Failed', 'Stopped'])
        expect(trafficOf(codeDeploy('d-1', status, { error }), [])).toBe('unclear');
    },
  );

  test.each(['InProgress', 'Succeeded', 'Ready', 'Unknown'])('when a target that is %s shows no events', (status) => {
    const known = target('i-1', 'Green', { ...installed, AllowTraffic: 'Pending' });
    expect(trafficOf(ended, [known, target('i-2', 'Green', {}, status)])).toBe('unclear');
    expect(trafficOf(ended, [known, target('i-2', undefined, {}, status)])).toBe('unclear');
  });

  test('when green has succeeded, and its events lack AllowTraffic', () => {
    const balanced = { ...ended, hasTrafficControl: true };
    expect(trafficOf(balanced, [target('i-1', 'Green', installed, 'Succeeded')])).toBe('unclear');
  });

  test('not when green has succeeded and shows that it got none, or when nothing moves traffic in the group', () => {
    const balanced = { ...ended, hasTrafficControl: true };
    const skipped = { ...installed, AllowTraffic: 'Skipped' };
    expect(trafficOf(balanced, [target('i-1', 'Green', skipped, 'Succeeded')])).toBe('on-blue');
    const blocked = { BeforeBlockTraffic: 'Succeeded', BlockTraffic: 'Skipped' };
    expect(trafficOf(balanced, [target('i-1', 'Green', blocked, 'Succeeded')])).toBe('on-blue');
    const without = { ...ended, hasTrafficControl: false };
    expect(trafficOf(without, [target('i-1', 'Green', installed, 'Succeeded')])).toBe('on-blue');
  });

  test('not when blue has succeeded, of which no event is shown that concerns traffic', () => {
    const balanced = { ...ended, hasTrafficControl: true };
    expect(trafficOf(balanced, [target('i-b', 'Blue', installed, 'Succeeded')])).toBe('on-blue');
  });

  test('when one of several targets still shows an event as running', () => {
    const waiting = target('i-2', 'Green', { ValidateService: 'Pending' });
    expect(trafficOf(ended, [waiting, target('i-1', 'Green', { ValidateService: 'InProgress' })])).toBe('unclear');
  });

  test('when a deployment has ended without a time, and its targets still show an event as running', () => {
    const timeless = { ...ended, endedAt: undefined };
    expect(trafficOf(timeless, [target('i-1', 'Green', { ValidateService: 'InProgress' })])).toBe('unclear');
  });

  test('when a deployment has ended, and its targets still show an event as running', () => {
    expect(trafficOf(ended, [target('i-1', 'Green', { ValidateService: 'InProgress' })])).toBe('unclear');
  });
});

describe('the rollback of a deployment that has left the traffic on blue', () => {
  const rollback = (status: string, total: number) =>
    codeDeploy('d-BACK', status, {
      instances: { total, done: 0, failed: 0, skipped: 0 },
      endedAt: status === 'InProgress' ? undefined : at(100),
    });
  const blue = target('i-b', 'Blue', { AllowTraffic: 'Succeeded', BlockTraffic: 'Succeeded' }, 'Succeeded');
  const green = (allow: string, status = 'InProgress') => target('i-g', 'Green', { AllowTraffic: allow }, status);

  test.each(['InProgress', 'Succeeded', 'Failed'])(
    'leaves it there without targets, or with blue alone (%s)',
    (word) => {
      expect(trafficOfRollback(rollback(word, 0), [])).toBe('on-blue');
      expect(trafficOfRollback(rollback(word, 1), [blue])).toBe('on-blue');
    },
  );

  test('leaves it open where it counts instances that it does not show', () => {
    expect(trafficOfRollback(rollback('Succeeded', 1), [])).toBe('unclear');
    expect(trafficOfRollback(rollback('InProgress', 1), [])).toBe('unclear');
  });

  test('moves it with AllowTraffic on green', () => {
    expect(trafficOfRollback(rollback('InProgress', 1), [green('InProgress')])).toBe('moving');
    expect(trafficOfRollback(rollback('Failed', 1), [green('Succeeded')])).toBe('moving');
  });

  test('may still move it while it deploys to green, and no more once it has ended', () => {
    expect(trafficOfRollback(rollback('InProgress', 1), [green('Pending')])).toBe('unclear');
    expect(trafficOfRollback(rollback('Failed', 1), [green('Skipped', 'Skipped')])).toBe('on-blue');
  });
});

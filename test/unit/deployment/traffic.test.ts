import { trafficOf } from '../../../src/deployment/traffic';
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

  test('before anything has started', () => {
    expect(trafficOf(codeDeploy('d-1', 'Created'), [])).toBe('on-blue');
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

  test('when a deployment has ended without a time, and its targets still show an event as running', () => {
    const timeless = { ...ended, endedAt: undefined };
    expect(trafficOf(timeless, [target('i-1', 'Green', { ValidateService: 'InProgress' })])).toBe('unclear');
  });

  test('when a deployment has ended, and its targets still show an event as running', () => {
    expect(trafficOf(ended, [target('i-1', 'Green', { ValidateService: 'InProgress' })])).toBe('unclear');
  });
});

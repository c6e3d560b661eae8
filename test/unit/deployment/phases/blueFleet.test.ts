import type { DeploymentTarget } from '../../../../src/clients/codeDeploy/deploymentTargets';
import { blueInService } from '../../../../src/deployment/phases/blueFleet';
import { cleaningUp, instance, target } from '../../../support/deploymentSamples';
import { FakeContext, type Script } from '../../../support/fakeContext';

const labelled = (id: string, label: DeploymentTarget['label']) =>
  target(id, label, { AllowTraffic: 'Succeeded' }, 'Succeeded');
const registered = (id: string) => labelled(id, 'Blue');

/** What EC2 is asked for, and what is returned. */
async function inService(script: Script, rollbackId?: string) {
  const context = new FakeContext(script);
  const found = await blueInService('d-OWN', rollbackId, cleaningUp(), context);
  return { asked: context.describedIds[0], found };
}

test('blue is what has the label and runs in EC2', async () => {
  const targets = [labelled('i-g', 'Green'), registered('i-b1'), registered('i-b2'), registered('i-b3')];
  const described = [instance('i-b1'), instance('i-b2', { state: 'shutting-down' }), instance('i-b3')];
  expect(await inService({ targets: [targets], described: [described] })).toEqual({
    asked: ['i-b1', 'i-b2', 'i-b3'],
    found: ['i-b1', 'i-b3'],
  });
});

test('without a label, it is what does not have the green tag', async () => {
  const targets = [labelled('i-g1', undefined), labelled('i-g2', undefined), labelled('i-b', undefined)];
  const script = {
    targets: [[...targets, registered('i-b2')]],
    green: [[instance('i-g1'), instance('i-g2')]],
    described: [[]],
  };
  expect((await inService(script)).asked).toEqual(['i-b', 'i-b2']);
});

describe('after a rollback it is what that has brought back', () => {
  const back = (target: DeploymentTarget) =>
    inService({ targets: [[registered('i-b')], [target]], described: [[instance('i-b')]] }, 'd-BACK');

  test.each([
    ['AllowTraffic has succeeded', registered('i-b')],
    ['AllowTraffic has succeeded, and the target is still busy', target('i-b', 'Blue', { AllowTraffic: 'Succeeded' })],
  ])('where %s', async (_name, shown) => {
    expect(await back(shown)).toEqual({ asked: ['i-b'], found: ['i-b'] });
  });

  test.each([
    ['AllowTraffic has failed', target('i-b', 'Blue', { AllowTraffic: 'Failed' }, 'Succeeded')],
    ['the target has succeeded, and shows no events', target('i-b', 'Blue', {}, 'Succeeded')],
    ['the target has succeeded, and shows others', target('i-b', 'Blue', { Install: 'Succeeded' }, 'Succeeded')],
    ['the target has failed', target('i-b', 'Blue', {}, 'Failed')],
    ['the rollback takes it out of service', target('i-b', 'Blue', { BlockTraffic: 'Succeeded' }, 'Succeeded')],
    ['the rollback has another instance', registered('i-other')],
  ])('not where %s', async (_name, shown) => {
    expect((await back(shown)).asked).toEqual([]);
  });
});

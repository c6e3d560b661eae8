import type { Deployments } from '../codedeploy/deployments';
import type { Context } from '../context';
import { isUp, SPOT_TERMINATION, USER_SHUTDOWN, type Fleet, type Instance } from '../ec2/fleet';
import type { TargetGroup } from '../traffic/targetGroup';
import type { EventLog } from './eventLog';

export interface OutsideSurroundings {
  readonly context: Context;
  readonly fleet: Fleet;
  readonly codeDeploy: Deployments;
  readonly traffic: TargetGroup;
  readonly log: EventLog;
  /** The value of blue's tag. */
  readonly blueTag: string;
}

/**
 * What the Elastigroup launches outside of a blue/green deployment, with the tags of the group's launch specification. Its
 * CodeDeploy integration deploys the latest revision to it in a temporary deployment group (docs/services.md, Spot).
 */
export function launchOutside(around: OutsideSurroundings): void {
  const { fleet, log } = around;
  const { schedule, durations, script } = around.context;
  if (script.groupScalesUp) {
    schedule.after(durations.groupScalesUp, () => {
      launch('launched by a scaling policy', around);
    });
  }
  if (script.spotReplaced) schedule.after(durations.spotReplaced, replaceSpot);

  function replaceSpot(): void {
    const reclaimed = fleet.instances.find(
      (instance) => instance.fleet === 'blue' && instance.lifecycle === 'spot' && isUp(instance),
    );
    if (!reclaimed) return;
    schedule.because({ by: 'world', what: `spot reclaimed ${reclaimed.id}` }, () => {
      fleet.terminate(reclaimed, SPOT_TERMINATION);
    });
    log.write('WARN', `Instance ${reclaimed.id} was interrupted; a replacement is launched.`);
    launch(`launched in place of ${reclaimed.id}`, around);
  }
}

function launch(why: string, around: OutsideSurroundings): void {
  const { context, fleet, log, blueTag } = around;
  const instance = fleet.launch(undefined, 'blue');
  if (context.options.blueTagged) fleet.tag(instance, context.account.tagKey, blueTag);
  log.write('INFO', `Instance ${instance.id} was ${why}.`);
  context.schedule.after(context.durations.launching, () => {
    fleet.run(instance);
    if (context.script.temporaryGroup) deployTo(instance, context.script.temporaryGroup, around);
  });
}

function deployTo(instance: Instance, end: 'succeeds' | 'fails', around: OutsideSurroundings): void {
  const { context, fleet, codeDeploy, traffic, log } = around;
  const group = `${context.account.deploymentGroupName}-${context.random.code(6)}`;
  const deployment = codeDeploy.seedTemporary(group, instance);
  log.write('INFO', `CodeDeploy deployment ${deployment.id} started in ${group} for ${instance.id}.`);
  context.schedule.after(context.durations.temporaryDeployment, () => {
    codeDeploy.endTemporary(deployment, end === 'succeeds' ? 'Succeeded' : 'Failed');
    if (end === 'succeeds') {
      if (isUp(instance)) traffic.register(instance, () => undefined);
      return;
    }
    log.write('ERROR', `CodeDeploy deployment ${deployment.id} failed for ${instance.id}.`);
    if (context.options.terminatesInstanceOnFailure) fleet.terminate(instance, USER_SHUTDOWN);
  });
}

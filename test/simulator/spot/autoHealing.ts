import type { Context } from '../context';
import { USER_SHUTDOWN, isUp, type Fleet, type Instance } from '../ec2/fleet';
import type { TargetGroup } from '../traffic/targetGroup';
import type { EventLog } from './eventLog';

interface Surroundings {
  readonly context: Context;
  readonly fleet: Fleet;
  readonly traffic: TargetGroup;
  readonly log: EventLog;
}

/**
 * The group's own health check, where it is one of the application and does not pause during a blue/green deployment
 * (undocumented; docs/services.md, Spot): an instance that serves nothing when its grace period is over is replaced.
 */
export function healLater(instance: Instance, { context, fleet, traffic, log }: Surroundings): void {
  const { options, schedule } = context;
  const { groupHealthCheck: check } = options;
  if (!options.autoHealing || check === 'none') return;
  schedule.after(check.graceSeconds, () => {
    if (!isUp(instance) || traffic.stateOf(instance) === 'healthy') return;
    log.write('WARN', `Instance ${instance.id} is unhealthy (${check.type}) and is replaced.`);
    schedule.because({ by: 'world', what: `the Elastigroup's health check replaced ${instance.id}` }, () => {
      fleet.terminate(instance, USER_SHUTDOWN);
      fleet.run(fleet.launch(undefined, 'blue'));
    });
  });
}

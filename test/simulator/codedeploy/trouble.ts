import type { Context } from '../context';
import { SPOT_TERMINATION, type Fleet } from '../ec2/fleet';
import type { DeploymentTrouble } from '../scenario';
import type { Deployment, LifecycleEvent, Stopper, Target } from './model';

export type LocalTrouble = Extract<DeploymentTrouble, { lifecycleEvent: string }>;

/** The trouble of a deployment, where it strikes at this event of this target. */
export function troubleAt(
  trouble: DeploymentTrouble | undefined,
  { targets }: Deployment,
  target: Target,
  event: LifecycleEvent,
): LocalTrouble | undefined {
  if (!trouble || !('lifecycleEvent' in trouble) || event.name !== trouble.lifecycleEvent) return undefined;
  const fleet = targets.filter(({ label }) => label === target.label);
  return fleet[trouble.instance] === target ? trouble : undefined;
}

/** What a trouble does from outside of the deployment; a failing or hanging script does nothing of the kind. */
export function strike(
  trouble: LocalTrouble,
  instanceId: string,
  { schedule }: Context,
  fleet: Fleet,
  stop: (by: Stopper, withRollback: boolean | undefined) => void,
): void {
  switch (trouble.kind) {
    case 'spot-interruption': {
      const instance = fleet.byId(instanceId);
      if (!instance) return;
      schedule.because({ by: 'world', what: `AWS reclaimed ${instanceId}` }, () => {
        fleet.terminate(instance, SPOT_TERMINATION);
      });
      return;
    }
    case 'stopped-by-hand':
      stop('hand', trouble.withRollback === true);
      return;
    case 'stopped-by-alarm':
      stop('alarm', undefined);
      return;
    case 'script-fails':
    case 'block-fails':
    case 'hangs':
      return;
  }
}

import { RUN_MESSAGES } from '../../src/deployment/messages';
import type { RunTrace } from './playRun';

/* What the action under test has started in the world, known by its green tag. */

function greenIdentifierOf({ action }: RunTrace): string {
  return action.jobs[0]?.id ?? '';
}

export function ownSpot(trace: RunTrace) {
  return trace.world.spot.deployments.filter(({ request }) => request.tag.value === greenIdentifierOf(trace));
}

export function ownCodeDeploy(trace: RunTrace) {
  const id = greenIdentifierOf(trace);
  return trace.world.codeDeploy.all.filter(
    ({ tagFilters, creator }) => creator === 'user' && tagFilters.some(({ value }) => value === id),
  );
}

export function ownGreen(trace: RunTrace) {
  const launchers = new Set(ownSpot(trace).map(({ id }) => id));
  return trace.world.ec2.instances.filter(({ launchedBy }) => launchedBy !== undefined && launchers.has(launchedBy));
}

/** Whether the failure tells the user that this green instance is left, by its id or by the green tag. */
export function isNamedAsLeft(trace: RunTrace, id: string): boolean {
  // Where to look, and what failed on which instance, is in every message: neither says that an instance is left.
  const message = trace.action.message
    .split('\n')
    .filter(
      (line) =>
        !/^(?:Tag of the green instances|Failed|Same failure on|Still running|AWS reclaimed|Terminated through)\b/.test(
          line,
        ),
    )
    .join('\n');
  return message.includes(id) || message.includes(`GreenIdentifier=${greenIdentifierOf(trace)}`);
}

/** Or the log of another delivery of the same event does, whose work the result of the first one cannot know. */
export function isToldByOtherDelivery(trace: RunTrace): boolean {
  // It may also have succeeded, in the moment in which the result was given.
  const lines = [
    RUN_MESSAGES.unfollowed('', '', '').slice(0, 40),
    RUN_MESSAGES.unfinished('', '', '', '').slice(0, 40),
    'The action succeeded: ',
  ];
  const isOfAnother = (line: string) => lines.some((beginning) => line.includes(beginning));
  // One that was told before the action's result does not excuse that.
  const isAfter = (line: string) =>
    Date.parse((JSON.parse(line) as { timestamp: string }).timestamp) >= trace.action.endedAt;
  return trace.logs.some((line) => isOfAnother(line) && line.includes(greenIdentifierOf(trace)) && isAfter(line));
}

import { advance } from '../../src/deployment/advance';
import type { ActiveState, State } from '../../src/deployment/state';
import { at } from './deploymentSamples';
import { FakeContext, type FakeContextOptions, type Script } from './fakeContext';

interface PollOptions extends Omit<FakeContextOptions, 'now'> {
  /** Seconds after the action's start; 0 when left out. */
  readonly after?: number;
}

/** One poll of the deployment, in a world that answers what the script says and no more. */
export async function pollOnce(
  state: ActiveState,
  { after = 0, ...options }: PollOptions,
  script: Script,
): Promise<{ next: State; context: FakeContext }> {
  const context = new FakeContext(script, { ...options, now: at(after) });
  return { next: await advance(state, context), context };
}

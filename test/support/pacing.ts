import { SpotRateLimit } from '../../src/clients/spot/rateLimit';
import type { Pacing } from '../../src/deployment/pacing';
import { at } from './deploymentSamples';
import { FakeContext, type Script } from './fakeContext';

/** An invocation that may poll for a minute, and, where none follows it, for ten. */
export function pacing(overrides: Partial<Pacing> = {}): Pacing {
  return {
    pollIntervalSeconds: 5,
    until: at(60),
    latest: at(600),
    jitter: () => 0.5,
    rateLimit: new SpotRateLimit(),
    ...overrides,
  };
}

export const RUN = {
  pipeline: 'shop',
  stage: 'Deploy',
  action: 'BlueGreen',
  executionId: 'e-1',
  actionExecutionId: 'a-1',
};
/** Its pipeline execution is InProgress until that second, then Stopped. */
export function contextStoppedAt(seconds: number, script: Script): FakeContext {
  const context: FakeContext = new FakeContext(script, {
    pipelineRuns: {
      identify: () => Promise.resolve({ run: RUN, data: undefined }),
      executionStatus: () => Promise.resolve(context.clock.now() < at(seconds) ? 'InProgress' : 'Stopped'),
      listActions: () => Promise.resolve([]),
    },
  });
  return context;
}

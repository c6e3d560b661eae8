import { inProcessAws } from '../harness/inProcessAws';
import { timerClock } from '../simulator/clocks';
import { waitUntilDeploymentSuccessful } from '@aws-sdk/client-codedeploy';
import { PutJobSuccessResultCommand } from '@aws-sdk/client-codepipeline';
import type { CodePipelineEvent } from 'aws-lambda';
import { RetryQuota, type CallBudget } from '../../src/clients/callPolicy';
import { SpotRateLimit } from '../../src/clients/spot/rateLimit';
import { resolveSpotToken } from '../../src/clients/spot/spotToken';
import { newRunMemory } from '../../src/deployment/runMemory';
import { createContext } from '../../src/createContext';
import { advance } from '../../src/deployment/advance';
import type { State } from '../../src/deployment/state';
import { firstState, toFinalizing } from '../../src/deployment/transitions';
import { readJobInput } from '../../src/input/jobInput';
import { createLog } from '../../src/lib/log';
import { Redactor } from '../../src/lib/redaction';
import { captureLogs } from '../harness/captureLogs';
import { installVirtualTime } from '../harness/virtualTime';
import { runAction, type ActionResult } from '../simulator/pipeline';
import { Random } from '../simulator/random';
import type { Scenario } from '../simulator/scenario';
import { inProcessTransport } from '../simulator/transport';
import { World } from '../simulator/world';

/** What a user would write instead: fixed pauses (s), or CodeDeploy's own waiter while CodeDeploy installs. */
export interface NaivePace {
  readonly seconds: number;
  readonly install: 'waiter' | 'loop';
}

const clock = {
  now: () => Date.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

/** The same start and the same checks as the function makes (its own `advance`), driven by a plain loop. */
export async function playNaively(
  scenario: Scenario,
  seed: number,
  latencyMs: number,
  pace: NaivePace,
): Promise<{ world: World; action: ActionResult }> {
  const time = installVirtualTime(Date.UTC(2026, 0, 5, 9, 0, 0));
  const logs = captureLogs();
  // The SDK's waiter draws its pauses.
  const { random } = Math;
  const draws = new Random(seed);
  Math.random = () => draws.next();
  try {
    const world = new World({ now: clock.now, seed, scenario });
    const action = await time.run(() =>
      runAction({
        world,
        clock: timerClock,
        invoke: (event) => drive(event, world, latencyMs, pace),
        gapSeconds: 10,
        redelivery: 'none',
      }),
    );
    return { world, action };
  } finally {
    Math.random = random;
    logs.release();
    time.uninstall();
  }
}

async function drive(event: CodePipelineEvent, world: World, latencyMs: number, pace: NaivePace): Promise<void> {
  const transport = inProcessTransport({ world, latencyMs: () => latencyMs });
  const aws = inProcessAws(transport, world.account.region);
  const input = readJobInput(event, { SPOT_API_URL: 'https://api.spotinst.io', CHECK_REVISION: 'true' });
  const budget: CallBudget = {
    clock,
    until: clock.now() + 3_600_000,
    jitter: () => 0.5,
    retries: new RetryQuota(),
    redact: (text) => text,
  };
  const token = await resolveSpotToken(input.parameters.token, aws.secretsManager, budget);
  const { axiosAdapter: spotAdapter } = transport;
  const log = createLog(new Redactor(), clock);
  const context = createContext({
    input,
    token: () => Promise.resolve(token),
    aws,
    spotAdapter,
    budget,
    rateLimit: new SpotRateLimit(),
    runMemory: newRunMemory(
      { id: event['CodePipeline.job'].id, userParameters: '', continuationToken: undefined },
      { isUnknownJobAllowed: true, givenExecutionId: undefined },
    ),
    log,
  });
  const jobId = event['CodePipeline.job'].id;
  const pause = () => clock.sleep(pace.seconds * 1000);

  let state: State = firstState(jobId, clock.now());
  while (state.phase === 'starting') state = await advance(state, context);
  while (state.phase === 'launching') {
    await pause();
    state = await advance(state, context);
  }
  if (state.phase !== 'installing') throw new Error(`The naive driver met ${state.phase}.`);
  const { deploymentId } = state;
  if (pace.install === 'waiter') {
    await waitUntilDeploymentSuccessful({ client: aws.codeDeploy, maxWaitTime: 3600 }, { deploymentId });
  } else {
    do await pause();
    while ((await context.codeDeploy.getDeployment(deploymentId)).status !== 'Succeeded');
  }
  state = toFinalizing(state, clock.now(), await context.codeDeploy.getDeployment(deploymentId));
  for (;;) {
    state = await advance(state, context);
    if (state.phase !== 'finalizing') break;
    await pause();
  }
  if (state.phase !== 'succeeded') throw new Error(`The naive driver met ${state.phase}.`);
  await aws.codePipeline.send(new PutJobSuccessResultCommand({ jobId }));
}

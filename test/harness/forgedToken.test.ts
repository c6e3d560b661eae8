import { SpotRateLimit } from '../../src/clients/spot/rateLimit';
import { encodeToken } from '../../src/deployment/continuationToken';
import type { ActiveState, CleaningUp } from '../../src/deployment/state';
import { parseUserParameters } from '../../src/input/userParameters/parseUserParameters';
import { scenarioNamed } from '../simulator/scenarios';
import { World } from '../simulator/world';
import type { WorldOptions } from '../simulator/options';
import { playRun, type RunPlan } from './playRun';

/*
 * Somebody who may invoke the function gives it a well-formed token that names the deployments of another action, and a
 * TIMEOUT that is over: the function must stop nothing, and say why.
 */

const SEED = 1;
const scenario = scenarioNamed('conflict');

/** The deployments that another action has active in the group; the same in every world of the seed. */
const others = new World({ now: () => 0, seed: SEED, scenario });
const foreignCodeDeploy = others.codeDeploy.all.find(({ status }) => status === 'InProgress')?.id ?? '';
const foreignElastigroup = others.spot.deployments[0]?.id ?? '';

type Ids = Pick<ActiveState & { phase: 'installing' }, 'deploymentId' | 'elastigroupDeploymentId'>;

function forgery(userParameters: string, green: string, ids: Ids, phase?: Partial<CleaningUp>): string {
  const parsed = parseUserParameters(userParameters, { inputArtifacts: [] }, {});
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const state = {
    phase: 'installing',
    greenIdentifier: green,
    startedAt: 0,
    phaseStartedAt: 0,
    invocations: 1,
    durations: {},
    progress: 'installing',
    percent: 40,
    ...ids,
    ...phase,
  } as ActiveState;
  return encodeToken({ state, rateLimit: new SpotRateLimit() }, parsed.value);
}

test.each([
  ['both', { deploymentId: foreignCodeDeploy, elastigroupDeploymentId: foreignElastigroup }],
  ["CodeDeploy's", { deploymentId: foreignCodeDeploy }],
])('%s of the other deployments survive, and the failure says why', async (_which, ids) => {
  expect(Object.values(ids)).not.toContain('');
  const trace = await playRun({
    seed: SEED,
    scenario,
    event: (event, invocation) => {
      const job = event['CodePipeline.job'];
      const { UserParameters: text } = job.data.actionConfiguration.configuration;
      const continuationToken = forgery(text, job.id, ids);
      return invocation > 0 ? event : { 'CodePipeline.job': { ...job, data: { ...job.data, continuationToken } } };
    },
  });
  expect(trace.calls.filter(({ operation }) => /stop/i.test(operation))).toEqual([]);
  expect(trace.world.codeDeploy.all.filter(({ status }) => status === 'InProgress')).toMatchObject([
    { id: foreignCodeDeploy },
  ]);
  expect(trace.world.spot.deployments.flatMap(({ stopRequests }) => stopRequests)).toEqual([]);
  expect(trace.action.status).toBe('Failed');
  expect(trace.action.message).toMatch(/^TIMEOUT .* reached/);
  expect(trace.action.message).toMatch(
    /^Nothing was stopped: (CodeDeploy|Elastigroup deployment) \S+ (is not for|has the green tag of another)/m,
  );
});

describe("with the green tag of that action, in an event that is none of CodePipeline's", () => {
  const running = others.codeDeploy.all.find(({ id }) => id === foreignCodeDeploy);
  const greenOfOthers = running?.tagFilters.find(({ key }) => key === 'GreenIdentifier')?.value ?? '';
  const failure = { type: 'JobFailed', headline: 'CodeDeploy failed.', isUnfollowed: true } as const;
  const UNKNOWN = '11111111-2222-3333-4444-555555555555';

  test.each<[string, Partial<CleaningUp> | undefined, string | undefined, RunPlan['inject']]>([
    ["a continuation of one's own, past its TIMEOUT", undefined, undefined, undefined],
    ["a continuation of one's own, while cleaning up", { phase: 'cleaningUp', failure }, undefined, undefined],
    ['a job that there is not', { phase: 'cleaningUp', failure }, UNKNOWN, undefined],
    ['a job id that can be none', { phase: 'cleaningUp', failure }, 'my-job', undefined],
    [
      'a CodePipeline that is kept busy',
      { phase: 'cleaningUp', failure },
      undefined,
      (_index, { operation }) => (operation === 'GetJobDetails' ? 'rate-limited' : undefined),
    ],
  ])('they survive: %s', async (_what, phase, id, inject) => {
    expect(greenOfOthers).not.toBe('');
    const trace = await playRun({
      seed: SEED,
      scenario,
      env: { POLL_WINDOW_SECONDS: '20' },
      userParameters: { ON_CONFLICT: 'WAIT', TIMEOUT: 120 },
      ...(inject && { inject }),
      event: (event, invocation) => {
        const job = event['CodePipeline.job'];
        const { UserParameters: text } = job.data.actionConfiguration.configuration;
        const ids = { deploymentId: foreignCodeDeploy, elastigroupDeploymentId: foreignElastigroup };
        const continuationToken = forgery(text, greenOfOthers, ids, phase);
        const data = { ...job.data, continuationToken };
        return invocation !== (inject || id !== undefined ? 0 : 1)
          ? event
          : { 'CodePipeline.job': { ...job, ...(id !== undefined && { id }), data } };
      },
    });
    expect(trace.calls.filter(({ operation }) => /stop/i.test(operation))).toEqual([]);
    expect(trace.world.spot.deployments.flatMap(({ stopRequests }) => stopRequests)).toEqual([]);
    expect(trace.logs.join('\n')).toContain(
      inject ? 'has not ended: InProgress' : 'Nothing was stopped: CodePipeline does not know this job, or has another',
    );
  });
});

test.each<Partial<WorldOptions>>([
  { jobDetails: 'denied' },
  { jobDetails: 'no-context' },
  { jobDetails: 'no-token' },
  { jobDetails: 'no-configuration' },
  { jobDetails: 'unknown-after-result' },
])('a deployment of its own is cleaned up: %p', async (options) => {
  const trace = await playRun({
    seed: SEED,
    scenario: scenarioNamed('script-fails'),
    env: { POLL_WINDOW_SECONDS: '60' },
    options,
  });
  expect(trace.action.status).toBe('Failed');
  expect(trace.world.spot.deployments.map(({ stopRequests }) => stopRequests.length)).toEqual([1]);
  expect(trace.logs.join('\n')).not.toContain('Nothing was stopped');
});

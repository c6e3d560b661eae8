import { SpotRateLimit } from '../../src/clients/spot/rateLimit';
import { encodeToken } from '../../src/deployment/continuationToken';
import type { ActiveState } from '../../src/deployment/state';
import { parseUserParameters } from '../../src/input/userParameters/parseUserParameters';
import { scenarioNamed } from '../simulator/scenarios';
import { World } from '../simulator/world';
import { playRun } from './playRun';

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

function forgery(
  userParameters: string,
  green: string,
  ids: Pick<ActiveState & { phase: 'installing' }, 'deploymentId' | 'elastigroupDeploymentId'>,
): string {
  const parsed = parseUserParameters(userParameters, { inputArtifacts: [] }, {});
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const state: ActiveState = {
    phase: 'installing',
    greenIdentifier: green,
    startedAt: 0,
    phaseStartedAt: 0,
    invocations: 1,
    durations: {},
    progress: 'installing',
    percent: 40,
    ...ids,
  };
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

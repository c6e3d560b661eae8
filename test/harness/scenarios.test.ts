import { isUp } from '../simulator/ec2/fleet';
import { SCENARIOS, scenarioNamed } from '../simulator/scenarios';
import { FROM_GITHUB } from './everyFault';
import { violationsOf } from './invariants';
import { playRun, type RunTrace } from './playRun';

test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
  '%s ends as it should',
  async (_name, scenario) => {
    const trace = await playRun({ seed: 1, scenario });
    if (process.env['SHOW'])
      process.stderr.write(
        `${scenario.name}: ${trace.action.status} ${trace.calls.length} calls ${trace.action.message}\n${trace.errors.join('\n')}\n`,
      );
    if (process.env['LOGS']) process.stderr.write(trace.logs.join('\n'));
    expect(violationsOf(trace)).toEqual([]);
    expect(trace.action.status).toBe(scenario.expected);
    const { serves } = scenario;
    expect(serves === 'nobody' || trace.world.traffic.serves(serves)).toBe(true);
    // Stricter than the invariant, which lets a message name what is left: without a fault only what serves is left.
    expect(ownGreenUp(trace)).toHaveLength(scenario.serves === 'green' ? 4 : 0);
  },
);

function ownGreenUp({ action, world }: RunTrace) {
  const tag = action.jobs[0]?.id;
  const launchers = world.spot.deployments.filter(({ request }) => request.tag.value === tag).map(({ id }) => id);
  return world.ec2.instances.filter((instance) => isUp(instance) && launchers.includes(instance.launchedBy ?? ''));
}

/** Lambda may deliver an event twice at once; the copies meet between any two calls. */
test.each(['rejected', 'accepted'] as const)(
  'the same event delivered twice at once makes one deployment (second start %s)',
  async (secondDeployment) => {
    const trace = await playRun({
      seed: 1,
      scenario: scenarioNamed('success'),
      options: { secondDeployment },
      duplicates: [{ which: 0, delaySeconds: 0 }],
      latencyMs: () => 50,
    });
    expect(violationsOf(trace)).toEqual([]);
    expect(trace.action.status).toBe('Succeeded');
    expect(trace.action.invocations.length).toBeGreaterThan(trace.action.jobs.length);
    expect(trace.world.spot.deployments.filter(({ state }) => state === 'FINISHED')).toHaveLength(1);
    expect(ownGreenUp(trace)).toHaveLength(4);
  },
);

test('one poll per invocation (POLL_WINDOW_SECONDS=0) gets there too, with percent and summary on the way', async () => {
  const trace = await playRun({ seed: 1, scenario: scenarioNamed('success'), env: { POLL_WINDOW_SECONDS: '0' } });
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.action.status).toBe('Succeeded');
  expect(trace.action.jobs.length).toBeGreaterThan(4);
  const percents = trace.action.history.map(({ percentComplete }) => percentComplete ?? -1);
  expect(percents).toEqual([...percents].sort((a, b) => a - b));
  expect(trace.action.history.map(({ summary }) => summary).join('\n')).toMatch(
    /CodeDeploy d-\w+: \d of 4 instances done, about \d+s left \(the last 3 took a median of 27s\), \d+s of 15m/,
  );
});

test.each([
  [
    'a revision in GitHub is deployed as such',
    FROM_GITHUB,
    {
      revisionType: 'GitHub',
      gitHubLocation: { repository: FROM_GITHUB.GITHUB_REPO, commitId: FROM_GITHUB.COMMIT_ID },
    },
  ],
  [
    "the action's only input artifact is deployed when no revision is named",
    { S3_BUCKET: undefined, S3_KEY: undefined },
    { revisionType: 'S3', s3Location: { bundleType: 'zip' } },
  ],
])('%s', async (_name, userParameters, revision) => {
  const trace = await playRun({ seed: 1, scenario: scenarioNamed('success'), userParameters });
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.action.status).toBe('Succeeded');
  expect(trace.world.codeDeploy.all.filter(({ owner }) => owner === 'product')).toMatchObject([{ revision }]);
});

import { execFile } from 'node:child_process';

/* `npm start` as a new user calls it, on each sample event. */

jest.setTimeout(60_000);

function start(...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      'node_modules/.bin/tsx',
      ['test/simulator/cli/main.ts', '--speed', '20', ...args],
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
      },
    );
  });
}

test.concurrent.each([
  ['s3', /Revision = s3:\/\/shop-releases\/shop\/shop-1\.4\.2\.zip/],
  ['github', /Revision = https:\/\/github\.com\/example\/shop\/commit\/[0-9a-f]{40}/],
  ['input-artifact', /Revision = s3:\/\/codepipeline-eu-west-1-123456789012\/shop\/BuildOutp\/a1b2c3d/],
])('events/%s.json succeeds with exit code 0, and shows its revision', async (name, revision) => {
  const { code, output } = await start('--event', `events/${name}.json`);
  expect(output).toMatch(/Succeeded after \d+\.\d s, \d+ invocations/);
  expect(output).toMatch(revision);
  expect(code).toBe(0);
});

test.concurrent('events/continuation.json resumes an action whose TIMEOUT is over, and says so', async () => {
  const { code, output } = await start('--event', 'events/continuation.json');
  expect(output).toMatch(
    /JobFailed: TIMEOUT \(\d+m\) was reached after [\dhm]+, while the deployment was not yet started/,
  );
  expect(code).toBe(1);
});

test.concurrent('events/invalid-parameters.json fails with all of its problems', async () => {
  const { code, output } = await start('--event', 'events/invalid-parameters.json');
  expect(output).toMatch(/ConfigurationError: 4 problems/);
  expect(output).toMatch(/did you mean DEPLOYMENT_GROUP\?/);
  expect(code).toBe(1);
});

test.concurrent('a failing scenario ends with exit code 1', async () => {
  const { code, output } = await start('--event', 'events/github.json', '--scenario', 'script-fails');
  expect(output).toMatch(/JobFailed: CodeDeploy d-\w+ failed/);
  expect(code).toBe(1);
});

test.concurrent('--list names the scenarios, and an unknown one is told with those there are', async () => {
  expect(await start('--list')).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^success +All goes well/) as string,
  });
  expect(await start('--scenario', 'sucess')).toMatchObject({
    code: 2,
    output: expect.stringContaining('The scenarios are: success, ') as string,
  });
});

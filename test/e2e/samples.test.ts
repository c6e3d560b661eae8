import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bundleScript } from '../../scripts/bundleScript.mjs';
import type { environmentForSam } from '../simulator/cli/environment';
import { lambdaFunction } from '../support/lambdaFunction';

/* `npm start` as a new user calls it, on each sample event. It bundles itself at each start; here, once. */

vi.setConfig({ testTimeout: 60_000 });

let script: Promise<string> | undefined;

async function start(...args: string[]): Promise<{ code: number; output: string }> {
  script ??= bundleScript('test/simulator/cli/main.ts');
  const command = ['--enable-source-maps', await script, '--speed', '40', ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

test.concurrent('events/input-artifact.json succeeds with exit code 0, and shows its revision', async () => {
  const { code, output } = await start('--event', 'events/input-artifact.json');
  expect(output).toMatch(/Succeeded after \d+\.\d s, \d+ invocations/);
  expect(output).toMatch(/Revision = s3:\/\/codepipeline-us-east-1-123456789012\/shop\/BuildOutp\/a1b2c3d/);
  expect(code).toBe(0);
});

test.concurrent('events/continuation.json resumes an action whose TIMEOUT is over, and says so', async () => {
  const { code, output } = await start('--event', 'events/continuation.json');
  expect(output).toMatch(/JobFailed: TIMEOUT \(\d+m\) reached after [\dhm]+, before the deployment started/);
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

test.concurrent('a process that is killed is told, and its event, delivered again, finds the deployment', async () => {
  const { code, output } = await start('--event', 'events/github.json', '--crash-after', '0.8');
  expect(output).toMatch(/the invocation failed: .* \(SIGKILL\)\. Lambda delivers its event again in 2 s\./);
  expect(output).toMatch(/invocation 1, job \S+, delivered again/);
  expect(output).toMatch(/Succeeded after/);
  expect(output).toMatch(/Revision = https:\/\/github\.com\/example\/shop\/commit\/[0-9a-f]{40}/);
  expect(code).toBe(0);
});

test.concurrent.each([
  [/^Unknown option '--sped'\n$/, '--sped', '3'],
  [/^ENOENT: no such file .* 'nowhere\.json'\n$/, '--event', 'nowhere.json'],
  [/^README\.md is not JSON: .*\n$/, '--event', 'README.md'],
  [/^--port 1\.5: expected a whole number from 1 on\.\n$/, '--port', '1.5'],
  [/^There is no scenario "sucess"\..*\n$/, '--scenario', 'sucess'],
])('a wrong option is one line of error: %s', async (line, ...args) => {
  expect(await start(...args)).toEqual({ code: 2, output: expect.stringMatching(line) as string });
});

test.concurrent('an address at which nobody listens is told at once', async () => {
  const url = `http://127.0.0.1:${await freePort()}/`;
  expect(await start('--lambda', url)).toMatchObject({
    code: 2,
    output: expect.stringContaining(`Nothing answers at ${url}: `) as string,
  });
});

test.concurrent('--list names the scenarios, each beside its title', async () => {
  const { code, output } = await start('--list');
  expect(output).toMatch(/^success +All goes well/);
  expect(
    output
      .trimEnd()
      .split('\n')
      .filter((line) => !/^[a-z-]+ {2,}[A-Z]/.test(line)),
  ).toEqual([]);
  expect(code).toBe(0);
});

// As a supervisor sends it: to npm's child alone. A terminal's Ctrl-C reaches all of them.
test.concurrent('a signal ends the run at once, with its processes', async () => {
  const run = spawn(process.execPath, ['scripts/run.mjs', 'test/simulator/cli/main.ts'], { stdio: 'pipe' });
  let output = '';
  run.stdout.on('data', (text: Buffer) => {
    output += text.toString();
    if (output.includes('Elastigroup STARTING')) run.kill('SIGINT');
  });
  const [code, signal] = (await once(run, 'close')) as [number | null, string | null];
  expect([code, signal]).toEqual([null, 'SIGINT']);
  expect(output).not.toContain('Succeeded after');
});

async function listening(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** A port that nobody else has, at the moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
}

// Without --event, it is events/s3.json.
test.concurrent(
  '--lambda plays events/s3.json with a function that runs elsewhere and the environment of --env-vars',
  async () => {
    const port = await freePort();
    const printed = await start('--env-vars', `http://127.0.0.1:${port}`);
    const { Parameters: env } = JSON.parse(printed.output) as ReturnType<typeof environmentForSam>;
    const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'FAKE', AWS_SECRET_ACCESS_KEY: 'fake' };
    const bundle = lambdaFunction({ bundle: 'dist/handler.mjs', env: { ...env, ...credentials } });
    // As `sam local start-lambda` and the Runtime Interface Emulator answer.
    const lambda = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.method !== 'POST') return void response.writeHead(404).end();
        bundle.invoke(JSON.parse(Buffer.concat(chunks).toString()), 30).then(
          () => response.end('null'),
          (error: unknown) => response.end(JSON.stringify({ errorType: 'Error', errorMessage: String(error) })),
        );
      });
    });
    try {
      const url = `http://127.0.0.1:${await listening(lambda)}/2015-03-31/functions/BlueGreenStageFunction/invocations`;
      const { code, output } = await start('--lambda', url, '--port', String(port));
      expect(output).toMatch(/Succeeded after \d+\.\d s, [2-9] invocations/);
      expect(output).toMatch(/Revision = s3:\/\/shop-releases\/shop\/shop-1\.4\.2\.zip/);
      expect(code).toBe(0);
      expect(bundle.logs.join()).toContain('The action succeeded');
    } finally {
      bundle.kill();
      lambda.close();
    }
  },
);

test.concurrent('a port that is taken is told', async () => {
  const server = createServer();
  const port = await listening(server);
  expect(await start('--port', String(port))).toMatchObject({
    code: 2,
    output: expect.stringContaining(`address already in use 127.0.0.1:${port}`) as string,
  });
  server.close();
});

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The example application and its hook scripts, without root: systemctl and aws are stand-ins that write down their calls. */

const REVISION = 'examples/revision';
const folder = mkdtempSync(path.join(tmpdir(), 'revision-'));
const drainFile = path.join(folder, 'draining');
const callFile = path.join(folder, 'calls');
const started: ChildProcess[] = [];

beforeAll(() => {
  for (const name of ['systemctl', 'aws']) standIn(name, `echo "${name} $*" >>"${callFile}"\necho shop.service`);
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  for (const file of [drainFile, callFile]) rmSync(file, { force: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function standIn(name: string, script: string): void {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

async function startServer(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [`${REVISION}/app.js`], {
    env: { ...process.env, PORT: '0', DRAIN_FILE: drainFile, SLOW_MILLISECONDS: '400' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: `http://127.0.0.1:${/\d+/.exec(line.toString())?.[0] ?? ''}` };
}

function runScript(name: string, env: Record<string, string>): Promise<{ code: number; output: string }> {
  const quick = { HEALTH_LIMIT_SECONDS: '2', HEALTH_ANSWERS: '1', IDLE_LIMIT_SECONDS: '2', DRAIN_FILE: drainFile };
  const options = { env: { ...process.env, ...quick, ...env, PATH: `${folder}:${process.env['PATH'] ?? ''}` } };
  return new Promise((resolve) => {
    execFile('bash', [`${REVISION}/scripts/${name}.sh`], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

const calls = () => (existsSync(callFile) ? readFileSync(callFile, 'utf8') : '');

test('the sanity check passes while the server is up, and fails within its limit while it is down', async () => {
  const { url } = await startServer();
  expect(await runScript('validate-service', { SHOP_URL: url })).toMatchObject({ code: 0 });
  const before = Date.now();
  const down = await runScript('validate-service', { SHOP_URL: 'http://127.0.0.1:1', HEALTH_LIMIT_SECONDS: '1' });
  expect(down).toMatchObject({ code: 1, output: expect.stringContaining('not healthy within 1 s') as string });
  expect(Date.now() - before).toBeLessThan(3000);
});

test('draining turns health bad, serves on, waits for what runs, and ends when traffic comes back', async () => {
  const { url } = await startServer();
  const slow = fetch(`${url}/slow`);
  expect(await runScript('before-block-traffic', {})).toMatchObject({ code: 0 });
  expect((await fetch(`${url}/health`)).status).toBe(503);
  expect((await fetch(url)).status).toBe(200);
  expect(await runScript('after-block-traffic', { SHOP_URL: url })).toMatchObject({ code: 0 });
  expect((await slow).status).toBe(200);
  expect(await runScript('before-allow-traffic', { SHOP_URL: url })).toMatchObject({ code: 0 });
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test('SIGTERM lets the running request finish', async () => {
  const { child, url } = await startServer();
  const slow = fetch(`${url}/slow`);
  await fetch(`${url}/active`);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await (await slow).text()).toBe('done\n');
  expect(await ended).toEqual([0, null]);
});

test('stop and start can run twice', async () => {
  for (const name of ['application-stop', 'application-stop', 'application-start', 'application-start']) {
    expect(await runScript(name, {})).toMatchObject({ code: 0 });
  }
  expect(calls()).toContain('systemctl stop shop.service shop-spot.service');
  expect(calls()).toContain('systemctl restart shop.service shop-spot.service');
});

test('a spot notice drains the instance, deregisters it and stops the application', async () => {
  let reads = 0;
  const metadata = createServer((request, response) => {
    const address = request.url ?? '';
    if (request.method === 'PUT') return response.end('the-token');
    if (request.headers['x-aws-ec2-metadata-token'] !== 'the-token') return response.writeHead(401).end();
    if (address.endsWith('spot/instance-action')) {
      reads += 1;
      return reads < 3 ? response.writeHead(404).end() : response.end('{"action": "terminate"}');
    }
    return response.end(address.endsWith('region') ? 'eu-west-1' : 'i-1');
  }).listen(0);
  const url = `http://127.0.0.1:${(metadata.address() as AddressInfo).port}`;
  const env = {
    METADATA_URL: url,
    POLL_SECONDS: '0.1',
    TARGET_GROUP_ARNS: 'arn:a arn:b',
    SHOP_URL: 'http://127.0.0.1:1',
  };
  expect(await runScript('spot-watch', env)).toMatchObject({ code: 0 });
  metadata.close();
  expect(existsSync(drainFile)).toBe(true);
  for (const arn of ['arn:a', 'arn:b']) {
    expect(calls()).toContain(`deregister-targets --region eu-west-1 --target-group-arn ${arn} --targets Id=i-1`);
  }
  expect(calls().trim().split('\n').slice(-2)).toEqual([
    'systemctl stop shop.service',
    'systemctl start shop-logs.service', // with what it logged to its end
  ]);
});

describe('the log is backed up', () => {
  const state = path.join(folder, 'shop-logs');
  const bucket = path.join(folder, 'bucket');
  const journal = path.join(folder, 'journal');
  let metadata: Server;
  let env: Record<string, string>;

  // The cursor is the number of lines that were read; `aws s3 cp` keeps its file under a number.
  beforeEach(() => {
    standIn(
      'journalctl',
      `
      for argument; do case $argument in --cursor-file=*) cursor=\${argument#*=} ;; esac; done
      from=$(cat "$cursor" 2>/dev/null || echo 0)
      tail -n +$((from + 1)) ${journal}
      wc -l <${journal} >"$cursor"`,
    );
    standIn(
      'aws',
      `
      [ -e ${folder}/s3-is-down ] && exit 1
      for argument; do case $argument in *.log.gz) [ -f "$argument" ] && file=$argument || address=$argument ;; esac; done
      mkdir -p ${bucket} && cp "$file" ${bucket}/$(ls ${bucket} | wc -l).gz && echo "$address" >>${callFile}`,
    );
    metadata = createServer((request, response) => {
      response.end(request.method === 'PUT' ? 'the-token' : request.url?.endsWith('region') ? 'eu-west-1' : 'i-1');
    }).listen(0);
    env = {
      STATE_DIRECTORY: state,
      LOG_ADDRESS: 's3://shop-logs/shop',
      METADATA_URL: `http://127.0.0.1:${(metadata.address() as AddressInfo).port}`,
    };
  });
  afterEach(() => {
    metadata.close();
    for (const file of [state, bucket, journal, path.join(folder, 's3-is-down')])
      rmSync(file, { recursive: true, force: true });
  });
  const uploads = () =>
    existsSync(bucket)
      ? readdirSync(bucket).map((name) => gunzipSync(readFileSync(path.join(bucket, name))).toString())
      : [];

  test('each line once, under the day and the instance, while the application serves', async () => {
    const { url } = await startServer();
    writeFileSync(journal, 'one\ntwo\n');
    expect(await runScript('backup-logs', env)).toMatchObject({ code: 0 });
    appendFileSync(journal, 'three\n');
    expect(await runScript('backup-logs', env)).toMatchObject({ code: 0 });
    expect(await runScript('backup-logs', env)).toMatchObject({ code: 0 }); // nothing new
    expect(uploads()).toEqual(['one\ntwo\n', 'three\n']);
    expect(calls()).toMatch(/^s3:\/\/shop-logs\/shop\/\d{4}\/\d\d\/\d\d\/i-1-\d{6}\.log\.gz$/m);
    expect(calls()).not.toContain('systemctl');
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  test('what could not be uploaded comes with the next', async () => {
    writeFileSync(journal, 'one\n');
    writeFileSync(path.join(folder, 's3-is-down'), '');
    expect((await runScript('backup-logs', env)).code).not.toBe(0);
    rmSync(path.join(folder, 's3-is-down'));
    appendFileSync(journal, 'two\n');
    expect(await runScript('backup-logs', env)).toMatchObject({ code: 0 });
    expect(uploads()).toEqual(['one\ntwo\n']);
  });

  test('not at all without a bucket, which is no failure', async () => {
    expect(await runScript('backup-logs', { ...env, LOG_ADDRESS: '' })).toMatchObject({
      code: 0,
      output: expect.stringContaining('no backup') as string,
    });
  });

  test('regularly, and when the instance ends: after the application, before the network', () => {
    const unit = (name: string) => readFileSync(`${REVISION}/systemd/${name}`, 'utf8');
    expect(unit('shop-logs.timer')).toMatch(/^OnUnitActiveSec=5min$/m);
    for (const name of ['shop-logs.service', 'shop-logs-end.service'])
      expect(unit(name)).toMatch(/^Exec(Start|Stop)=\/opt\/shop\/scripts\/backup-logs\.sh$/m);
    // systemd stops in the reverse order of starting.
    expect(unit('shop-logs-end.service')).toMatch(/^Before=shop\.service/m);
    expect(unit('shop-logs-end.service')).toMatch(/^After=network\.target/m);
    const start = readFileSync(`${REVISION}/scripts/application-start.sh`, 'utf8');
    expect(start).toMatch(/systemctl enable .*shop-logs\.timer shop-logs-end\.service/);
    expect(start).toMatch(/systemctl start shop-logs\.timer shop-logs-end\.service/);
  });
});

test('every event that can be scripted has an executable script, with a timeout', () => {
  const hooks = Array.from(
    readFileSync(`${REVISION}/appspec.yml`, 'utf8').matchAll(
      /^ {2}(\w+):.*location: (scripts\/[^\s,]+), *timeout: (\d+)/gm,
    ),
    ([, event = '', script = '', timeout = '']) => ({ event, script, timeout: Number(timeout) }),
  );
  expect(hooks.map(({ event }) => event).sort()).toEqual(
    [
      ...['ApplicationStop', 'BeforeInstall', 'AfterInstall', 'ApplicationStart', 'ValidateService'],
      ...['BeforeAllowTraffic', 'AfterAllowTraffic', 'BeforeBlockTraffic', 'AfterBlockTraffic'],
    ].sort(),
  );
  for (const { script, timeout } of hooks) {
    expect(existsSync(path.join(REVISION, script))).toBe(true);
    expect(timeout).toBeLessThanOrEqual(3600);
  }
});

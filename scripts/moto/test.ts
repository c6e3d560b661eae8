import assert from 'node:assert/strict';
import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { systemClock } from '../../src/lib/clock';
import { RetryQuota, type CallBudget } from '../../src/clients/callPolicy';
import { ec2InstancesClient } from '../../src/clients/ec2Instances';
import { resolveSpotToken, SpotTokenError } from '../../src/clients/spot/spotToken';
import { withMoto } from '../field/moto';
import { tally } from '../field/tally';

/* The EC2 and Secrets Manager clients against an AWS that others wrote: moto's server. */

const TOKEN = 'moto-token-0123456789';
const GREEN = { key: 'deployment', value: 'green-1' };

const results = tally('build/moto.json');
await withMoto(async (url) => {
  await testInstances(url);
  await testSecrets(url);
});
results.close();

async function testInstances(url: string): Promise<void> {
  const client = new EC2Client(config(url));
  // EC2 may give fewer in a page than asked for; 5 is the least that may be asked for.
  const paged = new EC2Client(config(url));
  let pages = 0;
  paged.middlewareStack.add(
    (next, context) => async (args) => {
      assert(context['commandName'] === 'DescribeInstancesCommand');
      pages += 1;
      return next({ ...args, input: { ...args.input, MaxResults: 5 } });
    },
    { step: 'initialize' },
  );
  const find = (from = client, tag = GREEN) => ec2InstancesClient(() => Promise.resolve(from), budget()).find(tag);
  const ids = async (from = client, tag = GREEN) => (await find(from, tag)).map(({ id }) => id).sort();

  // moto loads its EC2 at the first request, which can take longer than our time limit of a call.
  await client.send(new DescribeInstancesCommand({}));
  await results.check('EC2: no instance has the tag', async () => {
    assert.deepEqual(await find(), []);
  });
  const green = await launch(client, 3, GREEN);
  await launch(client, 2, { ...GREEN, value: 'blue-1' });
  await launch(client, 2, { key: 'another', value: GREEN.value });
  await launch(client, 1);
  await results.check('EC2: only instances with key and value of the tag are found', async () => {
    assert.deepEqual(await ids(), [...green].sort());
    assert.equal((await ids(client, { ...GREEN, value: 'blue-1' })).length, 2);
    assert.deepEqual(await ids(client, { ...GREEN, value: 'green' }), []);
  });
  await results.check('EC2: state, lifecycle and time of launch are read', async () => {
    for (const instance of await find()) {
      assert.match(instance.id, /^i-[0-9a-f]+$/);
      assert.equal(instance.state, 'running');
      assert.equal(instance.lifecycle, 'on-demand');
      assert(Math.abs((instance.launchedAt ?? 0) - Date.now()) < 3_600_000, String(instance.launchedAt));
    }
  });
  await results.check('EC2: a tag that is added later is found', async () => {
    const [late = ''] = await launch(client, 1);
    await client.send(new CreateTagsCommand({ Resources: [late], Tags: [{ Key: 'late', Value: 'v' }] }));
    assert.deepEqual(await ids(client, { key: 'late', value: 'v' }), [late]);
  });
  await results.check('EC2: terminated and stopped instances are found as such, with the reason', async () => {
    const [gone = '', off = '', up = ''] = green;
    await client.send(new TerminateInstancesCommand({ InstanceIds: [gone] }));
    await client.send(new StopInstancesCommand({ InstanceIds: [off] }));
    const found = new Map((await find()).map((instance) => [instance.id, instance]));
    assert.equal(found.get(gone)?.state, 'terminated');
    assert.equal(found.get(gone)?.stateReason, 'Client.UserInitiatedShutdown');
    assert.equal(found.get(off)?.state, 'stopped');
    assert.equal(found.get(up)?.state, 'running');
  });
  await results.check('EC2: several pages are read to the end', async () => {
    const tag = { key: 'deployment', value: 'many' };
    const many: string[] = [];
    for (let reservation = 0; reservation < 12; reservation += 1) many.push(...(await launch(client, 2, tag)));
    assert.deepEqual(await ids(paged, tag), many.sort());
    assert(pages > 1, `${pages} pages`);
    assert.deepEqual(await ids(client, tag), many);
  });
}

async function launch(client: EC2Client, count: number, tag?: { key: string; value: string }): Promise<string[]> {
  const launched = await client.send(
    new RunInstancesCommand({
      ImageId: 'ami-12c6146b',
      InstanceType: 't3.micro',
      MinCount: count,
      MaxCount: count,
      ...(tag && { TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: tag.key, Value: tag.value }] }] }),
    }),
  );
  return (launched.Instances ?? []).map(({ InstanceId }) => InstanceId ?? '');
}

async function testSecrets(url: string): Promise<void> {
  const client = new SecretsManagerClient(config(url));
  const create = (name: string, text: string) =>
    client.send(new CreateSecretCommand({ Name: name, SecretString: text }));
  await create('spot/plain', `${TOKEN}\n`);
  const { ARN: arn = '' } = await create('spot/json', JSON.stringify({ token: TOKEN, number: 1 }));
  await client.send(new CreateSecretCommand({ Name: 'spot/binary', SecretBinary: Buffer.from(TOKEN) }));
  const token = (id: string, jsonKey?: string) =>
    resolveSpotToken(
      { kind: 'secret', id, ...(jsonKey !== undefined && { jsonKey }) },
      () => Promise.resolve(client),
      budget(),
    );
  const refused = (message: RegExp) => (error: unknown) => {
    assert(error instanceof SpotTokenError && !error.message.includes(TOKEN));
    assert.match(error.message, message);
    assert.equal(error.failure.type, 'ConfigurationError');
    return true;
  };

  await results.check('Secrets Manager: a secret that is the token', async () => {
    assert.equal(await token('spot/plain'), TOKEN);
  });
  await results.check('Secrets Manager: a key of a JSON secret, by name and by ARN', async () => {
    assert.equal(await token('spot/json', 'token'), TOKEN);
    assert.equal(await token(arn, 'token'), TOKEN);
  });
  await results.check('Secrets Manager: a JSON secret without a key named', async () => {
    await assert.rejects(token('spot/json'), refused(/Name the key of the token/));
  });
  await results.check('Secrets Manager: a key that is missing, or contains no text', async () => {
    await assert.rejects(token('spot/json', 'absent'), refused(/no text under the JSON key "absent"/));
    await assert.rejects(token('spot/json', 'number'), refused(/no text under the JSON key "number"/));
    await assert.rejects(token('spot/plain', 'token'), refused(/is not JSON/));
  });
  await results.check('Secrets Manager: a binary secret', async () => {
    await assert.rejects(token('spot/binary'), refused(/contains no text/));
  });
  await results.check('Secrets Manager: a secret that does not exist', async () => {
    await assert.rejects(token('spot/absent'), refused(/There is no secret spot\/absent/));
  });
}

function config(url: string) {
  return {
    endpoint: url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
    maxAttempts: 1,
  };
}

function budget(): CallBudget {
  return {
    clock: systemClock,
    until: Date.now() + 60_000,
    jitter: () => 0.5,
    retries: new RetryQuota(),
    redact: (text) => text,
  };
}

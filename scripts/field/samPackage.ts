import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { readTemplate, type Template } from '../cloudFormation.mjs';
import { withMoto } from './moto';
import { pythonTools } from './tools';

export interface Packaged {
  /** Where `sam package` wrote it. */
  readonly file: string;
  readonly template: Template;
  /** What it uploaded, by the address that the template has. */
  uploaded(address: unknown): Promise<Buffer>;
}

const BUCKET = 'released';
const REGION = 'us-east-1'; // the only one whose buckets are made without a location
const CREDENTIALS = { accessKeyId: 'AKIAFAKEFORSAM000000', secretAccessKey: 'fake' };

/** `sam package`, which uploads into moto's S3; `check` sees what came of it. */
export async function samPackage(templateFile: string, check: (packaged: Packaged) => Promise<void>): Promise<void> {
  await withMoto(async (url) => {
    const s3 = new S3Client({ endpoint: url, region: REGION, forcePathStyle: true, credentials: CREDENTIALS });
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    const file = path.join(path.dirname(templateFile), 'packaged-by-sam.yaml');
    const { status, stdout, stderr } = spawnSync(
      path.join(pythonTools(), 'sam'),
      ['package', '--template-file', templateFile, '--s3-bucket', BUCKET, '--output-template-file', file],
      { encoding: 'utf8', timeout: 300_000, env: environment(url) },
    );
    if (status !== 0) throw new Error(`sam package ${templateFile}: ${stdout}${stderr}`);
    await check({
      file,
      template: readTemplate(readFileSync(file, 'utf8')),
      async uploaded(address) {
        const [, key] = /^s3:\/\/released\/(.+)$/.exec(String(address)) ?? [];
        if (key === undefined) throw new Error(`${String(address)} is not in the bucket`);
        const { Body: body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
        return Buffer.from((await body?.transformToByteArray()) ?? []);
      },
    });
  });
}

function environment(url: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    SAM_CLI_TELEMETRY: '0',
    AWS_ENDPOINT_URL: url,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  };
}

import { HeadObjectCommand } from '@aws-sdk/client-s3';
import type { HttpRequest } from '@smithy/core/protocols';
import { createAwsClients, hasOwnS3Endpoint } from '../../src/clients/awsClients';

const environment = process.env;

afterEach(() => {
  process.env = environment;
});

/** Where the request for an object goes, in a process with this environment. */
async function addressOfObject(env: Readonly<Record<string, string>>): Promise<string> {
  process.env = { ...environment, ...env };
  const sent: HttpRequest[] = [];
  const aws = createAwsClients({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDOFNOBODY', secretAccessKey: 'secret-of-nobody' },
    requestHandler: {
      handle: (request: HttpRequest) => {
        sent.push(request);
        return Promise.reject(new Error('no network here'));
      },
    },
    hasOwnS3Endpoint: hasOwnS3Endpoint(process.env),
  });
  const client = await aws.s3();
  await client.send(new HeadObjectCommand({ Bucket: 'releases', Key: 'shop/a.zip' })).catch(() => undefined);
  const [request] = sent;
  return request ? `${request.protocol}//${request.hostname}${request.path}` : '';
}

test.each([
  ['nothing set', {}, 'https://releases.s3.eu-west-1.amazonaws.com/shop/a.zip'],
  // As template.yaml sets it, for `sam local invoke --env-vars`.
  ['an empty variable', { AWS_ENDPOINT_URL_S3: '' }, 'https://releases.s3.eu-west-1.amazonaws.com/shop/a.zip'],
  [
    'two empty ones',
    { AWS_ENDPOINT_URL_S3: '', AWS_ENDPOINT_URL: '' },
    'https://releases.s3.eu-west-1.amazonaws.com/shop/a.zip',
  ],
  // A bucket cannot be a part of such a host.
  ['an endpoint for S3', { AWS_ENDPOINT_URL_S3: 'http://localhost:1' }, 'http://localhost/releases/shop/a.zip'],
  [
    'an endpoint for all',
    { AWS_ENDPOINT_URL_S3: '', AWS_ENDPOINT_URL: 'http://localhost:1' },
    'http://localhost/releases/shop/a.zip',
  ],
])('with %s, the bucket stands where it must', async (_name, env, address) => {
  expect(await addressOfObject(env)).toBe(address);
});

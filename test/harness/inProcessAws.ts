import { createAwsClients, type AwsClientOptions, type AwsClients } from '../../src/clients/awsClients';
import type { Transport } from '../simulator/transport';

/**
 * What a client otherwise reads from the environment and from files, a dozen settings for each: a fifth of the harness's
 * time went there and into signatures that nobody checks.
 */
const QUICK: AwsClientOptions = {
  signer: { sign: (request) => Promise.resolve(request) },
  ignoreConfiguredEndpointUrls: true,
  retryMode: 'standard',
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  userAgentAppId: '',
  authSchemePreference: [],
  defaultsMode: 'standard',
};

/**
 * The product's own SDK clients, whose calls go to the simulator without a socket.
 * @param areSigned requests with all that the product sends
 */
export function inProcessAws({ requestHandler }: Transport, region = 'us-east-1', areSigned = false): AwsClients {
  const credentials = { accessKeyId: 'AKIAFAKEHARNESS00000', secretAccessKey: 'fake' };
  return createAwsClients({ requestHandler, region, credentials, ...(areSigned ? {} : QUICK) });
}

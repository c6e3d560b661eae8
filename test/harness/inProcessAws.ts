import { createAwsClients, type AwsClients } from '../../src/clients/awsClients';
import type { Transport } from '../simulator/transport';

/** The product's own SDK clients, whose calls go to the simulator without a socket. */
export function inProcessAws({ requestHandler }: Transport, region = 'us-east-1'): AwsClients {
  const credentials = { accessKeyId: 'AKIAFAKEHARNESS00000', secretAccessKey: 'fake' };
  return createAwsClients({ requestHandler, region, credentials });
}

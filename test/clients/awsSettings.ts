import { SDK_DEFAULTS } from '../../src/clients/awsCall';

/** How the function builds its SDK clients, with a loopback server instead of AWS. */
export function awsSettings(endpoint: string) {
  return {
    ...SDK_DEFAULTS,
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDOFNOBODY', secretAccessKey: 'secret-of-nobody' },
  };
}

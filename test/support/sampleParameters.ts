import type { UserParameters } from '../../src/input/userParameters/userParameters';

export const GOOD_STAGE_PARAMETERS: UserParameters = {
  token: { kind: 'clear', value: 'test-token' },
  accountId: 'act-1',
  groupId: 'sig-1',
  applicationName: 'shop',
  deploymentGroupName: 'production',
  timeoutSeconds: 900,
  revision: { kind: 's3', bucket: 'releases', key: 'shop.zip', bundleType: 'zip', source: 'S3' },
  onConflict: 'FAIL',
  dryRun: false,
};

/** The names of the simulated account. All of its secrets are made up, and easy to recognise in a log. */
export interface Account {
  readonly region: string;
  readonly awsAccountId: string;
  readonly functionName: string;
  readonly roleName: string;
  readonly pipelineName: string;
  readonly stageName: string;
  readonly actionName: string;
  readonly spotAccountId: string;
  readonly spotToken: string;
  readonly groupId: string;
  readonly applicationName: string;
  readonly deploymentGroupName: string;
  /** A second group of the application: in place, and unknown to the Elastigroup. */
  readonly inPlaceGroupName: string;
  /** The group's own deployment config; it decides how many instances are installed at a time. */
  readonly deploymentConfigName: string;
  readonly tagKey: string;
  /** Instances that the Elastigroup holds, and that a blue/green deployment launches. */
  readonly capacityTarget: number;
  /** Secrets Manager: name → SecretString. */
  readonly secrets: Readonly<Record<string, string>>;
}

const SPOT_TOKEN = 'simulator-spot-token-do-not-log-5f0e7c1d';

export const DEFAULT_ACCOUNT: Account = {
  region: 'us-east-1',
  awsAccountId: '123456789012',
  functionName: 'elastigroup-bluegreen',
  roleName: 'elastigroup-bluegreen-role',
  pipelineName: 'shop-pipeline',
  stageName: 'Deploy',
  actionName: 'BlueGreen',
  spotAccountId: 'act-1a2b3c4d',
  spotToken: SPOT_TOKEN,
  groupId: 'sig-1a2b3c4d',
  applicationName: 'shop',
  deploymentGroupName: 'shop-production',
  inPlaceGroupName: 'shop-in-place',
  deploymentConfigName: 'CodeDeployDefault.OneAtATime',
  tagKey: 'GreenIdentifier',
  capacityTarget: 4,
  secrets: {
    'spot/api-token': SPOT_TOKEN,
    'spot/credentials': JSON.stringify({ account: 'act-1a2b3c4d', token: SPOT_TOKEN }),
  },
};

/** The artifact credentials that events carry: fake, and recognisable when they leak. */
export const FAKE_ARTIFACT_CREDENTIALS = {
  accessKeyId: 'ASIAFAKEARTIFACTKEY0',
  secretAccessKey: 'simulator-artifact-secret-do-not-log',
  sessionToken: 'simulator-artifact-session-do-not-log',
} as const;

/** Those of GetJobDetails, which the redactor knows from nowhere. */
export const FAKE_DETAILS_CREDENTIALS = {
  accessKeyId: 'ASIAFAKEDETAILSKEY00',
  secretAccessKey: 'simulator-details-secret-do-not-log',
  sessionToken: 'simulator-details-session-do-not-log',
} as const;

/** What the token is replaced by where it is rotated. */
export function rotatedToken({ spotToken }: Account): string {
  return `rotated-${spotToken}`;
}

/** Everything that must never appear in a log line, result, token or error. */
export function secretsOf(account: Account): readonly string[] {
  const credentials = [FAKE_ARTIFACT_CREDENTIALS, FAKE_DETAILS_CREDENTIALS].flatMap((set) => Object.values(set));
  return [account.spotToken, ...credentials];
}

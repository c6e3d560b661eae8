/** A deployment config: how many instances of a deployment are worked on at a time. */
export interface DeploymentConfig {
  readonly minimumHealthyHosts: { readonly type: 'HOST_COUNT' | 'FLEET_PERCENT'; readonly value: number };
  /** @param instances how many the deployment has in all */
  readonly atATime: (instances: number) => number;
}

/** CodeDeploy's own configs for EC2 (user guide, deployment-configurations). */
export const DEPLOYMENT_CONFIGS: Readonly<Record<string, DeploymentConfig>> = {
  'CodeDeployDefault.OneAtATime': {
    minimumHealthyHosts: { type: 'HOST_COUNT', value: 1 },
    atATime: () => 1,
  },
  'CodeDeployDefault.HalfAtATime': {
    minimumHealthyHosts: { type: 'FLEET_PERCENT', value: 50 },
    atATime: (instances) => Math.max(1, Math.floor(instances / 2)),
  },
  'CodeDeployDefault.AllAtOnce': {
    minimumHealthyHosts: { type: 'HOST_COUNT', value: 0 },
    atATime: (instances) => instances,
  },
};

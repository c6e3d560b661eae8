/** A deployment config: how many instances of a deployment are worked on at a time, and how many of them may fail. */
export interface DeploymentConfig {
  readonly minimumHealthyHosts: { readonly type: 'HOST_COUNT' | 'FLEET_PERCENT'; readonly value: number };
  /** @param instances how many the deployment has in all */
  readonly atATime: (instances: number) => number;
  /** Whether the deployment can still succeed. @param left those that have not ended yet */
  readonly tolerates: (counts: {
    readonly instances: number;
    readonly failed: number;
    readonly left: number;
  }) => boolean;
}

/** CodeDeploy's own configs for EC2 (user guide, deployment-configurations). */
export const DEPLOYMENT_CONFIGS: Readonly<Record<string, DeploymentConfig>> = {
  'CodeDeployDefault.OneAtATime': {
    minimumHealthyHosts: { type: 'HOST_COUNT', value: 1 },
    atATime: () => 1,
    // The last one may fail: then no more than one at a time is out of service.
    tolerates: ({ instances, failed, left }) => failed === 0 || (failed === 1 && left === 0 && instances > 1),
  },
  'CodeDeployDefault.HalfAtATime': {
    minimumHealthyHosts: { type: 'FLEET_PERCENT', value: 50 },
    atATime: (instances) => Math.max(1, Math.floor(instances / 2)),
    tolerates: ({ instances, failed }) => failed <= Math.floor(instances / 2) && failed < instances,
  },
  'CodeDeployDefault.AllAtOnce': {
    minimumHealthyHosts: { type: 'HOST_COUNT', value: 0 },
    atATime: (instances) => instances,
    tolerates: ({ instances, failed }) => failed < instances,
  },
};

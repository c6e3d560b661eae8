/** Dollars, us-east-1. */
export const PRICES = {
  /** For each minute of an action in a V2 pipeline: https://aws.amazon.com/codepipeline/pricing/ (docs/services.md, CodePipeline) */
  actionMinute: 0.002,
  /** arm64; x86 is a quarter more: https://aws.amazon.com/lambda/pricing/ */
  gbSecond: 0.0000133334,
} as const;

/** MemorySize's default in template.yaml. */
export const MEMORY_GB = 256 / 1024;

export interface Fleet {
  readonly instances: number;
  /** Dollars an hour for one instance. */
  readonly hourly: number;
}

export interface DeploymentCost {
  readonly pipeline: number;
  readonly lambda: number;
  readonly secondFleet: number;
  readonly inAll: number;
}

/** At most: as if one invocation polled, and both fleets ran, from the first moment to the last. */
export function deploymentCost(minutes: number, { instances, hourly }: Fleet): DeploymentCost {
  const pipeline = minutes * PRICES.actionMinute;
  const lambda = minutes * 60 * MEMORY_GB * PRICES.gbSecond;
  const secondFleet = (instances * hourly * minutes) / 60;
  return { pipeline, lambda, secondFleet, inAll: pipeline + lambda + secondFleet };
}

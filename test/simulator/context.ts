import { rotatedToken, type Account } from './account';
import type { WorldOptions } from './options';
import type { Random } from './random';
import type { Durations, Script } from './scenario';
import type { Schedule } from './schedule';

/** What every part of the world shares. */
export interface Context {
  readonly schedule: Schedule;
  readonly random: Random;
  readonly account: Account;
  readonly options: WorldOptions;
  readonly durations: Durations;
  readonly script: Script;
}

/** Spot's token that is valid now, where it was rotated. */
export function validSpotToken({ account, options, schedule }: Context): string {
  const { tokenRotatesAt = Number.POSITIVE_INFINITY } = options;
  const isRotated = schedule.time >= schedule.beganAt + tokenRotatesAt * 1000;
  return isRotated ? rotatedToken(account) : account.spotToken;
}

/** The Elastigroup's target capacity now, in instances. It changes what the next blue/green deployment launches, not the fleet. */
export function targetCapacityNow({ account, options: { scaledTo }, schedule }: Context): number {
  const isScaled = scaledTo !== undefined && schedule.time >= schedule.beganAt + scaledTo.afterSeconds * 1000;
  return isScaled ? scaledTo.target : account.capacityTarget;
}

/** Who began something: the function under test, or somebody else in the account. */
export type Owner = 'product' | 'other';

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

/** Who began something: the function under test, or somebody else in the account. */
export type Owner = 'product' | 'other';

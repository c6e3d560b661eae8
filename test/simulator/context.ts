import type { Account } from './account';
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

/** Who began something: the function under test, or somebody else in the account. */
export type Owner = 'product' | 'other';

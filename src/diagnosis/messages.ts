import type { Messages } from '../lib/wording';

/** The lines of a failure message below its headline. */
export const EVIDENCE_MESSAGES = {
  likelyFix: (fix) => `Likely fix: ${fix}`,
  failedTarget: (what) => `Failed: ${what}`,
  sameOn: (targets) => `Same failure on: ${targets}.`,
  moreFailures: (count) => `… and ${count} more kinds of failure.`,
  stillRunning: (targets) => `Still running: ${targets}.`,
  reclaimed: (count, instances) => `AWS reclaimed ${count} during deployment: ${instances}.`,
  removed: (instances) => `Terminated through the EC2 API during deployment: ${instances}.`,
  rolledBack: (id, rollbackId) => `CodeDeploy ${id} is rolled back by ${rollbackId}.`,
  elastigroupState: (id, state) => `Elastigroup deployment ${id} is now ${state}.`,
  elastigroupEvents: (id) => `Elastigroup deployment ${id}; group events:`,
  targetsNotRead: (which, error) =>
    `${which} targets of the CodeDeploy deployment were not read (${error}); those that failed come first.`,
  notRead: (what, error) => `${what} could not be read (${error}).`,
} as const satisfies Messages;

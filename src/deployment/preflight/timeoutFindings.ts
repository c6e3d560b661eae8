import type { UserParameters } from '../../input/userParameters/userParameters';
import { duration } from '../../lib/wording';
import { timeoutAdvice } from '../history';
import type { UsualTime } from '../state';
import { describeUsual } from '../timeLeft';
import { warning, type Finding } from './finding';
import { PREFLIGHT_WARNINGS } from './messages';

type Wanted = Pick<UserParameters, 'applicationName' | 'deploymentGroupName' | 'timeoutSeconds'>;

/** A warning only: the next deployment may be faster than all before it. */
export function timeoutFindings(usual: UsualTime, wanted: Wanted): Finding[] {
  const { applicationName, deploymentGroupName, timeoutSeconds } = wanted;
  if (timeoutSeconds > usual.high) return [];
  const group = `${applicationName}/${deploymentGroupName}`;
  const advice = timeoutAdvice(usual, 0, timeoutSeconds);
  const [timeout, high] = [duration(timeoutSeconds), duration(usual.high)];
  return [warning(PREFLIGHT_WARNINGS.shortTimeout(timeout, group, describeUsual(usual), high, advice))];
}

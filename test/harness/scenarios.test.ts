import { SCENARIOS } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun } from './playRun';

test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
  '%s ends as it should',
  async (_name, scenario) => {
    const trace = await playRun({ seed: 1, scenario });
    if (process.env['SHOW'])
      process.stderr.write(
        `${scenario.name}: ${trace.action.status} ${trace.calls.length} calls ${trace.action.message}\n${trace.errors.join('\n')}\n`,
      );
    if (process.env['LOGS']) process.stderr.write(trace.logs.join('\n'));
    expect(violationsOf(trace)).toEqual([]);
    expect(trace.action.status).toBe(scenario.expected);
  },
);

import { scenarioNamed } from '../simulator/scenarios';
import { FROM_GITHUB, tryFaults } from './everyFault';

// Until green is launched, this run is that of faults.success.test.ts: what is to be continued comes after.
tryFaults(
  'success in short invocations',
  {
    seed: 2,
    scenario: scenarioNamed('success'),
    userParameters: FROM_GITHUB,
    env: { POLL_WINDOW_SECONDS: '20', POLL_INTERVAL_SECONDS: '10' },
  },
  { from: 'launching' },
);

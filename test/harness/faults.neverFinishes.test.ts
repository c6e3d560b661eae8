import { scenarioNamed } from '../simulator/scenarios';
import { FROM_GITHUB, tryFaults } from './everyFault';

// Until CodeDeploy is at work, this run is that of a success, whose faults faults.success.test.ts tries; its last phase, the
// diagnosis and the report, makes the calls of faults.scriptFails.test.ts.
tryFaults(
  'never-finishes',
  {
    seed: 4,
    scenario: scenarioNamed('never-finishes'),
    env: { POLL_INTERVAL_SECONDS: '10' },
    userParameters: { ...FROM_GITHUB, TIMEOUT: 60 },
  },
  { from: 'installing', until: 'failed' },
);

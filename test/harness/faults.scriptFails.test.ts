import { scenarioNamed } from '../simulator/scenarios';
import { FROM_GITHUB, tryFaults } from './everyFault';

// Until CodeDeploy is at work, this run is that of a success, whose faults faults.success.test.ts tries.
tryFaults(
  'script-fails',
  { seed: 3, scenario: scenarioNamed('script-fails'), userParameters: FROM_GITHUB },
  { from: 'installing' },
);

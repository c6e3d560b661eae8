import { scenarioNamed } from '../simulator/scenarios';
import { FROM_GITHUB, tryEveryFault } from './everyFault';

tryEveryFault([
  {
    name: 'script-fails',
    from: 'installing',
    plan: { seed: 3, scenario: scenarioNamed('script-fails'), userParameters: FROM_GITHUB },
  },
  {
    name: 'never-finishes',
    from: 'installing',
    plan: {
      seed: 4,
      scenario: scenarioNamed('never-finishes'),
      env: { POLL_INTERVAL_SECONDS: '10' },
      userParameters: { ...FROM_GITHUB, TIMEOUT: 60 },
    },
  },
]);

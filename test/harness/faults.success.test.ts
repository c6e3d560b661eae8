import { scenarioNamed } from '../simulator/scenarios';
import { FROM_GITHUB, tryEveryFault } from './everyFault';

const scenario = scenarioNamed('success');

tryEveryFault([
  { name: 'success', plan: { seed: 1, scenario } },
  {
    name: 'success in short invocations',
    plan: {
      seed: 2,
      scenario,
      userParameters: FROM_GITHUB,
      env: { POLL_WINDOW_SECONDS: '20', POLL_INTERVAL_SECONDS: '10' },
    },
  },
]);

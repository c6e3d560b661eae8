import { scenarioNamed } from '../simulator/scenarios';
import { tryFaults } from './everyFault';

tryFaults('success', { seed: 1, scenario: scenarioNamed('success') });

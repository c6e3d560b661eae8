import type { Scenario } from './scenario';
import { scenario } from './scenarioBase';

/** What the accounts of people contain, beside what the function needs. */
export const FIELD_SCENARIOS: readonly Scenario[] = [
  scenario({
    name: 'odd-list',
    title: "Spot's list and the group's integration contain old, odd and unreadable items.",
    expected: 'Succeeded',
    options: { oddItems: true },
  }),
];

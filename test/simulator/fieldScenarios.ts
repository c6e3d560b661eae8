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
  scenario({
    name: 'untagged-blue',
    title: 'Blue lacks the tag GreenIdentifier, by which Elastigroup would find it: it stays, and the result names it.',
    expected: 'Succeeded',
    options: { blueTagged: false },
  }),
  scenario({
    name: 'scaled-to-zero',
    title: 'The Elastigroup has target capacity 0, as at night.',
    expected: 'Failed',
    serves: 'nobody',
    options: { account: { capacityTarget: 0 } },
  }),
  scenario({
    name: 'scales-up',
    title: 'The Elastigroup launches one instance more while the revision is installed.',
    expected: 'Succeeded',
    script: { groupScalesUp: true },
  }),
  scenario({
    name: 'second-application',
    title: "The Elastigroup's integration names a second application, which green would not get.",
    expected: 'Failed',
    options: { integration: 'with-another' },
  }),
  scenario({
    name: 'second-application-accepted',
    title: 'The same, and ACCEPT_OTHER_GROUPS is true.',
    expected: 'Succeeded',
    options: { integration: 'with-another' },
    userParameters: { ACCEPT_OTHER_GROUPS: 'true' },
  }),
  scenario({
    name: 'lambda-application',
    title: 'The application is one of Lambda functions.',
    expected: 'Failed',
    options: { deploymentGroup: { computePlatform: 'Lambda' } },
  }),
];

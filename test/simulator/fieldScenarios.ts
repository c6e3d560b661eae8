import type { Scenario } from './scenario';
import { DURATIONS, scenario } from './scenarioBase';

/** What the accounts of people contain, beside what the function needs. */
export const FIELD_SCENARIOS: readonly Scenario[] = [
  scenario({
    name: 'odd-list',
    title: "Spot's list and the group's integration contain old, unusual and unreadable items.",
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
    name: 'untagged-blue-refused',
    title: 'Blue lacks the tag GreenIdentifier, and Elastigroup refuses the deployment (VALIDATE_TAGS).',
    expected: 'Failed',
    options: { blueTagged: false, validatesTags: true },
  }),
  scenario({
    name: 'scaled-to-zero',
    title: 'The Elastigroup has target capacity 0, as some have at night.',
    expected: 'Failed',
    serves: 'nobody',
    options: { account: { capacityTarget: 0 } },
  }),
  scenario({
    name: 'auto-healing',
    title: "The Elastigroup's own health check replaces green instances while they are installed.",
    expected: 'Failed',
    options: { groupHealthCheck: { type: 'TARGET_GROUP', graceSeconds: 30 }, autoHealing: true },
  }),
  scenario({
    name: 'scales-up',
    title: 'The Elastigroup launches another instance while the revision is installed, and deploys to it by itself.',
    expected: 'Succeeded',
    script: { groupScalesUp: true, temporaryGroup: 'succeeds' },
  }),
  scenario({
    name: 'spot-replaced',
    title: 'AWS reclaims a blue instance during the deployment, and deploying to its replacement fails.',
    expected: 'Succeeded',
    script: { spotReplaced: true, temporaryGroup: 'fails' },
  }),
  scenario({
    name: 'late-list',
    title: "A blue/green deployment appears in Spot's list only 20 seconds after its start.",
    expected: 'Succeeded',
    options: { listLagSeconds: 20 },
  }),
  scenario({
    name: 'event-waited',
    title: "The first event waits in Lambda's queue for five minutes: nothing was free to run it.",
    expected: 'Succeeded',
    script: { eventWaits: true },
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
    title: 'The application is for Lambda functions.',
    expected: 'Failed',
    options: { deploymentGroup: { computePlatform: 'Lambda' } },
  }),
  scenario({
    name: 'group-renamed-meanwhile',
    title: 'Somebody renames the deployment group while green launches.',
    expected: 'Failed',
    options: { codeDeployLost: { afterSeconds: 10, how: 'group-renamed' } },
  }),
  scenario({
    name: 'permission-lost-meanwhile',
    title: "The function's role loses its permissions for CodeDeploy while green launches.",
    expected: 'Failed',
    options: { codeDeployLost: { afterSeconds: 10, how: 'denied' } },
  }),
  scenario({
    name: 'unknown-final-state',
    title: "Elastigroup ends in an undocumented state; the group's instances prove the success.",
    expected: 'Succeeded',
    options: { finalState: 'COMPLETED' },
  }),
  scenario({
    name: 'scaled-up-meanwhile',
    title: 'Spot no longer lists what has finished, and the group has scaled up while blue was replaced.',
    expected: 'Succeeded',
    durations: { ...DURATIONS, listVanish: 0 },
    options: { listsFinished: false, scaledUp: 2 },
  }),
];

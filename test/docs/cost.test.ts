import { readFileSync } from 'node:fs';
import { deploymentCost, MEMORY_GB, PRICES, type DeploymentCost } from '../bench/deploymentCost';

/** The table of costs is what its own formula gives, and the formula has the memory that the stack sets. */

const PAGE = readFileSync('docs/monitoring.md', 'utf8');
const TEMPLATE = readFileSync('template.yaml', 'utf8');
const FLEET = { instances: 4, hourly: 0.04 };
const MINUTES = [10, 30, 60];

const row = (name: string, key: keyof DeploymentCost) =>
  `| ${name} | ${MINUTES.map((minutes) => `$${deploymentCost(minutes, FLEET)[key].toFixed(3)}`).join(' | ')} |`;

test.each([
  row('CodePipeline, the action in a V2 pipeline', 'pipeline'),
  row('Lambda, 256 MB on arm64', 'lambda'),
  row('the second fleet, four instances at $0.04 an hour', 'secondFleet'),
  row('in all', 'inAll'),
])('docs/monitoring.md has %s', (expected) => {
  expect(PAGE.split('\n')).toContain(expected);
});

test('the prices and the memory are those that the page and the stack give', () => {
  expect(PAGE).toContain(`$${PRICES.actionMinute} a minute`);
  expect(PAGE).toContain(`$${PRICES.gbSecond.toFixed(10)} a GB-second`);
  expect(TEMPLATE).toMatch(new RegExp(`^ {2}MemorySize:\\n(?: {4}.*\\n)*? {4}Default: ${MEMORY_GB * 1024}$`, 'm'));
});

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CodePipelineEvent } from 'aws-lambda';
import { scenarioNamed } from '../simulator/scenarios';
import { violationsOf } from './invariants';
import { playRun } from './playRun';

/*
 * The function is updated in mid-run: an invocation gets a token of 0.1.0 (recorded from its bundle; scripts/upgrade/), with the
 * ids and times of this run, and the deployment goes on. `npm run test:upgrade` plays the same with 0.1.0 itself.
 */

const TOKENS = JSON.parse(readFileSync('test/unit/deployment/tokens-0.1.0.json', 'utf8')) as Record<string, string>;

interface Content {
  fingerprint: string;
  state: Record<string, unknown>;
}

const contentOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Content;

/** The recorded token of the phase, made one of this run by what `current`, the token of today's function, knows too. */
function of010(current: string): string {
  const { fingerprint, state } = contentOf(current);
  const recorded = contentOf(TOKENS[String(state['phase'])] ?? '');
  const own = Object.keys(recorded.state).map((key) => [key, isOfTheRun(key) ? state[key] : recorded.state[key]]);
  const content = { ...recorded, fingerprint, state: Object.fromEntries(own) as unknown };
  const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
  return `v1.${payload}.${createHash('sha256').update(payload).digest('base64url').slice(0, 16)}`;
}

function isOfTheRun(key: string): boolean {
  return /Id$|^greenIdentifier$|At$|Since$|^invocations$/.test(key);
}

/** Hands the first token of that phase over as 0.1.0 would have written it. */
function asOf010(phase: string, handedOver: string[]) {
  return (event: CodePipelineEvent): CodePipelineEvent => {
    const copy = structuredClone(event);
    const { data } = copy['CodePipeline.job'];
    const token = data.continuationToken;
    if (token === undefined || handedOver.length > 0 || contentOf(token).state['phase'] !== phase) return copy;
    data.continuationToken = of010(token);
    handedOver.push(data.continuationToken);
    return copy;
  };
}

test.each([
  ['starting', 'success'],
  ['launching', 'success'],
  ['installing', 'success'],
  ['finalizing', 'success'],
  ['launching', 'script-fails'],
  ['installing', 'script-fails'],
  ['cleaningUp', 'script-fails'],
])('in %s, of %s: the token of 0.1.0 is read, and the deployment goes on', async (phase, scenarioName) => {
  const handedOver: string[] = [];
  let isLost = false;
  const trace = await playRun({
    seed: 1,
    scenario: scenarioNamed(scenarioName),
    env: { POLL_WINDOW_SECONDS: '0' },
    jobEvent: asOf010(phase, handedOver),
    // The answer to the start is lost, so that there is a token of `starting`.
    inject: (_index, { operation }) => {
      if (phase !== 'starting' || isLost || operation !== 'POST blueGreenDeployment') return undefined;
      isLost = true;
      return 'reset-after';
    },
  });
  expect(handedOver).toHaveLength(1);
  expect(violationsOf(trace)).toEqual([]);
  expect(trace.action.status).toBe(trace.plan.scenario.expected);
  expect(trace.logs.filter((line) => line.includes('The continuation token'))).toEqual([]);
  const own = trace.calls.filter(({ operation }) =>
    ['POST blueGreenDeployment', 'CreateDeployment'].includes(operation),
  );
  expect(own).toHaveLength(2);
});

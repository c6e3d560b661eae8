import type { JobData, JobDetails, PipelineRuns } from '../../../src/clients/pipelineRun';
import { judgeJob, proveJob } from '../../../src/deployment/genuineJob';
import { noAnswer } from '../../support/deploymentSamples';
import { FakeContext, JOB_AT_HAND, NO_RUNS } from '../../support/fakeContext';

/*
 * An event proves nothing: its job, continuation token and UserParameters must be those that CodePipeline has.
 */

const EVENT: JobData = { userParameters: '{"TIMEOUT": 900, "S3_KEY": "a.zip"}', continuationToken: 'v1.abc.def' };

function judged(data: Partial<JobData> | undefined, event: JobData = EVENT) {
  const details = { run: undefined, data: data && { ...EVENT, ...data } };
  return judgeJob(event, { ok: true, value: details }).kind;
}

test.each<[string, string, Partial<JobData> | undefined]>([
  ['the same of both', 'genuine', {}],
  ['another token', 'forged', { continuationToken: 'v1.abc.xyz' }],
  ['no token, which may be so of a Lambda action', 'genuine', { continuationToken: undefined }],
  ['other UserParameters', 'forged', { userParameters: '{"TIMEOUT": 9, "S3_KEY": "a.zip"}' }],
  ['none, as a job of another function', 'forged', { userParameters: '' }],
  ['nothing of what a job carries', 'genuine', undefined],
])('CodePipeline tells %s: %s', (_what, kind, data) => {
  expect(judged(data)).toBe(kind);
});

test('a first event has no token, and neither has its job', () => {
  const first = { ...EVENT, continuationToken: undefined };
  expect(judged({ continuationToken: undefined }, first)).toBe('genuine');
  expect(judged({}, first)).toBe('forged');
});

test.each<[string, string]>([
  ['{"TIMEOUT": #{Build.TIMEOUT}, "S3_KEY": "#{Source.Key}"}', 'genuine'],
  ['#{Build.ALL}', 'genuine'],
  ['{"TIMEOUT": 9, "S3_KEY": "#{Source.Key}"}', 'forged'],
  ['{"S3_KEY": "#{Source.Key}", "TIMEOUT": #{Build.TIMEOUT}}', 'forged'],
  ['{"TIMEOUT": #{Build.TIMEOUT}, "S3_KEY": "#{Source.Key}", "DRY_RUN": true}', 'forged'],
  ['{"TIMEOUT": 900, "S3_KEY": "a.zip"}#{x}}', 'forged'],
])('UserParameters whose variables are not resolved there are the same where the rest is: %s', (told, kind) => {
  expect(judged({ userParameters: told })).toBe(kind);
});

test.each<[string, string, Parameters<typeof judgeJob>[1]]>([
  ['JobNotFoundException', 'forged', { ok: true, value: 'unknown-job' }],
  ['an id that it rejects', 'forged', { ok: false, error: noAnswer('CodePipeline', 'rejected') }],
  [
    'throttling, which an attacker can cause',
    'unanswered',
    { ok: false, error: noAnswer('CodePipeline', 'throttled') },
  ],
  ['an answer that breaks off', 'unanswered', { ok: false, error: noAnswer('CodePipeline', 'unreadable') }],
  ['a denial, which no event can cause', 'genuine', { ok: false, error: noAnswer('CodePipeline', 'denied') }],
])('%s: %s', (_what, kind, details) => {
  expect(judgeJob(EVENT, details).kind).toBe(kind);
});

function asking(...answers: readonly (JobDetails | 'unknown-job' | Error)[]) {
  const left = [...answers];
  const identify: PipelineRuns['identify'] = async (id) => {
    expect(id).toBe(JOB_AT_HAND.id);
    const answer = left.shift();
    if (answer === undefined) throw new Error('asked too often');
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return new FakeContext({}, { pipelineRuns: { ...NO_RUNS, identify } });
}

test('CodePipeline is asked again after an error that passes, and then no more: after its result a job may be unknown', async () => {
  const context = asking(noAnswer('CodePipeline', 'timeout'), { run: undefined, data: JOB_AT_HAND });
  expect((await proveJob(context)).kind).toBe('unanswered');
  expect((await proveJob(context)).kind).toBe('genuine');
  expect((await proveJob(context)).kind).toBe('genuine');
});

test('a job that is unknown is asked for once more, 5 s later, before it counts as forged', async () => {
  const known: JobDetails = { run: undefined, data: JOB_AT_HAND };
  const odd = asking('unknown-job', known);
  expect((await proveJob(odd)).kind).toBe('unanswered');
  odd.clock.advance(5);
  expect((await proveJob(odd)).kind).toBe('genuine');

  const forged = asking('unknown-job', noAnswer('CodePipeline', 'rejected'), 'unknown-job');
  expect((await proveJob(forged)).kind).toBe('unanswered');
  forged.clock.advance(4.9);
  expect((await proveJob(forged)).kind).toBe('unanswered');
  forged.clock.advance(0.1);
  expect((await proveJob(forged)).kind).toBe('forged');
});

test('with ALLOW_UNKNOWN_JOB, of test services, nothing is asked', async () => {
  const context = asking();
  Object.assign(context.runMemory, { isUnknownJobAllowed: true });
  expect(await proveJob(context)).toEqual({ kind: 'genuine' });
});

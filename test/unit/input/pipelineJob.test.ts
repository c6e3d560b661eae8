import fc from 'fast-check';
import { parsePipelineJob, readArtifactSecrets, readJobId } from '../../../src/input/pipelineJob';
import { eventOf, FAKE_SECRET_KEY, FAKE_SESSION_TOKEN, GOOD_PARAMETERS } from './badInput.corpus';

const ID = '11111111-abcd-1111-abcd-111111abcdef';
const withId = (id: unknown) => ({ 'CodePipeline.job': { id } });

describe('readJobId', () => {
  test.each([
    ['a good event', eventOf({}), ID],
    ['an event with nothing but an id', withId(ID), ID],
    ['an id that is unfit for a tag', withId('a b'), 'a b'],
    ['an id of 200 characters', withId('x'.repeat(200)), 'x'.repeat(200)],
    ['an id of 201 characters', withId('x'.repeat(201)), undefined],
    ['an empty id', withId(''), undefined],
    ['an id that is a number', withId(5), undefined],
    ['a job that is null', { 'CodePipeline.job': null }, undefined],
    ['null', null, undefined],
    ['text', 'event', undefined],
    ['an inherited job', Object.create(withId(ID)), undefined],
  ])('of %s', (_name, event: unknown, expected) => {
    expect(readJobId(event)).toBe(expected);
  });
});

describe('parsePipelineJob', () => {
  test('keeps what is used, and drops the rest', () => {
    expect(parsePipelineJob(eventOf({ continuationToken: 'token' }))).toEqual({
      ok: true,
      value: {
        id: ID,
        userParameters: JSON.stringify(GOOD_PARAMETERS),
        continuationToken: 'token',
        inputArtifacts: [{ name: 'BuildOutput', bucket: 'pipeline-artifacts', key: 'shop/BuildOutp/AbC123x' }],
      },
      warnings: [],
    });
  });

  const minimal = (data: Record<string, unknown>) => ({
    'CodePipeline.job': {
      id: 'EXAMPLE-not-a-uuid',
      accountId: '111111111111',
      data: { actionConfiguration: { configuration: { UserParameters: '{}' } }, ...data },
    },
  });

  test.each([
    ['without artifacts, credentials and token', {}],
    ['with null for all of them', { inputArtifacts: null, artifactCredentials: null, continuationToken: null }],
    [
      'with empty credentials',
      { inputArtifacts: [], artifactCredentials: { secretAccessKey: '', sessionToken: null } },
    ],
  ])('accepts a job %s', (_name, data) => {
    expect(parsePipelineJob(minimal(data))).toEqual({
      ok: true,
      value: {
        id: 'EXAMPLE-not-a-uuid',
        userParameters: '{}',
        inputArtifacts: [],
      },
      warnings: [],
    });
  });

  test('tells all problems at once', () => {
    const result = parsePipelineJob({ 'CodePipeline.job': { id: '', data: { inputArtifacts: [{}] } } });
    expect(result.ok ? [] : result.problems.map(({ where }) => where)).toEqual([
      'CodePipeline.job.id',
      'CodePipeline.job.accountId',
      'CodePipeline.job.data.actionConfiguration',
      'CodePipeline.job.data.inputArtifacts[0].name',
      'CodePipeline.job.data.inputArtifacts[0].location',
    ]);
  });

  test('never throws, and a refusal has a problem, whatever the JSON', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.jsonValue().map((data) => minimal({ data, inputArtifacts: data })),
        ),
        (event) => {
          const result = parsePipelineJob(event);
          expect(result.ok || result.problems.length > 0).toBe(true);
          readJobId(event);
        },
      ),
    );
  });
});

test('the credentials of an event are found, for the redaction, also of a broken one', () => {
  expect(readArtifactSecrets(eventOf({}))).toEqual(['FAKEACCESSKEYID00000', FAKE_SECRET_KEY, FAKE_SESSION_TOKEN]);
  const artifactCredentials = { secretAccessKey: FAKE_SECRET_KEY, sessionToken: 5 };
  expect(readArtifactSecrets({ 'CodePipeline.job': { data: { artifactCredentials } } })).toEqual([FAKE_SECRET_KEY]);
});

import { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import type { CallBudget } from '../../src/clients/callPolicy';
import { codeDeployClient } from '../../src/clients/codeDeploy/codeDeploy';
import type { UserParameters } from '../../src/input/userParameters/userParameters';
import { parametersWith } from '../support/deploymentSamples';
import { awsError, json, respond, targetOf, useLoopbackServer, type Answer } from '../support/loopbackServer';
import { awsSettings } from './awsSettings';
import { AMPLE_MS, budgetFor, SCARCE_MS } from './callBudget';
import { upstreamErrorOf } from './caught';

const server = useLoopbackServer();
const GREEN = { key: 'GreenIdentifier', value: 'u-1' };
const PARAMETERS = parametersWith({
  deploymentGroupName: 'web',
  revision: { kind: 's3', bucket: 'b', key: 'app.zip', bundleType: 'zip' },
});

interface Setup {
  readonly url?: string;
  readonly budget?: CallBudget;
  readonly parameters?: Partial<UserParameters>;
}

function codeDeploy({ url = server.url, budget = budgetFor(AMPLE_MS), parameters = {} }: Setup = {}) {
  return codeDeployClient(new CodeDeployClient(awsSettings(url)), { ...PARAMETERS, ...parameters }, budget);
}

function operations(): (string | undefined)[] {
  return server.requests.map((request) => targetOf(request)?.replace('CodeDeploy_20141006.', ''));
}

function bodies(): unknown[] {
  return server.requests.map(({ body }): unknown => JSON.parse(body));
}

describe('CreateDeployment on the wire', () => {
  const targetInstances = {
    tagFilters: [{ Key: 'GreenIdentifier', Value: 'u-1', Type: 'KEY_AND_VALUE' }],
  };
  const plain = { applicationName: 'shop', deploymentGroupName: 'web', targetInstances };
  const s3 = { revisionType: 'S3', s3Location: { bucket: 'b', key: 'app.zip', bundleType: 'zip' } };

  test.each<[string, Partial<UserParameters>, Record<string, unknown>]>([
    ['a revision in S3, and the group’s own choice of all options', {}, { ...plain, revision: s3 }],
    [
      'a version and an eTag of it',
      { revision: { kind: 's3', bucket: 'b', key: 'k', bundleType: 'tgz', version: 'v1', eTag: 'e1' } },
      {
        ...plain,
        revision: {
          revisionType: 'S3',
          s3Location: { bucket: 'b', key: 'k', bundleType: 'tgz', version: 'v1', eTag: 'e1' },
        },
      },
    ],
    [
      'an input artifact: where it is, without its name',
      {
        revision: {
          kind: 's3',
          bucket: 'pipeline',
          key: 'shop/App/x',
          bundleType: 'zip',
          artifactName: 'App',
        },
      },
      {
        ...plain,
        revision: { revisionType: 'S3', s3Location: { bucket: 'pipeline', key: 'shop/App/x', bundleType: 'zip' } },
      },
    ],
    [
      'a revision in GitHub',
      { revision: { kind: 'github', repository: 'acme/shop', commitId: 'a'.repeat(40) } },
      {
        ...plain,
        revision: { revisionType: 'GitHub', gitHubLocation: { repository: 'acme/shop', commitId: 'a'.repeat(40) } },
      },
    ],
    [
      'all options',
      {
        deploymentConfigName: 'CodeDeployDefault.OneAtATime',
        description: 'a "quoted" – text',
        fileExistsBehavior: 'OVERWRITE',
        ignoreApplicationStopFailures: true,
        autoRollback: { enabled: true, events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] },
      },
      {
        ...plain,
        revision: s3,
        deploymentConfigName: 'CodeDeployDefault.OneAtATime',
        description: 'a "quoted" – text',
        fileExistsBehavior: 'OVERWRITE',
        ignoreApplicationStopFailures: true,
        autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] },
      },
    ],
    [
      'options that say no',
      { ignoreApplicationStopFailures: false, autoRollback: { enabled: false } },
      {
        ...plain,
        revision: s3,
        ignoreApplicationStopFailures: false,
        autoRollbackConfiguration: { enabled: false },
      },
    ],
  ])('%s', async (_name, parameters, body) => {
    server.script(json({ deploymentId: 'd-NEW' }));
    await expect(codeDeploy({ parameters }).createDeployment(GREEN)).resolves.toEqual({
      kind: 'created',
      deploymentId: 'd-NEW',
    });
    expect(operations()).toEqual(['CreateDeployment']);
    expect(bodies()).toEqual([body]);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.1' },
    });
  });

  test.each<[string, string | undefined, string, string]>([
    ['is described by its pipeline', undefined, 'pipeline shop, execution e-1', 'pipeline shop, execution e-1'],
    ['has the given DESCRIPTION all the same', 'shop 1.4.2', 'pipeline shop, execution e-1', 'shop 1.4.2'],
    ['has a description that fits', undefined, 'x'.repeat(300), `${'x'.repeat(255)}…`],
  ])('%s', async (_name, description, ofPipeline, sentDescription) => {
    server.script(json({ deploymentId: 'd-NEW' }));
    await codeDeploy({ parameters: description === undefined ? {} : { description } }).createDeployment(
      GREEN,
      ofPipeline,
    );
    expect(bodies()).toEqual([expect.objectContaining({ description: sentDescription })]);
  });
});

describe('a refusal of CreateDeployment that does not end the action is an outcome', () => {
  test.each<[string, string, string | undefined]>([
    ['the first form', "The Deployment Group 'web' already has an active Deployment 'd-0A1B2C3D4'", 'd-0A1B2C3D4'],
    ['the older form', "The Deployment Group 'web' is already deploying deployment 'd-ABCDEF123'", 'd-ABCDEF123'],
    ['the older form, cut short', "Deployment group web is already deploying 'd-ABCDEF123'", 'd-ABCDEF123'],
    [
      'a full stop after it',
      "The Deployment Group 'web' already has an active Deployment 'd-0A1B2C3D4'.",
      'd-0A1B2C3D4',
    ],
    ['no quotation marks', 'web is already deploying d-ABCDEF123', 'd-ABCDEF123'],
    [
      'a group whose name looks like an id',
      "The Deployment Group 'd-web' already has an active Deployment 'd-0A1B2C3D4'",
      'd-0A1B2C3D4',
    ],
    [
      'a group whose name ends like one',
      "Deployment group prod-d-eu is already deploying 'd-ABCDEF123'",
      'd-ABCDEF123',
    ],
    ['a group with such a name, and no id', "The Deployment Group 'd-web' has reached its limit", undefined],
    ['no id', 'Too many deployments', undefined],
  ])('DeploymentLimitExceeded, %s', async (_name, message, deploymentId) => {
    server.script(awsError('DeploymentLimitExceededException', message));
    await expect(codeDeploy().createDeployment(GREEN)).resolves.toEqual({
      kind: 'other-active',
      deploymentId,
      message,
    });
    expect(server.requests).toHaveLength(1);
  });

  test('InvalidTargetInstances: CodeDeploy does not see the tag yet', async () => {
    server.script(awsError('InvalidTargetInstancesException', 'No instance has the tag'));
    await expect(codeDeploy().createDeployment(GREEN)).resolves.toEqual({
      kind: 'no-targets',
      message: 'No instance has the tag',
    });
    expect(server.requests).toHaveLength(1);
  });
});

describe('any other refusal is told apart by CodeDeploy’s own code, and is not repeated; a denial once', () => {
  test.each([
    ['ApplicationDoesNotExistException', 'rejected'],
    ['DeploymentGroupDoesNotExistException', 'rejected'],
    ['DeploymentConfigDoesNotExistException', 'rejected'],
    ['RevisionDoesNotExistException', 'rejected'],
    ['InvalidRevisionException', 'rejected'],
    ['InvalidRoleException', 'rejected'],
    ['InvalidGitHubAccountTokenException', 'rejected'],
    ['AnExceptionOfTomorrow', 'rejected'],
    ['AccessDeniedException', 'denied'],
    ['UnrecognizedClientException', 'denied'],
    ['ExpiredTokenException', 'denied'],
  ])('%s', async (code, kind) => {
    // With the namespace and the address that some services of the protocol send along.
    const attempts = kind === 'denied' ? 2 : 1;
    server.repeat(attempts, awsError(`com.amazonaws.codedeploy#${code}:http://example.com/`, 'because'));
    const error = await upstreamErrorOf(codeDeploy().createDeployment(GREEN));
    expect(error).toMatchObject({
      service: 'CodeDeploy',
      operation: 'CreateDeployment',
      kind,
      code,
      detail: 'because',
      message: `CodeDeploy CreateDeployment: ${code}: because`,
      transient: false,
    });
    expect(server.requests).toHaveLength(attempts);
  });
});

describe('CreateDeployment is repeated only where it surely was not processed', () => {
  test.each(['ThrottlingException', 'Throttling', 'TooManyRequestsException'])('%s: repeated', async (code) => {
    server.script(awsError(code, 'Rate exceeded'), awsError(code, 'Rate exceeded'), json({ deploymentId: 'd-1' }));
    await expect(codeDeploy().createDeployment(GREEN)).resolves.toMatchObject({ kind: 'created' });
    expect(operations()).toEqual(['CreateDeployment', 'CreateDeployment', 'CreateDeployment']);
  });

  test('throttled for longer than two repeats', async () => {
    server.repeat(3, awsError('ThrottlingException', 'Rate exceeded'));
    const error = await upstreamErrorOf(codeDeploy().createDeployment(GREEN));
    expect(error).toMatchObject({ kind: 'throttled', transient: true, isSafeToRepeat: true });
    expect(server.requests).toHaveLength(3);
  });

  test.each<[string, Answer, string]>([
    ['500', awsError('InternalFailure', 'oops', 500), 'unavailable'],
    ['500 in HTML', respond(500, '<h1>500</h1>'), 'unavailable'],
    ['503 with an empty body', respond(503), 'unavailable'],
    ['a reset', { does: 'reset' }, 'connection'],
    ['a reset in the body', { does: 'reset-in-body', part: '{"deploymentId": "d-' }, 'connection'],
    ['HTML with a good status', respond(200, '<h1>Welcome</h1>'), 'unreadable'],
    ['truncated JSON', respond(200, '{"deploymentId": "d-'), 'unreadable'],
    ['no id', json({}), 'unreadable'],
    ['an empty body', respond(200), 'unreadable'],
    ['a redirect', respond(307, '', { location: 'http://127.0.0.1:9/' }), 'unreadable'],
  ])('%s: one request', async (_name, answer, kind) => {
    server.script(answer);
    const error = await upstreamErrorOf(codeDeploy().createDeployment(GREEN));
    expect(error).toMatchObject({ kind, transient: true, isSafeToRepeat: false });
    expect(server.requests).toHaveLength(1);
  });

  test('a refused connection: repeated, and it arrives once', async () => {
    const port = await server.refusingPort();
    const outcome = codeDeploy({
      url: port.url,
      budget: budgetFor(AMPLE_MS, { jitter: () => 0 }),
    }).createDeployment(GREEN);
    // The first pause lasts 150 ms.
    await new Promise((resolve) => setTimeout(resolve, 75));
    await port.open(json({ deploymentId: 'd-1' }));
    await expect(outcome).resolves.toEqual({ kind: 'created', deploymentId: 'd-1' });
    expect(port.requests).toHaveLength(1);
  });

  test('a connection that is refused for good was surely not processed', async () => {
    const { url } = await server.refusingPort();
    const error = await upstreamErrorOf(codeDeploy({ url }).createDeployment(GREEN));
    expect(error).toMatchObject({ kind: 'unreachable', code: 'ECONNREFUSED', isSafeToRepeat: true, transient: true });
  });

  test.each<[string, Answer]>([
    ['silence', { does: 'hang' }],
    ['silence in the body', { does: 'hang-in-body', part: '{"deploymentId": ' }],
  ])('%s ends at the limit of the call: one request', async (_name, answer) => {
    server.script(answer);
    const start = performance.now();
    const error = await upstreamErrorOf(codeDeploy({ budget: budgetFor(SCARCE_MS) }).createDeployment(GREEN));
    expect(performance.now() - start).toBeLessThan(SCARCE_MS + 150);
    expect(error).toMatchObject({ kind: 'timeout', transient: true, isSafeToRepeat: false });
    expect(server.requests).toHaveLength(1);
  });
});

describe('GetDeployment is read once, at the edge', () => {
  test('all that the action reads', async () => {
    server.script(
      json({
        deploymentInfo: {
          applicationName: 'shop',
          deploymentGroupName: 'web',
          deploymentConfigName: 'CodeDeployDefault.OneAtATime',
          deploymentId: 'd-1',
          status: 'InProgress',
          createTime: 1_790_000_000.5,
          completeTime: 1_790_000_100.5,
          deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
          blueGreenDeploymentConfiguration: {
            terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 5 },
          },
          creator: 'user',
          targetInstances: { tagFilters: [{ Key: 'GreenIdentifier', Value: 'u-1', Type: 'KEY_AND_VALUE' }] },
          deploymentOverview: { Pending: 1, InProgress: 2, Succeeded: 4, Failed: 8, Skipped: 16, Ready: 32 },
          errorInformation: { code: 'HEALTH_CONSTRAINTS', message: 'too many failed' },
          rollbackInfo: { rollbackDeploymentId: 'd-0', rollbackTriggeringDeploymentId: 'd-9' },
          instanceTerminationWaitTimeStarted: true,
          somethingNew: { a: 1 },
        },
      }),
    );
    await expect(codeDeploy().getDeployment('d-1')).resolves.toEqual({
      id: 'd-1',
      applicationName: 'shop',
      deploymentGroupName: 'web',
      configName: 'CodeDeployDefault.OneAtATime',
      deploymentType: 'BLUE_GREEN',
      status: 'InProgress',
      createdAt: 1_790_000_000_500,
      endedAt: 1_790_000_100_500,
      creator: 'user',
      targetTags: [{ key: 'GreenIdentifier', value: 'u-1' }],
      instances: { total: 63, done: 52, failed: 8, skipped: 16 },
      error: { code: 'HEALTH_CONSTRAINTS', message: 'too many failed' },
      hasTrafficControl: true,
      waitsBeforeTerminatingBlue: true,
      blueTerminationWaitMinutes: 5,
      rollbackDeploymentId: 'd-0',
      rollsBackDeploymentId: 'd-9',
    });
    expect(operations()).toEqual(['GetDeployment']);
    expect(bodies()).toEqual([{ deploymentId: 'd-1' }]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['left out', {}],
    [
      'null',
      { createTime: null, creator: null, targetInstances: null, deploymentOverview: null, errorInformation: null },
    ],
  ])('what may be missing, %s', async (_name, rest) => {
    server.script(json({ deploymentInfo: { deploymentId: 'd-1', status: 'A new status', ...rest } }));
    await expect(codeDeploy().getDeployment('d-1')).resolves.toEqual({
      id: 'd-1',
      applicationName: undefined,
      deploymentGroupName: undefined,
      status: 'A new status',
      createdAt: undefined,
      endedAt: undefined,
      creator: undefined,
      targetTags: [],
      instances: { total: 0, done: 0, failed: 0, skipped: 0 },
      error: undefined,
      hasTrafficControl: undefined,
      waitsBeforeTerminatingBlue: false,
      blueTerminationWaitMinutes: undefined,
      rollbackDeploymentId: undefined,
      rollsBackDeploymentId: undefined,
    });
  });

  test.each<[string, Answer, string]>([
    ['no deployment', json({}), 'lacks "deploymentId"'],
    ['no id', json({ deploymentInfo: { status: 'Succeeded' } }), 'lacks "deploymentId"'],
    ['no status', json({ deploymentInfo: { deploymentId: 'd-1' } }), 'lacks "status"'],
    ['an empty body', respond(200), 'lacks "deploymentId"'],
    ['no JSON', respond(200, 'Succeeded'), 'not what the service documents'],
    [
      'a time that is none',
      json({ deploymentInfo: { deploymentId: 'd-1', status: 'Created', createTime: 'x' } }),
      'not what the service documents',
    ],
  ])('%s: unreadable, and not repeated', async (_name, answer, detail) => {
    server.script(answer);
    const error = await upstreamErrorOf(codeDeploy().getDeployment('d-1'));
    expect(error).toMatchObject({ kind: 'unreadable', operation: 'GetDeployment', transient: true, code: undefined });
    expect(error.detail).toContain(detail);
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, Answer, string]>([
    ['throttled', awsError('ThrottlingException', 'Rate exceeded'), 'throttled'],
    ['500', respond(500), 'unavailable'],
    ['a reset', { does: 'reset' }, 'connection'],
  ])('%s: repeated twice', async (_name, answer, kind) => {
    server.repeat(3, answer);
    expect(await upstreamErrorOf(codeDeploy().getDeployment('d-1'))).toMatchObject({ kind, transient: true });
    expect(server.requests).toHaveLength(3);
  });

  test.each<[string, Answer, string]>([
    ['500 in HTML', respond(500, '<h1>oops</h1>'), 'CodeDeploy GetDeployment: HTTP 500 without a readable explanation'],
    ['503 with an empty body', respond(503), 'CodeDeploy GetDeployment: HTTP 503 without a readable explanation'],
    ['a reset', { does: 'reset' }, 'CodeDeploy GetDeployment: ECONNRESET: read ECONNRESET'],
  ])('%s is said without the SDK’s hints for programmers', async (_name, answer, message) => {
    server.repeat(3, answer);
    const error = await upstreamErrorOf(codeDeploy().getDeployment('d-1'));
    expect(error.message).toBe(message);
  });
});

describe('all deployments of the group since a time', () => {
  const SINCE = 1_790_000_000_000;
  const info = (id: string) => ({ deploymentId: id, status: 'Succeeded' });
  const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `d-${from + index}`);

  test('every page of ListDeployments is read, and then described 25 at a time', async () => {
    server.script(
      json({ deployments: ids(0, 30), nextToken: 'page-2' }),
      json({ deployments: [], nextToken: 'page-3' }),
      json({ deployments: ids(30, 51) }),
      json({ deploymentsInfo: ids(0, 25).map(info) }),
      json({ deploymentsInfo: ids(25, 50).map(info) }),
      json({ deploymentsInfo: ids(50, 51).map(info) }),
    );
    const found = await codeDeploy().findDeployments(SINCE);
    expect(found.map(({ id }) => id)).toEqual(ids(0, 51));
    const list = { applicationName: 'shop', deploymentGroupName: 'web', createTimeRange: { start: SINCE / 1000 } };
    expect(bodies()).toEqual([
      list,
      { ...list, nextToken: 'page-2' },
      { ...list, nextToken: 'page-3' },
      { deploymentIds: ids(0, 25) },
      { deploymentIds: ids(25, 50) },
      { deploymentIds: ids(50, 51) },
    ]);
    expect(operations()).toEqual([
      ...Array<string>(3).fill('ListDeployments'),
      ...Array<string>(3).fill('BatchGetDeployments'),
    ]);
  });

  test('none: nothing is described', async () => {
    server.script(json({ deployments: [] }));
    await expect(codeDeploy().findDeployments(SINCE)).resolves.toEqual([]);
    expect(operations()).toEqual(['ListDeployments']);
  });

  test('a full batch needs no further, empty one', async () => {
    server.script(json({ deployments: ids(0, 25) }), json({ deploymentsInfo: ids(0, 25).map(info) }));
    await expect(codeDeploy().findDeployments(SINCE)).resolves.toHaveLength(25);
    expect(server.requests).toHaveLength(2);
  });

  test('what has succeeded does not change: it is described once, and anything else again', async () => {
    const listed = json({ deployments: ['d-3', 'd-2', 'd-1'] });
    const succeeded = { ...info('d-1'), status: 'Succeeded', completeTime: 1_767_600_000 };
    const unended = { ...info('d-2'), status: 'Succeeded' };
    const described = json({ deploymentsInfo: [succeeded, unended, { ...info('d-3'), status: 'Failed' }] });
    const again = json({ deploymentsInfo: [unended, { ...info('d-3'), status: 'InProgress' }] });
    server.script(listed, described, listed, again);
    const client = codeDeploy();
    await client.findDeployments(SINCE);
    const found = await client.findDeployments(SINCE);
    expect(found.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'd-3 InProgress',
      'd-2 Succeeded',
      'd-1 Succeeded',
    ]);
    expect(bodies()[3]).toEqual({ deploymentIds: ['d-3', 'd-2'] });
  });

  const noJson = 'the answer is not what the service documents';
  test.each<[string, Answer[], string, string]>([
    ['the list is no JSON', [respond(200, '<html>')], 'ListDeployments', noJson],
    [
      'a page is no JSON',
      [json({ deployments: ['d-1'], nextToken: 'x' }), respond(200, '{')],
      'ListDeployments',
      noJson,
    ],
    [
      'nothing is described',
      [json({ deployments: ['d-1'] }), json({})],
      'BatchGetDeployments',
      'the answer lacks "deploymentsInfo"',
    ],
    [
      'one has no status',
      [json({ deployments: ['d-1'] }), json({ deploymentsInfo: [{ deploymentId: 'd-1' }] })],
      'BatchGetDeployments',
      'the answer lacks "status"',
    ],
  ])('%s: unreadable, never "none"', async (_name, answers, operation, detail) => {
    server.script(...answers);
    const error = await upstreamErrorOf(codeDeploy().findDeployments(SINCE));
    expect(error).toMatchObject({ kind: 'unreadable', operation, detail });
    expect(server.requests).toHaveLength(answers.length);
  });

  test('a page that is lost is asked for again, and those before it are not', async () => {
    server.script(
      json({ deployments: ['d-1'], nextToken: 'x' }),
      respond(503),
      respond(503),
      json({ deployments: ['d-2'] }),
      json({ deploymentsInfo: [info('d-1'), info('d-2')] }),
    );
    const found = await codeDeploy().findDeployments(SINCE);
    expect(found.map(({ id }) => id)).toEqual(['d-1', 'd-2']);
    const [first, ...more] = bodies();
    expect(first).not.toHaveProperty('nextToken');
    expect(more.slice(0, 3)).toEqual(Array(3).fill(expect.objectContaining({ nextToken: 'x' })));
  });
});

describe('StopDeployment', () => {
  test.each([
    ['Pending', true],
    ['Succeeded', true],
    ['Pending', false],
  ])('is answered with %s; with rollback: %s', async (status, rollback) => {
    server.script(json({ status }));
    await expect(codeDeploy().stopDeployment('d-1', { rollback })).resolves.toBe('stopping');
    expect(operations()).toEqual(['StopDeployment']);
    expect(bodies()).toEqual([{ deploymentId: 'd-1', autoRollbackEnabled: rollback }]);
  });

  test('one that has ended already is no error', async () => {
    server.script(awsError('DeploymentAlreadyCompletedException', 'done'));
    await expect(codeDeploy().stopDeployment('d-1', { rollback: true })).resolves.toBe('ended');
    expect(server.requests).toHaveLength(1);
  });

  test('a lost answer is repeated: a second stop changes nothing', async () => {
    server.script({ does: 'reset' }, respond(500), awsError('DeploymentAlreadyCompletedException', 'done'));
    await expect(codeDeploy().stopDeployment('d-1', { rollback: true })).resolves.toBe('ended');
    expect(server.requests).toHaveLength(3);
  });

  test('any other refusal is an error', async () => {
    server.script(awsError('DeploymentDoesNotExistException', 'no such deployment'));
    const error = await upstreamErrorOf(codeDeploy().stopDeployment('d-1', { rollback: true }));
    expect(error).toMatchObject({ kind: 'rejected', code: 'DeploymentDoesNotExistException' });
  });
});

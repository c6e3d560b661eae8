import type { DeploymentGroup } from '../../../../src/clients/codeDeploy/deploymentGroup';
import type { RevisionStatus } from '../../../../src/clients/revisionObject';
import type { ElastigroupConfiguration } from '../../../../src/clients/spot/elastigroup';
import { UpstreamError } from '../../../../src/clients/upstreamError';
import { deploymentGroupFindings } from '../../../../src/deployment/preflight/deploymentGroupFindings';
import {
  checksApplication,
  elastigroupFindings,
  gracePeriodFindings,
} from '../../../../src/deployment/preflight/elastigroupFindings';
import {
  notPermitted,
  problem,
  refusalFinding,
  warning,
  type Finding,
} from '../../../../src/deployment/preflight/finding';
import { revisionFindings } from '../../../../src/deployment/preflight/revisionFindings';
import { failureOfFindings } from '../../../../src/deployment/preflight/reportFindings';
import type { S3Revision } from '../../../../src/input/userParameters/userParameters';
import { BLUE_GREEN_GROUP } from '../../../support/deploymentSamples';

const WANTED = {
  groupId: 'sig-1',
  applicationName: 'shop',
  deploymentGroupName: 'live',
  timeoutSeconds: 1800,
  acceptOtherGroups: false,
};

/** `problem ConfigurationError: …` or `warning: …`, as the tables expect them. */
function shown(findings: readonly Finding[]): string[] {
  return findings.map((finding) =>
    finding.kind === 'problem' ? `problem ${finding.type}: ${finding.text}` : `warning: ${finding.text}`,
  );
}

function expectFindings(findings: readonly Finding[], expected: readonly RegExp[]): void {
  expect(shown(findings)).toEqual(expected.map((pattern) => expect.stringMatching(pattern) as string));
}

describe('what the Elastigroup integrates with', () => {
  const group = (name: string) => ({ applicationName: 'shop', deploymentGroupName: name });

  const GOOD: ElastigroupConfiguration = {
    deploymentGroups: [group('live')],
    targetCapacity: 2,
    tagKeys: ['Name', 'GreenIdentifier'],
    hasLoadBalancers: false,
    healthCheckType: 'EC2',
    gracePeriodSeconds: undefined,
  };

  test.each<[string, ElastigroupConfiguration['deploymentGroups'], RegExp[]]>([
    ['this group', [group('live')], []],
    ['this group twice', [group('live'), group('live')], []],
    [
      'this group among others: green would replace their applications by nothing',
      [group('test'), group('live')],
      [/^problem ConfigurationError: .* also names shop\/test\. Green .*ACCEPT_OTHER_GROUPS/],
    ],
    [
      'nothing',
      undefined,
      [
        /^problem ConfigurationError: Elastigroup sig-1 has no CodeDeploy integration\. Add application shop with deployment group live /,
      ],
    ],
    [
      'no group',
      [],
      [/^problem ConfigurationError: The CodeDeploy integration of Elastigroup sig-1 names no deployment group\. Add /],
    ],
    [
      'another group',
      [group('test')],
      [
        /^problem .* Elastigroup sig-1 names shop\/test, not shop\/live\. Add it in the Spot console, or correct APP_NAME/,
      ],
    ],
    ['a group that differs in case', [group('Live')], [/names shop\/Live, not shop\/live/]],
  ])('%s', (_name, integration, expected) => {
    expectFindings(elastigroupFindings({ ...GOOD, deploymentGroups: integration }, WANTED), expected);
  });

  test('other groups are a warning where ACCEPT_OTHER_GROUPS says so', () => {
    const findings = elastigroupFindings(
      { ...GOOD, deploymentGroups: [group('live'), group('test')] },
      { ...WANTED, acceptOtherGroups: true },
    );
    expectFindings(findings, [/^warning: .* also names shop\/test, .* ACCEPT_OTHER_GROUPS is true\.$/]);
  });

  test.each<[string, Partial<ElastigroupConfiguration>, RegExp[]]>([
    [
      'no capacity: refused at once',
      { targetCapacity: 0 },
      [/^problem ConfigurationError: Elastigroup sig-1 has target capacity 0/],
    ],
    ['a capacity in weights', { targetCapacity: undefined }, []],
    ['no tag of blue', { tagKeys: ['Name'] }, [/^warning: .* no tag GreenIdentifier\. .*VALIDATE_TAGS/]],
    ['no launch specification in the answer', { tagKeys: undefined }, []],
    ['load balancers of its own', { hasLoadBalancers: true }, [/^warning: .* may register green instances before/]],
  ])('%s', (_name, difference, expected) => {
    expectFindings(elastigroupFindings({ ...GOOD, ...difference }, WANTED), expected);
  });

  test.each<[string, Partial<ElastigroupConfiguration>, number[], RegExp[]]>([
    [
      'no recent deployment: it says that there is nothing to compare with',
      { gracePeriodSeconds: 1, healthCheckType: 'ELB' },
      [],
      [/^warning: .*\(ELB\) from 1s after their launch, and no deployment of the last two weeks shows how long/],
    ],
    ['long enough', { gracePeriodSeconds: 600 }, [500, 600], []],
    [
      'too short for one of them',
      { gracePeriodSeconds: 120, healthCheckType: 'ELB' },
      [100, 410.2],
      [/^warning: .*\(ELB\) from 2m after .* took up to 6m50s: .* at least 411 seconds\.$/],
    ],
    ["Spot's default", {}, [301], [/^warning: .* from 5m after/]],
  ])('grace period: %s', (_name, difference, seconds, expected) => {
    expectFindings(gracePeriodFindings({ ...GOOD, ...difference }, seconds, 'sig-1'), expected);
  });

  test.each([
    ['ELB', true],
    ['TARGET_GROUP', true],
    ['EC2', false],
    [undefined, false],
  ])('the health check %s asks the application: %s', (healthCheckType, expected) => {
    expect(checksApplication({ ...GOOD, healthCheckType })).toBe(expected);
  });
});

describe('how the deployment group deploys', () => {
  const TERMINATES = /^warning: .*also terminates blue \(TERMINATE, after /;

  test.each<[string, Partial<DeploymentGroup>, RegExp[]]>([
    ['as it should', {}, []],
    ['without a compute platform', { computePlatform: undefined }, []],
    [
      'for Lambda',
      { computePlatform: 'Lambda', greenFleet: undefined },
      [/^problem ConfigurationError: .* compute platform Lambda, .*EC2\/On-premises/],
    ],
    [
      'in place',
      { deploymentType: 'IN_PLACE', greenFleet: undefined },
      [/^problem ConfigurationError: Deployment group shop\/live is IN_PLACE\. Make it/],
    ],
    [
      'in place, whatever its blue/green part says',
      { deploymentType: 'IN_PLACE', greenFleet: 'COPY_AUTO_SCALING_GROUP' },
      [/IN_PLACE/],
    ],
    [
      'with a copied Auto Scaling group',
      { greenFleet: 'COPY_AUTO_SCALING_GROUP' },
      [/^problem ConfigurationError: .* its own green instances \(COPY_AUTO_SCALING_GROUP\).* DISCOVER_EXISTING/],
    ],
    ['without saying where green comes from', { greenFleet: undefined }, [/^warning: .*does not state/]],
    ['without a type', { deploymentType: undefined, greenFleet: undefined }, [/^warning: .*does not state/]],
    ['with a termination wait that leaves a quarter of TIMEOUT', { blueTerminationWaitMinutes: 22 }, [TERMINATES]],
    ['with blue terminated at once', { blueTerminationWaitMinutes: 0 }, [TERMINATES]],
    [
      'with a termination wait that leaves less of TIMEOUT: both numbers, both remedies',
      { blueTerminationWaitMinutes: 23 },
      [
        TERMINATES,
        /^problem .*terminates blue only after 23m; TIMEOUT is 30m .*KEEP_ALIVE.* TIMEOUT to at least 1840\./,
      ],
    ],
    [
      'with an hour until blue is terminated',
      { blueTerminationWaitMinutes: 60 },
      [TERMINATES, /terminates blue only after 1h/],
    ],
    [
      'with a manual reroute',
      { rerouteWaitMinutes: 90 },
      [/^warning: .*requires manual traffic rerouting, and stops the deployment after 1h30m \(STOP_DEPLOYMENT\)/],
    ],
    [
      'with all that is dubious',
      { greenFleet: 'COPY_AUTO_SCALING_GROUP', blueTerminationWaitMinutes: 60, rerouteWaitMinutes: 1 },
      [/^problem/, TERMINATES, /^problem .*terminates blue/, /^warning: .*manual traffic rerouting/],
    ],
  ])('%s', (_name, difference, expected) => {
    expectFindings(deploymentGroupFindings({ ...BLUE_GREEN_GROUP, ...difference }, WANTED), expected);
  });
});

describe('what S3 says of the revision', () => {
  const NAMED: S3Revision = { kind: 's3', bucket: 'releases', key: 'shop.zip', bundleType: 'zip' };
  const ARTIFACT: S3Revision = { ...NAMED, artifactName: 'Build' };
  const FOUND: RevisionStatus = { kind: 'found', eTag: '"abc"' };

  test.each<[string, RevisionStatus, S3Revision, RegExp[]]>([
    ['found', FOUND, NAMED, []],
    ['found, with the ETag', FOUND, { ...NAMED, eTag: 'abc' }, []],
    ['found, with the ETag in quotes', FOUND, { ...NAMED, eTag: '"abc"' }, []],
    [
      'found, with another ETag',
      FOUND,
      { ...NAMED, eTag: 'def' },
      [
        /^problem RevisionUnavailable: Object's ETag differs from S3_ETAG \(s3:\/\/releases\/shop\.zip has abc, not def\)\./,
      ],
    ],
    [
      'missing',
      { kind: 'missing' },
      NAMED,
      [
        /^problem RevisionUnavailable: Revision s3:\/\/releases\/shop\.zip does not exist \(S3 404\)\. Check S3_BUCKET and S3_KEY, /,
      ],
    ],
    [
      'missing version',
      { kind: 'missing' },
      { ...NAMED, version: 'v1' },
      [/shop\.zip\?versionId=v1 .*S3_KEY and S3_VERSION/],
    ],
    [
      'missing artifact',
      { kind: 'missing' },
      ARTIFACT,
      [/^problem RevisionUnavailable: .*input artifact Build: check/],
    ],
    [
      'malformed version',
      { kind: 'malformed' },
      { ...NAMED, version: 'v1' },
      [/^problem RevisionUnavailable: S3 cannot read .* \(S3 400\)\. Check S3_BUCKET, S3_KEY and S3_VERSION\.$/],
    ],
    [
      'a 400 that no version explains',
      { kind: 'malformed' },
      NAMED,
      [/^warning: Could not verify the revision: S3 HeadObject: HTTP 400/],
    ],
    [
      'forbidden',
      { kind: 'forbidden' },
      NAMED,
      [/^warning: Could not verify revision .*\(S3 403\); it may not exist\. Allow s3:GetObject and s3:ListBucket /],
    ],
    [
      'forbidden version',
      { kind: 'forbidden' },
      { ...NAMED, version: 'v1' },
      [/^warning: .*Allow s3:GetObjectVersion /],
    ],
    [
      'in another region',
      { kind: 'other-region' },
      NAMED,
      [/^problem RevisionUnavailable: .*another Region.*Copy the revision/],
    ],
  ])('%s', (_name, status, revision, expected) => {
    expectFindings(revisionFindings(status, revision), expected);
  });
});

describe('all findings together', () => {
  const refusal = (operation: string, code: string, detail = 'No.') =>
    new UpstreamError({ service: 'CodeDeploy', operation, kind: 'rejected', code, detail });
  const missing = problem('The revision is missing.', 'RevisionUnavailable');
  const inPlace = problem('The group is in place.');

  test.each<[string, Finding[], { type: string; message: string } | undefined]>([
    ['none', [], undefined],
    ['warnings alone', [warning('Hm.')], undefined],
    [
      'one problem',
      [warning('Hm.'), missing],
      { type: 'RevisionUnavailable', message: 'The revision is missing. Nothing was started.' },
    ],
    [
      'two of a kind',
      [inPlace, problem('No integration.')],
      {
        type: 'ConfigurationError',
        message: '2 problems found; nothing was started.\n- The group is in place.\n- No integration.',
      },
    ],
    [
      'two of different types',
      [missing, inPlace],
      {
        type: 'ConfigurationError',
        message: '2 problems found; nothing was started.\n- The revision is missing.\n- The group is in place.',
      },
    ],
  ])('%s', (_name, findings, expected) => {
    const failure = failureOfFindings(findings, false);
    expect(failure && { type: failure.type, message: failure.message }).toEqual(expected);
  });

  test('what two calls are refused for is told once', () => {
    const unknown = 'ApplicationDoesNotExistException';
    const findings = [
      refusalFinding(refusal('ListDeployments', unknown)),
      refusalFinding(refusal('GetDeploymentGroup', unknown)),
    ];
    const failure = failureOfFindings(findings, true);
    expect(failure?.message).toMatch(
      /^CodeDeploy ListDeployments: .* Check APP_NAME.* This delivery started nothing; another may have\.$/,
    );
    expect(failure?.anotherMayHaveStarted).toBe(true);
  });

  test('a missing permission is named', () => {
    const denied = (detail: string) =>
      new UpstreamError({ service: 'CodeDeploy', operation: 'GetDeploymentGroup', kind: 'denied', detail });
    expectFindings(
      [
        notPermitted(
          'The group',
          denied('User: x is not authorized to perform: codedeploy:GetDeploymentGroup on y'),
          'a:B',
        ),
        notPermitted('The group', denied('Access denied'), 'a:B'),
      ],
      [
        /^warning: The group could not be checked\. Allow codedeploy:GetDeploymentGroup in/,
        /Allow a:B in the function's role/,
      ],
    );
  });
});
